"""Recurrences, kept as RFC 5545 rules and computed in the time that people live by.

"Every two hours" counts elapsed time. Everything else ("every weekday at
nine") follows the clock on the wall, through daylight-saving changes and from
zone to zone, and comes at most once for each time the clock is meant to show.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from voice.reminders import moments

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_MINUTES = 5
"""A recurrence that comes more often than this would never let anybody rest."""
MOST_MINUTES = 60 * 24 * 366
SEARCHED = 5000
"""Occurrences that are looked at before a rule is given up as one that never comes."""

_NAMED = {
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekends": "FREQ=WEEKLY;BYDAY=SA,SU",
    **{day: f"FREQ=WEEKLY;BYDAY={day[:2].upper()}" for day in WEEKDAYS},
}
_NAMES = {rule: name for name, rule in _NAMED.items()}
_ELAPSED = {"MINUTELY": 1, "HOURLY": 60}
_BY_THE_CLOCK = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


class RuleError(ValueError):
    """A recurrence that makes no sense."""

    remedy = "Say how often it should come, for example every two hours or every day at nine."


def rule_named(name: str) -> str:
    """The rule of "daily", "weekdays", "weekends" or a weekday.

    Raises:
        RuleError: There is no such recurrence.
    """
    try:
        return _NAMED[name]
    except KeyError:
        raise RuleError(f"there is no recurrence called {name!r}") from None


def rule_every(minutes: int) -> str:
    """The rule of "every N minutes", counted by elapsed time.

    Raises:
        RuleError: It would come more often than every `LEAST_MINUTES` minutes,
            or less than once a year.
    """
    if not LEAST_MINUTES <= minutes <= MOST_MINUTES:
        raise RuleError(f"every {minutes} minutes is not a recurrence that can be kept")
    return f"FREQ=MINUTELY;INTERVAL={minutes}"


def name_of(rule: str) -> str:
    """How a rule is called: "daily", "monday"; else the rule itself."""
    return _NAMES.get(rule, rule)


@lru_cache(maxsize=256)
def elapsed_minutes(rule: str) -> int | None:
    """Minutes between two occurrences; None for a rule that follows the clock."""
    parts = parts_of(rule)
    unit = _ELAPSED.get(parts.get("FREQ", ""))
    return None if unit is None else unit * int(parts.get("INTERVAL", "1"))


def checked(rule: str, wall: datetime) -> str:
    """A foreign rule in the form that is kept.

    Args:
        rule: RFC 5545 RRULE without UNTIL and COUNT.
        wall: Its first occurrence.

    Raises:
        RuleError: It cannot be read, comes too often, or never comes.
    """
    parts = parts_of(rule)
    freq = parts.get("FREQ", "")
    if freq in _ELAPSED and set(parts) <= {"FREQ", "INTERVAL", "WKST"}:
        minutes = elapsed_minutes(rule)
        return rule_every(minutes if minutes is not None else 0)
    if freq not in _BY_THE_CLOCK or {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(parts):
        raise RuleError(f"the rule {rule} comes more often than once a day")
    kept = ";".join(f"{key}={value}" for key, value in parts.items() if key != "WKST")
    try:
        first = rrulestr(kept, dtstart=wall).after(wall, inc=True)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise RuleError(f"the rule {rule} cannot be read") from error
    if first is None:
        raise RuleError(f"the rule {rule} never comes")
    return kept


def following(
    rule: str, due_ms: int, wall: datetime | None, zone: str, after_ms: int
) -> tuple[int, datetime | None] | None:
    """The first occurrence later than a moment, as (moment, wall-clock time).

    Args:
        rule: The recurrence.
        due_ms: An occurrence of it; the search goes on from there.
        wall: The wall-clock time of that occurrence; None when the rule counts
            elapsed time.
        zone: IANA name of the zone whose clock is meant now.
        after_ms: The moment.

    Returns:
        None when no occurrence follows.
    """
    minutes = elapsed_minutes(rule)
    if minutes is not None:
        step = minutes * moments.MINUTE
        missed = max(0, (after_ms - due_ms) // step)
        return due_ms + (missed + 1) * step, None
    if wall is None:
        wall = moments.wall_of(due_ms, zone)
    # A day back: the clock may have been moved since, and the occurrence itself be still to come.
    searched_from = max(wall, moments.wall_of(after_ms, zone) - timedelta(days=1))
    later = rrulestr(rule, dtstart=wall).xafter(searched_from, count=SEARCHED)
    for candidate in later:
        moment = moments.resolve(candidate, zone)
        if moment > after_ms:
            return moment, candidate
    return None


def first(rule: str, wall: datetime, zone: str, after_ms: int) -> tuple[int, datetime] | None:
    """The first occurrence at or after a wall-clock time and later than a moment."""
    for candidate in rrulestr(rule, dtstart=wall).xafter(wall, count=SEARCHED, inc=True):
        moment = moments.resolve(candidate, zone)
        if moment > after_ms:
            return moment, candidate
    return None


def parts_of(rule: str) -> dict[str, str]:
    """The parts of an RRULE by name."""
    return dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
