"""What comes out of the loudspeaker, sample by sample, without any device.

The mixer knows no time but the samples it has given out. All of it is
arithmetic on small arrays, so that it can run within an audio callback.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.speaking.speech import Pcm

FADE = 0.006
"""Seconds in which speech fades where it is cut; shorter ones click."""
AHEAD = 0.1
"""Seconds that must be there before speech goes on that had to wait for its next piece."""
RAMP = 0.03
"""Seconds in which the volume changes."""
DUCK_DB = -15.0

Signal = NDArray[np.float32]


class Ramp:
    """A gain that moves to its target in a straight line."""

    def __init__(self, value: float, length: int) -> None:
        self._value = value
        self._target = value
        self._length = length
        self._left = 0

    def move(self, target: float) -> None:
        """Be at `target` after the ramp's length."""
        if target != self._target:
            self._target = target
            self._left = self._length

    def jump(self, value: float) -> None:
        """Be at `value` now."""
        self._value = self._target = value
        self._left = 0

    @property
    def value(self) -> float:
        """The gain of the sample that was given out last."""
        return self._value

    def take(self, count: int) -> float | Signal:
        """The gain of the next `count` samples: one number, or one for each, shape (count,)."""
        if self._left == 0:
            return self._value
        steps = np.minimum(np.arange(1, count + 1, dtype=np.float32), self._left)
        slope = (self._target - self._value) / self._left
        gains: Signal = (self._value + slope * steps).astype(np.float32)
        self._left = max(0, self._left - count)
        self._value = float(gains[-1]) if self._left else self._target
        return gains

    def pass_by(self, count: int) -> None:
        """Move on by `count` samples that nobody hears."""
        if self._left:
            self.take(count)


@dataclass(slots=True)
class _Item:
    utterance: int
    pcm: Pcm
    whole: bool
    """Nothing more of it comes."""
    position: int = 0

    def has(self, count: int) -> bool:
        """Whether so many samples can be given out without waiting for more."""
        return self.whole or len(self.pcm) - self.position >= count


@dataclass(slots=True)
class _Tone:
    pcm: Pcm
    position: int = 0


