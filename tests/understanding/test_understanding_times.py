"""Spoken times: the table of expressions, and what is said about an ambiguity."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.understanding import State, Understanding
from voice.understanding.numbers import number_in_words
from voice.understanding.times import TIME_SLOTS, find_times
from voice.understanding.words import words_of

NOW = datetime(2026, 3, 10, 14, 0)
TABLE = (Path(__file__).parent / "data" / "times.tsv").read_text(encoding="utf-8").splitlines()


def _row(line: str) -> tuple[str, dict[str, str | int]]:
    text, _, slots = line.partition("\t")
    pairs = (pair.split("=") for pair in slots.split())
    return text, {name: int(value) if value.isdigit() else value for name, value in pairs}


def test_the_table_has_at_least_150_expressions() -> None:
    assert len(TABLE) >= 150


@pytest.mark.parametrize(("text", "slots"), [_row(line) for line in TABLE])
def test_expression(text: str, slots: dict[str, str | int]) -> None:
    assert dict(find_times(words_of(text), NOW).slots) == slots


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("at seven", "twelve-hour"),
        ("tomorrow at three", "waking hour"),
        ("tomorrow morning", "no clock time"),
        ("half an hour before bed", "names no time"),
        ("in a few minutes", "names no time"),
        ("every day", "no time of day"),
    ],
)
def test_says_how_it_was_resolved(text: str, reason: str) -> None:
    assert reason in find_times(words_of(text), NOW).reason


@pytest.mark.parametrize(
    ("now", "at"),
    [
        ("2026-03-10T06:59", "2026-03-10T07:00"),
        ("2026-03-10T07:00", "2026-03-10T19:00"),
        ("2026-03-10T19:00", "2026-03-11T07:00"),
        ("2026-12-31T23:00", "2027-01-01T07:00"),
    ],
)
def test_a_bare_hour_is_the_next_such_time(now: str, at: str) -> None:
    found = find_times(["at", "seven"], datetime.fromisoformat(now))
    assert found.slots == {"at": at}


@settings(deadline=None)
@given(st.integers(1, 999))
def test_every_number_of_minutes_is_heard(minutes: int) -> None:
    words = f"in {number_in_words(minutes)} {'minute' if minutes == 1 else 'minutes'}".split()
    assert find_times(words, NOW).slots == {"minutes": minutes}


_WORDS = st.lists(
    st.sampled_from(sorted({word for line in TABLE for word in words_of(line.partition("\t")[0])})),
    max_size=12,
)


@settings(deadline=None)
@given(_WORDS, st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))
def test_any_mixture_gives_whole_slots_or_none(words: list[str], now: datetime) -> None:
    found = find_times(words, now)
    assert set(found.slots) <= set(TIME_SLOTS)
    assert len({"minutes", "every_minutes", "at"} & set(found.slots)) <= 1
    if "at" in found.slots:
        datetime.fromisoformat(str(found.slots["at"]))


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("every two hours until six", {"every_minutes": 120, "until": "2026-11-24T18:00"}),
        ("every hour till half past five", {"every_minutes": 60, "until": "2026-11-24T17:30"}),
        ("every hour until midnight", {"every_minutes": 60, "until": "2026-11-25T00:00"}),
        (
            "every weekday at nine until friday",
            {"repeat": "weekdays", "at": "2026-11-25T09:00", "until": "2026-11-27T09:00"},
        ),
    ],
)
def test_what_recurs_may_have_an_end(said: str, slots: dict[str, object]) -> None:
    morning = datetime(2026, 11, 24, 11, 0)
    assert dict(find_times(tuple(said.split()), morning).slots) == slots


@pytest.mark.parametrize(
    ("said", "intent", "slots"),
    [
        ("make it half an hour", "change_reminder", {"minutes": 30}),
        ("no make it seven tonight", "change_reminder", {"at": "2026-11-24T19:00"}),
        (
            "move the heat reminder to seven tonight",
            "change_reminder",
            {"about": "heat", "at": "2026-11-24T19:00"},
        ),
        ("i did it", "done_reminder", {}),
    ],
)
def test_reminders_are_changed_and_done(
    understanding: Understanding, said: str, intent: str, slots: dict[str, object]
) -> None:
    request = understanding.understand(said, State(now=datetime(2026, 11, 24, 11, 0)))
    assert (request.intent, dict(request.slots)) == (intent, slots)


@pytest.mark.parametrize(
    ("said", "about", "minutes"),
    [
        ("remind me to stretch and twenty minutes", "stretching", 20),
        ("remind me and an hour to use heat", "heat", 60),
        ("remind me to stretch and an hour and ten minutes", "stretching", 70),
    ],
)
def test_an_unstressed_in_may_be_heard_as_and(
    understanding: Understanding, said: str, about: str, minutes: int
) -> None:
    request = understanding.understand(said)
    assert request.intent == "set_reminder"
    assert dict(request.slots) == {"about": about, "minutes": minutes}
    assert understanding.is_complete(said)


@pytest.mark.parametrize("said", ["stretch and twenty minutes", "heat and cold", "salt and ten"])
def test_an_and_elsewhere_sets_no_reminder(understanding: Understanding, said: str) -> None:
    assert understanding.understand(said).intent != "set_reminder"
