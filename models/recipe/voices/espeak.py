"""eSpeak NG (GPL-3.0-or-later; what it says is free): formant synthesis in many accents.

It sounds like nobody, and its sentences are short and cheap: for breadth of accents, speeds and
whispering, not as evidence of hearing people.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from random import Random

from models.recipe.pronunciations import Accent, Pronunciations, phones
from models.recipe.texts import Split
from models.recipe.voices.base import (
    EngineMissingError,
    Spoken,
    as_written,
    finished,
    read_sound,
)
from models.recipe.voices.held_out import voices_for

_PROGRAM = "espeak-ng"
_ACCENTS: Mapping[str, Accent] = {
    "en-us": "american",
    "en-us-nyc": "american",
    "en-gb": "british",
    "en-gb-x-rp": "british",
    "en-gb-x-gbclan": "british",
    "en-gb-x-gbcwmd": "british",
    "en-gb-scotland": "scottish",
    "en-029": "british",
}
_WEIGHTS = (8, 1, 4, 3, 1, 1, 3, 2)
_SPEAKERS = (
    "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Alicia Andrea Andy Annie Denis Diogo Gene"
    " Henrique Hugo Jacky Lee Marco Mario Michael Mike adam anika aunty belinda benjamin boris"
    " caleb david ed edward grandma grandpa iven john klatt2 klatt4 linda max paul pedro"
    " quincy rob robert shelby steph travis victor zac"
).split()
_WHISPERS = ("whisper", "whisperf")
_WHISPERED = 0.15
"""Share of sentences that are whispered."""


class Espeak:
    """The program `espeak-ng`.

    Args:
        split: whose sentences it will say.
        known: how words are said, for the phones: eSpeak's own words differ in little.
    """

    def __init__(self, split: Split, known: Pronunciations) -> None:
        if shutil.which(_PROGRAM) is None:
            raise EngineMissingError(f"{_PROGRAM} is not installed")
        self._speakers = voices_for("espeak", split, _SPEAKERS)
        self._known = known

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        (accent,) = rng.choices(tuple(_ACCENTS), _WEIGHTS)
        whispered = rng.random() < _WHISPERED
        voice = f"{accent}+{rng.choice(_WHISPERS if whispered else self._speakers)}"
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            command = [_PROGRAM, "-v", voice, "-s", str(rng.randint(125, 195)), "-w", str(file)]
            command += ["-p", str(rng.randint(20, 80)), "--stdin"]
            subprocess.run(
                command,
                input=as_written(text, rng),
                text=True,
                check=True,
                capture_output=True,
                timeout=60,
            )
            samples = finished(*read_sound(file))
        return Spoken(samples, voice, phones(self._known.pick(text, None, _ACCENTS[accent])))
