"""How a reminder moves on: it rings, rings again, is answered, or is missed.

Pure functions of a reminder and the time; the store applies them within a
transaction, so that two processes never take the same step.
"""

from __future__ import annotations

from dataclasses import dataclass

from voice.reminders import moments, recurrence
from voice.reminders.reminder import Missed, Reminder

REPEATS = (1 * moments.MINUTE, 4 * moments.MINUTE)
"""How long after a ring the next one comes: at one and at five minutes."""
LAST_WAIT = 1 * moments.MINUTE
"""How long the last ring may still be answered."""
TOO_LATE = 2 * moments.MINUTE
"""Later than this it does not ring any more: it has been missed, and that is said."""
_WAITS = (*REPEATS, LAST_WAIT)


@dataclass(frozen=True, slots=True)
class Step:
    """What one reminder does when its time has come."""

    reminder: Reminder
    """As it stands afterwards."""
    rings: bool = False
    missed: Missed | None = None
    late_ms: int = 0
    """How long after its time."""


def step(reminder: Reminder, now_ms: int, zone: str) -> Step:
    """Ring, ring again, or be missed.

    Args:
        reminder: A live reminder whose `ring_ms` has come.
        now_ms: The present moment.
        zone: IANA name of the zone whose clock is meant now.
    """
    late = now_ms - reminder.ring_ms
    if late > TOO_LATE or reminder.rings >= len(_WAITS):
        return _missed(reminder, now_ms, zone)
    return Step(_rung(reminder, now_ms), rings=True, late_ms=late)


def answered(reminder: Reminder, now_ms: int, zone: str) -> Reminder:
    """It has been done: a one-off is over, a recurring one waits for its next turn."""
    return _next_turn(reminder, now_ms, zone) or reminder._replace(state="done")


def snoozed(reminder: Reminder, until_ms: int) -> Reminder:
    """It rings again later, as if for the first time."""
    return reminder._replace(state="snoozed", ring_ms=until_ms, rings=0, heard=False)


def moved(reminder: Reminder, zone: str) -> Reminder:
    """A recurring reminder by the clock, after the person went to another zone."""
    follows = bool(reminder.rule) and reminder.wall is not None and reminder.state == "set"
    if not follows or reminder.wall is None:
        return reminder
    due = moments.resolve(reminder.wall, zone)
    return reminder._replace(zone=zone, due_ms=due, ring_ms=due)


def _rung(reminder: Reminder, now_ms: int) -> Reminder:
    wait = _WAITS[reminder.rings]
    return reminder._replace(state="ringing", rings=reminder.rings + 1, ring_ms=now_ms + wait)


def _missed(reminder: Reminder, now_ms: int, zone: str) -> Step:
    """Note what has passed; of a recurring one, a turn that has only just come still rings."""
    turns = _passed(reminder, now_ms, zone)
    now = turns.last
    fresh = turns.count > 1 and now_ms - now.due_ms <= TOO_LATE
    last = turns.before if fresh else now
    missed = Missed(
        reminder=reminder.id,
        about=reminder.about,
        due_ms=last.due_ms,
        zone=reminder.zone,
        times=turns.count - int(fresh),
        rang=bool(reminder.heard),
        text=reminder.text,
    )
    if fresh:
        ringing = _rung(now._replace(rings=0, heard=False), now_ms)
        return Step(ringing, rings=True, missed=missed, late_ms=now_ms - now.due_ms)
    after = _next_turn(reminder, now_ms, zone) or reminder._replace(state="missed")
    return Step(after, missed=missed)


@dataclass(frozen=True, slots=True)
class _Turns:
    """The occurrences that have passed, from the one whose turn it was on."""

    last: Reminder
    before: Reminder
    """The last but one; the same as the last when there is only one."""
    count: int


def _passed(reminder: Reminder, now_ms: int, zone: str) -> _Turns:
    end = now_ms if reminder.until_ms is None else min(now_ms, reminder.until_ms)
    minutes = reminder.every_minutes
    if minutes is not None:
        each = minutes * moments.MINUTE
        more = max(0, (end - reminder.due_ms) // each)
        last = reminder._replace(due_ms=reminder.due_ms + more * each)
        before = reminder._replace(due_ms=reminder.due_ms + max(0, more - 1) * each)
        return _Turns(last, before, 1 + more)
    last = before = reminder
    count = 1
    while reminder.rule:
        later = _next_turn(last, last.due_ms, zone)
        if later is None or later.due_ms > end:
            break
        last, before = later, last
        count += 1
    return _Turns(last, before, count)


def _next_turn(reminder: Reminder, now_ms: int, zone: str) -> Reminder | None:
    if not reminder.rule:
        return None
    after = max(now_ms, reminder.due_ms)
    found = recurrence.following(reminder.rule, reminder.due_ms, reminder.wall, zone, after)
    if found is None or (reminder.until_ms is not None and found[0] > reminder.until_ms):
        return None
    due, wall = found
    meant = zone if wall is not None else reminder.zone
    return reminder._replace(
        state="set",
        due_ms=due,
        wall=wall,
        zone=meant,
        ring_ms=due,
        rings=0,
        heard=False,
    )
