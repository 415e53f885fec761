"""Recurrences, kept as RFC 5545 rules and computed in the time that people live by.

"Every two hours" counts elapsed time. Everything else ("every weekday at
nine") follows the clock on the wall, through daylight-saving changes and from
zone to zone, and comes at most once for each time the clock is meant to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

from voice.reminders import moments

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LEAST_MINUTES = 5
"""A recurrence that comes more often than this would never let anybody rest."""
MOST_INTERVAL = 60 * 24 * 366
MOST_MINUTES = 60 * 24 * 366
LONGEST_GAP = 41
"""Years after which a rule is given up as one that never comes again. The rarest sensible one, a
leap day on a certain weekday, has gaps of up to forty years around the turn of a century."""
SEARCHED = 5000
"""Occurrences that are looked at."""

_NAMED = {
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekends": "FREQ=WEEKLY;BYDAY=SA,SU",
    **{day: f"FREQ=WEEKLY;BYDAY={day[:2].upper()}" for day in WEEKDAYS},
}
_NAMES = {rule: name for name, rule in _NAMED.items()}
_ORDER = (
    "FREQ",
    "INTERVAL",
    "BYMONTH",
    "BYWEEKNO",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
)
_LIMITS = {
    "DAILY": frozenset({"BYDAY", "BYMONTH"}),
    "WEEKLY": frozenset({"BYDAY", "BYMONTH"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset({"BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY", "BYWEEKNO"}),
}
"""What may narrow down each frequency: what python-dateutil can search in well under a second."""
_LARGEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, OverflowError, AttributeError)
"""What python-dateutil raises for rules that make no sense."""
_ELAPSED = {"MINUTELY": 1, "HOURLY": 60}


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
    interval = parts.get("INTERVAL", "1")
    return unit * int(interval) if unit is not None and interval.isdecimal() else None


def checked(rule: str, wall: datetime) -> str:
    """A foreign rule in the form that is kept.

    Args:
        rule: RFC 5545 RRULE without UNTIL and COUNT.
        wall: Its first occurrence.

    Raises:
        RuleError: It cannot be read, comes too often, or never comes.
    """
    parts = parts_of(rule)
    freq, interval = parts.get("FREQ", ""), parts.get("INTERVAL", "1")
    if not (interval.isascii() and interval.isdecimal() and 0 < int(interval) <= MOST_INTERVAL):
        raise RuleError(f"the rule {rule} has no sensible interval")
    if freq in _ELAPSED and set(parts) <= {"FREQ", "INTERVAL", "WKST"}:
        return rule_every(_ELAPSED[freq] * int(interval))
    narrowed = set(parts) - {"FREQ", "INTERVAL", "WKST"}
    in_range = all(_within(key, value) for key, value in parts.items())
    if freq not in _LIMITS or not narrowed <= _LIMITS[freq] or not in_range:
        raise RuleError(f"the rule {rule} comes more often than once a day, or cannot be read")
    if int(interval) == 1:
        # Only every second week and the like depend on where a week begins.
        parts = {key: value for key, value in parts.items() if key not in {"INTERVAL", "WKST"}}
    kept = ";".join(f"{key}={parts[key]}" for key in _ORDER if key in parts)
    try:
        turns = list(islice(_occurrences(kept, wall, wall, inclusive=True), 2))
    except _UNREADABLE as error:
        raise RuleError(f"the rule {rule} cannot be read") from error
    if not turns or turns[-1] == turns[0]:
        raise RuleError(f"the rule {rule} never comes, or never again")
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
    return _first_after(_occurrences(rule, wall, searched_from, inclusive=False), zone, after_ms)


def first(rule: str, wall: datetime, zone: str, after_ms: int) -> tuple[int, datetime] | None:
    """The first occurrence at or after a wall-clock time and later than a moment."""
    return _first_after(_occurrences(rule, wall, wall, inclusive=True), zone, after_ms)


def _first_after(
    candidates: Iterator[datetime], zone: str, after_ms: int
) -> tuple[int, datetime] | None:
    try:
        for wall in candidates:
            moment = moments.resolve(wall, zone)
            if moment > after_ms:
                return moment, wall
    except _UNREADABLE:
        # The calendar ends, or the rule was damaged on the disk: either way nothing follows.
        return None
    return None


def _occurrences(
    rule: str, wall: datetime, since: datetime, *, inclusive: bool
) -> Iterator[datetime]:
    """The occurrences of a rule that begins at a wall-clock time, from another such time on."""
    end = min(since.year + LONGEST_GAP, datetime.max.year)
    bounded = rrulestr(f"{rule};UNTIL={end:04}1231T235959", dtstart=wall)
    yield from bounded.xafter(since, count=SEARCHED, inc=inclusive)


def _within(key: str, value: str) -> bool:
    """Whether the numbers of a part lie in its range."""
    if key not in _LARGEST:
        return True
    numbers = [number.removeprefix("-") for number in value.split(",")]
    return all(n.isascii() and n.isdecimal() and 0 < int(n) <= _LARGEST[key] for n in numbers)


def parts_of(rule: str) -> dict[str, str]:
    """The parts of an RRULE by name."""
    return dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
