"""Somebody talking with the assistant: its own pack and understanding, and a tape for a voice.

Only the voice is a tape and only the clock is moved by the test: what is said,
and what follows from it, is the product's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from voice.assistant import Assistant, Event
from voice.events import Heard, Request, Spoken
from voice.history import History
from voice.knowledge import Pack
from voice.reminders import Reminders
from voice.screen.board import Board
from voice.scripts.narrator import Phase
from voice.understanding import Understanding

AFTERNOON = datetime(2026, 3, 4, 15, 0)
SECONDS_A_WORD = 0.36


class Tape:
    """A voice that notes what it says; a test says when an utterance has ended."""

    def __init__(self) -> None:
        self.volume = 0.7
        self.said: list[str] = []
        self.earcons: list[str] = []
        self.utterance = 0
        self.sounding = False
        self.ducked = False

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        assert tempo > 0
        assert keep
        self.utterance = utterance
        self.said.append(text)
        self.sounding = True

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        assert tempo > 0
        assert all(texts)

    def pause(self) -> None:
        self.sounding = False

    def resume(self) -> None:
        self.sounding = True

    def stop(self) -> None:
        self.sounding = False

    def earcon(self, name: str) -> None:
        self.earcons.append(name)

    def duck(self, down: bool) -> None:
        self.ducked = down


class Room:
    """Somebody talking with the assistant."""

    def __init__(
        self,
        pack: Pack,
        understanding: Understanding,
        history: History | None = None,
        today: datetime = AFTERNOON,
        reminders: Reminders | None = None,
        *,
        wake: bool = False,
        board: Board | None = None,
    ) -> None:
        self.now = 1000.0
        self.clock_set_by = timedelta(0)
        """By how much somebody has set the clock on the wall."""
        self.tape = Tape()
        self.shown: list[Event] = []
        self.kept: list[tuple[str, int]] = []
        self.can_keep = True
        self.pack = pack
        self.assistant = Assistant(
            pack,
            understanding,
            self.tape,
            duck=self.tape.duck,
            show=self._show,
            clock=lambda: self.now,
            now=lambda: today + timedelta(seconds=self.now - 1000.0) + self.clock_set_by,
            history=history,
            reminders=reminders,
            wake=wake,
            keep=self._keep,
            look=board.look if board is not None else lambda _: None,
        )
        self._board = board
        self.utterances = 0
        self._seen, self._seen_at = 0, 0.0

    def _keep(self, name: str, value: int) -> bool:
        self.kept.append((name, value))
        return self.can_keep

    def _show(self, event: Event) -> None:
        self.shown.append(event)
        if self._board is not None:
            self._board.show(event)

    def hear(self, text: str, confidence: float = 1.0) -> None:
        self.utterances += 1
        self.tell(Heard(text, utterance=self.utterances, confidence=confidence))

    def tell(self, event: Event) -> None:
        self.assistant.inbox.put(event)
        self.assistant.step(timeout=0)

    def let_it_speak(self, utterances: int = 1) -> None:
        for _ in range(utterances):
            self.tell(Spoken(self.tape.utterance, True))
            self.tape.sounding = False
            self.pass_time(0.6)

    def let_it_finish(self) -> None:
        for _ in range(100):
            if not self.assistant.narrator.busy or self.assistant.narrator.phase is Phase.ASKING:
                return
            self.let_it_speak()
        pytest.fail("it never ends")

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.assistant.step(timeout=0)

    def sounds(self) -> bool:
        return self.tape.sounding

    def ducked(self) -> bool:
        return self.tape.ducked

    def ended(self) -> bool:
        return self.assistant.finished

    def requests(self) -> list[str]:
        return [event.intent for event in self.shown if isinstance(event, Request)]

    def sentences(self, section: str) -> list[str]:
        return [sentence.text for sentence in self.pack.sections[section].sentences]

    # As it goes on by itself

    def live(self, seconds: float) -> None:
        """Let so many seconds pass, in which sentences take their time and holds theirs."""
        until = self.now + seconds
        while self._next_moment() <= until:
            self.now = max(self.now, self._next_moment())
            self._let_it_happen()
        self.now = until

    def live_until(self, done: Callable[[], bool], longest: float = 1000.0) -> None:
        """Live until something is so."""
        until = self.now + longest
        while not done():
            if self._next_moment() > until:
                pytest.fail(f"it never came to that; said last: {self.tape.said[-3:]}")
            self.now = max(self.now, self._next_moment())
            self._let_it_happen()

    def saying(self, words: str) -> Callable[[], bool]:
        """Whether the last sentence has these words, however often it was said before."""
        return lambda: words in self.tape.said[-1]

    def _next_moment(self) -> float:
        deadline = self.assistant.narrator.deadline
        moments = [self._speech_ends(), deadline if deadline is not None else float("inf")]
        return min(moments)

    def _speech_ends(self) -> float:
        if not self.tape.sounding:
            return float("inf")
        return self._began() + SECONDS_A_WORD * len(self.tape.said[-1].split())

    def _began(self) -> float:
        """When the utterance that sounds began, as first seen by the test."""
        if self._seen != self.tape.utterance:
            self._seen, self._seen_at = self.tape.utterance, self.now
        return self._seen_at

    def _let_it_happen(self) -> None:
        if self._speech_ends() <= self.now:
            self.tape.sounding = False
            self.tell(Spoken(self.tape.utterance, True))
        else:
            self.assistant.step(timeout=0)
