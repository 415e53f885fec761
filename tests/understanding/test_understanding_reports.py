"""Danger and pain are noticed however people say them; nothing harmless raises an alarm."""

from __future__ import annotations

import pytest

from tests.understanding.reports import PARTS, Part, Report, reports, wrongly_answered
from voice.understanding import Understanding

EVERY = [one for part in PARTS for one in reports(part)]
SIGNS = [one for one in EVERY if one.sign != "harmless"]
HARMLESS = [one for one in EVERY if one.sign == "harmless"]


@pytest.mark.parametrize("one", SIGNS, ids=lambda one: one.text)
def test_a_sign_is_noticed(understanding: Understanding, one: Report) -> None:
    assert understanding.understand(one.text).intent == one.sign


@pytest.mark.parametrize("part", PARTS)
def test_at_most_one_harmless_sentence_in_twenty_raises_an_alarm(
    understanding: Understanding, part: Part
) -> None:
    table = [one for one in reports(part) if one.sign == "harmless"]
    alarmed = wrongly_answered(understanding, table)
    assert len(alarmed) <= 0.05 * len(table), alarmed


@pytest.mark.parametrize(
    "text",
    [
        "no fever but my chest hurts",
        "i don't have a fever but i can't feel my legs",
        "i am not able to feel my legs",
        "i can feel tingling in both legs",
        "i can't walk any more i'm not joking",
        "i've never had chest pain like this",
        "i was on my phone and i got chest pain",
        "can you call an ambulance",
        "i was playing a game and now i can't breathe",
        "my legs are not numb but i can't pee",
        "i couldn't get up this morning and i'm not able to feel my legs",
    ],
)
def test_a_denial_or_an_aside_hides_no_danger(understanding: Understanding, text: str) -> None:
    assert understanding.understand(text).intent == "red_flag"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("can you stop it hurts", "pain"),
        ("what do i do it hurts", "pain"),
        ("how long do i hold this that hurts", "pain"),
        ("i have a knot that really hurts what can i do", "list_methods"),
    ],
)
def test_a_question_hides_no_pain_and_is_not_taken_for_it(
    understanding: Understanding, text: str, intent: str
) -> None:
    assert understanding.understand(text).intent == intent


def test_the_tables_are_as_large_as_promised_and_overlap_nowhere() -> None:
    assert len(SIGNS) >= 120
    assert len([one for one in SIGNS if one.misheard]) >= 40
    assert len(HARMLESS) >= 120
    assert len({one.text for one in EVERY}) == len(EVERY)
