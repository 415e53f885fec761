"""The real synthesiser, and a loudspeaker that is driven by hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.waiting import wait_for
from voice.speaking import earcons
from voice.speaking.mixer import Mixer
from voice.speaking.player import Listener
from voice.speaking.speech import RATE, Pcm, Speech, join, trimmed
from voice.speaking.synthesizer import Synthesizer


@pytest.fixture(scope="package")
def synthesizer() -> Iterator[Synthesizer]:
    with Synthesizer() as shared:
        yield shared


class HandDriven:
    """Stands for an unplugged loudspeaker: it sounds when the test says so, as loud as it is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._mixer = Mixer(RATE)
        self._listener: Listener | None = None

    def open(self, listener: Listener) -> None:
        self._listener = listener

    def close(self) -> None:
        self.stop()

    @property
    def rate(self) -> int:
        return RATE

    def play(self, utterance: int, speech: Speech, *, whole: bool = True) -> None:
        with self._lock:
            self._mixer.play(utterance, speech.pcm, whole=whole)

    def extend(self, utterance: int, speech: Speech) -> None:
        with self._lock:
            self._mixer.extend(utterance, speech.pcm)

    def finish(self, utterance: int) -> None:
        with self._lock:
            self._mixer.finish(utterance)

    def drop(self, utterance: int) -> None:
        with self._lock:
            dropped = self._mixer.drop(utterance)
        if dropped:
            self.fail(utterance)

    def fail(self, utterance: int) -> None:
        assert self._listener is not None
        self._listener.on_ended(utterance, False)

    def sound(self, name: str) -> None:
        with self._lock:
            self._mixer.tone(earcons.render(name, RATE))

    def pause(self) -> None:
        with self._lock:
            self._mixer.pause()

    def resume(self) -> None:
        with self._lock:
            self._mixer.resume()

    def stop(self) -> None:
        with self._lock:
            stopped = self._mixer.stop()
        for utterance in stopped:
            self.fail(utterance)

    def duck(self, down: bool) -> None:
        with self._lock:
            self._mixer.duck(down)

    def set_gain(self, gain: float) -> None:
        with self._lock:
            self._mixer.set_gain(gain)

    @property
    def speaking(self) -> bool:
        with self._lock:
            return self._mixer.speaking

    @property
    def waits(self) -> int:
        return self._mixer.waits

    def hear(self, seconds: float) -> Pcm:
        """The next so many seconds of what it plays."""
        block = np.zeros(round(seconds * RATE), np.int16)
        with self._lock:
            ended = self._mixer.mix(block)
        assert self._listener is not None
        for utterance, _ in ended:
            self._listener.on_ended(utterance, True)
        return block


@pytest.fixture
def output() -> HandDriven:
    return HandDriven()


def hear_until(output: HandDriven, condition: Callable[[], bool]) -> Speech:
    """Lets the loudspeaker sound until `condition` holds, and returns what it played."""
    heard: list[Speech] = []

    def sound_and_look() -> bool:
        heard.append(Speech(output.hear(0.05), RATE))
        return condition()

    wait_for(sound_and_look)
    return join(heard)


def trim(speech: Speech) -> Speech:
    """Cut the silence at both ends of a sound that is whole."""
    return join(trimmed([speech]))


def decibels(louder: Pcm, softer: Pcm) -> float:
    """How much louder one piece of sound is than another, by root mean square."""

    def power(pcm: Pcm) -> float:
        return float(np.mean(pcm.astype(np.float64) ** 2))

    return float(10 * np.log10(power(louder) / power(softer)))
