"""Long days beside the product: does it grow, does it tire, does it obey what is not for it?

    python -m tests.benchmarks.bench_soak                       24 minutes of sound
    python -m tests.benchmarks.bench_soak --hours 8 --to FILE   for `docs/dependability.md`

Nothing of the product is replaced but its devices (`tests.sound.simulated_house`). Each period
holds the same mixture of sound in the same shares; the words for us are the same ones at the same
moments of the same sentences in each, so that a difference between periods is the product's own.
What is not for us differs. Each finished period is a line of the table, and of FILE as JSON.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.benchmarks.bench_barge_in import PATIENCE, acted, everything_said, pairs
from tests.benchmarks.process import resident
from tests.sound.simulated_house import House
from tests.sound.simulated_room import (
    REPORTED,
    Signal,
    at_loudness,
    impulse_response,
    through,
    to_float,
)
from tests.sound.virtual_card import RATE, Samples
from tests.sound.voices import AWB, FESTIVAL, KAL, RMS, Voices, missing_voices
from voice.events import Request
from voice.scripts.narrator import Phase
from voice.session import Rooms, Settings, open_model
from voice.speaking.cache import SpeechCache
from voice.speaking.renderer import Renderer
from voice.speaking.speech import resample
from voice.speaking.synthesizer import Synthesizer

HERE = Path(__file__).parent
ROOM = REPORTED[1]
TALKER, TELEVISION_AT = 1, 2
"""Which of the room's places the person and the television take."""
TALK, TELEVISION = 0.0, 6.0
"""dB by which talk and television are quieter than somebody who speaks to it."""
PEOPLE = (RMS, AWB, KAL, FESTIVAL)
SHARES = {
    "silence": 0.30, "noise": 0.10, "talk": 0.08, "television": 0.08, "orders": 0.04,
    "reading": 0.25, "requests": 0.05, "stretch": 0.10,
}  # fmt: skip
SCENE = 20.0
"""Seconds of a scene, about."""
STRETCH = 150.0
"""Seconds of the guided session, which is longer than other scenes."""
PERIOD = 1800.0
"""Seconds of a period of a long run."""
WARM_UP = 3600.0
"""Seconds after which memory should not grow any more, or half of a shorter run."""
FEWEST = 4
"""Periods of a run, at least."""
NEEDS_MORE = frozenset({"none", "red_flag"})


@dataclass
class Period:
    """What one period came to."""

    seconds: float = 0.0
    processor: float = 0.0
    """Seconds."""
    memory: float = 0.0
    """MB of this process at its end, and of the worker that renders speech."""
    threads: int = 0
    handles: int = 0
    said: Counter[str] = field(default_factory=Counter)
    """Words and requests for us, by kind of scene."""
    missed: Counter[str] = field(default_factory=Counter)
    lasted: Counter[str] = field(default_factory=Counter)
    """Seconds of each kind of scene."""
    accepted: Counter[str] = field(default_factory=Counter)
    """What was obeyed though nobody spoke to it, as "scene: intent"."""

    def false(self, scene: str) -> int:
        """How often something was obeyed in scenes of a kind."""
        return sum(count for what, count in self.accepted.items() if what.startswith(scene))


