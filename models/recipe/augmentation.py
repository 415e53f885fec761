"""Makes clean speech sound as it does in rooms, through microphones, from the floor.

Two places. On the samples, once for each stored copy: speed (which moves pitch and formants),
breathiness, the room. On the bands, anew for each time an utterance is seen: voice, tempo,
microphone, noise, level, gaps. What a room does to speech is drawn from ranges that cover small
bathrooms to large living rooms (reverberation 0.12 to 0.7 s).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.ndimage
import scipy.signal
import soxr
from numpy.typing import NDArray

from models.recipe.features import BANDS, RATE, log_mel

Samples = NDArray[np.float32]
Bands = NDArray[np.float32]

_NATS_A_DECIBEL = 0.2303
"""Of power: ln(10) / 10."""
_SHARE_WHISPERED = 0.08
_SHARE_IN_ROOMS = 0.65
_SHARE_OTHER_VOICE = 0.5
_SHARE_OTHER_TEMPO = 0.5
_SHARE_NO_HEIGHTS = 0.2
_SHARE_NO_DEPTHS = 0.12
"""Of the utterances."""
_SMOOTH = np.cos(np.pi / BANDS * (np.arange(BANDS) + 0.5) * np.arange(4)[:, None])
"""Four slow cosines over the bands: what microphones and mouths differ by."""


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard the bands are treated."""

    noisy: float = 0.65
    """Share of the utterances that get noise."""
    worst_ratio: float = 3.0
    """Least speech-to-noise ratio, dB."""
    quiet: float = 0.25
    """Share of the utterances that are far below the level of near speech."""


def spoken_in_a_room(samples: Samples, rng: np.random.Generator) -> Samples:
    """One more way that the same words could have reached the microphone; any length."""
    speed = rng.uniform(0.87, 1.15)
    heard = soxr.resample(samples, RATE * speed, RATE, quality="MQ").astype(np.float32)
    if rng.random() < _SHARE_WHISPERED:
        heard = whispered(heard, rng)
    if rng.random() < _SHARE_IN_ROOMS:
        room = impulse_response(rng)
        heard = scipy.signal.fftconvolve(heard, room)[: len(heard) + len(room) // 2]
    return np.asarray(heard, dtype=np.float32)


def whispered(samples: Samples, rng: np.random.Generator) -> Samples:
    """The same words with breath for a voice: noise shaped by the speech's own short-time spectrum.

    The envelope is the magnitude smoothed over about 300 Hz, so that the harmonics of the voice
    are gone and its formants stay.
    """
    _, _, spectrum = scipy.signal.stft(samples, RATE, nperseg=512)
    envelope = scipy.ndimage.uniform_filter1d(np.abs(spectrum), size=9, axis=0)
    phase = np.exp(2j * np.pi * rng.random(spectrum.shape))
    breath = scipy.signal.istft(envelope * phase, RATE, nperseg=512)[1][: len(samples)]
    return np.asarray(breath - 0.7 * np.roll(breath, 1), dtype=np.float32)


def impulse_response(rng: np.random.Generator) -> Samples:
    """A room: the direct sound, a few early echoes, a tail of noise that dies away."""
    reverberation = rng.uniform(0.12, 0.7)
    length = int(RATE * min(reverberation, 0.5))
    time = np.arange(length) / RATE
    response = rng.standard_normal(length) * np.exp(-6.9 * time / reverberation)
    first = int(rng.uniform(0.001, 0.006) * RATE)
    response[:first] = 0
    for _ in range(rng.integers(2, 8)):
        echo = rng.integers(first, first + int(0.03 * RATE))
        response[echo] += rng.choice([-1, 1]) * rng.uniform(1, 4)
    direct_to_room = rng.uniform(-2, 14)
    response *= 10 ** (-direct_to_room / 20) / np.sqrt(np.sum(response**2) + 1e-9)
    response[0] = 1
    return response.astype(np.float32)


def noises(speech: Sequence[Samples], rng: np.random.Generator) -> list[Bands]:
    """A bank of noise, 20 s each: hiss of many colours, hum of mains and fans, people talking.

    One voice alone is what a canceller leaves of the product's own, and what a television is.

    Args:
        speech: recordings that the talk is mixed from; empty: no talk.
        rng: what the bank is drawn with.
    """
    length = 20 * RATE
    bank = [log_mel(_coloured(length, rng)) for _ in range(14)]
    bank += [log_mel(_hum(length, rng)) for _ in range(4)]
    if speech:
        bank += [log_mel(_babble(speech, length, rng, int(rng.integers(2, 7)))) for _ in range(14)]
        bank += [log_mel(_babble(speech, length, rng, people=1)) for _ in range(8)]
    return bank


def heard_anew(
    bands: Bands, bank: Sequence[Bands], rng: np.random.Generator, strength: Strength
) -> Bands:
    """The bands of one utterance as another person, microphone, noise and distance make them.

    Args:
        bands: shape (frames, 40); not changed.
        bank: noise to draw from, each longer than a second.
        rng: what chance is drawn with.
        strength: how hard.

    Returns:
        Shape (other frames, 40).
    """
    if rng.random() < _SHARE_OTHER_VOICE:
        bands = _another_voice(bands, rng.uniform(0.9, 1.11))
    if rng.random() < _SHARE_OTHER_TEMPO:
        bands = _another_tempo(bands, rng.uniform(0.9, 1.15))
    bands = _another_microphone(bands, rng)
    loud = _loud(bands)
    if rng.random() < strength.noisy:
        noise = _piece(bank, len(bands), rng) + _tilt(rng, (0, 1, 0.6, 0.4))
        below = rng.uniform(strength.worst_ratio, 30) * _NATS_A_DECIBEL
        bands = np.logaddexp(bands, noise - _power(noise) + _power_of_speech(bands) - below)
    floor = loud - rng.uniform(30, 75) * _NATS_A_DECIBEL
    bands = np.logaddexp(bands, floor + rng.standard_normal(bands.shape) * 0.8)
    level = rng.uniform(13, 21) if rng.random() < strength.quiet else rng.uniform(19, 25.5)
    return _with_gaps(bands + (level - loud), rng).astype(np.float32)


def _another_voice(bands: Bands, factor: float) -> Bands:
    """A longer or shorter vocal tract: the bands stretched along frequency."""
    place = np.clip(np.arange(BANDS) * factor, 0, BANDS - 1)
    low = np.minimum(place.astype(int), BANDS - 2)
    share = (place - low).astype(np.float32)
    return np.asarray(bands[:, low] * (1 - share) + bands[:, low + 1] * share, dtype=np.float32)


def _another_tempo(bands: Bands, factor: float) -> Bands:
    count = max(2, int(len(bands) / factor))
    place = np.minimum(np.arange(count) * factor, len(bands) - 1.001)
    low = place.astype(int)
    share = (place - low)[:, None].astype(np.float32)
    return np.asarray(bands[low] * (1 - share) + bands[low + 1] * share, dtype=np.float32)


def _another_microphone(bands: Bands, rng: np.random.Generator) -> Bands:
    bands = bands + _tilt(rng, (0, 0.9, 0.6, 0.4))
    if rng.random() < _SHARE_NO_HEIGHTS:  # telephones and cheap headsets have no heights
        edge = rng.integers(26, 36)
        steps = np.minimum(1, (np.arange(BANDS - edge) + 1) / 3)
        bands[:, edge:] -= (rng.uniform(2, 12) * steps).astype(np.float32)
    if rng.random() < _SHARE_NO_DEPTHS:  # nor have small ones depths
        bands[:, : rng.integers(2, 7)] -= np.float32(rng.uniform(1, 5))
    return bands


def _with_gaps(bands: Bands, rng: np.random.Generator) -> Bands:
    """A few bands and moments blanked (SpecAugment: Park and others, 2019)."""
    mean = bands.mean(axis=0)
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 6))
        edge = int(rng.integers(BANDS - width))
        bands[:, edge : edge + width] = mean[edge : edge + width]
    for _ in range(rng.integers(0, 3)):
        width = int(rng.integers(1, 12))
        edge = int(rng.integers(max(1, len(bands) - width)))
        bands[edge : edge + width] = mean
    return bands


