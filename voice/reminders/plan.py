"""From the slots of a request to the time that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from voice.events import Slot
from voice.reminders import moments, recurrence
from voice.reminders.reminder import Reminder

TIME_SLOTS = frozenset({"minutes", "every_minutes", "at", "repeat", "until"})
FURTHEST = 2 * 366 * moments.DAY
"""How far ahead a reminder may lie."""


class PlanError(ValueError):
    """A time that cannot be kept.

    Attributes:
        key: Which reply says so: past, zero, too_far, too_often, until_first,
            unclear_time.
        moment_ms: The moment that was meant, where there is one.
    """

    remedy = "Say another time."

    def __init__(self, key: str, moment_ms: int | None = None) -> None:
        super().__init__(f"the time of the reminder cannot be kept: {key}")
        self.key = key
        self.moment_ms = moment_ms


@dataclass(frozen=True, slots=True)
class Present:
    """The present, and whose clock counts."""

    ms: int
    zone: str

    @property
    def wall(self) -> datetime:
        """What a clock on the wall shows."""
        return moments.wall_of(self.ms, self.zone)

    @property
    def moment(self) -> datetime:
        """The present, aware."""
        return moments.from_ms(self.ms, self.zone)


def lacks_time(slots: Mapping[str, Slot]) -> bool:
    """Nothing in the slots says when; a day or "daily" alone does not."""
    return not slots.keys() & {"minutes", "every_minutes", "at"}


def planned(slots: Mapping[str, Slot], present: Present) -> Reminder:
    """A reminder for the time that the slots name, about nothing yet.

    Args:
        slots: `minutes` from now; or `every_minutes`, from `at` if given; or
            `at` (ISO 8601, local), alone or with `repeat`; `until` (ISO 8601,
            local) ends a recurrence.
        present: The present.

    Raises:
        PlanError: The time cannot be kept.
    """
    if "every_minutes" in slots:
        found = _elapsed(slots, present)
    elif "repeat" in slots:
        found = _by_the_clock(slots, present)
    elif "minutes" in slots:
        found = _moment(present.ms + _minutes(slots["minutes"]) * moments.MINUTE, present)
    else:
        wall = _wall(slots.get("at"), present)
        found = _moment(moments.resolve(wall, present.zone), present)._replace(wall=wall)
    return _ended(found._replace(ring_ms=found.due_ms), slots, present)


def _moment(due_ms: int, present: Present) -> Reminder:
    if due_ms <= present.ms:
        raise PlanError("past", due_ms)
    if due_ms - present.ms > FURTHEST:
        raise PlanError("too_far")
    return Reminder(about="", due_ms=due_ms, zone=present.zone)


def _elapsed(slots: Mapping[str, Slot], present: Present) -> Reminder:
    minutes = _minutes(slots["every_minutes"])
    try:
        rule = recurrence.rule_every(minutes)
    except recurrence.RuleError:
        too_often = minutes < recurrence.LEAST_MINUTES
        raise PlanError("too_often" if too_often else "too_far") from None
    if "at" in slots:
        due = moments.resolve(_wall(slots["at"], present), present.zone)
    else:
        due = present.ms + minutes * moments.MINUTE
    return _moment(due, present)._replace(rule=rule)


def _by_the_clock(slots: Mapping[str, Slot], present: Present) -> Reminder:
    at = _wall(slots.get("at"), present)
    try:
        rule = recurrence.rule_named(str(slots["repeat"]))
    except recurrence.RuleError:
        raise PlanError("unclear_time") from None
    # The day of `at` is only the day on which it was said, unless it lies ahead.
    start = max(at, datetime.combine(present.wall.date(), at.time()))
    found = recurrence.first(rule, start, present.zone, present.ms)
    if found is None:
        raise PlanError("unclear_time")
    due, wall = found
    return _moment(due, present)._replace(wall=wall, rule=rule)


def _ended(reminder: Reminder, slots: Mapping[str, Slot], present: Present) -> Reminder:
    if "until" not in slots or not reminder.rule:
        return reminder
    end = moments.resolve(_wall(slots["until"], present), present.zone)
    if end < reminder.due_ms:
        raise PlanError("until_first")
    return reminder._replace(until_ms=end)


def _minutes(value: Slot) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PlanError("unclear_time")
    if value < 1:
        raise PlanError("zero")
    if value * moments.MINUTE > FURTHEST:
        raise PlanError("too_far")
    return value


def _wall(value: Slot | None, present: Present) -> datetime:
    """The wall-clock time that a slot names; a time of day alone is the next such time."""
    if not isinstance(value, str):
        raise PlanError("unclear_time")
    try:
        if len(value) <= len("hh:mm:ss"):
            today = datetime.combine(present.wall.date(), time.fromisoformat(value))
            return today if today > present.wall else today + timedelta(days=1)
        wall = datetime.fromisoformat(value)
        if wall.tzinfo is not None:
            wall = wall.astimezone(moments.zone(present.zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise PlanError("unclear_time") from None
    return wall.replace(microsecond=0)
