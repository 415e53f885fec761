"""Festival (MIT-like): two voices of diphones, and one of parameters, which tell their phones.

Debian packages festvox-kallpc16k, festvox-kdlpc16k (US men) and festvox-us-slt-hts (US woman).
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

_PROGRAM = "festival"
_VOICES = ("cmu_us_slt_arctic_hts", "ked_diphone", "kal_diphone")
_SCRIPT = """
(voice_{voice})
(Parameter.set 'Duration_Stretch {stretch:.3f})
(set! said (utt.synth (eval (list 'Utterance 'Text "{text}"))))
(utt.save.wave said "{file}" 'riff)
(mapcar (lambda (one) (format t "%s " (item.name one))) (utt.relation.items said 'Segment))
"""


class Festival:
    """The program `festival`.

    Args:
        split: whose sentences it will say.
    """

    def __init__(self, split: Split) -> None:
        if shutil.which(_PROGRAM) is None:
            raise EngineMissingError(f"{_PROGRAM} is not installed")
        listed = self._output("(print (voice.list))")
        here = [voice for voice in _VOICES if voice in listed]
        if not here:
            raise EngineMissingError(f"{_PROGRAM} has none of its voices {', '.join(_VOICES)}")
        self._voices = voices_for("festival", split, here)

    def speak(self, text: str, rng: Random) -> Spoken:
        """See `Engine`."""
        voice = rng.choice(self._voices)
        stretch = rng.uniform(0.85, 1.2)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            written = as_written(text, rng)
            script = _SCRIPT.format(voice=voice, stretch=stretch, text=written, file=file)
            said = self._output(script)
            samples, rate = read_sound(file)
        samples, ratio = shift.of_chance(samples, rate, rng, 0.84, 1.19)
        name = voice if ratio == 1.0 else f"{voice}*{ratio:.2f}"
        return Spoken(finished(samples, rate), name, from_radio(said.split()))

    @staticmethod
    def _output(script: str) -> str:
        """What a Scheme script prints, without the values of its expressions."""
        with tempfile.NamedTemporaryFile("w", suffix=".scm") as file:
            file.write(script)
            file.flush()
            command = [_PROGRAM, "-b", file.name]
            done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout
