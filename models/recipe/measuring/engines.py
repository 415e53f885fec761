"""The recognisers that are compared, behind one protocol, and Vosk's."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import vosk

from voice.listening.model import Model, load_model
from voice.listening.sound import RATE, Samples
from voice.vocabulary import Lexicon
from voice.vocabulary.added import LEXICON, build_added
from voice.vocabulary.sounds import pronounce

Ear = Callable[[Samples], str]
"""Hears a whole recording of int16 at 16 kHz; what it heard in words, perhaps nothing."""

_FEED = 3200
"""Samples that Vosk is given at once: 0.2 s."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """All that may be said, in both engines' ways."""

    phrases: tuple[str, ...]
    """For Vosk, which makes bigrams of them."""
    jsgf: str
    """The same as a grammar in Java Speech Grammar Format."""


class Engine(Protocol):
    """A recogniser with its model."""

    @property
    def name(self) -> str:
        """As the report's columns are called."""

    def free(self) -> Ear:
        """An ear for anything that is said."""

    def bound(self, grammar: Grammar) -> Ear:
        """An ear for a grammar."""

    def missing(self, phrase: str) -> tuple[str, ...]:
        """Words of the phrase that it can never hear."""


class Vosk:
    """A Vosk model, recognised with as `unknot transcribe` does."""

    def __init__(self, name: str, folder: Path) -> None:
        """Loads the model.

        Raises:
            ModelError: it cannot be used.
        """
        self.name = name
        self._folder = folder
        self._model = load_model(folder)

    def free(self) -> Ear:
        """An ear for anything that is said."""
        return _ear(vosk.KaldiRecognizer(self._model.native, float(RATE)))

    def bound(self, grammar: Grammar) -> Ear:
        """An ear for a grammar; without `[unk]`, so that it must choose as others must.

        Words that the model lacks are added first, as `unknot models add-words` does.

        Raises:
            VocabularyError: nobody can tell how one of them sounds, or the model is damaged.
        """
        words = {word for phrase in grammar.phrases for word in self._model.missing(phrase)}
        model = self._with(words) if words and self._takes_words else self._model
        known = [phrase for phrase in grammar.phrases if not model.missing(phrase)]
        return _ear(vosk.KaldiRecognizer(model.native, float(RATE), json.dumps(known)))

    def missing(self, phrase: str) -> tuple[str, ...]:
        """Words of the phrase that are not in its vocabulary and cannot be added to it."""
        return () if self._takes_words else self._model.missing(phrase)

    @property
    def _takes_words(self) -> bool:
        return (self._folder / LEXICON).is_file()

    def _with(self, words: Collection[str]) -> Model:
        lexicon = Lexicon.of((word, pronounce(word)) for word in words)
        with tempfile.TemporaryDirectory() as folder:
            return load_model(build_added(Path(folder), self._folder, "", lexicon).folder)


def _ear(native: vosk.KaldiRecognizer) -> Ear:
    def hear(samples: Samples) -> str:
        starts = range(0, samples.size, _FEED)
        pieces = (samples[start : start + _FEED].tobytes() for start in starts)
        heard = [native.Result() for piece in pieces if native.AcceptWaveform(piece)]
        heard.append(native.FinalResult())
        return " ".join(filter(None, (json.loads(result)["text"] for result in heard)))

    return hear
