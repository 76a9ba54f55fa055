"""A therapy that is not shipped, and a person carried through it by the pages alone, day by day."""

import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from holdfast.protocols import loader
from tests import make
from tests.cast import Cast, logged_in
from tests.web import seen

STEADY = Path(__file__).parents[1] / "fixtures" / "steady"
"""The whole of a sixth therapy: one folder."""

NOTE = {"note__happened": "Went through it", "note__safety": "Asked; no thoughts of suicide", "sign": "1"}


def shelve(folder: Path) -> Path:
    """A clinic's own folder with that therapy in it, in use from now on; gives the therapy's folder."""
    shutil.copytree(STEADY, folder / "steady")
    loader.use(folder)
    return folder / "steady"


class Journey:
    """Ada's way through a therapy: what she and her clinic see and send, on the days they do."""

    def __init__(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cast, self.at, self.course = cast, make.NOW, ""
        self.record = f"/patients/{cast.adas_episode}/"
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.at)

    @property
    def desk(self) -> Client:
        """The therapist's browser, logged in today."""
        return logged_in(self.cast.bell)

    @property
    def phone(self) -> Client:
        """Ada's browser, logged in today."""
        return logged_in(self.cast.ada)

    def pass_days(self, days: int) -> None:
        """Let days go by; on the last of them a nurse enters a score, which renews what is suggested next."""
        self.at += timedelta(days=days)
        desk, page = logged_in(self.cast.okoro), f"{self.record}score/?instrument=phq9&by=total"
        assert desk.post(page, {**self._form(desk, page), "total": "12"}).status_code == 302

    def start(self, slug: str) -> None:
        """Start the course on its page, and come to it from the record."""
        page = f"{self.record}therapy/"
        answer = self.desk.post(page, {**self._form(self.desk, page), "therapy": slug})
        assert (answer.status_code, answer.headers.get("Location")) == (302, self.record), seen.errors(answer)
        found = re.search(r"/courses/\d+/", self.desk.get(self.record).content.decode())
        assert found is not None
        self.course = found[0]

    def open(self) -> str:
        """Begin the next session; gives the words of its page."""
        room = f"{self.course}session/"
        assert self.desk.post(room, {"begin": "1"}).headers["Location"] == room
        return seen.text(self.desk.get(room))

    def sign(self, *also_given: str) -> str:
        """Tick every point, give what the session suggests and what else is named, sign; gives the session's name."""
        room = f"{self.course}session/"
        page = self.desk.get(room)
        points = re.findall(r'name="(tick__\w+)"', page.content.decode())
        boxes = [dict(one.attributes) for one in seen.elements(page, "input", name="give")]
        given = [str(one["value"]) for one in boxes if "checked" in one] + list(also_given)
        doses = {f"dose__{name}": seen.typed(page, f"dose__{name}") for name in given}
        answer = self.desk.post(room, {**dict.fromkeys(points, "done"), **doses, **NOTE, "give": given})
        assert answer.status_code == 302, seen.text(answer)
        return seen.text(seen.elements(page, "h1")[0]).removesuffix(" Ada Alder, H-001")

    def hold(self) -> str:
        """A whole session; gives its name with its number."""
        self.open()
        return self.sign()

    def practise(self, name: str, **sent: str) -> str:
        """Ada does an exercise on her phone; gives the words she reads after it."""
        page = self.phone.post(f"/my-therapy/exercises/{name}/").headers["Location"]
        answer = self.phone.post(page, {**sent, "outcome": "done"})
        assert answer.status_code == 302, seen.text(answer)
        return seen.text(self.phone.get(answer.headers["Location"]))

    @property
    def mine(self) -> str:
        """What Ada reads under My therapy."""
        return seen.text(self.phone.get("/my-therapy/"))

    @property
    def seen_by_therapist(self) -> str:
        """What the therapist reads on the page of the course."""
        return seen.text(self.desk.get(self.course))

    @property
    def next_steps(self) -> list[str]:
        """The titles of what is suggested next."""
        page = self.desk.get(self.record)
        return [
            seen.text(seen.elements(one, "h3")[0])
            for one in seen.elements(page, "article", class_="suggestion")
        ]

    def decide(self, kind: str, **sent: str) -> str:
        """Send a decision from the page of the course; gives the words of the page it leads to."""
        page = self.desk.get(self.course)
        forms = seen.elements(page, "form")
        (form,) = [one for one in forms if seen.elements(one, "input", name="kind", value=kind)]
        sent = {"kind": kind, "uid": seen.typed(form, "uid"), **sent}
        return seen.text(self.desk.post(f"{self.course}decision/", sent, follow=True))

    def _form(self, browser: Client, page: str) -> dict[str, str]:
        shown = browser.get(page)
        return {name: seen.typed(shown, name) for name in ("uid", "happened_at")}
