"""What patients read in the therapies is plain, kind and honest: a ten-year-old could follow it."""

import re

import pytest

from holdfast.protocols.loader import load, therapies
from holdfast.protocols.safeguards import NO_PROMISE
from tests.protocols.patient_words import Text, all_texts, grade

HIGHEST_GRADE = 6
MOST_WORDS = 20

BLAMING = re.compile(
    r"overdue|\bfail|complian|adheren|streak|resistant|resistance|refus|responder|you missed|you did not do|"
    r"should have|committed suicide|commit suicide|successful|\blapsed?\b|drop-?out|burden on|attention.seeking",
    re.IGNORECASE,
)
"""Words that blame, shame or sort people; none has a place in what a patient reads."""

PROMISING = re.compile(
    r"(?<!we )will (?:cure|heal|fix|work|help you|get better|get well|feel better|go away)|\bcures?\b|guarantee|"
    r"(?:ketamine|relief|lighter feeling|it) (?:will )?lasts? (?:longer|for good)|"
    r"(?:makes?|keeps?|keeping|making) (?:the )?(?:ketamine|relief|it|lighter feeling) (?:last|work)|always works",
    re.IGNORECASE,
)
"""Promises: what therapy brings is not known for anyone, and that it makes relief last for no one."""


def said(texts: tuple[Text, ...]) -> str:
    """The texts a test found fault with, a line each, as its message."""
    return "\n".join(f"{one.where}: {one.text}" for one in texts)


def test_texts_when_collected_then_every_therapy_and_the_infusions_are_in() -> None:
    first = {one.where.partition("/")[0] for one in all_texts()}
    assert first == {"shared", "ketamine_iv", *(one.slug for one in therapies())}


def test_running_texts_when_read_then_a_ten_year_old_could() -> None:
    hard = tuple(one for one in all_texts() if one.running and grade(one.text) > HIGHEST_GRADE)
    assert hard == (), said(hard)


def test_sentences_when_counted_then_none_is_longer_than_twenty_words() -> None:
    long = tuple(
        one for one in all_texts() if any(len(sentence.split()) > MOST_WORDS for sentence in one.sentences)
    )
    assert long == (), said(long)


def test_texts_when_searched_then_none_blames_or_sorts_people() -> None:
    found = tuple(one for one in all_texts() if BLAMING.search(one.text))
    assert found == (), said(found)


def test_texts_when_searched_then_none_promises_a_cure_or_relief_that_lasts() -> None:
    found = tuple(
        one for one in all_texts() if PROMISING.search(" ".join(one.text.split()).replace(NO_PROMISE, ""))
    )
    assert found == (), said(found)


def test_texts_when_read_then_no_placeholder_or_doubled_space_is_left() -> None:
    found = tuple(one for one in all_texts() if re.search(r"[^\n]  |\{|\.\.\s|\?\?|lorem", one.text))
    assert found == (), said(found)


@pytest.mark.parametrize("slug", [one.slug for one in therapies()])
def test_patient_card_of_a_therapy_when_read_then_it_says_what_is_not_known(slug: str) -> None:
    assert NO_PROMISE in " ".join(load(slug).patient_card.split())


@pytest.mark.parametrize("slug", [one.slug for one in therapies()])
def test_evidence_of_a_therapy_when_read_then_it_claims_no_relief_that_lasts(slug: str) -> None:
    evidence = load(slug).evidence.replace("It has not been shown that CBT makes the relief last.", "")
    assert PROMISING.search(evidence) is None


@pytest.mark.parametrize(
    ("text", "blames"),
    [
        ("Your check-in is overdue.", True),
        ("You failed to fill in the card.", True),
        ("For people who are non-compliant.", True),
        ("A 5 day streak!", True),
        ("Depression that has not lifted with treatment so far.", False),
        ("Your check-in is due. Not today? That is fine.", False),
    ],
)
def test_blaming_words_when_looked_for_then_found(text: str, blames: bool) -> None:
    assert bool(BLAMING.search(text)) == blames


@pytest.mark.parametrize(
    ("text", "promises"),
    [
        ("This will cure you.", True),
        ("CBT makes ketamine last.", True),
        ("Therapy keeps the relief working.", True),
        ("You will feel better.", True),
        ("Some people feel better.", False),
        ("How will I know it has started?", False),
    ],
)
def test_promises_when_looked_for_then_found(text: str, promises: bool) -> None:
    assert bool(PROMISING.search(text)) == promises


def test_grade_when_a_text_is_for_adults_then_it_is_above_the_limit() -> None:
    hard = "Interpersonal difficulties frequently precipitate depressive symptomatology in vulnerable individuals."
    assert (
        grade(hard)
        > HIGHEST_GRADE
        > grade("Some days are hard. You can stop at any point. We go on next time.")
    )


def test_sentences_when_split_then_a_line_of_its_own_is_one_too() -> None:
    text = Text("a", "One here. Two? Three at 7.30 p\nFour!", running=True)
    assert text.sentences == ["One here", "Two", "Three at 7.30 p", "Four"]
