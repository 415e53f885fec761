"""An adaptive filter that learns how the loudspeaker sounds in the microphone.

A partitioned-block Kalman filter in the frequency domain (Enzner and Vary,
"Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free
telephones", Signal Processing 86, 2006; in partitions: Kuech, Mabande and
Enzner, ICASSP 2014). It knows for each frequency how unsure it still is, so it
learns quickly at first and hardly at all while a person speaks, and it is
linear: what the person says passes through untouched, which the recogniser
needs more than silence. `docs/barge-in.md` compares it with libraries.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 320
"""Samples taken at once: 20 ms, as the microphone gives them."""

Signal = npt.NDArray[np.float32]

_PARTS = 20
"""Blocks that an echo may last: 0.4 s."""
_FORGETTING = 0.9995
"""How much of the echo path stays from block to block: half of it for about 14 s."""
_UNSURE = 0.1
"""Power of the first part of an echo path of which nothing is known, full scale as 1."""
_DECAY_DB = 1.5
"""dB by which each further part is taken to be weaker; 0.8 s of reverberation."""
_NEAR_SMOOTHING = 0.9
"""Share of the old value in the running power of all that is not echo."""
_TINY = 1e-10
_LATER = np.where(np.arange(BLOCK + 1) % 2, -1, 1).astype(np.float32)
"""Turns the spectrum of a block followed by zeros into that of zeros followed by the block."""


class EchoFilter:
    """Removes the echo of one signal from another, block by block.

    Costs about 0.25 ms a block, that is 1.3 % of one core.
    """

    def __init__(self) -> None:
        shape = (_PARTS, BLOCK + 1)
        self._spectra = np.zeros(shape, np.complex64)
        self._played = np.zeros(2 * BLOCK, np.float32)
        self._path = np.zeros(shape, np.complex64)
        self._near = np.full(BLOCK + 1, 1e-6, np.float32)
        self._doubt = np.zeros(shape, np.float32)
        self.forget_path()

    def forget_path(self) -> None:
        """Begins to learn anew: the loudspeaker or the delay is another."""
        fading = 10 ** (-_DECAY_DB / 10 * np.arange(_PARTS, dtype=np.float32))
        self._path[:] = 0
        self._doubt[:] = _UNSURE * fading[:, None]

    def forget_sound(self) -> None:
        """Nothing has been played for longer than an echo lasts; the path stays known."""
        self._spectra[:] = 0
        self._played[:] = 0

    def step(self, played: Signal, heard: Signal) -> tuple[Signal, Signal]:
        """Takes what was played and what was heard, each of shape (BLOCK,), full scale as 1.

        Returns:
            What was heard without the echo, and the echo; shape (BLOCK,) each.
        """
        self._played[:BLOCK] = self._played[BLOCK:]
        self._played[BLOCK:] = played
        self._spectra[1:] = self._spectra[:-1]
        self._spectra[0] = np.fft.rfft(self._played)
        echo = np.fft.irfft((self._spectra * self._path).sum(axis=0))[BLOCK:].astype(np.float32)
        rest = heard - echo
        self._learn(rest)
        return rest, echo

    def _learn(self, rest: Signal) -> None:
        error = np.fft.rfft(rest, 2 * BLOCK)
        error *= _LATER
        self._near *= _NEAR_SMOOTHING
        self._near += (1 - _NEAR_SMOOTHING) * _power(error)
        self._doubt *= _FORGETTING**2
        self._doubt += (1 - _FORGETTING**2) * _power(self._path)
        power = _power(self._spectra)
        expected = (power * self._doubt).sum(axis=0) / 2 + self._near + _TINY
        gain = self._doubt / expected
        update = np.fft.irfft(gain * self._spectra.conj() * error, axis=1)
        update[:, BLOCK:] = 0
        self._path += np.fft.rfft(update, axis=1)
        self._doubt *= 1 - gain * power / 2


def _power(spectrum: npt.NDArray[np.complexfloating]) -> npt.NDArray[np.float32]:
    return np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)
