"""A pair of ears for the tests: what does this sound say?"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import numpy as np
import vosk

from tests.sound.virtual_card import RATE, Samples, silence

MODEL = Path(__file__).parents[2] / "models" / "en-small"


@functools.cache
def _model() -> vosk.Model:
    vosk.SetLogLevel(-1)
    return vosk.Model(str(MODEL))


def recognise(sound: Samples) -> str:
    """The words of a recording at `RATE`, recognised without any grammar.

    The recogniser is the one that the product carries, used directly and not
    through the product's listening, so that a fault there cannot hide here.
    """
    ears = vosk.KaldiRecognizer(_model(), RATE)
    block = RATE // 5
    whole = np.concatenate([sound, silence(0.5)])
    heard = [
        json.loads(ears.Result())["text"]
        for begin in range(0, len(whole), block)
        if ears.AcceptWaveform(whole[begin : begin + block].astype("<i2").tobytes())
    ]
    heard.append(json.loads(ears.FinalResult())["text"])
    return " ".join(filter(None, heard))


def share_heard(said: str, heard: str) -> float:
    """How much of what was said is among what was heard: 0 to 1, over distinct words."""
    words = _words(said)
    return len(words & _words(heard)) / len(words)


def likeness(said: str, heard: str) -> float:
    """Harmonic mean of how much of what was said was heard, and the other way round: 0 to 1."""
    if not said or not heard:
        return 0.0
    there, back = share_heard(said, heard), share_heard(heard, said)
    return 2 * there * back / (there + back) if there + back else 0.0


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))
