"""Every data file of the libraries is whole: a file that cannot be read, or a key nobody knows, fails here by name."""

from holdfast.forecast import parameters
from holdfast.instruments import loader as instruments
from holdfast.protocols import loader as protocols


def test_instruments_when_the_library_is_read_then_every_file_is_one() -> None:
    files = {file.stem for file in instruments.LIBRARY.iterdir() if file.suffix == ".toml"}
    assert set(instruments.all_instruments()) == files
    assert {"phq9", "gad7", "qids_sr16", "madrs", "hamd17", "bdi2", "wsas"} <= files
    assert {"core10", "wai_sr", "bads_sf", "aaq2", "ders16", "vq", "cssrs_screen"} <= files


def test_protocols_when_the_library_is_read_then_every_folder_but_the_shared_one_is_one() -> None:
    folders = {folder.name for folder in protocols.LIBRARY.iterdir() if folder.is_dir()}
    assert {*protocols.all_protocols(), protocols.SHARED.name} == folders
    assert {"ketamine_iv", "cbt", "dbt", "act", "psychodynamic", "ipt"} <= folders


def test_parameters_when_read_then_they_say_where_they_come_from() -> None:
    assert parameters.load().release
