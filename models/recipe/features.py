"""Speech as the network sees it: Kaldi's 40 log-mel bands, and the MFCC that they turn into.

The bands are kept, not the MFCC, because noise, level and rooms are easy to add to bands; the
last step to MFCC is one matrix. Both follow `models/en-small/conf/mfcc.conf`; the computing is
done by kaldi-native-fbank, whose figures agree with Kaldi's own.
"""

from __future__ import annotations

import functools

import kaldi_native_fbank as knf
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second."""
BANDS = 40
FRAMES_A_SECOND = 100
_LOWEST, _HIGHEST = 20.0, 7_600.0
"""Hz."""
_LIFTER = 22.0
"""Kaldi's default cepstral lifter."""


def log_mel(samples: NDArray[np.int16] | NDArray[np.float32]) -> NDArray[np.float32]:
    """The bands of a recording.

    Args:
        samples: shape (n,), 16 kHz, in the range of int16 whatever the dtype; at least 25 ms.

    Returns:
        Shape (frames, 40), natural logarithms of power, a frame every 10 ms.
    """
    bank = knf.OnlineFbank(_options())
    bank.accept_waveform(RATE, np.ascontiguousarray(samples, dtype=np.float32))
    bank.input_finished()
    frames = [bank.get_frame(i) for i in range(bank.num_frames_ready)]
    return np.stack(frames) if frames else np.empty((0, BANDS), dtype=np.float32)


@functools.cache
def cepstral_matrix() -> NDArray[np.float32]:
    """What bands are multiplied by to give MFCC; shape (40, 40).

    An orthonormal cosine transform times the lifter 1 + 11 sin(pi i / 22), as in Kaldi's
    `feature-mfcc.cc`.
    """
    order = np.arange(BANDS)[:, None]
    cosines = np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * (np.arange(BANDS) + 0.5) * order)
    cosines[0] = np.sqrt(1 / BANDS)
    lifter = 1 + 0.5 * _LIFTER * np.sin(np.pi * order / _LIFTER)
    matrix: NDArray[np.float32] = (cosines * lifter).T.astype(np.float32)
    return matrix


def _options() -> knf.FbankOptions:
    options = knf.FbankOptions()
    options.frame_opts.samp_freq = RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = BANDS
    options.mel_opts.low_freq = _LOWEST
    options.mel_opts.high_freq = _HIGHEST
    options.use_energy = False
    return options
