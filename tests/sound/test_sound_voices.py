"""The voices that speak to the product in the tests, and the ears that judge its answer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.sound.ears import recognise, share_heard
from tests.sound.virtual_card import RATE, Samples, first_sound, last_sound, loudest_hertz, tone
from tests.sound.voices import EVERYBODY, RMS, SLT, Voice, Voices, at_level, trimmed, with_noise

SENTENCE = "how do i stretch my back"


def level(sound: Samples) -> float:
    """Root mean square in dBFS."""
    return 20 * math.log10(np.sqrt(np.mean(np.square(sound / 32768))))


@pytest.mark.parametrize("voice", EVERYBODY, ids=lambda voice: voice.name)
def test_each_voice_speaks_at_the_card_s_rate(voices: Voices, voice: Voice) -> None:
    said = voices.say(SENTENCE, voice, dbfs=-20, before=0.3, after=0.5)
    assert said.dtype == np.int16
    assert said.ndim == 1
    begins, ends = first_sound(said, floor=0), last_sound(said, floor=0)
    assert begins == pytest.approx(0.3, abs=0.01)
    assert ends == pytest.approx(len(said) / RATE - 0.5, abs=0.01)
    assert 0.8 < len(said) / RATE - 0.8 < 3.5
    assert level(trimmed(said)) == pytest.approx(-20, abs=0.5)


def test_voices_differ(voices: Voices) -> None:
    spoken = {voices.say(SENTENCE, voice).tobytes() for voice in EVERYBODY}
    assert len(spoken) == len(EVERYBODY)


def test_a_sentence_is_spoken_once_and_then_kept(voices: Voices) -> None:
    kept = voices.file("this is spoken once", RMS)
    made = kept.stat().st_mtime_ns
    assert voices.file("this is spoken once", RMS) == kept
    assert kept.stat().st_mtime_ns == made


@pytest.mark.parametrize("snr_db", [30.0, 10.0, 0.0])
def test_noise_has_the_level_asked_for(voices: Voices, snr_db: float) -> None:
    noisy = voices.say(SENTENCE, SLT, dbfs=-26, snr_db=snr_db, before=1.0)
    assert level(noisy[: RATE // 2]) == pytest.approx(-26 - snr_db, abs=0.5)


def test_level_and_noise_of_a_tone() -> None:
    quiet = at_level(tone(400, 1.0), -30)
    assert level(quiet) == pytest.approx(-30, abs=0.1)
    assert loudest_hertz(with_noise(quiet, -40)) == pytest.approx(400, abs=1)


@pytest.mark.parametrize("voice", [SLT, RMS], ids=lambda voice: voice.name)
def test_the_ears_understand_clear_speech(voices: Voices, voice: Voice) -> None:
    assert share_heard(SENTENCE, recognise(voices.say(SENTENCE, voice))) >= 0.6


def test_the_ears_hear_nothing_in_silence() -> None:
    assert recognise(np.zeros(2 * RATE, dtype=np.int16)) == ""


@pytest.mark.parametrize(
    ("said", "heard", "share"),
    [
        ("Heat relaxes muscles.", "heat relaxes the muscles", 1.0),
        ("heat heat cold", "cold", 0.5),
        ("heat", "", 0.0),
    ],
)
def test_share_heard(said: str, heard: str, share: float) -> None:
    assert share_heard(said, heard) == share
