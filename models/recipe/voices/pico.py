"""SVOX Pico (Apache-2.0; PyPI package `py-nanotts`): one American and one British woman."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from random import Random

import numpy as np

from models.recipe.pronunciations import Accent, Pronunciations, phones
from models.recipe.texts import Split
from models.recipe.voices import shift
from models.recipe.voices.base import RATE, EngineMissingError, Spoken, as_written, finished
from models.recipe.voices.held_out import voices_for

_ACCENTS: Mapping[str, Accent] = {"en-US": "american", "en-GB": "british"}


class Pico:
    """Pico, within this process.

    Args:
        split: whose sentences it will say.
        known: how words are said, for the phones.
    """

    def __init__(self, split: Split, known: Pronunciations) -> None:
        if importlib.util.find_spec("py_nanotts") is None:
            raise EngineMissingError("the package py-nanotts is not installed")
        import py_nanotts

        self._pico = py_nanotts.NanoTTS()
        self._voices = voices_for("pico", split, _ACCENTS)
        self._known = known

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        voice = rng.choice(self._voices)
        said = self._pico.speak(
            as_written(text, rng),
            voice=voice,
            speed=rng.uniform(0.75, 1.25),
            pitch=rng.uniform(0.75, 1.25),
        )
        samples = np.frombuffer(said, np.int16).astype(np.float32) / np.float32(32768)
        samples, ratio = shift.of_chance(samples, RATE, rng, 0.78, 1.16)
        name = voice if ratio == 1.0 else f"{voice}*{ratio:.2f}"
        accent = _ACCENTS[voice]
        return Spoken(finished(samples, RATE), name, phones(self._known.pick(text, None, accent)))
