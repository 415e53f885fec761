"""Counting days: how often in a week, how many in a row, and how long on each of the last weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from voice.history.store import Session

WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


def in_the_last_week(days: Iterable[date], today: date) -> int:
    """How many of these days lie in the last seven; each counts as often as it comes."""
    return sum(today - WEEK < day <= today for day in days)


def streak(days: Iterable[date], today: date) -> int:
    """Days in a row up to today; a row that ended yesterday still stands, for today is not over."""
    there = set(days)
    day = today if today in there else today - _DAY
    length = 0
    while day in there:
        length += 1
        day -= _DAY
    return length


def minutes_by_day(sessions: Iterable[Session], weeks: int, today: date) -> Mapping[date, float]:
    """Minutes of stretching on each day of the last weeks, the oldest first and today last.

    A session counts for the day that it began on, where it began.
    """
    count = weeks * WEEK.days
    minutes = {today - _DAY * ago: 0.0 for ago in reversed(range(count))}
    for session in sessions:
        day = session.began.date()
        if day in minutes:
            minutes[day] += session.minutes
    return minutes
