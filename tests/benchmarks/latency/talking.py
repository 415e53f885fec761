"""Asks a running program all questions, interrupts its answers, and keeps where it did so."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.latency.questions import Question, sound_of
from tests.benchmarks.latency.report import QUIET, Turn, silenced, turn
from tests.benchmarks.process import Meter, Spent
from tests.sound.conversation import Conversation
from tests.sound.virtual_card import (
    CHUNK,
    RATE,
    Recording,
    Samples,
    VirtualCard,
    first_sound,
)
from tests.sound.voices import SLT, Voices

PATIENCE = 3.5
"""Seconds after the end of a question within which an answer must begin."""
LISTENED = 3.5
"""Seconds of an answer that are listened to before it is interrupted."""
STOPS = 4
"""How often "stop" is said before the answer is heard to its end."""
LONGEST = 60.0
"""Seconds that an answer may last which cannot be stopped."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something was said at a position of the recording, by which nothing sounded any more."""

    question: Question | None
    """None: "stop"."""
    begins: float
    again: bool = False
    """The "stop" before it was in vain."""


@dataclass
class Talk:
    """Talks with one program; afterwards its marks and the recording tell all.

    Args:
        card: the sound card that the program uses.
        conversation: the program, listening.
        voices: who talks with it.
        interrupting: stop each answer; else it is heard to its end.
    """

    card: VirtualCard
    conversation: Conversation
    voices: Voices
    interrupting: bool = True
    marks: list[Mark] = field(default_factory=list)
    hearing: Spent = field(default_factory=Spent)
    """While a question sounded, and until its answer."""
    speaking: Spent = field(default_factory=Spent)
    """While an answer sounded and nobody else spoke."""

    def ask_all(self, questions: Sequence[Question], tell: Callable[[str], None]) -> None:
        """Asks one question after the other; `tell` is told how far it has got."""
        sounds = [sound_of(question, self.voices) for question in questions]
        for number, (question, sound) in enumerate(zip(questions, sounds, strict=True), 1):
            tell(f"question {number} of {len(questions)}")
            self._exchange(question, sound)

    def _exchange(self, question: Question, sound: Samples) -> None:
        answered = self._ask(question, sound)
        if answered is None:
            return
        if self.interrupting:
            self._listen_until(answered + LISTENED)
            self._hush()
        self._recording.wait_for_silence(QUIET, after=answered, timeout=LONGEST)

    def _ask(self, question: Question, sound: Samples) -> float | None:
        """Where the answer begins."""
        begins = self._mark(Mark(question, self._recording.seconds))
        until = begins + len(sound) / RATE + PATIENCE
        with self._spending(self.hearing):
            playing = self.card.play(sound, wait=False)
            answered = self._first_sound(begins, until)
        playing.wait()
        return answered

    def _hush(self) -> None:
        stop = self.voices.say("stop", SLT, before=0.0, after=0.0)
        for attempt in range(STOPS):
            if not self._speaks():
                return
            begins = self._mark(Mark(None, self._recording.seconds, again=attempt > 0))
            self.card.play(stop)
            self._recording.wait_until(begins + len(stop) / RATE + 2 * QUIET)

    def _speaks(self) -> bool:
        """Waits until its voice sounds; False where it is silent for longer than between sentences.

        A "stop" in a silence would mean the whole conversation.
        """
        while not self._sounded_within(CHUNK * 2):
            if not self._sounded_within(QUIET):
                return False
            time.sleep(CHUNK)
        return True

    def _sounded_within(self, seconds: float) -> bool:
        return first_sound(self._recording.speaker[-round(seconds * RATE) :]) is not None

    def _listen_until(self, position: float) -> None:
        with self._spending(self.speaking):
            self._recording.wait_until(position)

    def _first_sound(self, after: float, until: float) -> float | None:
        begins = None
        while begins is None and self._recording.seconds < until:
            time.sleep(CHUNK)
            begins = first_sound(self._recording.speaker, after=after)
        return begins

    def _mark(self, mark: Mark) -> float:
        self.marks.append(mark)
        return mark.begins

    @property
    def _recording(self) -> Recording:
        return self.conversation.recording

    def _spending(self, spent: Spent) -> Meter:
        return Meter(self.conversation.process.pid, spent)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and what the recordings tell of it."""

    question: Question
    turn: Turn | None
    """None: the question never reached the microphone."""
    sound: Samples
    """How the answer begins, at `RATE`; empty where there is none."""


def answered(marks: Sequence[Mark], speaker: Samples, room: Samples) -> list[Answered]:
    """What became of each question, read from the two recordings."""
    told = []
    for mark, until in _spans(marks, len(room) / RATE):
        if mark.question is not None:
            found = turn(speaker, room, mark.begins, until)
            begins = found.answered if found is not None else None
            sound = speaker[:0] if begins is None else _opening(speaker, begins, until)
            told.append(Answered(mark.question, found, sound))
    return told


def barge_ins(marks: Sequence[Mark], speaker: Samples, room: Samples) -> list[float | None]:
    """For the first "stop" of each answer, seconds to silence; None where it was in vain."""
    return [
        silenced(speaker, room, mark.begins, until)
        for mark, until in _spans(marks, len(room) / RATE)
        if mark.question is None and not mark.again
    ]


def _opening(speaker: Samples, begins: float, until: float) -> Samples:
    return speaker[round(begins * RATE) : round(min(begins + LISTENED, until) * RATE)]


def _spans(marks: Sequence[Mark], end: float) -> list[tuple[Mark, float]]:
    """Each mark and where the next begins."""
    return list(zip(marks, [*(mark.begins for mark in marks[1:]), end], strict=True))
