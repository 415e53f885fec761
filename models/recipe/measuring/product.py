"""The product's own ear and mind: pack grammar, second opinion, understanding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from models.recipe.measuring.clips import in_silence
from voice.assistant import WORD_FOR_WORD
from voice.events import Heard, Request
from voice.listening.listener import hear
from voice.listening.model import load_model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import RATE, Block, Samples
from voice.session import Rooms, Settings
from voice.understanding import State

_MOMENT = State(now=datetime(2026, 3, 10, 14, 0))
"""Nothing is being said or done, on a Tuesday after lunch."""
_BLOCK = 512
"""Samples: 32 ms, as a microphone gives them."""
_BEFORE, _AFTER = 0.4, 0.8
"""Seconds of silence added: the gate learns what quiet is, and the end is waited for."""


class Product:
    """The product, silent, at a moment in which nothing is going on.

    Args:
        model: a Vosk model's folder.

    Raises:
        ModelError: the model cannot be used.
    """

    def __init__(self, model: Path) -> None:
        self._rooms = Rooms(Settings())
        self.recognizer: Recognizer = self._rooms.recognizer(load_model(model))

    @property
    def phrases(self) -> tuple[str, ...]:
        """What it can hear of the pack's grammar, each phrase once."""
        missing = frozenset(self.recognizer.missing_words)
        phrases = self._rooms.understanding.grammar_phrases()
        return tuple(phrase for phrase in phrases if missing.isdisjoint(phrase.split()))

    def hear(self, samples: Samples) -> list[Heard]:
        """What gate, recogniser and endpoint make of a recording."""
        complete = self._rooms.understanding.is_complete
        return list(hear(_Played(samples), self.recognizer, is_complete=complete))

    def meaning(self, heard: Heard) -> Request:
        """What the assistant takes it for.

        Free recognition that hears a sentence of the pack word for word needs no second
        opinion (`Assistant`).
        """
        request = self.understood(heard.text)
        if request.layer in WORD_FOR_WORD or not heard.free_text:
            return request
        free = self.understood(heard.free_text)
        return free if free.layer in WORD_FOR_WORD else request

    def understood(self, text: str) -> Request:
        """What a text means, heard without any mistake."""
        return self._rooms.understanding.understand(text, _MOMENT)


class _Played:
    """A sound in memory as a source."""

    overflows = 0

    def __init__(self, samples: Samples) -> None:
        self._samples = in_silence(samples, _BEFORE, _AFTER)

    def blocks(self, report: object) -> Iterator[Block]:
        del report
        for start in range(0, self._samples.size, _BLOCK):
            yield Block(self._samples[start : start + _BLOCK], (start + _BLOCK) / RATE)

    def close(self) -> None:
        """Nothing is open."""
