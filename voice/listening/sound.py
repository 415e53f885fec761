"""The one form in which sound travels through this room: 16 kHz, mono, int16."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from voice.events import Mended, Trouble

RATE = 16000
"""Hz; what the recognition models are trained for."""

DIGITAL_SILENCE = -120.0
"""dBFS reported for a block of zeros."""

Samples = npt.NDArray[np.int16]
"""Shape (n,), mono, `RATE` Hz."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of sound and when it was captured."""

    samples: Samples
    at: float
    """When its last sample was captured, on `time.monotonic`."""
    echo: float = DIGITAL_SILENCE
    """dBFS that our own voice is expected still to have in it."""


class AudioSource(Protocol):
    """Where sound comes from."""

    @property
    def overflows(self) -> int:
        """Blocks lost so far because nobody took them in time."""

    def blocks(self, report: Callable[[Trouble | Mended], None]) -> Iterator[Block]:
        """Yields sound until there is no more, or until `close`.

        Args:
            report: told when the source fails while it runs, and when it works again.
        """

    def close(self) -> None:
        """Ends `blocks`; may be called from any thread, more than once."""


def level(samples: Samples) -> float:
    """Root mean square of the samples in dBFS; a full-scale square wave is 0."""
    if not samples.size:
        return DIGITAL_SILENCE
    mean = float(np.mean(np.square(samples, dtype=np.float32)))
    return (
        max(20 * math.log10(math.sqrt(mean) / 32768), DIGITAL_SILENCE)
        if mean
        else (DIGITAL_SILENCE)
    )
