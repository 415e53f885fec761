"""When a reminder rings: in time, again until answered, once, and never in a burst."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.reminders.conftest import Bench
from voice.reminders import Store, moments


def test_it_rings_at_its_time_and_not_before(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.later(minutes=20, seconds=-0.001)
    assert bench.due() == ()
    bench.later(seconds=0.001)
    (due,) = bench.due()
    assert (due.reminder, due.about, due.late) == (1, "heat", 0.0)
    assert bench.due() == ()


def test_it_repeats_at_one_and_five_minutes_and_then_is_missed(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=10)
    bench.later(minutes=10)
    rings = []
    for second in range(20 * 60):
        if bench.rung():
            rings.append(second)
        bench.later(seconds=1)
    assert rings == [0, 60, 300]
    assert bench.store.live() == ()
    assert bench.said("missed_reminders") == (
        "You missed a reminder to use your heating pad, at four o'clock."
    )


LATENESS = [
    (0, "rings"),
    (60, "rings"),
    (120, "rings"),
    (121, "missed"),
    (8 * 3600, "missed"),
    (30 * 86400, "missed"),
]


@pytest.mark.parametrize(("seconds", "what"), LATENESS)
def test_after_sleep_or_reboot_it_is_said_once_as_missed(
    bench: Bench, seconds: int, what: str
) -> None:
    bench.ask("set_reminder", about="stretching", minutes=10)
    bench.later(minutes=10, seconds=seconds)
    answer = bench.reminders.ring(*bench.due())
    if what == "rings":
        assert answer.sentences == ("It is time to stretch your back.",)
    else:
        assert answer.sentences[0].startswith("You missed a reminder to stretch your back, ")
        bench.reminders.spoken(answer)
    bench.later(seconds=1)
    assert bench.rung() == ""
    assert bench.reminders.untold().sentences == ()


def test_what_was_missed_is_told_until_it_has_been_said_to_the_end(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=10)
    bench.later(minutes=60)
    bench.claim()
    cut_short = bench.reminders.untold()
    assert len(cut_short.sentences) == 1
    bench.later(minutes=1)
    assert bench.reminders.untold().sentences == ()
    bench.later(minutes=2)
    again = bench.reminders.untold()
    assert again == cut_short
    bench.reminders.spoken(again)
    bench.later(minutes=10)
    assert bench.reminders.untold().sentences == ()
    assert bench.ask("missed_reminders").sentences == cut_short.sentences


BURSTS = [
    (
        {"every_minutes": 60},
        10 * 60 + 5,
        "You missed ten reminders to take a break, the last one at ten to two.",
        "2026-11-25T02:50",
    ),
    (
        {"every_minutes": 60, "until": "2026-11-24T18:00"},
        10 * 60,
        "You missed two reminders to take a break, the last one at ten to six.",
        None,
    ),
    (
        {"repeat": "daily", "at": "16:00"},
        7 * 24 * 60,
        "You missed seven reminders to take a break, the last one yesterday at four in the "
        "afternoon.",
        "2026-12-01T16:00",
    ),
    (
        {"repeat": "weekdays", "at": "16:00"},
        6 * 24 * 60 + 60,
        "You missed five reminders to take a break, the last one at four o'clock.",
        "2026-12-01T16:00",
    ),
    (
        {"at": "2026-11-24T16:00"},
        60,
        "You missed a reminder to take a break, at four o'clock.",
        None,
    ),
]


@pytest.mark.parametrize(("slots", "asleep", "said", "following"), BURSTS)
def test_what_recurs_is_not_fired_in_a_burst(
    bench: Bench, slots: dict[str, str | int], asleep: int, said: str, following: str | None
) -> None:
    bench.ask("set_reminder", about="break", **slots)
    bench.later(minutes=asleep)
    assert bench.rung() == said
    assert bench.due() == ()
    after = [moments.wall_of(one.due_ms, bench.zone) for one in bench.store.live()]
    assert after == ([] if following is None else [datetime.fromisoformat(following)])


def test_after_sleep_a_turn_that_has_only_just_come_still_rings(bench: Bench) -> None:
    bench.ask("set_reminder", about="break", every_minutes=60)
    bench.later(minutes=3 * 60)
    assert bench.rung() == (
        "You missed two reminders to take a break, the last one at ten to six. "
        "It is time for a break. Change your position, and move a little."
    )
    assert bench.due() == ()


def test_a_clock_set_back_does_not_ring_twice(bench: Bench) -> None:
    bench.ask("set_reminder", about="break", repeat="daily", at="16:00")
    bench.at("2026-11-24T16:00")
    assert bench.rung() != ""
    bench.ask("done_reminder")
    bench.at("2026-11-24T15:30")
    rings = []
    for _ in range(60):
        bench.later(minutes=1)
        rings.append(bench.rung())
    assert set(rings) == {""}
    bench.at("2026-11-25T16:00")
    assert bench.rung() != ""


def test_a_clock_set_forward_tells_what_it_skipped(bench: Bench) -> None:
    bench.ask("set_reminder", about="heat", minutes=20)
    bench.later(minutes=24 * 60)
    assert bench.rung() == (
        "You missed a reminder to use your heating pad, yesterday at ten past four in the "
        "afternoon."
    )


def test_what_recurs_ends_at_its_time(bench: Bench) -> None:
    bench.ask("set_reminder", about="break", every_minutes=60, until="2026-11-24T18:00")
    rings = []
    for _ in range(6 * 60):
        bench.later(minutes=1)
        if bench.rung():
            rings.append(moments.wall_of(bench.ms, bench.zone).strftime("%H:%M"))
            bench.ask("done_reminder")
    assert rings == ["16:50", "17:50"]
    assert bench.store.live() == ()


def test_two_stores_share_what_is_due(bench: Bench) -> None:
    for minutes in range(1, 101):
        bench.ask("set_reminder", about="heat", minutes=minutes)
    other = Store(bench.path)
    bench.later(minutes=100, seconds=30)
    first = bench.store.claim(bench.ms, bench.zone)
    second = other.claim(bench.ms, bench.zone)
    other.close()
    assert len(first.rings) == 2
    assert len(first.missed) == 98
    assert (second.rings, second.missed) == ((), ())


def test_of_two_processes_one_tells_what_was_missed(bench: Bench) -> None:
    other = Store(bench.path)
    bench.ask("set_reminder", about="heat", minutes=10)
    bench.later(minutes=60)
    bench.claim()
    assert len(other.tell(bench.ms + 5)) == 1
    assert bench.store.tell(bench.ms) == ()
    assert bench.store.tell(bench.ms + 1000) == ()
    other.close()
