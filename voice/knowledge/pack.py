"""A content pack in memory. All of it is read-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the article, as it is spoken."""

    text: str
    source: str | None = None
    """Where general advice comes from; None: it is the article's own."""
    line: int = 0
    """Its line in `article.md`, from 1."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the article."""

    id: str
    heading: str
    spoken_name: str
    """How it is called in the middle of a sentence."""
    sentences: tuple[Sentence, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the article answers."""

    id: str
    question: str
    spoken_name: str
    """How it is called in the middle of a sentence."""
    sentences: tuple[Sentence, ...]
    """The answer, at least one sentence."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that needs emergency help at once."""

    id: str
    sign: str
    """As it is said in the middle of a sentence."""
    source: str


@dataclass(frozen=True, slots=True)
class Advice:
    """A rule of general advice."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Safety:
    """What outranks the article."""

    red_flags: tuple[Sign, ...]
    stop_at_once: Advice
    """What is done about a stretch that hurts."""
    before_stretching: tuple[Advice, ...]
    """Said before the first guided stretch of a day; may be empty."""
    emergency_number: str
    """Whom to call, in the middle of a sentence: a number, or "your local emergency number"."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to get into a position, or out of it."""

    sentences: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one hold of a routine lasts at least and at most."""

    shortest: float
    """Seconds."""
    longest: float
    """Seconds."""
    source: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One position of a routine; texts may hold `{side}`, which `said` fills in."""

    id: str
    figure: str
    """Which drawing shows it."""
    sides: tuple[str, ...]
    """As they are said, such as ("right", "left"); empty where both sides work together."""
    label: str
    """What is held, in the middle of a sentence: "your {side} knee"."""
    into: tuple[str, ...]
    """The sentences that lead into it."""
    again: str
    """Leads into it once more after a rest."""
    gentler: str
    """Said besides when it is done more gently."""
    breathing: str
    """Said early in a hold."""
    hold: float
    """Seconds of one hold."""
    times: int
    """Holds on each side."""
    settle: float
    """Seconds to get into the position after the last sentence."""
    out: str
    """Said after each hold."""
    rest: float
    """Seconds of rest after each hold."""
    source: str


@dataclass(frozen=True, slots=True)
class Routine:
    """A guided session."""

    id: str
    spoken_name: str
    """How it is called in the middle of a sentence."""
    position: str
    """One of `voice.knowledge.routines.POSITIONS`."""
    pace: Pace
    cautions: tuple[Advice, ...]
    """Who should leave it out."""
    into: Way
    check: str
    """The question whether the position is safe."""
    out: Way
    stretches: tuple[Stretch, ...]
    """At least one."""


@dataclass(frozen=True, slots=True)
class VoiceDefaults:
    """How the pack is read aloud unless the listener chooses otherwise."""

    words_per_minute: float
    pause: float
    """Seconds of silence between two sentences."""
    says: Mapping[str, str]
    """How words are written for a voice that would say them wrongly, by the word."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything that is said or listened for about one article."""

    folder: Path
    """Absolute."""
    id: str
    name: str
    title: str
    """The article's title."""
    source: str
    """Where the article's claims come from."""
    language: str
    """ISO 639-1, such as "en"."""
    sections: Mapping[str, Section]
    """By id, in the order of reading."""
    methods: tuple[str, ...]
    """Ids of the sections that are offered as ways to help, in the order of offering."""
    questions: Mapping[str, Question]
    """By id, in the pack's order."""
    routines: Mapping[str, Routine]
    """The guided sessions by id, in the order in which they are done one after the other."""
    replies: Mapping[str, tuple[str, ...]]
    """By key, placeholders not yet filled in; `reply` fills them."""
    safety: Safety
    wake_phrases: tuple[str, ...]
    """Lower-case words; at least one phrase."""
    voice: VoiceDefaults
    intents_folder: Path
    """Absolute; holds the sentence templates."""

    def reply(self, key: str, **fields: str) -> tuple[str, ...]:
        """The sentences of a reply, in order, with its fields filled in.

        Args:
            key: One of `voice.knowledge.replies.REPLIES`; a loaded pack has them all.
            fields: Those that `REPLIES` lists for the key, as they are spoken.

        Raises:
            KeyError: A mistake in the calling code: no such key, or a field is missing.
        """
        return tuple(sentence.format_map(fields) for sentence in self.replies[key])
