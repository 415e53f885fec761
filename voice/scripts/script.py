"""A script: everything that is spoken, as a sequence of small steps."""

from __future__ import annotations

from dataclasses import dataclass

from voice.events import Request


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence."""

    text: str
    pause: float = 0.3
    """Seconds of silence after it, at tempo 1."""
    tempo: float = 1.0
    """Multiplies the tempo that the listener chose; below 1 is slower."""
    part: str = ""
    """The part of the script that it belongs to: what "skip this side" leaves out."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A few words or a tone at a moment inside a hold; they never lengthen it."""

    at: float
    """Seconds from the start of the hold; negative before it."""
    text: str = ""
    earcon: str = ""
    """A tone instead of words."""
    soft: bool = False
    """Left out when something else is being said at its moment."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A position that is kept for a time."""

    seconds: float
    label: str
    """What is held, as it is said: "your right knee"."""
    cues: tuple[Cue, ...] = ()
    """In order; none after `seconds`."""
    lead: tuple[Cue, ...] = ()
    """Comes before the hold when it begins afresh: where we are, and a count-in."""
    pause: float = 0.0
    """Seconds of silence after it, at tempo 1."""
    part: str = ""
    """The part of the script that it belongs to."""
    figure: str = ""
    """Which drawing shows it."""
    side: str = ""
    """As it is said; empty where both sides work together."""
    repetition: int = 1
    """The how-manieth of `of`."""
    of: int = 1
    """Holds in this part."""
    breathing: str = ""
    """The cue for the breath; kept so that the cues can be set anew."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question, and what the answers mean."""

    text: str
    yes: Request | None
    """What "yes" asks for; None: the script goes on, and only then."""
    no: str = ""
    """What is said after "no"."""
    choices: tuple[Request, ...] = ()
    """What "the second one" may mean, in the order they were said."""
    again: str = ""
    """Said once when no answer comes; empty: the question lapses."""
    patience: float = 8.0
    """Seconds of silence before that."""
    wait: float = 0.0
    """Seconds of silence after that; 0: `patience` once more."""
    lapsed: str = ""
    """Said when no answer came at all."""
    part: str = ""
    """The part of the script that it belongs to."""


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
