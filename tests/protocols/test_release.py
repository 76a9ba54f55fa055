"""What a running course keeps of its therapy: the whole content, and a digest that names this very content."""

import json

import pytest

from holdfast.errors import DataFileError
from holdfast.protocols.loader import therapies, therapy
from holdfast.protocols.release import content, digest, from_content

SLUGS = [one.slug for one in therapies()]


@pytest.mark.parametrize("slug", SLUGS)
def test_content_when_kept_as_json_then_the_therapy_comes_back_whole(slug: str) -> None:
    kept = json.loads(json.dumps(content(therapy(slug))))
    assert from_content(kept) == therapy(slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_content_when_kept_as_json_then_its_digest_stays(slug: str) -> None:
    kept = json.loads(json.dumps(content(therapy(slug))))
    assert digest(from_content(kept)) == digest(therapy(slug))


@pytest.mark.parametrize("slug", SLUGS)
def test_digest_when_keys_were_kept_in_another_order_then_it_stays(slug: str) -> None:
    kept = json.loads(json.dumps(content(therapy(slug)), sort_keys=True))
    assert digest(from_content(kept)) == digest(therapy(slug))


def test_digest_when_therapies_differ_then_each_has_its_own() -> None:
    assert len({digest(one) for one in therapies()}) == len(SLUGS)


def test_digest_when_read_then_it_is_a_sha256() -> None:
    assert len(bytes.fromhex(digest(therapy("cbt")))) == 32


CHANGES = {
    "a word of a point": ("sessions", "cbt-05", "agenda", 0, "text"),
    "a word of a note": ("sessions", "cbt-05", "therapist_notes", 0),
    "a word of a field": ("exercises", "cbt.thought_record", "fields", 0, "label"),
    "a word of a shared exercise": ("exercises", "shared.staying_safe", "intro"),
    "the version": ("version",),
}


@pytest.mark.parametrize("path", CHANGES.values(), ids=CHANGES.keys())
def test_digest_when_one_word_changes_then_it_is_another(path: tuple[str | int, ...]) -> None:
    kept = content(therapy("cbt"))
    *way, last = path
    place = kept
    for key in way:
        place = place[key]  # type: ignore[index]
    place[last] += " more"  # type: ignore[index]
    assert digest(from_content(kept)) != digest(therapy("cbt"))


def test_digest_when_points_change_places_then_it_is_another() -> None:
    kept = content(therapy("cbt"))
    kept["sessions"]["cbt-05"]["agenda"].reverse()
    assert digest(from_content(kept)) != digest(therapy("cbt"))


def test_content_when_changed_then_the_therapy_is_not() -> None:
    before = digest(therapy("cbt"))
    content(therapy("cbt"))["sessions"]["cbt-05"]["agenda"].clear()
    assert digest(therapy("cbt")) == before


def test_from_content_when_a_key_does_not_fit_then_it_names_therapy_version_and_key() -> None:
    kept = content(therapy("cbt")) | {"copyright": ""}
    with pytest.raises(DataFileError) as refused:
        from_content(kept)
    assert str(refused.value) == (
        f"kept content of cbt {therapy('cbt').version}: copyright: String should have at least 1 character"
    )
