"""A skills group in the harbour for the tests of its pages: Ada and Ben are in it, Dr Bell leads it on Mondays."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from holdfast.care import courses, groups
from holdfast.care.group_meetings import Row
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

WEEK = timedelta(days=7)
OPENED = make.NOW - 3 * WEEK - timedelta(days=1)
FIRST = make.NOW - 3 * WEEK
"""A Monday, three weeks ago: the clock stands at a Monday afternoon."""


class Harbour:
    """The group with Ada and Ben; `more` people beside them."""

    def __init__(self, cast: Cast, *, more: int = 0, link: str = "") -> None:
        self.cast = cast
        self.browser = logged_in(cast.bell)
        self.group_id = make.make_group(
            by=cast.bell, at=OPENED, name="Harbour class", weekday=0, link=link, channel="video"
        )
        self.ada, self.ben = (
            self.enrol(episode, name)
            for episode, name in ((cast.adas_episode, "Ada"), (cast.bens_episode, "Benno"))
        )
        for number in range(more):
            self.add(number)

    def enrol(self, episode_id: int, name: str) -> int:
        bell = self.cast.bell
        course = courses.start(episode_id, "dbt", track="group", started_at=OPENED, by=bell, at=OPENED)
        return groups.enrol(self.group_id, course, shown_as=name, week=1, agreed=True, by=bell, at=OPENED)

    def add(self, number: int) -> int:
        return make.make_member(
            self.group_id, by=self.cast.bell, code=f"M-{number}", shown_as=f"Member{number}", at=OPENED
        )

    def held(self, count: int, rows: Mapping[int, Row] | None = None) -> None:
        """So many meetings, a week apart from the first on; `rows` are those of the last."""
        for number in range(count):
            last = dict(rows or {}) if number == count - 1 else {}
            make.make_meeting(self.group_id, by=self.cast.bell, at=FIRST + number * WEEK, rows=last)

    def open(self, part: str = "") -> Any:
        return self.browser.get(f"/groups/{self.group_id}/{part}")

    def filled_in(self, **changes: object) -> dict[str, object]:
        """The meeting form as a leader fills it in: everyone there and well."""
        form = self.open("meeting/")
        given: dict[str, object] = {
            name: seen.typed(form, name) for name in ("uid", "happened_at", "week", "leader")
        }
        given["summary"] = "A calm evening."
        for member in (self.ada, self.ben):
            given |= {f"state-{member}": "present", f"leaving-{member}": "ok"}
        return {**given, **changes}

    def send(self, part: str, given: Mapping[str, object]) -> Any:
        return self.browser.post(f"/groups/{self.group_id}/{part}", dict(given))


def section(response: Any, title: str) -> str:
    """The words of the section with that heading."""
    return next(
        seen.text(one)
        for one in seen.elements(response, "section")
        if any(seen.text(heading) == title for heading in seen.elements(one, "h2"))
    )
