"""What the conversation knows when a sentence comes in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voice.events import Request


@dataclass(frozen=True, slots=True)
class State:
    """The moment a sentence is said in; the default is silence, nothing offered."""

    performing: str | None = None
    """Kind of the script that is performed: reading, answering, stretching, ...; None: none."""
    speaking: bool = False
    """The voice is talking right now."""
    holding: bool = False
    """A position of a guided stretch is being held."""
    paused: bool = False
    """The script is paused."""
    offer: Request | None = None
    """What "yes" would ask for."""
    choices: tuple[Request, ...] = ()
    """The list just spoken, in its order: what "the second one" means."""
    last: Request | None = None
    """The request understood before this one."""
    now: datetime | None = None
    """Local time without offset; None: the clock of this machine."""
