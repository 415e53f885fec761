"""What a reminder is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, get_args

from voice.reminders import moments, recurrence

State = Literal["set", "snoozed", "ringing", "done", "missed", "cancelled"]

STATES = frozenset(get_args(State))
LIVE: tuple[State, ...] = ("set", "snoozed", "ringing")
"""The states in which a reminder will still ring."""


class Reminder(NamedTuple):
    """One reminder, one-off or recurring, and where it stands.

    A named tuple, because ten thousand are read at once and a frozen data
    class takes five times as long to make.
    """

    about: str
    """heat, cold, stretching, exercise, massage, break; or what the person called it."""
    due_ms: int
    """The moment it is meant for; of a recurring one, the occurrence whose turn it is."""
    zone: str
    """IANA name of the zone in which it was meant."""
    wall: datetime | None = None
    """The wall-clock time that was meant; None for a moment ("in twenty minutes")."""
    rule: str = ""
    """The recurrence as an RFC 5545 RRULE without UNTIL and COUNT; empty: it rings once."""
    until_ms: int | None = None
    """The moment after which a recurring one ends."""
    text: str = ""
    """The sentence that it was set with."""
    state: State = "set"
    ring_ms: int = 0
    """The moment of the next ring; without meaning once it is over."""
    rings: int = 0
    """How often this occurrence has rung."""
    heard: bool = False
    """It has been said to its end that it rings; else whoever claimed it was cut short."""
    uid: str = ""
    """Its name in calendars."""
    id: int = 0
    """Counts up from 1; 0 for one that is not stored yet."""

    @property
    def live(self) -> bool:
        """It will still ring."""
        return self.state in LIVE

    @property
    def due(self) -> datetime:
        """When it is meant for, aware, in its own zone; when snoozed, when it rings again."""
        return moments.from_ms(self.ring_ms if self.state == "snoozed" else self.due_ms, self.zone)

    @property
    def every_minutes(self) -> int | None:
        """Minutes between two occurrences that are counted by elapsed time."""
        return recurrence.elapsed_minutes(self.rule)

    @property
    def repeat(self) -> str:
        """daily, weekdays, a weekday, "every N minutes", another rule as RRULE, or empty."""
        minutes = self.every_minutes
        if minutes is not None:
            return f"every {minutes} minutes"
        return recurrence.name_of(self.rule)

    @property
    def until(self) -> datetime | None:
        """When a recurring one ends, aware, in its own zone."""
        return None if self.until_ms is None else moments.from_ms(self.until_ms, self.zone)


@dataclass(frozen=True, slots=True)
class Missed:
    """Something that fell due and was not answered."""

    reminder: int
    about: str
    due_ms: int
    """The last occurrence that was missed."""
    zone: str
    times: int = 1
    """How many occurrences in a row were missed."""
    rang: bool = False
    """It did ring aloud, and nobody answered."""
    text: str = ""
    told: bool = False
    """It has been said that it was missed."""
    id: int = 0

    @property
    def due(self) -> datetime:
        """When it was meant for, aware."""
        return moments.from_ms(self.due_ms, self.zone)


def as_json(reminder: Reminder) -> dict[str, int | str | None]:
    """A reminder in the form of `--json`: times are ISO 8601 with offset."""
    return {
        "id": reminder.id,
        "about": reminder.about,
        "due": reminder.due.isoformat(timespec="seconds"),
        "repeat": reminder.repeat or None,
        "state": reminder.state,
    }
