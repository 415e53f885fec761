"""Other people's voices: speech for the tests that the product itself did not make.

Flite's and Festival's voices are recordings of people cut into units, so they
share nothing with eSpeak NG, the voice that the product usually speaks with.
The eSpeak variants are here for breadth, not as evidence.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from tests.sound.virtual_card import RATE, Samples, silence


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who can speak a sentence."""

    name: str
    command: tuple[str, ...]
    """Reads the sentence from stdin or from the argument ``{text}``, writes ``{wav}``."""


def _flite(name: str) -> Voice:
    return Voice(f"flite-{name}", ("flite", "-voice", name, "-t", "{text}", "-o", "{wav}"))


def _espeak(name: str, *options: str) -> Voice:
    return Voice(f"espeak-{name}", ("espeak-ng", *options, "-w", "{wav}", "--stdin"))


RMS = _flite("rms")
SLT = _flite("slt")
AWB = _flite("awb")
KAL16 = _flite("kal16")
KAL = _flite("kal")
FESTIVAL = Voice(
    "festival-kal",
    ("text2wave", "-eval", "(voice_kal_diphone)", "-otype", "wav", "-o", "{wav}"),
)
ESPEAK_GB = _espeak("gb", "-v", "en-gb")
ESPEAK_FEMALE = _espeak("female", "-v", "en-us+f3")
ESPEAK_SLOW = _espeak("slow", "-v", "en-us+m3", "-s", "120")

PEOPLE = (SLT, RMS, AWB, KAL16, KAL, FESTIVAL)
"""Voices unlike the product's: US woman, US man, Scottish man, and US man three times,
from diphones at 16 and 8 kHz and by another synthesiser."""

EVERYBODY = (*PEOPLE, ESPEAK_GB, ESPEAK_FEMALE, ESPEAK_SLOW)


def missing_voices(wanted: tuple[Voice, ...] = PEOPLE) -> list[str]:
    """The programs that these voices need and this machine lacks."""
    return sorted({voice.command[0] for voice in wanted if shutil.which(voice.command[0]) is None})


class Voices:
    """Speaks sentences and keeps what it has spoken.

    Args:
        folder: where spoken sentences are kept as WAV files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def say(
        self,
        text: str,
        voice: Voice = SLT,
        *,
        dbfs: float = -20.0,
        snr_db: float | None = None,
        before: float = 0.3,
        after: float = 0.5,
    ) -> Samples:
        """Speaks a sentence as if somebody said it near the microphone.

        Args:
            text: an English sentence.
            voice: who says it.
            dbfs: root mean square of the speech, silence around it left out.
            snr_db: speech to added white noise, over the whole length; None adds none.
            before: seconds without speech before it; the voice's own silence is cut off.
            after: seconds without speech after it.

        Returns:
            int16, mono, `RATE`, clipped where it would exceed full scale.
        """
        speech = at_level(trimmed(self._spoken(text, voice)), dbfs)
        whole = np.concatenate([silence(before), speech, silence(after)])
        return whole if snr_db is None else with_noise(whole, dbfs - snr_db)

    def file(self, text: str, voice: Voice = SLT) -> Path:
        """The sentence as a WAV file at the voice's own rate and level."""
        key = hashlib.sha256("\0".join((*voice.command, text)).encode()).hexdigest()[:24]
        kept = self._folder / f"{voice.name}-{key}.wav"
        if not kept.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            _speak(text, voice, kept)
        return kept

    def _spoken(self, text: str, voice: Voice) -> Samples:
        sound, rate = soundfile.read(self.file(text, voice), dtype="int16")
        return sound if rate == RATE else np.asarray(soxr.resample(sound, rate, RATE), np.int16)


def trimmed(sound: Samples, *, below_peak_db: float = 40.0) -> Samples:
    """Without the silence at both ends, which is all that lies so far below the peak."""
    loud = np.flatnonzero(
        np.abs(sound / 1.0) > np.abs(sound / 1.0).max() / 10 ** (below_peak_db / 20)
    )
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound


def at_level(sound: Samples, dbfs: float) -> Samples:
    """The same sound at another root mean square."""
    rms = float(np.sqrt(np.mean(np.square(sound / 32768))))
    return _clipped(sound * (10 ** (dbfs / 20) / rms))


def with_noise(sound: Samples, dbfs: float, seed: int = 1) -> Samples:
    """The sound with white noise of this root mean square over all of it, the same each time."""
    noise = np.random.default_rng(seed).standard_normal(len(sound)) * 32768 * 10 ** (dbfs / 20)
    return _clipped(sound + noise)


def _clipped(sound: npt.NDArray[np.floating]) -> Samples:
    return np.asarray(np.clip(np.rint(sound), -32768, 32767), dtype=np.int16)


def _speak(text: str, voice: Voice, kept: Path) -> None:
    unfinished = kept.with_suffix(".part")
    command = [part.format(text=text, wav=unfinished) for part in voice.command]
    subprocess.run(command, input=text, text=True, check=True, capture_output=True, timeout=60)
    unfinished.replace(kept)
