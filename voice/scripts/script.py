"""A script: everything that is spoken, as a sequence of small steps."""

from __future__ import annotations

from dataclasses import dataclass

from voice.events import Request


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence."""

    text: str
    pause: float = 0.3
    """Seconds of silence after it."""
    tempo: float = 1.0
    """Multiplies the tempo that the listener chose; below 1 is slower."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A few words said at a moment inside a hold; they never lengthen it."""

    at: float
    """Seconds from the start of the hold."""
    text: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A position that is kept for a time."""

    seconds: float
    label: str
    """What is held, as it is said: "your right knee"."""
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, and what the answers mean."""

    text: str
    yes: Request
    """What "yes" asks for."""
    no: str = ""
    """What is said after "no"."""
    choices: tuple[Request, ...] = ()
    """What "the second one" may mean, in the order they were said."""
    again: str = ""
    """Said once when no answer comes; empty: the question lapses."""
    patience: float = 8.0
    """Seconds of silence before that."""


Step = Say | Hold | Ask


@dataclass(frozen=True, slots=True)
class Script:
    """What will be performed."""

    kind: str
    """reading, answering, stretching, reminding, safety, talking."""
    subject: str
    """What it is about: a section, a question, a routine; may be empty."""
    title: str
    """How "where am I" names it."""
    steps: tuple[Step, ...]
