from __future__ import annotations

from random import Random

import numpy as np
import pytest

from models.recipe.pronunciations import Pronunciations
from models.recipe.texts import Split
from models.recipe.voices import (
    ENGINES,
    HELD_OUT,
    Engine,
    EngineMissingError,
    NoVoiceError,
    Setting,
    voices_for,
)
from models.recipe.voices.base import RATE, as_written, finished
from models.recipe.voices.kokoro import letters
from models.recipe.voices.radio import from_radio
from models.recipe.voices.shift import shifted, stretched
from tests.conftest import lack
from voice.vocabulary.phones import PHONES

DEBIAN = {"espeak", "festival", "flite"}
"""Engines that the tests' machine has; the others come with the extra `unknot[recipe]`."""
KOKORO = ("af_heart", "af_kore", "am_adam", "am_eric", "bf_lily", "bm_lewis", "hm_psi", "if_sara")


def engine(name: str, split: Split, words: Pronunciations) -> Engine:
    try:
        return ENGINES[name](Setting(split, words))
    except EngineMissingError as missing:
        if name in DEBIAN:
            lack(str(missing))
        pytest.skip(str(missing))


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_an_engine_speaks(name: str, words: Pronunciations) -> None:
    speaker = engine(name, "train", words)
    for seed in range(2):
        said = speaker.speak("stop here please", Random(seed))
        assert said.samples.dtype == np.int16
        assert 0.5 < len(said.samples) / RATE < 4
        assert 1000 < np.abs(said.samples.astype(int)).max() < 32000
        assert said.voice
        assert said.phones is not None
        assert set(said.phones) <= set(PHONES)
        assert said.phones[:2] == ("S", "T")


@pytest.mark.parametrize("name", ["flite", "espeak"])
def test_the_same_chance_says_the_same(name: str, words: Pronunciations) -> None:
    speaker = engine(name, "train", words)
    first, second = (speaker.speak("wait there", Random(5)) for _ in range(2))
    assert first.voice == second.voice
    assert np.array_equal(first.samples, second.samples)


def test_held_out_voices_are_never_trained_on() -> None:
    assert voices_for("kokoro", "train", KOKORO) == ("af_heart", "am_adam")
    assert voices_for("kokoro", "dev", KOKORO) == ("af_kore", "bm_lewis")
    assert voices_for("kokoro", "test", KOKORO) == ("am_eric", "bf_lily", "hm_psi", "if_sara")
    assert "rms" not in voices_for("flite", "train", ("slt", "rms"))
    dev, test = (HELD_OUT[split]["kokoro"] for split in ("dev", "test"))
    assert not set(dev) & set(test)


def test_held_out_flite_speaks_for_dev_alone(words: Pronunciations) -> None:
    speaker = engine("flite", "dev", words)
    assert {speaker.speak("stop", Random(seed)).voice for seed in range(3)} == {"rms"}
    trained = engine("flite", "train", words)
    said = {trained.speak("stop", Random(seed)).voice.split("*")[0] for seed in range(12)}
    assert "rms" not in said
    assert len(said) > 1


@pytest.mark.parametrize("name", ["espeak", "festival"])
def test_an_engine_without_held_out_voices_trains_only(name: str, words: Pronunciations) -> None:
    with pytest.raises(NoVoiceError):
        engine(name, "test", words)


def test_kokoro_says_the_phones_of_the_accent(words: Pronunciations) -> None:
    (american,) = words.pick("slower")
    (british,) = words.pick("slower", None, "british")
    (indian,) = words.pick("three", None, "indian")
    assert letters(american, "american") == "slˈOəɹ"
    assert letters(british, "british") == "slˈQə"
    assert letters(indian, "indian") == "tɾˈiː"
    assert letters(words.pick("better")[0], "american", flap=True) == "bˈɛɾəɹ"


def test_phones_of_the_radio_set() -> None:
    assert from_radio("pau dh ax s t aa p pau".split()) == ("DH", "AH", "S", "T", "AA", "P")
    with pytest.raises(RuntimeError, match="QQ"):
        from_radio(["qq"])


@pytest.mark.parametrize(
    ("text", "written"),
    [("at seven am", "at seven a.m."), ("i am here", "i am here."), ("stop", "stop.")],
)
def test_abbreviations_are_written_for_engines(text: str, written: str) -> None:
    assert as_written(text, Random(0)) == written


def test_most_questions_end_like_one() -> None:
    ends = [as_written("what is a knot", Random(seed))[-1] for seed in range(50)]
    assert ends.count("?") > 30 > ends.count(".") > 0


def tone(hertz: float, seconds: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.sin(np.arange(int(RATE * seconds)) * 2 * np.pi * hertz / RATE).astype(np.float32)


def pitch(sound: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    middle = sound[2000:-2000]
    return float(np.abs(np.fft.rfft(middle)).argmax() * RATE / len(middle))


@pytest.mark.parametrize("ratio", [0.85, 1.18])
def test_a_voice_is_moved_with_or_without_its_pace(ratio: float) -> None:
    sound = tone(200)
    kept = shifted(sound, RATE, ratio, keep_pace=True)
    assert len(kept) == pytest.approx(len(sound), rel=0.02)
    assert pitch(kept) == pytest.approx(200 * ratio, rel=0.03)
    assert np.abs(kept[2000:-2000]).max() == pytest.approx(1, abs=0.2)
    moved = shifted(sound, RATE, ratio, keep_pace=False)
    assert len(moved) == pytest.approx(len(sound) / ratio, rel=0.01)


def test_a_stretched_sound_keeps_its_pitch() -> None:
    longer = stretched(tone(150), RATE, 1.3)
    assert len(longer) == pytest.approx(1.3 * RATE, rel=0.01)
    assert pitch(longer) == pytest.approx(150, rel=0.03)


def test_silence_at_the_ends_is_cut() -> None:
    sound = np.concatenate([np.zeros(8000, np.float32), tone(300), np.zeros(8000, np.float32)])
    assert len(finished(sound, RATE)) == pytest.approx(1.1 * RATE, abs=400)
    with pytest.raises(RuntimeError, match="nothing"):
        finished(np.zeros(100, np.float32), RATE)
