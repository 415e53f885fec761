"""Speech that is made harder is still that speech: level, length and noise stay in bounds."""

import numpy as np
import pytest

pytest.importorskip("kaldi_native_fbank", reason="kaldi-native-fbank is not installed")

from models.recipe.augmentation import (
    Strength,
    heard_anew,
    impulse_response,
    noises,
    spoken_in_a_room,
    whispered,
)
from models.recipe.features import RATE, cepstral_matrix, log_mel


def vowel(seconds: float, pitch: float = 120.0) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    tones = [np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 40)]
    return np.asarray(np.sum(tones, axis=0) * 3_000, dtype=np.float32)


def test_a_frame_every_ten_milliseconds_of_forty_bands() -> None:
    assert log_mel(vowel(1.0)).shape == (98, 40)


def test_bands_are_those_of_kaldi() -> None:
    import kaldi_native_fbank as knf  # noqa: PLC0415

    options = knf.MfccOptions()
    options.frame_opts.dither = 0
    options.mel_opts.num_bins = options.num_ceps = 40
    options.mel_opts.low_freq, options.mel_opts.high_freq = 20, 7_600
    options.use_energy = False
    reference = knf.OnlineMfcc(options)
    reference.accept_waveform(RATE, vowel(0.5))
    reference.input_finished()
    frames = np.stack([reference.get_frame(n) for n in range(reference.num_frames_ready)])
    assert np.abs(log_mel(vowel(0.5)) @ cepstral_matrix() - frames).max() < 1e-3


def test_a_room_begins_with_the_direct_sound_and_dies_away() -> None:
    for seed in range(20):
        room = impulse_response(np.random.default_rng(seed))
        assert room[0] == 1
        assert np.sum(room[: len(room) // 2] ** 2) > 10 * np.sum(room[len(room) // 2 :] ** 2)


def test_a_whisper_has_no_pitch_and_the_same_formants() -> None:
    voice = vowel(1.0)
    breath = whispered(voice, np.random.default_rng(1))
    assert harmonicity(voice) > 0.9
    assert harmonicity(breath) < 0.3
    below, above = slice(2, 12), slice(30, 40)
    for bands in (log_mel(voice), log_mel(breath)):
        assert bands[10:-10, below].mean() > bands[10:-10, above].mean()


def harmonicity(samples: np.ndarray) -> float:
    """The correlation with itself one period of 120 Hz later."""
    lag = round(RATE / 120)
    return float(np.corrcoef(samples[lag : 8 * RATE // 10], samples[: 8 * RATE // 10 - lag])[0, 1])


@pytest.fixture(scope="module")
def bank() -> list[np.ndarray]:
    return noises([], np.random.default_rng(0))[:3]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_heard_anew_is_in_bounds_and_leaves_the_source_alone(
    seed: int, bank: list[np.ndarray]
) -> None:
    rng = np.random.default_rng(seed)
    bands = log_mel(np.pad(vowel(1.0), 8_000) + 1)
    before = bands.copy()
    heard = heard_anew(bands, bank, rng, Strength())
    assert np.array_equal(bands, before)
    assert np.isfinite(heard).all()
    assert 0.8 * len(bands) < len(heard) < 1.2 * len(bands)
    assert 12 < np.sort(heard.max(axis=1))[-10] < 28


def test_rooms_differ_and_length_follows_the_speed() -> None:
    voice = vowel(1.0)
    heard = [spoken_in_a_room(voice, np.random.default_rng(seed)) for seed in range(6)]
    assert len({len(one) for one in heard}) == 6
    assert all(0.8 * len(voice) < len(one) < 1.8 * len(voice) for one in heard)
