"""How the arithmetic of the forecast is compiled, and where the compiled code is kept.

numba keeps compiled code on disk and compiles anew when the file of a function changes, but does not notice a change
in a file whose functions were compiled into it. After an upgrade that could mean forecasts by the old arithmetic. So
compiled code is kept under a digest of every source file of the forecast: other sources, other place.
"""

import hashlib
import os
from pathlib import Path
from typing import Any, Final

from numba import config as _config
from numba import njit

config: Any = _config  # its settings come into being at import, unknown to its types
_HERE: Final = Path(__file__).parent


def _place() -> Path:
    """Below NUMBA_CACHE_DIR where that is set, else beside the package, else in the user's own cache."""
    sources = b"".join(file.read_bytes() for file in sorted(_HERE.glob("*.py")))
    digest = hashlib.sha256(sources).hexdigest()[:16]
    if config.CACHE_DIR:
        return Path(config.CACHE_DIR) / digest
    if os.access(_HERE, os.W_OK):
        return _HERE / "__pycache__" / digest
    return Path.home() / ".cache" / "holdfast" / digest


config.CACHE_DIR = str(_place())

# Sums may be taken in another order and multiplications joined with additions: the last digits differ, nothing else.
_RELAXED: Final = {"contract", "reassoc", "nsz", "arcp"}

compiled = njit(cache=True, error_model="numpy", nogil=True, fastmath=_RELAXED)
"""For a function called from Python. Lets go of the interpreter's lock, so that threads share a cohort."""

# Without numba's counting of references (`_nrt`): these functions are lent arrays and keep none. Counting took four
# fifths of the time of a simulation.
inlined: Any = njit(error_model="numpy", forceinline=True, fastmath=_RELAXED, _nrt=False)  # type: ignore[call-overload]
"""For a function that is compiled into others. Its tuples stay in registers, which a call would not allow."""
