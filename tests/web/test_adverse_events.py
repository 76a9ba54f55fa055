"""Adverse events on the page: recorded at a visit or between, put right, withdrawn; what serious asks of a site."""

import uuid
from typing import Any

from django.urls import reverse

from holdfast.records.models import AdverseEvent
from tests.cast import Cast, logged_in
from tests.making import home
from tests.making.counted import queries_of
from tests.web import seen

FELL = {
    "what": "Fell in the corridor", "happened_at": "2026-03-02T14:30", "severity": "moderate", "serious": "no",
    "related": "possible", "action": "Helped up, no injury", "outcome": "recovered",
}  # fmt: skip


def address(cast: Cast) -> str:
    return reverse("adverse_event", args=[cast.adas_episode])


def send(path: str, cast: Cast, **fields: str) -> Any:
    return logged_in(cast.okoro).post(path, {"uid": str(uuid.uuid4()), **FELL, **fields})


def test_page_when_sent_then_the_event_stands_there(cast: Cast) -> None:
    assert send(address(cast), cast).status_code == 302
    words = seen.text(logged_in(cast.bell).get(address(cast)))
    assert "Fell in the corridor Moderate, cause possible, recovered. Helped up, no injury" in words
    assert "2 Mar 2026 14:30, Nurse Okoro" in words


def test_page_when_opened_from_a_visit_then_the_event_is_of_that_visit(cast: Cast) -> None:
    visit = home.make_given(cast.adas_episode, by=cast.okoro)
    send(f"{address(cast)}?visit={visit}", cast)
    row = AdverseEvent.objects.get()
    assert row.visit is not None
    assert row.visit.uid == visit


def test_page_when_it_is_serious_then_it_says_whom_to_tell(cast: Cast) -> None:
    browser = logged_in(cast.okoro)
    browser.post(address(cast), {"uid": str(uuid.uuid4()), **FELL, "serious": "yes"})
    (said, whom) = seen.messages(browser.get(address(cast)))
    assert said == "Kept: Fell in the corridor, moderate."
    assert whom.startswith("Serious: tell the prescriber now and the site's lead today.")


def test_page_when_lasting_harm_is_not_called_serious_is_refused(cast: Cast) -> None:
    response = send(address(cast), cast, outcome="lasting")
    assert response.status_code == 422
    assert seen.errors(response) == ["Serious: Is no. Expected: yes: death and lasting harm are serious."]


def test_change_when_more_is_known_then_the_newer_counts_and_the_older_is_readable(cast: Cast) -> None:
    uid = home.make_event(cast.adas_episode, by=cast.okoro)
    path = reverse("adverse_event_change", args=[uid])
    page = logged_in(cast.okoro).get(path)
    assert (seen.typed(page, "what"), seen.typed(page, "happened_at")) == ("Headache", "2026-03-02T15:00")
    assert send(path, cast, reason="She told us more").status_code == 302
    words = seen.text(logged_in(cast.okoro).get(address(cast)))
    assert "Fell in the corridor" in words
    assert "No longer counts: She told us more" in words


def test_change_when_withdrawn_then_it_needs_a_reason_alone(cast: Cast) -> None:
    uid = home.make_event(cast.adas_episode, by=cast.okoro)
    path = reverse("adverse_event_change", args=[uid])
    browser = logged_in(cast.okoro)
    assert browser.post(path, {"withdraw": "1"}).status_code == 422
    assert browser.post(path, {"withdraw": "1", "reason": "Of someone else"}).status_code == 302
    assert not AdverseEvent.current.exists()


def test_page_when_there_are_more_events_then_the_number_of_queries_does_not_grow(cast: Cast) -> None:
    counts = []
    for events in (1, 2):
        for _ in range(events):
            home.make_event(cast.adas_episode, by=cast.okoro)
        counts.append(queries_of(logged_in(cast.okoro), address(cast)))
    assert counts[0] == counts[1]
