"""Moments and wall-clock times.

A moment is kept as milliseconds since the epoch in UTC, which no zone and no
daylight-saving change can move. A wall-clock time is kept as it was meant, a
`datetime` without offset, beside the IANA name of its zone.
"""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def to_ms(moment: datetime) -> int:
    """Milliseconds since the epoch of an aware `datetime`."""
    return round(moment.timestamp() * SECOND)


def now_ms() -> int:
    """The present moment on the clock of the machine."""
    return to_ms(datetime.now(UTC))


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name; UTC when this machine does not know the name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def from_ms(ms: int, zone_name: str) -> datetime:
    """The aware `datetime` of a moment in a zone."""
    return datetime.fromtimestamp(ms / SECOND, zone(zone_name))


def wall_of(ms: int, zone_name: str) -> datetime:
    """What a clock on the wall shows at a moment."""
    return from_ms(ms, zone_name).replace(tzinfo=None, fold=0)


def resolve(wall: datetime, zone_name: str) -> int:
    """The moment at which a clock on the wall shows a time.

    A time that the clock skips in spring is taken with the offset before the
    gap (half past two becomes half past three), one that it shows twice in
    autumn is the first of the two: RFC 5545, section 3.3.5.
    """
    return to_ms(wall.replace(tzinfo=zone(zone_name), fold=0))


def local_zone() -> str:
    """The IANA name of the zone that this machine is set to now; UTC when it names none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = tzlocal.reload_localzone()
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return "UTC"
    return found.key if isinstance(found, ZoneInfo) and found.key != "local" else "UTC"
