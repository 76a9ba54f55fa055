"""The chairs of a clinic: opened under a name, and taken out of use when nothing is booked on them."""

import pytest

from holdfast.access import Viewer
from holdfast.care import chairs
from holdfast.errors import Conflict, InvalidInput, NotAllowed, NotFound
from holdfast.records.queries import chairs as queries
from tests import make
from tests.making import courses


def names(viewer: Viewer) -> list[str]:
    return [name for _, name in queries.in_use(viewer)]


def test_open_chair_when_named_can_be_booked(nurse: Viewer) -> None:
    chairs.open_chair("  Chair   2 ", by=nurse, at=make.NOW)
    assert names(nurse) == ["Chair 2"]


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "chair 1"])
def test_open_chair_when_the_name_is_unfit_or_there_is_refused(nurse: Viewer, name: str) -> None:
    chairs.open_chair("Chair 1", by=nurse, at=make.NOW)
    with pytest.raises(InvalidInput, match="name"):
        chairs.open_chair(name, by=nurse, at=make.NOW)
    assert names(nurse) == ["Chair 1"]


def test_open_chair_by_who_may_not_book_is_refused(therapist: Viewer) -> None:
    with pytest.raises(NotAllowed):
        chairs.open_chair("Chair 1", by=therapist, at=make.NOW)


def test_chair_when_taken_out_of_use_is_opened_again_under_its_name(nurse: Viewer) -> None:
    chair = chairs.open_chair("Chair 1", by=nurse, at=make.NOW)
    chairs.set_active(chair, False, by=nurse, at=make.NOW)
    assert names(nurse) == []
    assert chairs.open_chair("Chair 1", by=nurse, at=make.NOW) == chair
    assert names(nurse) == ["Chair 1"]


def test_chair_when_booked_ahead_stays_in_use(episode_id: int, nurse: Viewer) -> None:
    courses.make_booking(courses.make_course(episode_id, by=nurse), by=nurse)
    (row,) = queries.of_clinic(nurse, at=make.NOW)
    assert (row.name, row.ahead) == ("Chair 1", 1)
    with pytest.raises(Conflict, match="move them first"):
        chairs.set_active(row.chair_id, False, by=nurse, at=make.NOW)


def test_chair_of_another_site_is_not_there(nurse: Viewer, stranger: Viewer) -> None:
    chair = chairs.open_chair("Chair 1", by=nurse, at=make.NOW)
    with pytest.raises(NotFound):
        chairs.set_active(chair, False, by=stranger, at=make.NOW)
    assert names(stranger) == []
