"""Barge-in in simulated rooms: control words obeyed, false triggers, how soon it gives way.

    python -m tests.benchmarks.bench_barge_in            a few conditions, about 2 minutes
    python -m tests.benchmarks.bench_barge_in --whole    all of `docs/barge-in.md`, about 15

Rooms, voices and seeds are none of those that thresholds were chosen with (`TRIED_IN`, SLT,
KAL16 and eSpeak's voices). "Alone" is what the same recogniser makes of the same words in
the same place while the loudspeaker is 60 dB below the person: the most that is possible.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soxr

from tests.sound.simulated_house import House, Render, kept
from tests.sound.simulated_room import REPORTED, Room, at_loudness, through, to_float
from tests.sound.timing import speech_begins
from tests.sound.virtual_card import Samples
from tests.sound.voices import AWB, FESTIVAL, KAL, RMS, Voice, Voices, missing_voices
from voice.knowledge import Pack
from voice.listening.recognizer import Recognizer
from voice.session import Rooms, Settings, open_model
from voice.speaking.synthesizer import Synthesizer
from voice.understanding import Understanding

PEOPLE = (RMS, AWB, KAL, FESTIVAL)
WORDS = (
    "stop", "wait", "pause", "next", "repeat", "slower", "go back", "again", "it hurts", "go on",
    "faster", "louder", "quieter", "help", "stop please", "hold on", "continue", "too fast",
    "wait a moment", "how much longer",
)  # fmt: skip
PATIENCE = 1.8
"""Seconds after the last sound of a word within which it must have been obeyed."""
ALONE = -60.0
RATES = (0.8, 1.0, 1.25)


@dataclass
class Told:
    """What came of one condition."""

    said: int = 0
    obeyed: int = 0
    false: int = 0
    ducked_after: list[float] = field(default_factory=list)
    silent_after: list[float] = field(default_factory=list)

    def add(self, other: Told) -> None:
        """Takes in another condition."""
        self.said += other.said
        self.obeyed += other.obeyed
        self.false += other.false
        self.ducked_after += other.ducked_after
        self.silent_after += other.silent_after


class Bench:
    """The product's own parts, loaded once."""

    def __init__(self, synthesizer: Synthesizer, voices: Voices) -> None:
        rooms = Rooms(Settings())
        self.pack: Pack = rooms.pack
        self.understanding: Understanding = rooms.understanding
        self.recognizer: Recognizer = rooms.recognizer(open_model(rooms.settings))
        self._synthesizer = synthesizer
        self._wpm = rooms.rate
        self.render: Render = kept({}, self._rendered)
        self._voices = voices
        self.sentences = everything_said(self.pack)

    def _rendered(self, text: str, tempo: float) -> Samples:
        speech = self._synthesizer.render(text, rate_wpm=round(self._wpm * tempo), voice=None)
        return np.asarray(soxr.resample(speech.pcm, speech.rate, 16000), np.int16)

    def house(
        self, room: Room, person: int, louder: float, seed: int, strain: float = 0.0
    ) -> House:
        """A room with the product in it."""
        return House(
            room, person, louder, self.recognizer, self.pack, self.understanding, self.render,
            seed=seed, strain=strain, at_microphone=-86.0 if louder == ALONE else -26.0,
        )  # fmt: skip

    def interrupt(
        self, room: Room, person: int, louder: float, pairs: Sequence[tuple[str, Voice]]
    ) -> Told:
        """Says each word at a random moment of its reading."""
        rng = np.random.default_rng(round(100 * person + 10 * louder + len(room.name)) + 5000)
        house = self.house(room, person, louder, seed=int(rng.integers(1 << 30)))
        told = Told()
        self._read(house, rng)
        house.run(10)
        for word, voice in pairs:
            self._read(house, rng)
            before = len(house.log.requests)
            house.run(1.5 + rng.uniform(0, 2.5))
            while not house.audible:
                house.run(0.1)
            told.false += acted(house, before)
            self._say(house, word, voice, told)
        return told

    def _say(self, house: House, word: str, voice: Voice, told: Told) -> None:
        spoken = self._voices.say(word, voice, before=0.0, after=0.0)
        speech = to_float(spoken)
        wanted = self.understanding.understand(word, house.assistant.state()).intent
        requests, ducks = len(house.log.requests), len(house.log.ducks)
        began = house.now + speech_begins(spoken)
        house.hear(at_loudness(through(speech, house.response), house.speech_level))
        house.run(speech.size / 16000 + PATIENCE)
        got = [request.intent for _, request in house.log.requests[requests:]]
        told.said += 1
        told.obeyed += wanted in got[:1]
        told.ducked_after += [at - began for at in house.log.ducks[ducks : ducks + 1]]
        if wanted in {"stop", "pause"} and wanted in got[:1]:
            told.silent_after.append(house.silence_after(house.log.requests[requests][0]))

    def _read(self, house: House, rng: np.random.Generator) -> None:
        order = list(self.sentences)
        rng.shuffle(order)
        house.assistant.narrator.stop()
        house.voice.volume = 1.0
        house.assistant.narrator.tempo = 1.0
        house.read(order)

    def read_alone(self, room: Room, tempo: float, minutes: float, strain: float) -> Told:
        """Nobody speaks: whatever is obeyed was its own voice."""
        house = self.house(room, 1, 0.0, seed=round(1000 * tempo), strain=strain)
        rng = np.random.default_rng(round(100 * tempo) + 7)
        told = Told()
        while house.now < minutes * 60:
            before = len(house.log.requests)
            self._read(house, rng)
            house.assistant.narrator.tempo = tempo
            while house.assistant.narrator.busy and house.now < minutes * 60:
                house.run(0.5)
                if acted(house, before):
                    break
            told.false += acted(house, before)
        told.ducked_after = house.log.ducks
        return told


