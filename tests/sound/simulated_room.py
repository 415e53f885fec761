"""A room that exists only as its echoes: who stands where, and how loud they are.

Impulse responses are simulated by the image-source method (pyroomacoustics), and
sound is convolved block by block, so that what comes out of the loudspeaker may
depend on what has just been heard.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyroomacoustics
import soxr

from tests.sound.virtual_card import RATE, Samples

Signal = npt.NDArray[np.float32]
Place = tuple[float, float, float]

LONGEST = 1.0
"""Seconds of an impulse response that are kept."""


@dataclass(frozen=True, slots=True)
class Room:
    """A box, a device in it, and people at some distances from its microphone, in metres."""

    name: str
    size: Place
    reverberation: float
    """RT60 in seconds."""
    microphone: Place
    loudspeaker: Place
    people: tuple[Place, Place, Place]
    """From near to far."""

    def distance(self, person: int) -> float:
        """Metres from the microphone to a person."""
        return float(np.linalg.norm(np.subtract(self.people[person], self.microphone)))


TRIED_IN = (
    Room("box room", (3.2, 3.6, 2.5), 0.25, (1.6, 1.2, 0.5), (1.75, 1.3, 0.5),
         ((1.6, 1.7, 0.3), (1.9, 2.65, 0.3), (0.6, 3.4, 0.4))),
    Room("lounge", (5.2, 4.1, 2.6), 0.45, (2.0, 1.5, 0.6), (2.3, 1.6, 0.6),
         ((2.2, 1.95, 0.3), (3.2, 2.4, 0.3), (4.6, 3.0, 0.4))),
)  # fmt: skip
"""Where thresholds were chosen; nothing is reported for them."""

REPORTED = (
    Room("bedroom", (3.6, 4.0, 2.4), 0.3, (1.2, 1.4, 0.45), (1.3, 1.25, 0.45),
         ((1.5, 1.75, 0.2), (2.4, 2.2, 0.2), (3.0, 3.5, 0.25))),
    Room("living room", (4.8, 5.6, 2.5), 0.5, (2.1, 1.1, 0.7), (2.4, 1.1, 0.7),
         ((2.3, 1.5, 0.3), (3.3, 1.9, 0.2), (3.9, 3.4, 0.3))),
    Room("hall", (7.5, 5.5, 3.1), 0.7, (3.1, 1.6, 0.8), (3.3, 1.4, 0.8),
         ((3.2, 1.95, 0.5), (4.3, 2.3, 0.3), (5.5, 3.2, 0.3))),
)  # fmt: skip
"""What the tables report on: 0.5, 1.5 and 3 m, roughly."""


@functools.cache
def impulse_response(room: Room, source: Place) -> Signal:
    """What the microphone hears of a click at `source`, shape (n,), at `RATE`."""
    absorption, order = pyroomacoustics.inverse_sabine(room.reverberation, room.size)
    box = pyroomacoustics.ShoeBox(
        room.size,
        fs=RATE,
        materials=pyroomacoustics.Material(absorption),
        max_order=min(order, 60),
    )
    box.add_source(source)
    box.add_microphone(room.microphone)
    box.compute_rir()
    return np.asarray(box.rir[0][0][: round(LONGEST * RATE)], np.float32)


class Path:
    """The way of sound from one place to the microphone, block by block.

    Args:
        response: an impulse response, shape (n,).
        block: samples a block.
        gain: amplitude on top of the response's own.
    """

    def __init__(self, response: Signal, block: int, gain: float = 1.0) -> None:
        self._block = block
        self._size = 1 << (response.size + block - 1).bit_length()
        self._spectrum = np.fft.rfft(response * gain, self._size).astype(np.complex64)
        self._coming = np.zeros(self._size, np.float32)

    def carry(self, sound: Signal) -> Signal:
        """Takes the next block at the source, gives the next one at the microphone."""
        self._coming += np.fft.irfft(np.fft.rfft(sound, self._size) * self._spectrum, self._size)
        arrives = self._coming[: self._block].copy()
        self._coming[: -self._block] = self._coming[self._block :]
        self._coming[-self._block :] = 0
        return arrives


def through(sound: Signal, response: Signal) -> Signal:
    """A whole sound at the microphone, its reverberation included."""
    size = 1 << (sound.size + response.size - 1).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: sound.size + response.size].astype(np.float32)


def loudness(sound: Signal) -> float:
    """Root mean square in dBFS of the parts that are no pause."""
    envelope = np.abs(sound)
    heard = sound[envelope > envelope.max() * 1e-2]
    return 20 * float(np.log10(np.sqrt(np.mean(np.square(heard)))))


def at_loudness(sound: Signal, dbfs: float) -> Signal:
    """The same sound, as loud as that."""
    return np.asarray(sound * 10 ** ((dbfs - loudness(sound)) / 20), np.float32)


def to_float(samples: Samples, rate: int = RATE) -> Signal:
    """Full scale as 1, at `RATE`."""
    signal = samples.astype(np.float32) / np.float32(32768)
    return signal if rate == RATE else np.asarray(soxr.resample(signal, rate, RATE), np.float32)