class Day:
    """The product in its room, and everything that sounds around it."""

    def __init__(self, synthesizer: Synthesizer, voices: Voices, cache: Path) -> None:
        rooms = Rooms(Settings())
        self.pack, self.understanding = rooms.pack, rooms.understanding
        self._voices = voices
        self._renderer = Renderer(
            synthesizer,
            SpeechCache(cache),
            rate_wpm=rooms.rate,
            voice=None,
            spelling=rooms.spelling,
        )
        self.house = House(
            ROOM,
            TALKER,
            0.0,
            rooms.recognizer(open_model(rooms.settings)),
            self.pack,
            self.understanding,
            self._render,
        )
        self._far = impulse_response(ROOM, ROOM.people[TELEVISION_AT])
        self._sentences = everything_said(self.pack)
        self._requests = self._whole_requests()
        self._to_others = _sentences_to_others()
        self._talked = (HERE / "household.txt").read_text().splitlines()
        self._televised = (HERE / "television.txt").read_text().splitlines()
        self._chance = np.random.default_rng(9)
        self.period = Period()
        self._again = np.random.default_rng(0)
        self._words = itertools.count()

    def _render(self, text: str, tempo: float) -> Samples:
        speech = self._renderer.get(text, tempo=tempo, keep=True)
        return np.asarray(resample(speech, RATE).pcm, np.int16)

    def _whole_requests(self) -> list[str]:
        """Sentences of the pack that are for us whatever is going on."""
        state = self.house.assistant.state()
        phrases = [p for p in self.understanding.grammar_phrases() if len(p.split()) > 2]
        chosen = np.random.default_rng(3).choice(np.array(phrases), 400, replace=False)
        meant = ((str(p), self.understanding.understand(str(p), state).intent) for p in chosen)
        return [p for p, intent in meant if intent not in NEEDS_MORE and "remind" not in intent]

    def periods(self, count: int, seconds: float) -> Iterator[Period]:
        """Lives through them; yields each when it is over."""
        scenes: dict[str, Callable[[], None]] = {
            "silence": self._silence, "noise": self._noise, "talk": self._talk,
            "television": self._television, "orders": self._orders, "reading": self._reading,
            "requests": self._ask, "stretch": self._stretch,
        }  # fmt: skip
        for number in range(count):
            self.period = Period()
            self._again = np.random.default_rng(0)
            self._words = itertools.count()
            began, processor = self.house.now, time.process_time()
            while (past := self.house.now - began) < seconds:
                lasted = self.period.lasted
                scene = min(SHARES, key=lambda s: lasted[s] / SHARES[s])
                self._play(scene, scenes[scene])
                _progress(number, count, past / seconds)
            self.period.seconds = past
            self.period.processor = time.process_time() - processor
            self._weigh()
            yield self.period

    def _play(self, scene: str, play: Callable[[], None]) -> None:
        self._quiet()
        began = self.house.now
        play()
        self.period.lasted[scene] += round(self.house.now - began)
        self._quiet()
        self.house.log.speaks.clear()
        self.house.log.requests.clear()
        self.house.log.ducks.clear()

    def _quiet(self) -> None:
        house = self.house
        house.assistant.narrator.stop()
        house.assistant.narrator.tempo = 1.0
        house.voice.volume = 1.0
        house.run(2.0)

    def _weigh(self) -> None:
        gc.collect()
        self.period.memory = resident(os.getpid())
        self.period.threads = threading.active_count()
        self.period.handles = len(list(Path("/proc/self/fd").iterdir()))

    # Scenes

    def _silence(self) -> None:
        self._unasked("silence", lambda: self.house.run(SCENE))

    def _noise(self) -> None:
        def sound() -> None:
            house, until = self.house, self.house.now + SCENE
            while house.now < until:
                house.hear(noise(self._chance))
                house.run(5.0)

        self._unasked("noise", sound)

    def _talk(self) -> None:
        """People in the room talk with each other."""
        self._unasked("talk", lambda: self._speak(self._talked))

    def _orders(self) -> None:
        """Somebody talks to another device."""
        self._unasked("orders", lambda: self._speak(self._to_others))

    def _speak(self, sentences: Sequence[str]) -> None:
        until = self.house.now + SCENE
        while self.house.now < until:
            said = self._said(str(self._chance.choice(np.array(sentences))), self._anybody())
            self._hear(through(said, self.house.response), TALK)
            self.house.run(self._chance.uniform(0.5, 4.0))

    def _television(self) -> None:
        def sound() -> None:
            until = self.house.now + SCENE
            while self.house.now < until:
                lines = self._chance.choice(np.array(self._televised), 3, replace=False)
                said = [self._said(str(line), self._anybody()) for line in lines]
                programme = with_music(np.concatenate(said), self._chance)
                self._hear(through(programme, self._far), TELEVISION)

        self._unasked("television", sound)

    def _anybody(self) -> int:
        return int(self._chance.integers(len(PEOPLE)))

    def _unasked(self, scene: str, sound: Callable[[], None]) -> None:
        self.house.log.requests.clear()
        sound()
        for _, request in self.house.log.requests:
            if request.intent != "none":
                self.period.accepted[f"{scene}: {request.intent}"] += 1

    def _reading(self) -> None:
        """Its own voice, and a word of control every few seconds."""
        house, until = self.house, self.house.now + SCENE
        while house.now < until:
            word, voice = pairs(1, next(self._words))[0]
            order = list(self._sentences)
            self._again.shuffle(order)
            self._quiet()
            house.read(order)
            before = len(house.log.requests)
            house.run(1.5 + self._again.uniform(0, 2.5))
            while not house.audible:
                house.run(0.1)
            self.period.accepted["own voice: any"] += acted(house, before)
            speech = to_float(self._voices.say(word, voice, before=0.0, after=0.0))
            self._expect("reading", word, speech)

    def _ask(self) -> None:
        """Whole requests, while nothing is performed."""
        house, until = self.house, self.house.now + SCENE
        while house.now < until:
            sentence = str(self._again.choice(np.array(self._requests)))
            speech = self._said(sentence, int(self._again.integers(len(PEOPLE))))
            self._expect("requests", sentence, speech)
            self._quiet()

    def _stretch(self) -> None:
        """The first minutes of the guided session; somebody says that they are ready."""
        house, until = self.house, self.house.now + STRETCH
        house.assistant.act(Request("start_stretch"))
        while house.now < until and house.assistant.narrator.busy:
            if house.assistant.narrator.phase is Phase.ASKING:
                self._expect("stretch", "yes", self._said("yes", 0))
            house.run(1.0)

    def _said(self, sentence: str, person: int) -> Signal:
        return to_float(self._voices.say(sentence, PEOPLE[person], before=0.0, after=0.0))

    def _hear(self, sound: Signal, quieter: float) -> None:
        self.house.hear(at_loudness(sound, self.house.speech_level - quieter))
        self.house.run(sound.size / RATE)

    def _expect(self, scene: str, words: str, speech: Signal) -> None:
        """Says something for us; it is missed unless it is the first thing that is obeyed."""
        house = self.house
        wanted = self.understanding.understand(words, house.assistant.state()).intent
        before = len(house.log.requests)
        house.hear(at_loudness(through(speech, house.response), house.speech_level))
        house.run(speech.size / RATE + PATIENCE)
        got = [request.intent for _, request in house.log.requests[before:]]
        self.period.said[scene] += 1
        self.period.missed[scene] += wanted not in got[:1]