class Mixer:
    """Queued utterances one after the other, earcons over them, and the gains."""

    def __init__(self, rate: int) -> None:
        """Mix at `rate` Hz."""
        self.rate = rate
        """Hz."""
        self.paused = False
        self.waits = 0
        """How often speech that had begun had to wait for its next piece."""
        self._waiting = False
        self._fade_length = round(FADE * rate)
        self._queue: deque[_Item] = deque()
        self._tones: list[_Tone] = []
        self._tail: Signal = np.zeros(0, np.float32)
        self._fade = Ramp(1.0, self._fade_length)
        self._duck = Ramp(1.0, round(RAMP * rate))
        self._gain = Ramp(1.0, round(RAMP * rate))

    @property
    def speaking(self) -> bool:
        """There is speech left to give out."""
        return bool(self._queue)

    @property
    def idle(self) -> bool:
        """There is nothing at all to give out, not even something that is paused."""
        return not self._queue and self._is_silent()

    def play(self, utterance: int, pcm: Pcm, *, whole: bool = True) -> None:
        """Queue an utterance, shape (n,), int16; one that is not whole needs `extend`, `finish`."""
        self._queue.append(_Item(utterance, pcm, whole))

    def extend(self, utterance: int, pcm: Pcm) -> None:
        """Add to an utterance that is not whole; nothing if it was stopped."""
        item = self._growing(utterance)
        if item is not None:
            item.pcm = np.concatenate([item.pcm, pcm])

    def finish(self, utterance: int) -> None:
        """It is whole now; nothing if it was stopped."""
        item = self._growing(utterance)
        if item is not None:
            item.whole = True

    def drop(self, utterance: int) -> bool:
        """Fade out and forget an utterance that never became whole; whether it was there."""
        item = self._growing(utterance)
        if item is None:
            return False
        if item is self._queue[0]:
            if not self.paused:
                self._cut()
            self._waiting = False
            self._fade.jump(1.0)
        self._queue.pop()
        return True

    def tone(self, pcm: Pcm) -> None:
        """Sound an earcon now, over whatever is said and while paused too."""
        self._tones.append(_Tone(pcm))

    def pause(self) -> None:
        """Fade out and keep the place; the faded samples come again on `resume`."""
        if not self.paused:
            self._cut()
            self.paused = True

    def resume(self) -> None:
        """Go on at the kept place."""
        if self.paused:
            self.paused = False
            if self._begun:
                self._fade.jump(0.0)
                self._fade.move(1.0)

    def stop(self) -> list[int]:
        """Fade out and forget what was left; returns its utterances, in order."""
        if not self.paused:
            self._cut()
        stopped = [item.utterance for item in self._queue]
        self._queue.clear()
        self._waiting = False
        self.paused = False
        self._fade.jump(1.0)
        return stopped

    def duck(self, down: bool) -> None:
        """Lower the speech by `DUCK_DB`, or bring it back."""
        self._duck.move(10 ** (DUCK_DB / 20) if down else 1.0)

    def set_gain(self, gain: float) -> None:
        """Set the amplitude of everything, 0 to 1."""
        self._gain.move(gain)

    def mix(self, block: Pcm) -> list[tuple[int, int]]:
        """Fill `block`, shape (n,), int16, with what comes next.

        Returns:
            The utterances that end within the block, each with the number of
            samples after which it ends.
        """
        if self._is_silent():
            block[:] = 0
            self._duck.pass_by(len(block))
            self._gain.pass_by(len(block))
            return []
        signal = np.zeros(len(block), np.float32)
        ended = [] if self.paused else self._mix_speech(signal)
        self._mix_tail(signal)
        signal *= self._duck.take(len(block))
        self._mix_tones(signal)
        signal *= self._gain.take(len(block))
        np.clip(np.rint(signal), -32768, 32767, out=signal)
        block[:] = signal
        return ended

    def _is_silent(self) -> bool:
        """There is nothing to be heard now: most of the time, so it should cost nothing."""
        speech = bool(self._queue) and not self.paused
        return not (speech or self._tail.size or self._tones)

    @property
    def _begun(self) -> bool:
        return bool(self._queue) and self._queue[0].position > 0

    def _growing(self, utterance: int) -> _Item | None:
        """The utterance if more of it is to come: the last one, as they are made in order."""
        last = self._queue[-1] if self._queue else None
        return last if last is not None and last.utterance == utterance and not last.whole else None

    def _cut(self) -> None:
        """Let the next few samples sound while they fade, without moving on."""
        if not self._begun or self._waiting:
            return
        item = self._queue[0]
        coming = item.pcm[item.position : item.position + self._fade_length]
        steps = np.arange(1, len(coming) + 1, dtype=np.float32)
        gains = np.maximum(0.0, self._fade.value - steps / self._fade_length)
        self._tail = (coming * gains).astype(np.float32)

    def _wait(self, count: int) -> bool:
        """Whether the utterance that is said has to wait; it then fades, as for a pause.

        The samples for the fade are always kept back, until the utterance is whole.
        """
        if not self._begun:
            return False
        ahead = round(AHEAD * self.rate) if self._waiting else count
        enough = self._queue[0].has(ahead + self._fade_length)
        if self._waiting and enough:
            self._waiting = False
            self._fade.jump(0.0)
            self._fade.move(1.0)
        elif not self._waiting and not enough:
            self._cut()
            self._waiting = True
            self.waits += 1
        return self._waiting

    def _mix_speech(self, signal: Signal) -> list[tuple[int, int]]:
        ended: list[tuple[int, int]] = []
        filled = 0
        if self._wait(len(signal)):
            return ended
        while self._queue:
            item = self._queue[0]
            if not item.has(len(signal) - filled + self._fade_length):
                break  # It has not begun, so nobody hears that it waits.
            part = item.pcm[item.position : item.position + len(signal) - filled]
            if len(part):
                signal[filled : filled + len(part)] = part * self._fade.take(len(part))
            filled += len(part)
            item.position += len(part)
            if item.position < len(item.pcm):
                break
            ended.append((item.utterance, filled))
            self._queue.popleft()
        return ended

    def _mix_tail(self, signal: Signal) -> None:
        count = min(len(signal), len(self._tail))
        if count:
            signal[:count] += self._tail[:count]
            self._tail = self._tail[count:]

    def _mix_tones(self, signal: Signal) -> None:
        for tone in self._tones:
            part = tone.pcm[tone.position : tone.position + len(signal)]
            signal[: len(part)] += part
            tone.position += len(part)
        self._tones = [tone for tone in self._tones if tone.position < len(tone.pcm)]
