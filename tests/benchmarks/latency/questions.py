"""What is asked: twenty questions, short and long, by each of three people."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from tests.sound.answers import openings
from tests.sound.virtual_card import Samples, silence
from tests.sound.voices import AWB, RMS, SLT, Voice, Voices
from voice.knowledge import Pack

PEOPLE = (SLT, RMS, AWB)
HESITATION = 0.4
"""Seconds of silence where somebody searches for a word."""
PAUSE = " … "

SENTENCES = (
    ("help", "help"),
    ("what is a knot", "introduction"),
    ("what can i say", "help"),
    ("what causes knots", "causes"),
    ("what are my options", "methods"),
    ("read the heat section", "heat"),
    ("can knots be prevented", "prevention"),
    ("how does massage help", "massage"),
    ("tell me about exercise", "exercise"),
    ("how long does it take", "how_long"),
    ("how do i stretch my back", "stretching"),
    ("read the cold section please", "cold"),
    ("can knots cause other problems", "other_problems"),
    ("why do i get knots in my back", "causes"),
    ("what can i do about a knot in my back", "methods"),
    ("how long does it take to get rid of a knot", "how_long"),
    ("remind me to stretch in twenty minutes", "reminder"),
    ("tell me about … heat therapy", "heat"),
    ("how do i … stretch my back", "stretching"),
    ("remind me to stretch … in twenty minutes", "reminder"),
)
"""What is said, and which answer it wants; "…" is a hesitation."""


@dataclass(frozen=True, slots=True)
class Question:
    """A sentence in somebody's mouth."""

    text: str
    person: Voice
    wanted: str
    """The answer's name in `answers`."""


def questions() -> list[Question]:
    """All sixty, so that any third of them holds each sentence once and each person alike."""
    turns = itertools.product(range(len(PEOPLE)), enumerate(SENTENCES))
    return [
        Question(text, PEOPLE[(number + turn) % len(PEOPLE)], wanted)
        for turn, (number, (text, wanted)) in turns
    ]


def sound_of(question: Question, voices: Voices) -> Samples:
    """The question as it reaches the microphone: -20 dBFS, nothing before and after."""
    parts = [
        voices.say(part, question.person, before=0.0, after=0.0)
        for part in question.text.split(PAUSE)
    ]
    gap = silence(HESITATION)
    return np.concatenate([parts[0], *(sound for part in parts[1:] for sound in (gap, part))])


def answers(pack: Pack) -> dict[str, str]:
    """How each answer begins."""
    return openings(pack) | {
        "reminder": "i will remind you to stretch your back at in twenty minutes"
    }
