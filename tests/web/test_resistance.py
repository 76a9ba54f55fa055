"""The page on what was tried: entered by the line, judged at once, read by those who may not write."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from holdfast.access import Viewer
from holdfast.care import patients, resistance
from holdfast.records.queries import resistance as queries
from tests import make
from tests.cast import Cast, logged_in
from tests.making.resistance import make_history, make_other, make_trial
from tests.web import seen

LINE = {"drug-drug": "sert", "drug-dose_mg": "200", "drug-weeks": "12", "drug-improvement_percent": "30 %",
        "drug-stopped": "no_effect", "drug-this_episode": "on"}  # fmt: skip


class Page:
    """The page of Ada, opened and sent as a person would."""

    def __init__(self, cast: Cast, viewer: Viewer) -> None:
        self.browser: Client = logged_in(viewer)
        self.place = f"/patients/{cast.adas_episode}/resistance/"

    def open(self, query: str = "") -> Any:
        return self.browser.get(f"{self.place}{query}")

    def send(self, what: str, **fields: object) -> Any:
        marked = {"what": what, f"{what}-uid": str(uuid.uuid4()), **fields}
        return self.browser.post(self.place, marked)

    def said(self, response: Any) -> list[str]:
        assert response.status_code == 302
        return seen.messages(self.browser.get(response["Location"]))


@pytest.fixture
def page(cast: Cast) -> Page:
    return Page(cast, cast.okoro)


def tried(cast: Cast) -> tuple[queries.TrialRow, ...]:
    return queries.of_episode(cast.okoro, cast.adas_episode).trials


def rows(response: Any) -> list[list[str]]:
    return seen.table(response, "Antidepressants tried")


def test_line_when_sent_is_kept_said_back_and_the_next_one_waits_for_the_drug(cast: Cast, page: Page) -> None:
    response = page.send("drug", **LINE)
    assert response["Location"] == f"{page.place}?add=drug"
    after = page.open("?add=drug")
    assert seen.messages(after) == ["Sertraline kept: 200 mg a day, 12 weeks, 30 % better."]
    (field,) = seen.elements(after, "input", name="drug-drug")
    assert "autofocus" in dict(field.attributes)
    (row,) = tried(cast)
    assert (row.drug, row.dose_mg, row.weeks, row.improvement_percent, row.this_episode) == (
        "sertraline", 200, 12, 30, True,
    )  # fmt: skip


def test_line_when_only_the_drug_is_known_keeps_the_rest_as_missing(cast: Cast, page: Page) -> None:
    said = page.said(page.send("drug", **{"drug-drug": "Mirtazapin", "drug-this_episode": "on"}))
    assert said == ["Mirtazapine kept: dose not known, weeks not known, improvement not known."]
    (row,) = tried(cast)
    assert (row.dose_mg, row.weeks, row.improvement_percent, row.stopped) == (None, None, None, "not known")
    assert rows(page.open())[0][1:4] == ["not known", "not known", "not known"]


def test_line_when_sent_twice_is_kept_once(cast: Cast, page: Page) -> None:
    mark = str(uuid.uuid4())
    for _ in range(2):
        assert page.send("drug", **LINE, **{"drug-uid": mark}).status_code == 302
    assert len(tried(cast)) == 1


def test_line_when_the_name_may_be_a_slip_asks_and_keeps_what_was_typed(cast: Cast, page: Page) -> None:
    typed = {**LINE, "drug-drug": "sertalin"}
    asked = page.send("drug", **typed)
    assert (asked.status_code, seen.errors(asked)) == (
        422,
        ["Antidepressant: This is not in the table. Expected: sertraline; or tick that it is another drug."],
    )
    assert {name: seen.typed(asked, name) for name in ("drug-drug", "drug-dose_mg", "drug-weeks")} == {
        "drug-drug": "sertalin", "drug-dose_mg": "200", "drug-weeks": "12",
    }  # fmt: skip
    assert tried(cast) == ()
    assert page.send("drug", **typed, **{"drug-as_typed": "on"}).status_code == 302
    assert [row.name for row in tried(cast)] == ["sertalin"]
    assert rows(page.open())[0][0] == "sertalin not in the table"


def test_line_when_the_drug_is_in_no_table_and_like_none_is_kept_as_told(cast: Cast, page: Page) -> None:
    assert page.send("drug", **{**LINE, "drug-drug": "dibenzepin"}).status_code == 302
    (row,) = rows(page.open())
    assert row[5].startswith("cannot tell Not in the table of antidepressants, so no minimum dose is known.")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"drug-drug": ""}, "Antidepressant: This field is required."),
        ({"drug-drug": "pram"}, "Antidepressant: This is not in the table. Expected: citalopram, clomipramine, "
                                "desipramine, escitalopram; or tick that it is another drug."),
        ({"drug-dose_mg": "two"}, "Highest dose, mg a day: This is not a number. Expected: for example 35.5 or 35,5."),
        ({"drug-dose_mg": "20000"}, "Highest dose, mg a day: 20000 mg a day is not likely. "
                                    "Expected: more than 0, up to 2000 mg a day."),
        ({"drug-improvement_percent": "a lot"}, "Better by, %: This is not a whole number. Expected: for example 30."),
        ({"drug-improvement_percent": "150"}, "Better by, %: 150 % is not possible. "
                                              "Expected: 0 to 100 %; 0 when nothing changed, or worse."),
        ({"drug-began_on": "soon"}, "First day: This is not a day. Expected: for example 2024-04-30."),
    ],
)  # fmt: skip
def test_line_when_something_is_wrong_says_what_would_be_right_and_keeps_what_was_typed(
    cast: Cast, page: Page, fields: dict[str, str], said: str
) -> None:
    typed = {**LINE, **fields}
    response = page.send("drug", **typed)
    assert (response.status_code, seen.errors(response)) == (422, [said])
    shown = {name: seen.typed(response, name) for name in typed if name != "drug-this_episode"}
    assert shown == {name: value for name, value in typed.items() if name != "drug-this_episode"}
    assert tried(cast) == ()


def test_trials_when_shown_say_for_each_whether_it_counts_and_why(cast: Cast, page: Page) -> None:
    make_trial(cast.adas_episode, by=cast.okoro, augmented_with="lithium")
    make_trial(cast.adas_episode, "venlafaxine", by=cast.okoro, weeks=4)
    make_trial(cast.adas_episode, "citalopram", by=cast.okoro, dose_mg=None)
    assert [(row[0], row[5].split(". Nurse Okoro")[0]) for row in rows(page.open())] == [
        ("sertraline SSRI; with lithium",
         "counts 200 mg reaches the minimum of 50 mg a day. 10 weeks, long enough (6 weeks). "
         "10 % better, too little (under 50 %). In this episode"),
        ("venlafaxine SNRI", "does not count 4 weeks, shorter than the 6 weeks needed"),
        ("citalopram SSRI", "cannot tell Dose not known; the minimum is 20 mg a day"),
    ]  # fmt: skip


def test_page_when_enough_failed_says_so_beside_the_signed_finding(cast: Cast, page: Page) -> None:
    for drug in ("sertraline", "venlafaxine"):
        make_trial(cast.adas_episode, drug, by=cast.okoro)
    shown = seen.text(page.open())
    assert "2 adequate trials failed, 2 are needed" in shown
    assert "Signed finding: none yet. Sign the finding" in shown
    patients.assess(
        cast.adas_episode, treatment_resistant=False, happened_at=make.NOW, by=cast.rivera, at=make.NOW
    )
    shown = seen.text(page.open())
    assert "Signed finding: not treatment-resistant depression, Dr Rivera, 2 Mar 2026 15:00." in shown
    assert "The signed finding and the record do not agree." in shown
    assert seen.links(page.open(), "Sign a new finding") == [f"/patients/{cast.adas_episode}/assessment/"]


def test_page_when_nothing_is_on_record_says_so_and_stages_nothing(page: Page) -> None:
    shown = seen.text(page.open())
    assert "0 adequate trials failed, 2 are needed" in shown
    assert "no antidepressant is on record yet" in shown
    assert shown.count("nothing on record that counts yet") == 6


def test_stagings_when_shown_have_their_parts_with_points(cast: Cast, page: Page) -> None:
    make_trial(cast.adas_episode, by=cast.okoro)
    make_history(cast.adas_episode, by=cast.okoro)
    assert seen.table(page.open(), "Maudsley Staging Method: 7 of 15, moderate") == [
        ["How long this episode has lasted", "18 months", "2"],
        ["Severity", "severe", "4"],
        ["Antidepressants that failed", "1 counted: sertraline", "1"],
        ["Augmentation used", "none on record", "0"],
        ["ECT used", "none on record", "0"],
    ]


def test_other_treatment_and_history_when_sent_are_kept_and_shown(cast: Cast, page: Page) -> None:
    fields = {"other-kind": "ect_bilateral", "other-sessions": "8", "other-improvement_percent": "20"}
    assert page.said(page.send("other", **fields, **{"other-this_episode": "on"})) == [
        "ECT, both sides kept."
    ]
    told = {"history-months": "18", "history-severity": "psychotic", "history-may_be_pregnant": "no"}
    assert page.said(page.send("history", **told)) == ["History kept."]
    after = page.open()
    shown = seen.text(after)
    assert "ECT, both sides: 8 sessions, 20 % better" in shown
    assert "This episode 18 months Severity severe, with psychosis" in shown
    assert "Pregnancy possible no" in shown
    assert [seen.typed(after, name) for name in told] == ["18", "psychotic", "no"]


def test_other_treatment_when_nothing_is_chosen_is_refused(cast: Cast, page: Page) -> None:
    response = page.send("other")
    assert (response.status_code, seen.errors(response)) == (422, ["Treatment: This field is required."])


def test_history_when_empty_is_refused(page: Page) -> None:
    response = page.send("history")
    assert (response.status_code, seen.errors(response)) == (
        422,
        ["Says nothing. Expected: at least one thing that is known."],
    )


def test_entry_when_withdrawn_with_a_reason_leaves_the_table_and_is_listed(cast: Cast, page: Page) -> None:
    uid = make_trial(cast.adas_episode, by=cast.okoro)
    fields = {"kind": "drug", "fact": str(uid)}
    refused = page.send("withdraw", **fields)
    assert (refused.status_code, seen.errors(refused)) == (
        422,
        ["What was wrong with it: This field is required."],
    )
    assert page.said(page.send("withdraw", **fields, reason="of her sister")) == [
        "Withdrawn. It no longer counts and stays readable below."
    ]
    assert tried(cast) == ()
    shown = seen.text(page.open())
    assert "None on record yet." in shown
    assert "Sertraline. Nurse Okoro, 2 Mar 2026 15:00: of her sister" in shown


def test_entry_when_withdrawn_by_someone_else_meanwhile_is_not_found(cast: Cast, page: Page) -> None:
    uid = make_trial(cast.adas_episode, by=cast.okoro)
    resistance.withdraw(cast.adas_episode, "drug", uid, reason="x", by=cast.rivera, at=make.NOW)
    assert page.send("withdraw", kind="drug", fact=str(uid), reason="x").status_code == 404


def test_page_when_read_by_the_therapist_has_everything_but_the_forms(cast: Cast) -> None:
    make_trial(cast.adas_episode, by=cast.okoro)
    make_other(cast.adas_episode, by=cast.okoro)
    opened = Page(cast, cast.bell).open()
    assert [row[0] for row in rows(opened)] == ["sertraline SSRI"]
    assert seen.elements(seen.elements(opened, "main")[0], "form") == []
    assert Page(cast, cast.bell).send("drug", **LINE).status_code == 403


def test_measures_when_there_is_no_score_lead_to_where_it_is_entered(cast: Cast, page: Page) -> None:
    make.make_check_in(cast.adas_episode, 2, by=cast.okoro)
    opened = page.open()
    assert seen.table(opened, "Complete scores before the first infusion") == [
        ["PHQ-9 judges the course", "16 2 Mar 2026"],
        ["MADRS", "none on record Enter it: MADRS"],
        ["GAD-7", "none on record Enter it: GAD-7"],
    ]
    place = f"/patients/{cast.adas_episode}/score/"
    assert seen.links(opened, "Enter it: MADRS") == [f"{place}?instrument=madrs"]


def test_field_when_a_drug_is_typed_offers_each_with_its_class_and_least_dose(page: Page) -> None:
    options = seen.elements(page.open(), "option")
    offered = {dict(one.attributes).get("value"): dict(one.attributes).get("label") for one in options}
    assert offered["sertraline"] == "SSRI, at least 50 mg a day"
    assert offered["tianeptine"] == "another kind, at least 37.5 mg a day"
    assert offered["gepirone"] == "another kind, no minimum dose agreed"


def test_page_when_there_are_more_entries_takes_the_same_queries(cast: Cast, page: Page) -> None:
    def fill(*drugs: str) -> None:
        for drug in drugs:
            make_trial(cast.adas_episode, drug, by=cast.okoro)
            make_other(cast.adas_episode, by=cast.okoro)
            make_history(cast.adas_episode, by=cast.okoro)
        resistance.withdraw(
            cast.adas_episode,
            "drug",
            make_trial(cast.adas_episode, by=cast.okoro),
            reason="x",
            by=cast.okoro,
            at=make.NOW,
        )

    def counted() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert page.open().status_code == 200
        return len(caught)

    fill("sertraline")
    counted()
    few = counted()
    fill("venlafaxine", "amitriptyline", "dibenzepin")
    assert counted() == few == 17
