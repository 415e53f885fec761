"""The words: times as people say them, a pack whose every mistake is named."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.reminders.conftest import PACK
from voice.knowledge import PackError
from voice.reminders import Wording, check_wording, load_wording
from voice.reminders.spoken import Spoken
from voice.reminders.wording import KINDS

CLOCK = [
    ("00:00", "midnight", "midnight"),
    ("00:01", "one minute past twelve", "one minute past twelve at night"),
    ("00:30", "half past twelve", "half past twelve at night"),
    ("01:00", "one o'clock", "one in the morning"),
    ("09:05", "five past nine", "five past nine in the morning"),
    ("11:45", "quarter to twelve", "quarter to twelve in the morning"),
    ("12:00", "noon", "noon"),
    ("12:15", "quarter past twelve", "quarter past twelve in the afternoon"),
    ("16:10", "ten past four", "ten past four in the afternoon"),
    ("16:13", "thirteen minutes past four", "thirteen minutes past four in the afternoon"),
    ("16:35", "twenty-five to five", "twenty-five to five in the afternoon"),
    ("16:43", "seventeen minutes to five", "seventeen minutes to five in the afternoon"),
    ("18:00", "six o'clock", "six in the evening"),
    ("21:59", "one minute to ten", "one minute to ten in the evening"),
    ("22:00", "ten o'clock", "ten at night"),
    ("23:59", "one minute to twelve", "one minute to twelve at night"),
]


@pytest.mark.parametrize(("clock", "bare", "exact"), CLOCK)
def test_the_time_of_day(wording: Wording, clock: str, bare: str, exact: str) -> None:
    moment = datetime.fromisoformat(f"2026-11-24T{clock}")
    spoken = Spoken(wording)
    assert spoken.clock(moment, exact=False) == bare
    assert spoken.clock(moment, exact=True) == exact


NOW = "2026-11-24T15:50"  # a Tuesday
WHEN = [
    ("2026-11-24T16:10", "at ten past four"),
    ("2026-11-25T01:00", "at one o'clock"),
    ("2026-11-25T09:00", "tomorrow at nine in the morning"),
    ("2026-11-27T09:00", "on Friday at nine in the morning"),
    ("2026-12-01T09:00", "on the first of December at nine in the morning"),
    (
        "2027-02-22T09:00",
        "on the twenty-second of February twenty twenty-seven at nine in the morning",
    ),
    ("2026-11-24T09:00", "at nine o'clock"),
    ("2026-11-24T01:00", "today at one in the morning"),
    ("2026-11-23T16:00", "yesterday at four in the afternoon"),
    ("2026-11-20T16:00", "on Friday at four in the afternoon"),
]


@pytest.mark.parametrize(("moment", "said"), WHEN)
def test_when_as_it_is_told_now(wording: Wording, moment: str, said: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    now = datetime.fromisoformat(NOW).replace(tzinfo=zone)
    then = datetime.fromisoformat(moment).replace(tzinfo=zone)
    assert Spoken(wording).when(then, now) == said


SPANS = [
    (1, "in a minute"),
    (2, "in two minutes"),
    (20, "in twenty minutes"),
    (30, "in half an hour"),
    (59, "in fifty-nine minutes"),
    (60, "in an hour"),
    (61, "in an hour and a minute"),
    (90, "in an hour and a half"),
    (120, "in two hours"),
    (135, "in two hours and fifteen minutes"),
    (24 * 60, "in a day"),
    (50 * 60, "in two days and two hours"),
]


@pytest.mark.parametrize(("minutes", "said"), SPANS)
def test_how_far_ahead(wording: Wording, minutes: int, said: str) -> None:
    assert Spoken(wording).lead(minutes * 60_000) == said


def test_a_few_seconds_are_less_than_a_minute(wording: Wording) -> None:
    assert Spoken(wording).lead(20_000) == "in less than a minute"


FACTS = [
    ("heat", "a cloth between the heat and your skin"),
    ("heat", "Fifteen to twenty minutes"),
    ("heat", "Do not fall asleep on it"),
    ("cold", "Wrap it in a cloth"),
    ("cold", "never put ice straight on your skin"),
    ("cold", "Up to twenty minutes"),
]


@pytest.mark.parametrize(("about", "fact"), FACTS)
def test_a_ring_says_how_to_do_it_safely(wording: Wording, about: str, fact: str) -> None:
    assert fact in " ".join(wording.kind(about).rings)


@pytest.mark.parametrize("about", KINDS)
def test_every_kind_names_where_its_words_come_from(wording: Wording, about: str) -> None:
    assert wording.kind(about).source


def test_whatever_else_is_said_by_its_own_name(wording: Wording) -> None:
    assert wording.kind("call the doctor").rings == ("Here is your reminder, call the doctor.",)
    assert wording.kind("other").do == "other"


def test_the_pack_is_sound() -> None:
    assert check_wording(PACK) == ()


# (what is replaced, by what, what is said about it)
MISTAKES = [
    ("language: en", "", "the file lacks language"),
    ("  done: [", "  finished: [", "replies lacks done"),
    ("{when}, {lead}.", "{when}, {lea}.", "has no field {lea}"),
    ("{when}, {lead}.", "{when}.", "must say {lead}"),
    ("All right.", "All right", "must end with a full stop"),
    ("All right.", "All right (really).", "has a bracket"),
    ("Fifteen to twenty minutes are", "Up to 20 minutes are", "has a digit"),
    ("intent: start_stretch", "", "an offer lacks intent"),
    ("days: [Monday, ", "days: [", "days must be 7 names"),
    ("    source: the article, exercise\n", "", "exercise lacks source"),
    ("kinds:\n", "kinds: [}\n", "not YAML"),
    ('"{minutes} past {hour}"', '"{minutes past {hour}"', "the braces do not pair up"),
    ("  heat:\n", "  heat: warm\n  heat_on:\n", "heat must be a mapping"),
]


@pytest.mark.parametrize(("old", "new", "reason"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    text = (PACK / "reminders.yaml").read_text()
    assert old in text
    (tmp_path / "reminders.yaml").write_text(text.replace(old, new, 1))
    problems = check_wording(tmp_path)
    assert any(reason in problem.reason for problem in problems), problems
    assert all(problem.file == "reminders.yaml" for problem in problems)
    with pytest.raises(PackError):
        load_wording(tmp_path)


def test_a_pack_without_the_file(tmp_path: Path) -> None:
    (problem,) = check_wording(tmp_path)
    assert problem.reason == "the file is missing"


def test_another_pack_brings_its_own_words(tmp_path: Path) -> None:
    shutil.copy(PACK / "reminders.yaml", tmp_path)
    file = tmp_path / "reminders.yaml"
    file.write_text(file.read_text().replace("It is time for a break.", "Stand up for a while."))
    assert load_wording(tmp_path).kind("break").rings[0] == "Stand up for a while."
