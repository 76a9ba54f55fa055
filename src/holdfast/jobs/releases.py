"""Releases of parameters as files that commands write."""

import tempfile
from pathlib import Path

from holdfast.forecast import parameters
from holdfast.forecast.parameters import Release


def content(release: Release) -> bytes:
    """What the file of a release holds; read again to be sure that the forecast can use it. Errors: `DataFileError`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{release.release}.toml"
        parameters.write(release, file)
        parameters.read(file)
        return file.read_bytes()