def acted(house: House, since: int) -> int:
    """Requests that something was done about."""
    return sum(request.intent != "none" for _, request in house.log.requests[since:])


def everything_said(pack: Pack) -> list[str]:
    """The article, the answers, and every reply without a gap to fill."""
    article = (s.text for part in pack.sections.values() for s in part.sentences)
    answers = (s.text for question in pack.questions.values() for s in question.sentences)
    replies = (text for texts in pack.replies.values() for text in texts if "{" not in text)
    return list(dict.fromkeys(itertools.chain(article, answers, replies)))


def pairs(count: int, first: int) -> list[tuple[str, Voice]]:
    """Words and voices in turn, so that each meets each in the course of the conditions."""
    return [
        (WORDS[(first + k) % len(WORDS)], PEOPLE[(first // len(WORDS) + k) % len(PEOPLE)])
        for k in range(count)
    ]


def row(name: str, told: Told) -> str:
    """One line of the table."""
    ducks = np.array(told.ducked_after or [np.nan])
    silent = f"{1000 * max(told.silent_after):.0f}" if told.silent_after else "-"
    return (
        f"| {name} | {told.obeyed} of {told.said} ({100 * told.obeyed / max(told.said, 1):.0f} %) "
        f"| {1000 * np.percentile(ducks, 50):.0f} / {1000 * np.percentile(ducks, 95):.0f} "
        f"| {silent} | {told.false} |"
    )


HEADING = (
    "| condition | obeyed | lowered after, ms, p50 / p95 | silent after, ms, most "
    "| false triggers |\n|---|---|---|---|---|"
)


def words_table(bench: Bench, louder: Iterable[float], people: Iterable[int], each: int) -> None:
    """Prints how control words fare in each condition."""
    print(HEADING)
    first, places, totals = 0, list(itertools.product(REPORTED, people)), []
    for gap in louder:
        total = Told()
        for room, person in places:
            told = bench.interrupt(room, person, gap, pairs(each, first))
            first += each
            total.add(told)
            how = "alone" if gap == ALONE else f"{gap:+.0f} dB"
            print(row(f"{how}, {room.name}, {room.distance(person):.1f} m", told), flush=True)
        totals.append((gap, total))
    for gap, total in totals:
        print(row("**alone**" if gap == ALONE else f"**{gap:+.0f} dB, all**", total))


def own_voice_table(bench: Bench, minutes: float) -> None:
    """Prints what its own voice brings about at equal loudness."""
    print("\n| its own voice | minutes | false triggers | lowered for nothing |\n|---|---|---|---|")
    each = minutes / (len(REPORTED) * len(RATES))
    for strain, name in ((0.0, "clean loudspeaker"), (0.5, "loudspeaker driven into its limits")):
        false = ducks = 0
        for room, tempo in itertools.product(REPORTED, RATES):
            told = bench.read_alone(room, tempo, each, strain)
            false += told.false
            ducks += len(told.ducked_after)
        print(f"| {name}, {len(REPORTED)} rooms | {minutes:.0f} | {false} | {ducks} |", flush=True)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--whole", action="store_true", help="all conditions, 30 minutes alone")
    whole = parser.parse_args().whole
    if missing_voices(PEOPLE):
        raise SystemExit(f"missing: {', '.join(missing_voices(PEOPLE))}")
    began, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, Synthesizer() as synthesizer:
        bench = Bench(synthesizer, Voices(Path(folder)))
        if whole:
            words_table(bench, (ALONE, 0.0, 5.0, 10.0, 15.0), (0, 1, 2), each=20)
            own_voice_table(bench, minutes=30)
        else:
            words_table(bench, (0.0, 10.0), (1,), each=8)
            own_voice_table(bench, minutes=3)
    print(
        f"\n{time.monotonic() - began:.0f} s, of which {time.process_time() - cpu:.0f} s computed"
    )


if __name__ == "__main__":
    main()
