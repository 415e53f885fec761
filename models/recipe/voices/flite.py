"""Flite (BSD-like): voices cut from recordings of people, and it tells the phones that it says.

Voices: slt (US woman), awb (Scottish man) and rms (US man) from CMU's ARCTIC recordings, kal and
kal16 (US man, diphones at 8 and 16 kHz).
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from random import Random

from models.recipe.texts import Split
from models.recipe.voices import shift
from models.recipe.voices.base import (
    EngineMissingError,
    Spoken,
    as_written,
    finished,
    read_sound,
)
from models.recipe.voices.held_out import voices_for
from models.recipe.voices.radio import from_radio

_PROGRAM = "flite"
_VOICES = ("slt", "awb", "rms", "kal16", "kal")
_WEIGHTS = {"slt": 4, "awb": 4, "rms": 4, "kal16": 2, "kal": 1}


class Flite:
    """The program `flite`.

    Args:
        split: whose sentences it will say.
    """

    def __init__(self, split: Split) -> None:
        if shutil.which(_PROGRAM) is None:
            raise EngineMissingError(f"{_PROGRAM} is not installed")
        self._split = split
        self._voices = voices_for("flite", split, _VOICES)

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        (voice,) = rng.choices(self._voices, [_WEIGHTS[name] for name in self._voices])
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            command = [_PROGRAM, "-voice", voice, "-ps", "-o", str(file)]
            command += ["--setf", f"duration_stretch={rng.uniform(0.8, 1.25):.3f}"]
            command += ["-t", as_written(text, rng)]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
            samples, rate = read_sound(file)
        ratio = 1.0
        if self._split == "train":
            samples, ratio = shift.of_chance(samples, rate, rng, 0.84, 1.19)
        name = voice if ratio == 1.0 else f"{voice}*{ratio:.2f}"
        return Spoken(finished(samples, rate), name, from_radio(said.stdout.split()))
