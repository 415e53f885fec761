"""What the loudspeaker has been given, kept for whoever must tell it from other sound."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np
import soxr

from voice.speaking.speech import Pcm

RATE = 16000
"""Hz at which it is read: what recognition works with."""
KEPT = 8 * RATE
"""Samples that are kept, at 16 kHz."""
AUDIBLE = 4
"""Samples no larger than this are silence: resampling rounds with a little noise. -78 dBFS."""
UNREAD = 512
"""Blocks kept for a reader that does not come; about 10 s."""


@dataclass(frozen=True, slots=True)
class _Played:
    pcm: Pcm
    rate: int
    sounds_at: float


class Played:
    """The stream of one loudspeaker as one endless count of samples at 16 kHz.

    One thread notes, another reads; between them lies one deque, whose `append`
    and `popleft` are atomic, so the audio callback never waits.
    """

    def __init__(self) -> None:
        self._noted: deque[_Played | None] = deque(maxlen=UNREAD)
        self._kept: Pcm = np.zeros(KEPT, np.int16)
        self._end = 0
        self._loud_until = 0
        self._rate = 0
        self._stream: soxr.ResampleStream | None = None
        self._given = 0
        self._began = 0
        self._openings = 0
        self._anew = False
        self._clocks: deque[float] = deque(maxlen=64)

    def opened(self) -> None:
        """Takes that a device begins, anew perhaps; what follows is another stream of it."""
        self._noted.append(None)

    def note(self, pcm: Pcm, rate: int, sounds_at: float) -> None:
        """Takes what was given to the device; called by the device's own thread.

        Args:
            pcm: shape (n,), int16; copied.
            rate: Hz.
            sounds_at: when its first sample sounds, on `time.monotonic`.
        """
        self._noted.append(_Played(pcm.copy(), rate, sounds_at))

    @property
    def silent_from(self) -> int:
        """The sample after the last one that can be heard; 0 before there was any."""
        self._take_in()
        return self._loud_until

    @property
    def openings(self) -> int:
        """How often a loudspeaker was opened, be it the same again."""
        self._take_in()
        return self._openings

    def position(self, at: float) -> int:
        """Which sample sounds at that moment of `time.monotonic`."""
        self._take_in()
        return round((at - median(self._clocks)) * RATE) if self._clocks else round(at * RATE)

    def read(self, start: int, count: int) -> Pcm:
        """Samples from `start` on, shape (count,); zeros for those not known any more, or yet."""
        self._take_in()
        samples = np.zeros(count, np.int16)
        first, last = max(start, self._end - KEPT, 0), min(start + count, self._end)
        if first < last:
            samples[first - start : last - start] = self._kept[np.arange(first, last) % KEPT]
        return samples

    def _take_in(self) -> None:
        while self._noted:
            played = self._noted.popleft()
            if played is None:
                self._openings += 1
                self._anew = True
                continue
            if played.rate != self._rate:
                self._begin(played.rate)
            elif self._anew:
                self._pass_over(max(self._clock(played) - self._clocks[-1], 0.0))
            self._anew = False
            self._clocks.append(self._clock(played))
            self._given += played.pcm.size
            self._keep(self._resampled(played.pcm))

    def _clock(self, played: _Played) -> float:
        """When the whole count would have begun, as the next block tells."""
        return played.sounds_at - self._began / RATE - self._given / self._rate

    def _begin(self, rate: int) -> None:
        """Another stream begins: its samples follow those of the last one."""
        self._rate = rate
        self._stream = None
        if rate != RATE:
            self._stream = soxr.ResampleStream(rate, RATE, 1, dtype="int16", quality="LQ")
        self._began, self._given = self._end, 0
        self._clocks.clear()

    def _pass_over(self, seconds: float) -> None:
        """Nothing was given to the device for so long: its count goes on with the clock."""
        count = round(seconds * RATE)
        self._kept[np.arange(self._end, self._end + min(count, KEPT)) % KEPT] = 0
        self._end += count
        self._given += round(seconds * self._rate)

    def _resampled(self, pcm: Pcm) -> Pcm:
        return pcm if self._stream is None else self._stream.resample_chunk(pcm)

    def _keep(self, pcm: Pcm) -> None:
        self._kept[np.arange(self._end, self._end + pcm.size) % KEPT] = pcm
        loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > AUDIBLE)
        if loud.size:
            self._loud_until = self._end + int(loud[-1]) + 1
        self._end += pcm.size
