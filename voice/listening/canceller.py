"""Takes our own voice out of the microphone.

What is played is known to the sample; when it arrives is known only roughly, as
no device tells its latency truly. So the two streams are joined by their sample
counts, once, where the clocks say; a correlation corrects that, and from then on
it is only watched. While nothing plays, sound passes through untouched.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Protocol

import numpy as np

from voice.events import Mended, Trouble
from voice.listening.adaptive import BLOCK, EchoFilter, Signal
from voice.listening.alignment import SEARCH, WINDOW, find_lag
from voice.listening.sound import DIGITAL_SILENCE, RATE, AudioSource, Block, Samples

TAIL = 8000
"""Samples for which an echo goes on after the loudspeaker has fallen silent: 0.5 s."""
HEAD = 160
"""Samples by which an echo is put behind what was played when it is put anew."""
REACH = 2400
"""Samples by which its strongest path may lie behind; the rest is for reverberation."""
SLIPPED = 640
"""Samples by which clocks and counts may differ before they are joined anew: 40 ms."""
SAME = 4
"""Samples by which two looks at the lag may differ and mean the same."""
LOOK_EVERY = RATE
"""Samples of sound with echo between two looks at the lag."""


class Reference(Protocol):
    """What our loudspeaker plays, as one endless stream at 16 kHz."""

    def position(self, at: float) -> int:
        """Which sample sounds at that moment of `time.monotonic`."""

    def read(self, start: int, count: int) -> Samples:
        """Samples from `start` on, shape (count,); zeros where nothing is known."""

    @property
    def silent_from(self) -> int:
        """The sample after the last one that was not zero; 0 before there was any."""

    @property
    def openings(self) -> int:
        """How often a loudspeaker was opened; each time its echo may lie elsewhere."""


class Canceller:
    """Cleans block after block; used by one thread.

    Args:
        reference: what is being played.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._filter = EchoFilter()
        self._remains = Remains()
        self._lag = _LagWatch()
        self._drift: deque[int] = deque(maxlen=50)
        self._offset: int | None = None
        self._clocks = 0
        self._settled: int | None = None
        self._heard = 0
        self._rest: Samples = np.zeros(0, np.int16)
        self._idle = True
        self._openings = 0

    def clean(self, block: Block) -> Iterator[Block]:
        """Yields the sound of this block without our own voice.

        While our voice sounds these are blocks of 20 ms, and what does not fill one waits
        for the next call.
        """
        self._join(block)
        samples = np.concatenate((self._rest, block.samples)) if self._rest.size else block.samples
        end = self._heard + samples.size
        self._look_for_openings()
        loud_until = self._reference.silent_from
        if not loud_until or loud_until <= self._heard + self._shift - TAIL:
            self._be_idle()
            self._heard, self._rest = end, samples[:0]
            yield replace(block, samples=samples)
            return
        whole = samples.size - samples.size % BLOCK
        for start in range(0, whole, BLOCK):
            cleaned, echo = self._clean(samples[start : start + BLOCK])
            yield Block(cleaned, block.at - (samples.size - start - BLOCK) / RATE, echo)
        self._rest = samples[whole:].copy()

    @property
    def _shift(self) -> int:
        return self._offset or 0

    def _join(self, block: Block) -> None:
        """Joins the two streams where the clocks say, and again when a stream has slipped."""
        end = self._heard + self._rest.size + block.samples.size
        self._drift.append(self._reference.position(block.at) - end)
        if self._offset is None:
            self._offset = self._clocks = self._drift[-1]
        clocks = round(median(self._drift))
        if abs(clocks - self._clocks) > SLIPPED:
            self._offset += clocks - self._clocks
            self._clocks = clocks
            self._filter.forget_sound()
            self._lag.forget()

    def _clean(self, heard: Samples) -> tuple[Samples, float]:
        self._idle = False
        start = self._heard + self._shift
        played, microphone = _to_float(self._reference.read(start, BLOCK)), _to_float(heard)
        rest, echo = self._filter.step(played, microphone)
        expected = self._remains.expect(played, microphone, rest, echo)
        self._heard += BLOCK
        lag = self._lag.look(self._reference, heard, start)
        if lag is not None:
            self._align(lag)
        return _to_int16(rest), expected

    def _align(self, lag: int) -> None:
        """Takes in how far the echo lies behind; once the filter works, nothing is touched."""
        if self._remains.small:
            self._settled = lag
        elif not 0 <= lag <= REACH:
            self._offset = self._shift - lag + HEAD
            self._forget_path()
        elif self._settled is not None and abs(lag - self._settled) > SAME:
            # A device has lost or repeated a little sound: what was learnt fits again then.
            self._offset = self._shift - lag + self._settled
            self._lag.forget()

    def _look_for_openings(self) -> None:
        if self._reference.openings != self._openings:
            self._openings = self._reference.openings
            self._forget_path()

    def _forget_path(self) -> None:
        """The echo lies elsewhere: it is learnt anew, and the filter must show that it works."""
        self._settled = None
        self._filter.forget_path()
        self._remains.forget()
        self._lag.forget()

    def _be_idle(self) -> None:
        if not self._idle:
            self._idle = True
            self._filter.forget_sound()
            self._lag.forget()