def noise(chance: np.random.Generator) -> Signal:
    """Five seconds of a hiss, a hum or knocks, at -60 to -30 dBFS."""
    at = np.arange(5 * RATE) / RATE
    kind = chance.integers(3)
    sound = np.zeros(at.size)
    if kind == 0:
        sound = chance.standard_normal(at.size)
    elif kind == 1:
        hertz = chance.uniform(40, 400)
        for harmonic in (1, 2, 3):
            sound += np.sin(2 * np.pi * hertz * harmonic * at) / harmonic
    else:
        for begin in chance.integers(0, at.size - RATE, 6):
            fading = np.exp(-np.arange(RATE // 4) / (RATE * chance.uniform(0.01, 0.06)))
            sound[begin : begin + fading.size] += fading * chance.standard_normal(fading.size)
    level = 10 ** (chance.uniform(-60, -30) / 20)
    return np.asarray(sound * (level / np.sqrt(np.mean(np.square(sound)))), np.float32)


def with_music(speech: Signal, chance: np.random.Generator) -> Signal:
    """The same speech over chords that are 12 dB quieter, as behind a programme."""
    at = np.arange(speech.size) / RATE
    chord = np.zeros(speech.size)
    for begin in range(0, speech.size, RATE):
        root = 110 * 2 ** (chance.integers(0, 24) / 12)
        part = slice(begin, begin + RATE)
        for ratio in (1.0, 1.25, 1.5, 2.0):
            chord[part] += np.sin(2 * np.pi * root * ratio * at[part])
    loud = np.sqrt(np.mean(np.square(speech)) / np.mean(np.square(chord)))
    return np.asarray(speech + chord * loud * 10 ** (-12 / 20), np.float32)


def _sentences_to_others() -> list[str]:
    """What is said to other assistants: the sentences of the understanding that are for none."""
    data = HERE.parent / "understanding" / "data"
    rows = (
        json.loads(line)
        for name in ("dev.jsonl", "test.jsonl")
        for line in (data / name).read_text().splitlines()
    )
    return [row["text"] for row in rows if row["intent"] == "none"]


def _progress(period: int, periods: int, share: float) -> None:
    print(f"\rperiod {period + 1} of {periods}: {share:4.0%}", end="", file=sys.stderr, flush=True)


HEADING = (
    "| period | minutes | computed, s | memory, MB | threads | handles | control words missed "
    "| requests missed | accepted an hour: talk | television | orders "
    "| accepted in noise and silence | own voice |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def row(name: str, period: Period) -> str:
    """One line of the table."""

    def rate(scene: str) -> str:
        hours = period.lasted[scene] / 3600
        return f"{period.false(scene) / hours:.1f}" if hours else "-"

    controls = period.missed["reading"] + period.missed["stretch"]
    of = period.said["reading"] + period.said["stretch"]
    quiet = period.false("noise") + period.false("silence")
    own = period.false("own voice")
    return (
        f"| {name} | {period.seconds / 60:.0f} | {period.processor:.0f} | {period.memory:.1f} "
        f"| {period.threads} | {period.handles} | {controls} of {of} "
        f"| {period.missed['requests']} of {period.said['requests']} "
        f"| {rate('talk')} | {rate('television')} | {rate('orders')} | {quiet} | {own} |"
    )


def whole(periods: list[Period]) -> Period:
    """All periods as one; the memory is that of the last."""
    total = Period()
    for period in periods:
        total.seconds += period.seconds
        total.processor += period.processor
        for name in ("said", "missed", "lasted", "accepted"):
            getattr(total, name).update(getattr(period, name))
    last = periods[-1]
    total.memory, total.threads, total.handles = last.memory, last.threads, last.handles
    return total


def soak(day: Day, count: int, seconds: float, to: Path | None) -> list[Period]:
    """Lives through the periods, and prints and keeps each."""
    print(HEADING)
    periods: list[Period] = []
    for period in day.periods(count, seconds):
        periods.append(period)
        print("\r", end="", file=sys.stderr)
        print(row(str(len(periods)), period), flush=True)
        if to is not None:
            with to.open("a") as file:
                file.write(json.dumps(vars(period)) + "\n")
    return periods


def main() -> None:
    """Prints the table, what was accepted, and how much the memory grew once it was warm."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--hours", type=float, default=0.4, help="of sound")
    parser.add_argument("--to", type=Path, help="a file that gets a line of JSON for each period")
    chosen = parser.parse_args()
    if missing_voices(PEOPLE):
        raise SystemExit(f"missing: {', '.join(missing_voices(PEOPLE))}")
    seconds = chosen.hours * 3600
    count = max(FEWEST, round(seconds / PERIOD))
    with tempfile.TemporaryDirectory() as folder, Synthesizer() as synthesizer:
        os.environ["UNKNOT_HOME"] = f"{folder}/home"
        day = Day(synthesizer, Voices(Path(folder, "voices")), Path(folder, "cache"))
        periods = soak(day, count, seconds / count, chosen.to)
    total = whole(periods)
    print(row("**all**", total))
    warm = min(count // 2, round(WARM_UP * count / seconds))
    grown = max(p.memory for p in periods[warm:]) / periods[warm - 1].memory - 1
    print(f"\nmemory after {warm} periods: {grown:+.1%} at most")
    obeyed = ", ".join(f"{what} {n}" for what, n in total.accepted.most_common() if n)
    print(f"accepted though nobody spoke to it: {obeyed or 'nothing'}")


if __name__ == "__main__":
    main()
