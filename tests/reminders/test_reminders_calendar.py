"""Reminders move to a calendar and back (RFC 5545)."""

from __future__ import annotations

from pathlib import Path

import pytest
from icalendar import Calendar

from tests.reminders.conftest import Bench
from voice.reminders import Store
from voice.reminders.ical import CalendarError, export_ics, import_ics

SETS: list[dict[str, str | int]] = [
    {"about": "heat", "minutes": 20},
    {"about": "cold", "at": "2026-11-24T18:00"},
    {"about": "exercise", "repeat": "weekdays", "at": "09:00"},
    {"about": "stretching", "repeat": "monday", "at": "08:30"},
    {"about": "break", "every_minutes": 120, "until": "2026-11-25T18:00"},
    {"about": "massage", "every_minutes": 45},
    {"about": "call the doctor, please; today", "repeat": "daily", "at": "10:00"},
]


def test_what_is_exported_comes_back_the_same(bench: Bench, tmp_path: Path) -> None:
    for slots in SETS:
        bench.ask("set_reminder", **slots)
    file = tmp_path / "reminders.ics"
    assert export_ics(bench.store, file, bench.wording) == len(SETS)
    other = Store(tmp_path / "other" / "reminders.sqlite3")
    imported = import_ics(other, file, now_ms=bench.ms, zone=bench.zone)
    assert (imported.known, imported.skipped) == (0, ())

    def meaning(store: Store) -> list[tuple[object, ...]]:
        return [(o.about, o.due, o.repeat, o.until, o.uid, o.wall) for o in store.live()]

    assert meaning(other) == meaning(bench.store)
    assert import_ics(other, file, now_ms=bench.ms, zone=bench.zone).known == len(SETS)
    assert other.count() == len(SETS)
    other.close()


def test_a_phone_finds_what_it_needs(bench: Bench, tmp_path: Path) -> None:
    bench.ask("set_reminder", about="exercise", repeat="weekdays", at="09:00")
    file = tmp_path / "reminders.ics"
    export_ics(bench.store, file, bench.wording)
    text = file.read_bytes().decode()
    for line in (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "DTSTART;TZID=Europe/Berlin:20261125T090000",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "SUMMARY:Exercise",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
    ):
        assert line in text.splitlines()
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event.errors == []


