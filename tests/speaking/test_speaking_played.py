"""What the loudspeaker was given can be read again, at 16 kHz and at its time."""

from __future__ import annotations

import numpy as np
import pytest

from voice.speaking.played import AUDIBLE, KEPT, RATE, Played


def sine(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return np.asarray(np.sin(2 * np.pi * hertz * at) * 8000, np.int16)


def give(played: Played, sound: np.ndarray, rate: int, at: float, size: int = 512) -> None:
    for start in range(0, sound.size, size):
        played.note(sound[start : start + size], rate, at + start / rate)


@pytest.mark.parametrize("rate", [16000, 22050, 44100, 48000])
def test_it_is_read_at_16_khz_where_the_clock_says(rate: int) -> None:
    played = Played()
    give(played, sine(2, rate), rate, at=100.0)
    start = played.position(101.0)
    assert start == pytest.approx(RATE, abs=1)
    assert played.read(start, 1600) == pytest.approx(sine(2, RATE)[start : start + 1600], abs=120)


def test_a_clock_that_trembles_is_read_as_one_that_does_not() -> None:
    played, rng = Played(), np.random.default_rng(3)
    sound = sine(2, RATE)
    for start in range(0, sound.size, 320):
        at = 50.0 + start / RATE + rng.normal(0, 0.004)
        played.note(sound[start : start + 320], RATE, at)
    assert played.position(51.0) == pytest.approx(RATE, abs=0.002 * RATE)


def test_silence_is_known_from_its_first_sample_on() -> None:
    played = Played()
    give(played, np.full(8000, 7, np.int16), RATE, at=0.0)
    give(played, np.zeros(8000, np.int16), RATE, at=0.5)
    assert played.silent_from == 8000


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_silence_after_speech_is_silence_at_any_rate(rate: int) -> None:
    played = Played()
    give(played, sine(1, rate), rate, at=0.0)
    give(played, np.zeros(3 * rate, np.int16), rate, at=1.0)
    assert played.silent_from == pytest.approx(RATE, abs=0.05 * RATE)


def test_what_is_not_known_reads_as_silence() -> None:
    played = Played()
    give(played, np.full(KEPT + 3200, 5, np.int16), RATE, at=0.0)
    assert not played.read(0, 3200).any()
    assert played.read(3200, 3200).all()
    assert not played.read(KEPT + 3200, 100).any()
    assert np.array_equal(played.read(KEPT + 3100, 200), [5] * 100 + [0] * 100)


@pytest.mark.parametrize("rate", [16000, 22050, 48000])
@pytest.mark.parametrize("nap", [0.1, 3.0, 4000.0])
def test_after_a_sleep_its_count_has_gone_on_with_the_clock(rate: int, nap: float) -> None:
    played = Played()
    played.opened()
    give(played, np.append(sine(1, rate), np.zeros(rate // 2, np.int16)), rate, at=100.0)
    assert played.openings == 1
    played.opened()
    give(played, sine(1, rate), rate, at=101.5 + nap)
    assert played.openings == 2
    start = round((1.5 + nap) * RATE)
    assert played.position(102.0 + nap) == pytest.approx(start + RATE // 2, abs=1)
    assert played.read(start + 16, 8000) == pytest.approx(sine(1, RATE)[16:8016], abs=120)
    silent = round((0.4 + nap) * RATE)
    assert np.abs(played.read(start - silent, silent - 160)).max() <= AUDIBLE


def test_blocks_that_come_late_are_no_sleep() -> None:
    played = Played()
    give(played, sine(1, RATE), RATE, at=10.0)
    give(played, sine(1, RATE), RATE, at=12.5)
    assert played.read(RATE, RATE) == pytest.approx(sine(1, RATE))


def test_another_device_goes_on_where_the_last_one_ended() -> None:
    played = Played()
    give(played, np.full(16000, 3, np.int16), 16000, at=10.0)
    give(played, np.full(48000, 4, np.int16), 48000, at=20.0)
    assert played.position(20.5) == pytest.approx(16000 + 8000, abs=1)
    assert np.median(played.read(24000, 1000)) == 4


def test_a_reader_that_never_comes_costs_no_memory() -> None:
    played = Played()
    for number in range(5000):
        played.note(np.full(512, 1, np.int16), 22050, number * 512 / 22050)
    assert played.silent_from < KEPT * 2
