"""Moves reminders to and from calendars (iCalendar, RFC 5545)."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Alarm, Calendar, Event, vRecur
from icalendar.cal.component import Component

from voice.reminders import moments, recurrence
from voice.reminders.recurrence import RuleError
from voice.reminders.reminder import Reminder
from voice.reminders.store import Store
from voice.reminders.wording import KINDS, Wording

ABOUT = "X-UNKNOT-ABOUT"
LARGEST = 16 * 1024 * 1024
"""Bytes of a calendar that is read."""
DAY_BEGINS = time(9)
"""When something that a calendar puts on a whole day rings."""
LONGEST = 80
MOST_COUNTED = 5000
UNNAMED = "your calendar"
_MINUTE = timedelta(minutes=1)


class CalendarError(RuntimeError):
    """A calendar that cannot be read or written."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of reading a calendar."""

    added: tuple[Reminder, ...]
    known: int
    """How many were there already."""
    skipped: tuple[str, ...]
    """A line for each entry that was not taken, saying why."""
    remarks: tuple[str, ...] = ()
    """A line for each entry that was taken in part, saying what is missing."""


def export_ics(store: Store, path: Path, wording: Wording) -> int:
    """Write every reminder that will still ring as a calendar.

    The file appears whole or not at all.

    Args:
        store: Where the reminders are.
        path: The file to write, usually ending in `.ics`.
        wording: What each reminder is called.

    Returns:
        How many reminders it holds.

    Raises:
        CalendarError: The file cannot be written.
        StoreError: The reminders cannot be read.
    """
    live = store.live()
    calendar = Calendar()
    calendar.add("prodid", "-//unknot//reminders//EN")
    calendar.add("version", "2.0")
    for reminder in live:
        calendar.add_component(_event(reminder, wording))
    calendar.add_missing_timezones()
    unfinished = path.parent / f".{path.name}.{uuid.uuid4().hex}"
    try:
        with unfinished.open("xb") as file:
            file.write(calendar.to_ical())
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise CalendarError(
            f"The calendar {path} cannot be written: {error.strerror}.",
            "Name a file in a folder that you may write.",
        ) from error
    return len(live)


def import_ics(store: Store, path: Path, *, now_ms: int, zone: str) -> Imported:
    """Take the entries of a calendar as reminders; what is there already is left alone.

    Args:
        store: Where the reminders are kept.
        path: The calendar.
        now_ms: The present in milliseconds since the epoch.
        zone: IANA name of the zone for times that name none.

    Raises:
        CalendarError: The file cannot be read, or is no calendar.
        StoreError: The reminders cannot be kept.
    """
    wanted: dict[str, Reminder] = {}
    skipped: list[str] = []
    remarks: list[str] = []
    known = 0
    for entry in _entries(path):
        name = _text(entry, "summary") or _text(entry, "uid") or "an entry without a name"
        try:
            reminder = _reminder(entry, now_ms, zone)
        except (RuleError, ValueError, OverflowError, AttributeError, TypeError) as error:
            skipped.append(f"{name}: {error}")
            continue
        if reminder.uid in wanted or store.known(reminder.uid) is not None:
            known += 1
        else:
            wanted[reminder.uid] = reminder
            if "EXDATE" in entry:
                remarks.append(f"{name}: it also rings on the days that its rule leaves out")
    return Imported(store.add_all(wanted.values()), known, tuple(skipped), tuple(remarks))


def _event(reminder: Reminder, wording: Wording) -> Event:
    kind = wording.kind(reminder.about)
    event = Event()
    event.add("uid", reminder.uid)
    event.add("dtstamp", datetime.now(UTC))
    event.add("summary", kind.do[:1].upper() + kind.do[1:])
    event.add("description", " ".join(kind.rings))
    event.add(ABOUT, reminder.about)
    start = _start(reminder)
    event.add("dtstart", start)
    event.add("duration", _MINUTE)
    minutes = reminder.every_minutes
    hours = minutes is not None and minutes % 60 == 0
    rule = f"FREQ=HOURLY;INTERVAL={minutes // 60}" if minutes and hours else reminder.rule
    if rule:
        if reminder.until_ms is not None:
            end = moments.from_ms(reminder.until_ms, "UTC")
            rule += f";UNTIL={end:%Y%m%dT%H%M%SZ}"
        event.add("rrule", vRecur.from_ical(rule))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", kind.rings[0])
    alarm.add("trigger", timedelta(0))
    event.add_component(alarm)
    return event


def _start(reminder: Reminder) -> datetime:
    if reminder.state == "snoozed" and not reminder.rule:
        return moments.from_ms(reminder.ring_ms, "UTC")
    if reminder.wall is None:
        return moments.from_ms(reminder.due_ms, "UTC")
    return reminder.wall.replace(tzinfo=moments.zone(reminder.zone))


