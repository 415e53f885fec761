"""How much of the understanding's sentences is understood when they are spoken, and how soon.

    python -m tests.benchmarks.bench_spoken                     each eighth for development
    python -m tests.benchmarks.bench_spoken --part test --every 1 --silence 0.16 0.19

The sentences are the tables `tests/understanding/data/{dev,test}.jsonl` without the misheard ones.
Each goes from one of four synthetic voices in turn through gate, both recognisers and endpoint
to the assistant, faster than real time. Several silences are compared on the same sound.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.assistant.room import Room
from tests.benchmarks import bench_safety
from tests.benchmarks.bench_rejection import Played
from tests.benchmarks.bench_safety import SPEAKERS
from tests.benchmarks.bench_understanding import rows
from tests.benchmarks.latency.report import spread
from tests.sound.virtual_card import Samples
from tests.sound.voices import Voice, missing_voices
from voice.events import Heard
from voice.listening.endpoint import Endpoint
from voice.listening.listener import Hearing
from voice.listening.sound import RATE

BEFORE, AFTER = 0.6, 1.2
"""Seconds of silence around a sentence."""
EARLY = 0.02
"""Seconds before the end of a sentence from which an utterance that ends is cut off."""


class Wanted(NamedTuple):
    """A sentence, and what it asks for."""

    text: str
    intent: str


@dataclass
class Row:
    """What became of the sentences at one silence."""

    said: int = 0
    right: int = 0
    cut: list[str] = field(default_factory=list)
    """Sentences in whose midst an utterance ended."""
    waits: list[float] = field(default_factory=list)
    """Seconds of sound from the last sample of a sentence to the end of its utterance."""

    def __str__(self) -> str:
        waits = spread(self.waits)
        times = f"{waits.median:.2f} | {waits.p95:.2f}" if waits is not None else "- | -"
        return f"| {self.said} | {self.right / self.said:.1%} | {len(self.cut)} | {times} |"


class Ears(bench_safety.Ears):
    """The product from the sound to the request, and when each utterance ends."""

    def say(self, wanted: Wanted, voice: Voice) -> Samples:
        """The sentence in that voice."""
        return self._voices.say(wanted.text, voice, before=BEFORE, after=AFTER)

    def hear(self, wanted: Wanted, sound: Samples, endpoint: Endpoint, row: Row) -> None:
        """Counts what becomes of a sentence."""
        room = Room(self._rooms.pack, self._rooms.understanding)
        ends = []
        for at, heard in self._heard(sound, endpoint):
            room.tell(heard)
            ends.append(at)
        said_until = sound.size / RATE - AFTER
        row.said += 1
        row.right += (room.requests() or ["none"]) == [wanted.intent]
        if ends and ends[0] < said_until - EARLY:
            row.cut.append(wanted.text)
        elif ends:
            row.waits.append(ends[0] - said_until)

    def _heard(self, sound: Samples, endpoint: Endpoint) -> Iterator[tuple[float, Heard]]:
        understanding = self._rooms.understanding
        hearing = Hearing(
            self._recognizer,
            is_complete=understanding.is_complete,
            is_likely=understanding.is_likely,
            endpoint=endpoint,
        )
        for block in Played(sound).blocks(None):
            yield from ((block.at, one) for one in hearing.take(block) if isinstance(one, Heard))
        yield from ((sound.size / RATE, one) for one in hearing.end())


def sentences(part: str, every: int) -> list[Wanted]:
    """The sentences of a table as they are said, every so many of them."""
    as_said = [row for row in rows(f"{part}.jsonl") if row.get("tags") != ["asr"]]
    return [Wanted(str(row["text"]), str(row["intent"])) for row in as_said[::every]]


def main() -> None:
    """Prints a line for each silence."""
    usual = Endpoint().short_silence
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--part", choices=("dev", "test"), default="dev")
    arguments.add_argument("--every", type=int, default=8, help="only each N-th sentence")
    arguments.add_argument(
        "--silence", type=float, nargs="+", default=[usual], help=f"seconds; {usual} is the usual"
    )
    chosen = arguments.parse_args()
    if lacking := missing_voices(SPEAKERS):
        print(f"skipped: there is no {', '.join(lacking)}")
        return
    table = {silence: Row() for silence in chosen.silence}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["UNKNOT_HOME"] = folder
        ears = Ears(Path(folder))
        for number, one in enumerate(sentences(chosen.part, chosen.every)):
            sound = ears.say(one, SPEAKERS[number % len(SPEAKERS)])
            for silence, row in table.items():
                ears.hear(one, sound, Endpoint(short_silence=silence), row)
    print(f"{chosen.part}, voices: {', '.join(voice.name for voice in SPEAKERS)}")
    print("| silence, s | sentences | intent right | cut off | wait p50, s | p95 |")
    print("|---|---|---|---|---|---|")
    for silence, row in table.items():
        print(f"| {silence:.2f} {row}")
        for text in row.cut:
            print(f"  cut off: {text}")


if __name__ == "__main__":
    main()
