"""Rows of the database and what they stand for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from voice.reminders.reminder import Missed, Reminder

Row = tuple[Any, ...]

REMINDER_COLUMNS = (
    "about, due_ms, zone, wall, rule, until_ms, text, state, ring_ms, rings, heard, uid, id"
)
"""In the order of the fields of `Reminder`."""
MISSED_COLUMNS = "reminder, about, due_ms, zone, times, rang, text, told, id"
"""In the order of the fields of `Missed`."""
_WALL = 3


def reminder_of(row: Row) -> Reminder:
    """The reminder that a row of `REMINDER_COLUMNS` holds."""
    if row[_WALL] is None:
        return Reminder(*row)
    wall = datetime.fromisoformat(row[_WALL])
    return Reminder(*(*row[:_WALL], wall, *row[_WALL + 1 :]))


def row_of(reminder: Reminder) -> Row:
    """The row of `REMINDER_COLUMNS` for a reminder; its number is None when it has none yet."""
    return (
        reminder.about,
        reminder.due_ms,
        reminder.zone,
        None if reminder.wall is None else reminder.wall.isoformat(),
        reminder.rule,
        reminder.until_ms,
        reminder.text,
        reminder.state,
        reminder.ring_ms,
        reminder.rings,
        reminder.heard,
        reminder.uid,
        reminder.id or None,
    )


def missed_of(row: Row) -> Missed:
    """What a row of `MISSED_COLUMNS` holds."""
    reminder, about, due_ms, zone, times, rang, text, told, number = row
    return Missed(reminder, about, due_ms, zone, times, bool(rang), text, bool(told), number)


def row_of_missed(missed: Missed) -> Row:
    """The row of `MISSED_COLUMNS` for something missed."""
    return (
        missed.reminder,
        missed.about,
        missed.due_ms,
        missed.zone,
        missed.times,
        int(missed.rang),
        missed.text,
        int(missed.told),
        missed.id or None,
    )
