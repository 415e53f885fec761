"""Exact moments in a recording: where a tone begins, where a word or a phrase begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tests.sound.virtual_card import RATE, Samples, first_sound
from voice.speaking import earcons

Signal = npt.NDArray[np.float64]

ALIKE = 0.8
"""Normalised correlation from which a stretch of sound is taken for a tone; its own is 1."""
FRAME = 0.01
"""Seconds over which loudness is taken where speech is looked for."""
SPOKEN = -20.0
"""dB over the whole's root mean square from which on a frame is speech, and not breath or hum."""
APART = 0.1
"""Seconds of pause that part a sound from the words; the closure of a "t" or "p" is shorter."""
AS_LOUD = 0.7
"""Share of its own loudness with which a tone must be found where something else sounds as well."""


def moments_of(tone: str, sound: Samples) -> list[float]:
    """Where an earcon begins in a recording at `RATE`: seconds, in order.

    Found by correlation with the tone itself, so that neither loudness nor what
    sounds before and after it moves the result.
    """
    shape = earcons.render(tone, RATE).astype(np.float64)
    signal = sound.astype(np.float64)
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    product = _correlation(signal, shape)
    positions = np.arange(len(product))
    window = np.maximum(energy[positions + len(shape)] - energy[positions], 1.0)
    likeness = product / np.sqrt(window * np.square(shape).sum())
    found: list[float] = []
    while likeness.size and likeness.max() >= ALIKE:
        best = int(np.argmax(likeness))
        found.append(best / RATE)
        likeness[max(0, best - RATE // 2) : best + RATE // 2] = 0.0
    return sorted(found)


def moment_under_speech(tone: str, sound: Samples) -> float | None:
    """Where an earcon begins that sounds at its full volume while a voice speaks.

    Args:
        tone: its name.
        sound: at `RATE`, with one earcon of that name at most.

    Returns:
        Seconds; None where it does not sound.
    """
    shape = earcons.render(tone, RATE).astype(np.float64)
    share = _correlation(sound.astype(np.float64), shape) / np.square(shape).sum()
    best = int(np.argmax(share)) if share.size else 0
    return best / RATE if share.size and share[best] >= AS_LOUD else None


def _correlation(signal: Signal, shape: Signal) -> Signal:
    """How much of the shape there is at each position at which all of it fits."""
    size = 1 << (len(signal) + len(shape) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(signal, size) * np.conj(np.fft.rfft(shape, size)), size)
    return np.asarray(product[: max(len(signal) - len(shape), 0)], np.float64)


def word_begins(sound: Samples, near: float, *, earliest: float = 0.35) -> float | None:
    """Where the word begins that is said near a moment, in seconds; None where it is silent.

    Args:
        sound: at `RATE`.
        near: seconds.
        earliest: how long before `near` it may begin.
    """
    return first_sound(sound, after=near - earliest)


def speech_begins(spoken: Samples) -> float:
    """Where a short phrase begins: its first sound with no long pause between it and the loudest.

    Voices that are cut together from recordings often begin with a click or a hum, and then a
    fifth of a second of nothing.

    Args:
        spoken: at `RATE`; the phrase, and what the voice puts before it.

    Returns:
        Seconds; 0 where all is silent.
    """
    size = round(FRAME * RATE)
    frames = spoken[: len(spoken) - len(spoken) % size].astype(np.float64).reshape(-1, size)
    power = np.mean(np.square(frames), axis=1)
    begins = int(np.argmax(power))
    loud = np.flatnonzero(power[:begins] > power.mean() * 10 ** (SPOKEN / 10))
    for frame in reversed(loud.tolist()):
        if (begins - frame - 1) * FRAME >= APART:
            break
        begins = frame
    return begins * FRAME
