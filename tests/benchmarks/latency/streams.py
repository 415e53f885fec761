"""Several microphones in one process that share one model.

    python -m tests.benchmarks.latency.streams COUNT SECONDS FOLDER

FOLDER holds questions as WAV files at 16 kHz. Each microphone gives them in real time, in an order
of its own, with silence between them. Prints one JSON object: for each question the seconds from
the end of its voice until it was understood, how many were given, processor and memory.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np

from tests.benchmarks.process import Meter, Spent, resident
from tests.sound.virtual_card import silence
from voice.events import Heard, Mended, Trouble
from voice.listening.listener import Event, Listener
from voice.listening.sound import RATE, Block, Samples
from voice.listening.sources import FileSource
from voice.session import Rooms, Settings, open_model
from voice.understanding import State, Understanding

BLOCK = 320
"""Samples: 20 ms, as the microphone gives them."""
BETWEEN = 1.5
"""Seconds of silence after each question."""


class Microphone:
    """Gives questions in real time."""

    overflows = 0

    def __init__(self, questions: list[Samples], number: int) -> None:
        rng = np.random.default_rng(number)
        self._questions = cycle([questions[index] for index in rng.permutation(len(questions))])
        self._closed = threading.Event()
        self._lateness = float(rng.uniform(0.0, 2.0))
        self.ended: list[float] = []
        """Moments at which the voice of a question ended, on `time.monotonic`."""

    def blocks(self, _report: Callable[[Trouble | Mended], None]) -> Iterator[Block]:
        """Yields blocks as their time comes."""
        at = time.monotonic() + self._lateness
        for question in self._questions:
            sound = np.concatenate([question, silence(BETWEEN)])
            ends = at + len(question) / RATE
            for start in range(0, len(sound) - BLOCK + 1, BLOCK):
                at += BLOCK / RATE
                if self._closed.wait(max(0.0, at - time.monotonic())):
                    return
                if at >= ends and (not self.ended or self.ended[-1] < ends):
                    self.ended.append(ends)
                yield Block(sound[start : start + BLOCK], at)

    def close(self) -> None:
        """Ends `blocks`."""
        self._closed.set()


@dataclass
class Stream:
    """Notes when the questions of one microphone are understood."""

    understanding: Understanding
    microphone: Microphone
    took: list[float] = field(default_factory=list)
    """Seconds from the end of the voice; one that was cut off is not among them."""
    _seen: int = 0

    def note(self, event: Event) -> None:
        """Take what the listener reports."""
        if not isinstance(event, Heard) or len(self.microphone.ended) == self._seen:
            return
        self._seen = len(self.microphone.ended)
        self.understanding.understand(event.text or event.free_text, State())
        self.took.append(time.monotonic() - self.microphone.ended[-1])


def run(count: int, seconds: float, questions: list[Samples]) -> dict[str, object]:
    """Runs so many microphones for so long, and tells what came of it."""
    rooms = Rooms(Settings())
    model = open_model(rooms.settings)
    streams = [Stream(rooms.understanding, Microphone(questions, n)) for n in range(count)]
    listeners = [
        Listener(
            rooms.recognizer(model),
            report=stream.note,
            is_complete=rooms.understanding.is_complete,
            is_likely=rooms.understanding.is_likely,
        )
        for stream in streams
    ]
    for stream, listener in zip(streams, listeners, strict=True):
        listener.start(stream.microphone)
    spent = Spent()
    with Meter(os.getpid(), spent):
        time.sleep(seconds)
    memory = resident(os.getpid())
    for listener in listeners:
        listener.stop()
    return {
        "streams": count,
        "took": [one for stream in streams for one in stream.took],
        "asked": sum(len(stream.microphone.ended) for stream in streams),
        "processor": spent.share,
        "memory": memory,
    }


def main() -> None:
    """Prints what came of it."""
    count, seconds, folder = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    files = sorted(folder.glob("*.wav"))
    questions = [
        np.concatenate([block.samples for block in FileSource(file).blocks()]) for file in files
    ]
    print(json.dumps(run(count, seconds, questions)))


if __name__ == "__main__":
    main()