EVENT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//somebody//else//EN
BEGIN:{kind}
UID:one@else
SUMMARY:See the physiotherapist
{lines}
END:{kind}
END:VCALENDAR
"""

FOREIGN = [
    ("VEVENT", "DTSTART:20261125T080000Z", "2026-11-25T09:00:00+01:00", ""),
    ("VEVENT", "DTSTART;TZID=America/New_York:20261125T080000", "2026-11-25T08:00:00-05:00", ""),
    (
        "VEVENT",
        "DTSTART;TZID=W. Europe Standard Time:20261125T080000",
        "2026-11-25T08:00:00+01:00",
        "",
    ),
    ("VEVENT", "DTSTART:20261125T080000", "2026-11-25T08:00:00+01:00", ""),
    ("VEVENT", "DTSTART;VALUE=DATE:20261125", "2026-11-25T09:00:00+01:00", ""),
    ("VTODO", "DUE:20261125T080000", "2026-11-25T08:00:00+01:00", ""),
    (
        "VEVENT",
        "DTSTART;TZID=Europe/Berlin:20200101T070000\nRRULE:FREQ=DAILY",
        "2026-11-25T07:00:00+01:00",
        "daily",
    ),
    (
        "VEVENT",
        "DTSTART;TZID=Europe/Berlin:20261124T170000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
        "2026-11-24T17:00:00+01:00",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH",
    ),
    (
        "VEVENT",
        "DTSTART;TZID=Europe/Berlin:20261124T170000\nRRULE:FREQ=DAILY;COUNT=3",
        "2026-11-24T17:00:00+01:00",
        "daily",
    ),
    (
        "VEVENT",
        "DTSTART:20261124T170000Z\nRRULE:FREQ=HOURLY;INTERVAL=2",
        "2026-11-24T18:00:00+01:00",
        "every 120 minutes",
    ),
]


@pytest.mark.parametrize(("kind", "lines", "due", "repeat"), FOREIGN)
def test_entries_of_other_calendars(
    bench: Bench, tmp_path: Path, kind: str, lines: str, due: str, repeat: str
) -> None:
    file = tmp_path / "else.ics"
    file.write_text(EVENT.format(kind=kind, lines=lines))
    imported = import_ics(bench.store, file, now_ms=bench.ms, zone=bench.zone)
    assert imported.skipped == ()
    (reminder,) = bench.store.live()
    assert (reminder.due.isoformat(), reminder.repeat) == (due, repeat)
    assert reminder.about == "See the physiotherapist"
    assert "See the physiotherapist" in " ".join(bench.ask("list_reminders").sentences)


def test_a_count_ends_the_recurrence(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "else.ics"
    lines = "DTSTART;TZID=Europe/Berlin:20261124T170000\nRRULE:FREQ=DAILY;COUNT=3"
    file.write_text(EVENT.format(kind="VEVENT", lines=lines))
    import_ics(bench.store, file, now_ms=bench.ms, zone=bench.zone)
    rung = 0
    for _ in range(7 * 24):
        bench.later(minutes=60 - bench.ms // 60_000 % 60)
        if bench.rung():
            rung += 1
            bench.ask("done_reminder")
    assert rung == 3


SKIPPED = [
    ("DTSTART:20200101T080000Z", "its time has passed"),
    ("DTSTART:20200101T080000Z\nRRULE:FREQ=DAILY;UNTIL=20210101T000000Z", "its last time has"),
    ("DTSTART:20261125T080000Z\nRRULE:FREQ=SECONDLY", "more often than once a day"),
    ("DTSTART:20261125T080000Z\nRRULE:FREQ=MINUTELY", "not a recurrence that can be kept"),
    ("DTSTART:20261125T080000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes"),
    ("DTSTART:20261125T080000Z\nRECURRENCE-ID:20261125T080000Z", "not supported"),
    ("DESCRIPTION:whenever", "it has no time"),
    ("DTSTART:the day after", "it has no time"),
]


@pytest.mark.parametrize(("lines", "reason"), SKIPPED)
def test_what_is_not_taken_is_said_with_the_reason(
    bench: Bench, tmp_path: Path, lines: str, reason: str
) -> None:
    file = tmp_path / "else.ics"
    file.write_text(EVENT.format(kind="VEVENT", lines=lines))
    imported = import_ics(bench.store, file, now_ms=bench.ms, zone=bench.zone)
    assert imported.added == ()
    (sentence,) = imported.skipped
    assert sentence.startswith("See the physiotherapist: ")
    assert reason in sentence
    assert bench.store.live() == ()


BROKEN = [b"", b"dear diary", b"\x00\xff" * 500, b"BEGIN:VCALENDAR\n", b"BEGIN:VEVENT\nEND:VTODO\n"]


@pytest.mark.parametrize("data", BROKEN)
def test_a_file_that_is_no_calendar(bench: Bench, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "else.ics"
    file.write_bytes(data)
    with pytest.raises(CalendarError) as error:
        import_ics(bench.store, file, now_ms=bench.ms, zone=bench.zone)
    assert str(file) in str(error.value)
    assert error.value.remedy


def test_a_file_that_is_not_there(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="cannot be read"):
        import_ics(bench.store, tmp_path / "no.ics", now_ms=bench.ms, zone=bench.zone)


def test_an_export_that_fails_leaves_nothing_behind(bench: Bench, tmp_path: Path) -> None:
    target = tmp_path / "a folder"
    target.mkdir()
    with pytest.raises(CalendarError, match="cannot be written"):
        export_ics(bench.store, target, bench.wording)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a folder", "home"]


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_export_to_what_is_no_file_s_name_is_refused(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CalendarError, match="cannot be written"):
        export_ics(bench.store, Path(name), bench.wording)
    assert [item.name for item in tmp_path.iterdir()] == ["home"]
