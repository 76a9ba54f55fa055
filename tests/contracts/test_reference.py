"""The documents made from the code: a page for each therapy tells all of it, and what is not current is found."""

from pathlib import Path

import pytest

from holdfast.protocols.loader import therapies, therapy
from tools import markdown, reference, therapy_pages, treatment_pages

SLUGS = [plan.slug for plan in therapies()]


def told(slug: str) -> str:
    """The words of a therapy's page on one line."""
    return " ".join(therapy_pages.pages()[f"therapies/{slug}"].split())


def said(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("slug", SLUGS)
def test_page_of_a_therapy_when_made_then_it_tells_every_session_point_and_field(slug: str) -> None:
    plan, page = therapy(slug), told(slug)
    sessions = plan.sessions.values()
    own = [one for name, one in plan.exercises.items() if name.startswith(f"{slug}.")]
    wanted = [
        *(f"{one.label}. {one.title} (`{one.slug}`, {one.minutes} minutes)" for one in sessions),
        *(f"| {item.minutes} | {item.text}" for one in sessions for item in one.agenda),
        *(note for one in sessions for note in one.therapist_notes),
        *(f"### {one.title} (`{one.name}`)" for one in own),
        *(f"| `{item.slug}` | {item.label}" for one in own for item in one.fields),
        *(f"`{value.slug}`: `{value.function}`" for one in own for value in one.derived),
        *(f"**Gate `{value.gate}`**" for one in own for value in one.gates),
        *(track.about for track in plan.tracks),
        *(one.when for one in (*plan.eligibility.caution, *plan.eligibility.not_now)),
        *(one.how for one in plan.adaptations),
        *(one.do for one in plan.attendance),
        *plan.sources,
        plan.evidence,
        plan.grounding,
        plan.copyright,
        f"Standing: **{plan.status.value}**",
    ]
    assert own != []
    assert [one for one in wanted if said(one) not in page] == []


def test_page_of_a_therapy_when_its_group_has_a_curriculum_then_it_tells_week_by_week() -> None:
    curriculum, page = therapy("dbt").curriculum, told("dbt")
    assert curriculum is not None
    assert [one.week for one in curriculum.weeks if f"### Week {one.week}: {one.title}" not in page] == []
    assert [one.week for one in curriculum.weeks if said(one.idea) not in page] == []


def test_list_of_therapies_when_made_then_it_leads_to_each() -> None:
    listed = therapy_pages.pages()["therapies"]
    assert [slug for slug in SLUGS if f"(therapies/{slug}.md)" not in listed] == []


def test_pages_of_therapies_when_made_then_lines_fit_but_for_tables() -> None:
    long = [
        f"{name}: {line}"
        for name, text in therapy_pages.pages().items()
        for line in text.splitlines()
        if len(line) > markdown.COLUMNS and not line.startswith("|")
    ]
    assert long == []


def test_prose_when_a_line_would_begin_with_a_mark_then_it_is_not_read_as_a_list() -> None:
    words = f"{'x' * (markdown.COLUMNS - 1)} + one {'y' * (markdown.COLUMNS - 6)} 3. two"
    assert [line[:6] for line in markdown.prose(words).splitlines()[1:]] == [r"\+ one", r"3\. tw"]


def test_reference_when_a_page_is_missing_or_left_over_then_the_check_fails_until_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    pages = len(reference.PAGES) + len(therapy_pages.pages()) + len(treatment_pages.pages())
    assert reference.main(["--check"]) == pages
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0
    (tmp_path / "therapies" / "gone.md").write_text("# A therapy that is no more\n")
    capsys.readouterr()
    assert reference.main(["--check"]) == 1
    assert "docs/reference/therapies/gone.md is not what the code says" in capsys.readouterr().err
    assert reference.main([]) == 0
    assert not (tmp_path / "therapies" / "gone.md").exists()