class _LagWatch:
    """Looks every second whether the echo lies where the filter can reach it.

    A lag is believed when it is found twice, in two windows that share no sound: a person's speech
    is now and then a little like ours, and where there are headphones it is all that is heard.
    """

    def __init__(self) -> None:
        self._heard: deque[Samples] = deque(maxlen=WINDOW // BLOCK)
        self._since = 0
        self._found: deque[int | None] = deque(maxlen=WINDOW // LOOK_EVERY)

    def forget(self) -> None:
        """What was heard does not belong to what comes."""
        self._heard.clear()
        self._since = 0
        self._found.clear()

    def look(self, reference: Reference, heard: Samples, start: int) -> int | None:
        """How many samples the microphone is behind, when two such looks agree."""
        self._heard.append(heard)
        self._since += heard.size
        if self._since < LOOK_EVERY or len(self._heard) < WINDOW // BLOCK:
            return None
        self._since = 0
        end = start + heard.size
        played = reference.read(end - WINDOW - SEARCH, WINDOW + 2 * SEARCH)
        lag = find_lag(played, np.concatenate(self._heard))
        before = self._found[0] if len(self._found) == self._found.maxlen else None
        self._found.append(lag.samples if lag.clear else None)
        agreed = lag.clear and before is not None and abs(before - lag.samples) <= SAME
        return lag.samples if agreed else None


class Share:
    """How much of a sound is found in another, in dB, followed like a noise floor.

    It goes up slowly, so that a person who speaks for a second hardly moves it, and down
    faster.
    """

    RISE = 3.0 * BLOCK / RATE
    """dB a block by which it may grow: 3 dB a second."""
    FALL = 0.02
    """Share of the way down that it goes in a block; half of it in 0.7 s."""
    REVERBERATION = 10 ** (-6 * BLOCK / RATE)
    """Factor a block by which a sound fades: 60 dB a second."""
    SMOOTHING = 0.8
    """Share of the old value in the running power of the other; it lasts for about 0.1 s."""
    AUDIBLE = 1e-7
    """Power, full scale as 1, from which on a sound is looked for: -70 dBFS."""

    def __init__(self, highest: float) -> None:
        """Begin with the highest share that there may be, in dB."""
        self._highest = self._share = highest
        self._sound = 0.0
        self._other = 0.0

    def expect(self, sound: float, other: float) -> float:
        """Takes the powers of one more block; gives dBFS expected in the other."""
        self._sound = max(sound, self._sound * self.REVERBERATION)
        self._other += (1 - self.SMOOTHING) * (other - self._other)
        if self._sound > self.AUDIBLE:
            difference = _dbfs(self._other) - _dbfs(self._sound) - self._share
            self._share += difference * self.FALL if difference < 0 else min(self.RISE, difference)
            self._share = min(self._share, self._highest)
        return max(_dbfs(self._sound) + self._share, DIGITAL_SILENCE)


class Remains:
    """Expects how loud our own voice still is after the filter.

    Until the filter has shown that it works, nothing is taken off what the loudspeaker
    usually brings into the microphone; with headphones that is nothing from the start.
    """

    LOUDEST = 20.0
    """dB by which a loudspeaker may be louder in the microphone than in the computer."""
    SLOW = 0.97
    """Share of the old value in the running powers; they last for about 0.7 s."""
    AUDIBLE = 1e-7
    """Power, full scale as 1, that must be heard before the filter can show that it works."""
    WORKS = 0.25
    """Share of what is heard that may remain where the filter works: 6 dB less."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The filter must show anew that it works."""
        self._heard = self._left = 0.0
        self._of_played = Share(self.LOUDEST)
        self._of_echo = Share(0.0)
        self._proven = False

    @property
    def small(self) -> bool:
        """Whether the filter has been removing most of what was heard."""
        return self._heard > self.AUDIBLE and self._left < self.WORKS * self._heard

    def expect(self, played: Signal, heard: Signal, rest: Signal, echo: Signal) -> float:
        """Takes one more block, with what the filter made of it; gives dBFS."""
        before, after = _mean_power(heard), _mean_power(rest)
        self._heard += (1 - self.SLOW) * (before - self._heard)
        self._left += (1 - self.SLOW) * (after - self._left)
        self._proven = self._proven or self.small
        unfiltered = self._of_played.expect(_mean_power(played), before)
        filtered = self._of_echo.expect(_mean_power(echo), after)
        return filtered if self._proven else unfiltered


class CancellingSource:
    """A microphone without our own voice in it.

    Args:
        source: the microphone.
        reference: what our loudspeaker plays.
    """

    def __init__(self, source: AudioSource, reference: Reference) -> None:
        self._source = source
        self._canceller = Canceller(reference)

    @property
    def overflows(self) -> int:
        """Blocks that the microphone has lost so far."""
        return self._source.overflows

    def blocks(self, report: Callable[[Trouble | Mended], None]) -> Iterator[Block]:
        """Yields what the microphone gives, cleaned."""
        for block in self._source.blocks(report):
            yield from self._canceller.clean(block)

    def close(self) -> None:
        """Closes the microphone."""
        self._source.close()


def _to_float(samples: Samples) -> Signal:
    return samples.astype(np.float32) / np.float32(32768)


def _to_int16(signal: Signal) -> Samples:
    return np.clip(np.rint(signal * 32768), -32768, 32767).astype(np.int16)


def _mean_power(signal: Signal) -> float:
    return float(np.mean(np.square(signal)))


def _dbfs(power: float) -> float:
    return max(10 * math.log10(power), DIGITAL_SILENCE) if power else DIGITAL_SILENCE