def _entries(path: Path) -> tuple[Component, ...]:
    try:
        if path.stat().st_size > LARGEST:
            raise CalendarError(f"The calendar {path} is too large.", "Export fewer entries.")
        data = path.read_bytes()
    except OSError as error:
        raise CalendarError(
            f"The calendar {path} cannot be read: {error.strerror}.", "Name an existing .ics file."
        ) from error
    calendar = _calendar(data)
    if calendar is None:
        raise CalendarError(
            f"The file {path} is not a calendar.", "Name a file in the iCalendar format, .ics."
        )
    return tuple(entry for entry in calendar.walk() if entry.name in {"VEVENT", "VTODO"})


def _calendar(data: bytes) -> Component | None:
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError, TypeError):
        return None
    return calendar if calendar.name == "VCALENDAR" else None


def _reminder(entry: Component, now_ms: int, zone: str) -> Reminder:
    """The reminder for an entry.

    Raises:
        ValueError: There is none in it that still would ring.
    """
    if "RECURRENCE-ID" in entry:
        raise ValueError("it changes one occurrence of another entry, which is not supported")
    wall, meant = _begin(entry, zone)
    title = _text(entry, "summary")[:LONGEST] or UNNAMED
    about = _text(entry, ABOUT)
    moment = moments.resolve(wall, meant)
    fixed = meant == "UTC"
    reminder = Reminder(
        about=about if about in KINDS or about.lower() == title.lower() else title,
        due_ms=moment,
        zone=zone if fixed else meant,
        wall=None if fixed else wall,
        text=title,
        uid=_text(entry, "uid") or f"{uuid.uuid4()}@unknot",
        ring_ms=moment,
    )
    if "RRULE" in entry:
        return _recurring(entry, reminder, wall, meant, now_ms)
    if moment <= now_ms:
        raise ValueError("its time has passed")
    return reminder


def _begin(entry: Component, zone: str) -> tuple[datetime, str]:
    """The wall-clock time of an entry, and the zone it is meant in."""
    found = entry.get("DTSTART") or entry.get("DUE")
    try:
        value = getattr(found, "dt", None)
    except (AttributeError, ValueError):
        value = None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value, zone
        name = getattr(value.tzinfo, "key", None) or ("UTC" if not value.utcoffset() else "")
        if name:
            return value.replace(tzinfo=None), name
        return value.astimezone(UTC).replace(tzinfo=None), "UTC"
    if isinstance(value, date):
        return datetime.combine(value, DAY_BEGINS), zone
    raise ValueError("it has no time")


def _recurring(
    entry: Component, reminder: Reminder, wall: datetime, zone: str, now_ms: int
) -> Reminder:
    found = entry["RRULE"]
    if not isinstance(found, vRecur):
        raise RuleError("it has more than one recurrence, which is not supported")
    written: bytes = found.to_ical()  # type: ignore[no-untyped-call]
    parts = recurrence.parts_of(written.decode("ascii"))
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    rule = recurrence.checked(";".join(f"{key}={value}" for key, value in parts.items()), wall)
    end = _end(rule, wall, zone, until, count)
    meant = zone if reminder.wall is not None else "UTC"
    turn = reminder._replace(rule=rule, until_ms=end)
    if recurrence.elapsed_minutes(rule) is not None:
        turn = turn._replace(wall=None)
    elif turn.wall is None:
        # A time in UTC that recurs by the clock keeps to the clock of UTC.
        turn = turn._replace(wall=wall, zone="UTC")
    if turn.due_ms <= now_ms:
        later = recurrence.following(rule, turn.due_ms, turn.wall, meant, now_ms)
        if later is None:
            raise ValueError("its last time has passed")
        turn = turn._replace(due_ms=later[0], wall=later[1], ring_ms=later[0])
    if end is not None and turn.due_ms > end:
        raise ValueError("its last time has passed")
    return turn


def _end(rule: str, wall: datetime, zone: str, until: str, count: str) -> int | None:
    """The moment after which a rule ends; a count is turned into the last occurrence."""
    if count:
        number = min(int(count), MOST_COUNTED)
        last = list(rrulestr(rule, dtstart=wall).xafter(wall, count=number, inc=True))[-1]
        return moments.resolve(last, zone)
    if not until:
        return None
    if until.endswith("Z"):
        return moments.to_ms(datetime.strptime(until, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    day = datetime.strptime(until[:8], "%Y%m%d")
    clock = time.fromisoformat(until[9:]) if "T" in until else time(23, 59, 59)
    return moments.resolve(datetime.combine(day, clock), zone)


def _text(entry: Component, name: str) -> str:
    return " ".join(str(entry.get(name, "")).split())
