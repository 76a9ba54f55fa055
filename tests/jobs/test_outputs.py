"""Result files are whole or absent, and refused before the work when they could not be written after it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from holdfast.errors import HoldfastError, InvalidInput
from holdfast.jobs import outputs
from tests.jobs.science_files import make_scenario, names_in

SOURCE = Path(__file__).parents[2] / "src"


def test_whole_when_the_block_ends_well_then_the_file_stands_where_it_should(tmp_path: Path) -> None:
    with outputs.whole(tmp_path / "out.txt") as part:
        part.write_text("done", encoding="utf-8")
        assert not (tmp_path / "out.txt").exists()
    assert names_in(tmp_path) == {"out.txt"}
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "done"


def test_whole_when_the_block_fails_then_what_was_there_stays_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("before", encoding="utf-8")

    def fail(part: Path) -> None:
        part.write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError), outputs.whole(tmp_path / "out.txt") as part:
        fail(part)
    assert names_in(tmp_path) == {"out.txt"}
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "before"


def test_whole_when_the_folder_is_missing_then_refuses_before_the_work(tmp_path: Path) -> None:
    block = outputs.whole(tmp_path / "gone" / "out.txt")
    with pytest.raises(InvalidInput, match="cannot be written: No such file or directory"):
        block.__enter__()


def test_perhaps_when_nothing_is_asked_for_then_there_is_no_file() -> None:
    with outputs.perhaps(None) as part:
        assert part is None


def test_refuse_same_when_a_result_would_be_written_over_what_is_read_then_refuses(tmp_path: Path) -> None:
    read = tmp_path / "in.csv"
    read.write_text("x", encoding="utf-8")
    (tmp_path / "link.csv").symlink_to(read)
    outputs.refuse_same(tmp_path / "out.csv", None, read=(read, None))
    with pytest.raises(InvalidInput, match=r"link\.csv: is a file that is read"):
        outputs.refuse_same(tmp_path / "link.csv", read=(read, None))


def test_refuse_same_when_two_results_share_a_name_then_refuses(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is to hold two results"):
        outputs.refuse_same(tmp_path / "out.csv", tmp_path / "." / "out.csv")


def test_refuse_ending_when_it_is_another_then_names_those_there_are() -> None:
    outputs.refuse_ending(Path("plot.PNG"), (".png", ".svg"))
    with pytest.raises(InvalidInput) as error:
        outputs.refuse_ending(Path("plot.jpg"), (".png", ".svg"))
    assert str(error.value) == "plot.jpg: cannot be written in this form (expected the ending .png or .svg)"


def test_missing_when_a_package_is_not_there_then_says_how_to_get_it() -> None:
    said = str(outputs.missing("a.parquet", "pyarrow"))
    assert said == "a.parquet needs pyarrow: install it with `make science`"
    assert isinstance(outputs.missing("a.parquet", "pyarrow"), HoldfastError)


def test_simulate_when_it_is_told_to_stop_then_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    command = [sys.executable, "-c", "from holdfast.cli import main; main()", "simulate"]
    arguments = [
        str(make_scenario(tmp_path)),
        "--people",
        "100000000",
        "--out",
        str(tmp_path / "results" / "s.csv"),
    ]
    with subprocess.Popen(
        command + arguments, cwd=SOURCE, env=dict(os.environ), stderr=subprocess.PIPE
    ) as running:
        for _ in range(600):
            if names_in(tmp_path / "results"):
                break
            time.sleep(0.1)
        assert names_in(tmp_path / "results") != set()
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == outputs.STOPPED_BY_SIGNAL + signal.SIGTERM
    assert names_in(tmp_path / "results") == set()
