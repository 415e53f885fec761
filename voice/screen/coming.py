"""The reminders that will ring next, as screens show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voice.reminders import Reminder, Reminders, StoreError

SHOWN = 4
"""Reminders that are shown at most."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A reminder that will ring."""

    what: str
    """What it is for: "use your heating pad"."""
    due: datetime
    """With its offset from UTC."""
    seconds: float
    """Until it rings; negative: it is late."""
    rings: bool
    """It rings right now."""


def coming(reminders: Reminders | None) -> tuple[Coming, ...]:
    """The next reminders; none where they cannot be read, which is shown as a trouble elsewhere."""
    if reminders is None:
        return ()
    try:
        live = reminders.store.live(SHOWN)
    except StoreError:
        return ()
    return tuple(_coming(reminders, reminder) for reminder in live)


def _coming(reminders: Reminders, reminder: Reminder) -> Coming:
    return Coming(
        what=reminders.wording.kind(reminder.about).do,
        due=reminder.due,
        seconds=(reminder.ring_ms - reminders.now()) / 1000,
        rings=reminder.state == "ringing",
    )
