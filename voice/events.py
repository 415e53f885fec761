"""What flows between the rooms: small frozen facts, and nothing else.

Times named ``*_at`` are seconds on ``time.monotonic()``; times inside an
utterance are seconds from its first sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Slot = str | int | bool
"""The value of a slot: numbers are numbers, the rest is text."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word and where it lies in its utterance."""

    word: str
    start: float
    """Seconds from the start of the audio."""
    end: float
    """Seconds from the start of the audio."""
    conf: float
    """The recogniser's own confidence, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Level:
    """How loud the microphone is right now."""

    dbfs: float
    """Root mean square of one block in dB below full scale; -120 is digital silence."""
    overflows: int = 0
    """Blocks lost so far because nobody took them in time."""


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody began to speak."""

    utterance: int
    """Counts up from 1; the same number comes back in `Partial` and `Heard`."""
    earlier: float = 0.0
    """Seconds of sound from before this moment with which the utterance begins."""


@dataclass(frozen=True, slots=True)
class SpeechPerhaps:
    """Somebody may be speaking over our own voice; it is too early to listen for words."""

    now: bool
    """False: it was nothing."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What an utterance sounds like so far; it may still change."""

    utterance: int
    text: str
    stable: float
    """Seconds for which `text` has not changed."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A finished utterance."""

    text: str
    """The words within the pack's language; empty when it was not for us or not speech."""
    utterance: int = 0
    """0: it was typed."""
    confidence: float = 1.0
    """0 to 1: how sure it is that these words, and not others, were said."""
    free_text: str = ""
    """What unrestricted recognition made of the same sound: the second opinion."""
    words: tuple[Word, ...] = ()
    seconds: float = 0.0
    """Length of the utterance."""
    ended_at: float = 0.0
    """When the voice stopped (not when that was noticed)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants, in the names of the intents and slots of the contract."""

    intent: str
    slots: Mapping[str, Slot] = field(default_factory=lambda: MappingProxyType({}))
    score: float = 1.0
    """0 to 1."""
    text: str = ""
    """The sentence it was understood from."""
    layer: str = "direct"
    """Which layer decided: template, context, fallback, safety, direct (no sentence at all)."""
    reason: str = ""
    """One line for a person who asks why."""


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come."""

    reminder: int
    about: str
    late: float = 0.0
    """Seconds since it fell due."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance of the product's own voice has ended."""

    utterance: int
    completed: bool
    """False: it was stopped, or the voice failed."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A step of a script has just begun; what screens show."""

    kind: str
    title: str
    text: str
    step: int
    """Index of the step, from 0."""
    steps: int


@dataclass(frozen=True, slots=True)
class Performed:
    """A script has been performed to its end."""

    kind: str
    subject: str
    unanswered: bool = False
    """It ended with a question that nobody answered."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A script was stopped before its end."""

    kind: str
    subject: str
    step: int
    """Index of the step that was being performed."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something this machine lacks right now, and what mends it."""

    part: str
    """microphone, loudspeaker, voice, recogniser."""
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A part that was in trouble works again."""

    part: str
