"""Counting days: how often in a week, and how many days in a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

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
