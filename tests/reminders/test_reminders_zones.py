"""Recurrences by the clock: daylight saving both ways in three zones, leap days, a journey."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reminders.conftest import Bench
from voice.reminders import moments, recurrence

# (zone, rule, first time on the wall, the following times with their offsets)
TABLE = [
    # Spring forward: half past two does not exist and is taken at the offset before the gap.
    (
        "Europe/Berlin",
        "daily",
        "2026-03-28T02:30",
        ["2026-03-28T02:30+01:00", "2026-03-29T03:30+02:00", "2026-03-30T02:30+02:00"],
    ),
    (
        "America/New_York",
        "daily",
        "2026-03-07T02:30",
        ["2026-03-07T02:30-05:00", "2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00"],
    ),
    (
        "Australia/Lord_Howe",  # moves by half an hour
        "daily",
        "2026-10-03T02:15",
        ["2026-10-03T02:15+10:30", "2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00"],
    ),
    # Fall back: half past two comes twice, and only the first counts.
    (
        "Europe/Berlin",
        "daily",
        "2026-10-24T02:30",
        ["2026-10-24T02:30+02:00", "2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
    ),
    (
        "America/New_York",
        "daily",
        "2026-10-31T01:30",
        ["2026-10-31T01:30-04:00", "2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
    ),
    (
        "Australia/Lord_Howe",
        "daily",
        "2026-04-04T01:45",
        ["2026-04-04T01:45+11:00", "2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
    ),
    # Nine in the morning stays nine in the morning, both ways.
    (
        "Europe/Berlin",
        "weekdays",
        "2026-03-27T09:00",
        ["2026-03-27T09:00+01:00", "2026-03-30T09:00+02:00", "2026-03-31T09:00+02:00"],
    ),
    (
        "America/New_York",
        "sunday",
        "2026-10-25T09:00",
        ["2026-10-25T09:00-04:00", "2026-11-01T09:00-05:00", "2026-11-08T09:00-05:00"],
    ),
    (
        "Australia/Lord_Howe",
        "weekends",
        "2026-04-04T09:00",
        ["2026-04-04T09:00+11:00", "2026-04-05T09:00+10:30", "2026-04-11T09:00+10:30"],
    ),
    # Leap day and the turn of the year.
    (
        "Europe/Berlin",
        "daily",
        "2028-02-28T09:00",
        ["2028-02-28T09:00+01:00", "2028-02-29T09:00+01:00", "2028-03-01T09:00+01:00"],
    ),
    (
        "America/New_York",
        "daily",
        "2026-12-31T23:59",
        ["2026-12-31T23:59-05:00", "2027-01-01T23:59-05:00", "2027-01-02T23:59-05:00"],
    ),
    (
        "Asia/Kolkata",
        "FREQ=YEARLY",
        "2028-02-29T09:00",
        ["2028-02-29T09:00+05:30", "2032-02-29T09:00+05:30", "2036-02-29T09:00+05:30"],
    ),
    (
        "Europe/Berlin",
        "FREQ=MONTHLY",
        "2026-01-31T09:00",
        ["2026-01-31T09:00+01:00", "2026-03-31T09:00+02:00", "2026-05-31T09:00+02:00"],
    ),
]


@pytest.mark.parametrize(("zone", "name", "wall", "times"), TABLE)
def test_the_clock_on_the_wall_counts(zone: str, name: str, wall: str, times: list[str]) -> None:
    rule = name if name.startswith("FREQ") else recurrence.rule_named(name)
    begin = datetime.fromisoformat(wall)
    before = moments.resolve(begin, zone) - 1
    turn: tuple[int, datetime | None] | None = recurrence.first(rule, begin, zone, before)
    found = []
    for _ in times:
        assert turn is not None
        due, at = turn
        found.append(moments.from_ms(due, zone).isoformat(timespec="minutes"))
        turn = recurrence.following(rule, due, at, zone, due)
    assert found == times


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize("clock", ["00:00", "01:30", "01:45", "02:15", "02:30", "03:00", "09:00"])
def test_for_three_years_it_comes_once_a_day(zone: str, clock: str) -> None:
    rule = recurrence.rule_named("daily")
    begin = datetime.fromisoformat(f"2026-01-01T{clock}")
    turn: tuple[int, datetime | None] | None = (moments.resolve(begin, zone), begin)
    days: list[date] = []
    last = 0
    while turn is not None and len(days) < 1096:
        due, wall = turn
        assert wall is not None
        assert due > last
        shown = moments.wall_of(due, zone)
        assert timedelta(0) <= shown - wall <= timedelta(hours=1)
        days.append(wall.date())
        turn, last = recurrence.following(rule, due, wall, zone, due), due
    assert days == [begin.date() + timedelta(days=number) for number in range(1096)]


ELAPSED = [
    ("Europe/Berlin", "2026-03-29T00:30+01:00", "2026-03-29T03:30+02:00"),
    ("Europe/Berlin", "2026-10-25T01:30+02:00", "2026-10-25T02:30+01:00"),
    ("America/New_York", "2026-03-08T01:30-05:00", "2026-03-08T04:30-04:00"),
    ("America/New_York", "2026-11-01T00:30-04:00", "2026-11-01T01:30-05:00"),
    ("Australia/Lord_Howe", "2026-10-04T01:00+10:30", "2026-10-04T03:30+11:00"),
    ("Australia/Lord_Howe", "2026-04-05T00:30+11:00", "2026-04-05T02:00+10:30"),
]


@pytest.mark.parametrize(("zone", "start", "following"), ELAPSED)
def test_every_two_hours_counts_hours_and_not_the_clock(
    zone: str, start: str, following: str
) -> None:
    due = moments.to_ms(datetime.fromisoformat(start))
    turn = recurrence.following(recurrence.rule_every(120), due, None, zone, due)
    assert turn is not None
    assert moments.from_ms(turn[0], zone).isoformat(timespec="minutes") == following


TIME = "It is time to exercise. It improves your posture, and helps to prevent knots."


def test_after_a_journey_nine_is_nine_where_one_is(bench: Bench) -> None:
    bench.ask("set_reminder", about="exercise", repeat="daily", at="09:00")
    bench.ask("set_reminder", about="heat", at="2026-11-25T15:00")
    bench.ask("set_reminder", about="break", every_minutes=24 * 60)
    before = {one.about: one.due_ms for one in bench.store.live()}
    bench.zone = "America/New_York"
    assert bench.store.follow(bench.zone) == 1
    after = {one.about: one.due for one in bench.store.live()}
    assert after["exercise"].isoformat() == "2026-11-25T09:00:00-05:00"
    assert moments.to_ms(after["heat"]) == before["heat"]
    assert moments.to_ms(after["break"]) == before["break"]


def test_a_journey_between_two_turns_rings_once_a_day(bench: Bench) -> None:
    bench.ask("set_reminder", about="exercise", repeat="daily", at="09:00")
    rung = []
    for zone, wall in [
        ("Europe/Berlin", "2026-11-25T09:00"),
        ("America/New_York", "2026-11-25T09:00"),
        ("America/New_York", "2026-11-26T09:00"),
        ("Pacific/Auckland", "2026-11-28T09:00"),
    ]:
        bench.zone = zone
        bench.at(wall)
        bench.store.follow(zone)
        said = bench.rung()
        if said:
            rung.append((zone, said))
            bench.ask("done_reminder")
    assert rung == [
        ("Europe/Berlin", TIME),
        ("America/New_York", TIME),
        (
            "Pacific/Auckland",
            f"You missed a reminder to exercise, yesterday at nine in the morning. {TIME}",
        ),
    ]


BAD_RULES = [
    "FREQ=SECONDLY",
    "FREQ=MINUTELY",
    "FREQ=MINUTELY;INTERVAL=0",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYHOUR=1,2,3",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;INTERVAL=-1",
    "FREQ=DAILY;INTERVAL=x",
    "FREQ=HOURLY;INTERVAL=x",
    "FREQ=DAILY;INTERVAL=99999999999",
    "FREQ=YEARLY;BYEASTER=1",
    "FREQ=YEARLY;BYWEEKNO=60",
    "FREQ=WEEKLY;INTERVAL=2;WKST=XX",
    "FREQ=HOURLY;BYMINUTE=0,1",
    "FREQ=NEVER",
    "nonsense",
    "",
]


@pytest.mark.parametrize("rule", BAD_RULES)
def test_nonsense_recurrences_are_refused(rule: str) -> None:
    with pytest.raises(recurrence.RuleError) as refused:
        recurrence.checked(rule, datetime(2026, 1, 1, 9))
    assert refused.value.remedy


KEPT = [
    ("FREQ=WEEKLY;WKST=SU;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
    ("freq=daily;interval=1", "FREQ=DAILY"),
    ("FREQ=HOURLY;INTERVAL=2", "FREQ=MINUTELY;INTERVAL=120"),
    ("BYDAY=TU;INTERVAL=2;FREQ=WEEKLY;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU"),
]


@pytest.mark.parametrize(("rule", "kept"), KEPT)
def test_rules_are_kept_in_one_form(rule: str, kept: str) -> None:
    assert recurrence.checked(rule, datetime(2026, 1, 1, 9)) == kept


numbers = st.integers(-400, 400).map(str)
rules = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "MINUTELY", "X"])},
    optional={
        "INTERVAL": st.integers(-1, 2000).map(str),
        "BYDAY": st.sampled_from(["MO", "TU,TH", "1FR", "-1SU", "53MO", "XX"]),
        "BYMONTH": st.integers(-1, 14).map(str),
        "BYMONTHDAY": numbers,
        "BYYEARDAY": numbers,
        "BYWEEKNO": numbers,
        "BYSETPOS": numbers,
        "WKST": st.sampled_from(["SU", "MO"]),
    },
).map(lambda parts: ";".join(f"{key}={value}" for key, value in parts.items()))


@settings(max_examples=100, deadline=None)
@given(rule=rules, zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata"]))
def test_any_rule_is_refused_or_goes_forward(rule: str, zone: str) -> None:
    begin = datetime(2026, 1, 31, 2, 30)
    try:
        kept = recurrence.checked(rule, begin)
    except recurrence.RuleError:
        return
    assert recurrence.checked(kept, begin) == kept
    due = moments.resolve(begin, zone)
    wall = None if recurrence.elapsed_minutes(kept) is not None else begin
    for _ in range(4):
        turn = recurrence.following(kept, due, wall, zone, due)
        if turn is None:
            return
        assert turn[0] > due
        due, wall = turn


ZONES = [
    ("Europe/Berlin", "Europe/Berlin"),
    ("America/New_York", "America/New_York"),
    ("Nowhere/Atall", "UTC"),
    ("nonsense", "UTC"),
]


@pytest.mark.parametrize(("variable", "zone"), ZONES)
def test_the_zone_of_the_machine(monkeypatch: pytest.MonkeyPatch, variable: str, zone: str) -> None:
    monkeypatch.setenv("TZ", variable)
    assert moments.local_zone() == zone