def _tilt(rng: np.random.Generator, spread: tuple[float, ...]) -> NDArray[np.float32]:
    return np.asarray((rng.standard_normal(4) * spread) @ _SMOOTH, dtype=np.float32)


def _loud(bands: Bands) -> float:
    """The level of the loudest tenth of the frames, natural logarithm of power."""
    peaks = np.sort(bands.max(axis=1))
    return float(peaks[-max(1, len(peaks) // 10)])


def _power(bands: Bands) -> float:
    return float(np.log(np.exp(bands).mean(axis=0).sum()))


def _power_of_speech(bands: Bands) -> float:
    """The power in the louder half of the frames, by band."""
    return _power(np.sort(bands, axis=0)[-max(1, len(bands) // 2) :])


def _piece(bank: Sequence[Bands], length: int, rng: np.random.Generator) -> Bands:
    noise = bank[int(rng.integers(len(bank)))]
    if len(noise) <= length:
        noise = np.tile(noise, (length // len(noise) + 2, 1))
    start = rng.integers(len(noise) - length)
    return np.asarray(noise[start : start + length], dtype=np.float32)


def _coloured(length: int, rng: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequency = np.maximum(np.arange(len(spectrum)) / len(spectrum), 1e-3)
    noise = np.fft.irfft(spectrum * frequency ** rng.uniform(-1.3, 0.2), length)
    slow = 1 + 0.6 * np.sin(2 * np.pi * rng.uniform(0.1, 3) * np.arange(length) / RATE)
    return np.asarray(noise / noise.std() * 500 * slow, dtype=np.float32)


def _hum(length: int, rng: np.random.Generator) -> Samples:
    time = np.arange(length) / RATE
    mains = rng.choice([50, 60])
    tones = [np.sin(2 * np.pi * mains * n * time + n) / n**1.2 for n in range(1, 30)]
    hum = np.sum(tones, axis=0) * 300 + rng.standard_normal(length) * 60
    return np.asarray(hum, dtype=np.float32)


def _babble(
    speech: Sequence[Samples], length: int, rng: np.random.Generator, people: int
) -> Samples:
    talk = np.zeros(length, dtype=np.float32)
    for _ in range(people):
        at, gain = 0, rng.uniform(0.3, 1)
        while at < length:
            words = speech[int(rng.integers(len(speech)))][: length - at]
            talk[at : at + len(words)] += gain * words
            at += len(words) + int(rng.integers(RATE))
    heard = scipy.signal.fftconvolve(talk, impulse_response(rng))[:length]
    return np.asarray(heard, dtype=np.float32)
