"""Exact moments in a recording: where a tone begins, where a word begins."""

from __future__ import annotations

import numpy as np

from tests.sound.virtual_card import RATE, Samples, first_sound
from voice.speaking import earcons

ALIKE = 0.8
"""Normalised correlation from which a stretch of sound is taken for a tone; its own is 1."""


def moments_of(tone: str, sound: Samples) -> list[float]:
    """Where an earcon begins in a recording at `RATE`: seconds, in order.

    Found by correlation with the tone itself, so that neither loudness nor what
    sounds before and after it moves the result.
    """
    shape = earcons.render(tone, RATE).astype(np.float64)
    signal = sound.astype(np.float64)
    size = 1 << (len(signal) + len(shape) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(signal, size) * np.conj(np.fft.rfft(shape, size)), size)
    energy = np.concatenate([[0.0], np.cumsum(np.square(signal))])
    positions = np.arange(len(signal) - len(shape))
    window = np.maximum(energy[positions + len(shape)] - energy[positions], 1.0)
    likeness = product[positions] / np.sqrt(window * np.square(shape).sum())
    found: list[float] = []
    while likeness.size and likeness.max() >= ALIKE:
        best = int(np.argmax(likeness))
        found.append(best / RATE)
        likeness[max(0, best - RATE // 2) : best + RATE // 2] = 0.0
    return sorted(found)


def word_begins(sound: Samples, near: float, *, earliest: float = 0.35) -> float | None:
    """Where the word begins that is said near a moment, in seconds; None where it is silent.

    Args:
        sound: at `RATE`.
        near: seconds.
        earliest: how long before `near` it may begin.
    """
    return first_sound(sound, after=near - earliest)
