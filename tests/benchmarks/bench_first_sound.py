"""How soon a sentence that was never said before begins to sound: the usual voice, a natural one.

    python -m tests.benchmarks.bench_first_sound              a few sentences, about a minute
    python -m tests.benchmarks.bench_first_sound --whole      all of the article

Through the whole of the speaking room, from `Speaker.say` to the moment at which the first sample
comes out of a virtual loudspeaker, without a cache. The voices take turns, sentence by sentence, so
that both meet the same machine; meanwhile the recogniser decodes speech, as it does while somebody
talks. "waited" counts the sentences that fell silent because a piece came late. Natural voices
need the extra `natural`.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from tests.sound.virtual_card import VirtualCard
from voice.alsa import hush_alsa
from voice.listening.listener import Hearing
from voice.listening.sound import RATE, Block
from voice.listening.sources import FileSource
from voice.session import Rooms, Settings, open_model
from voice.speaking import natural
from voice.speaking.played import Played
from voice.speaking.player import Player
from voice.speaking.speaker import Speaker
from voice.speaking.speech import Pcm
from voice.speaking.synthesizer import Synthesizer
from voice.speaking.voices import synthesizer_for
from voice.timing import BLOCK, questions

FEW = 20
PATIENCE = 20.0
"""Seconds for a sentence to come to its end."""
AIM = 0.15
"""Seconds by which a natural voice may begin later."""


class FirstSound(Played):
    """Notes when the first sample sounds after it was armed."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 0.0
        self._armed = False

    def arm(self) -> None:
        """The next sample that is not zero is the one."""
        self.at, self._armed = 0.0, True

    def note(self, pcm: Pcm, rate: int, sounds_at: float) -> None:
        """What the player gives to the device, and when it sounds."""
        sounding = np.flatnonzero(pcm)
        if self._armed and sounding.size:
            self._armed = False
            self.at = sounds_at + int(sounding[0]) / rate


@dataclass
class Mouth:
    """One voice on one loudspeaker."""

    voice: str
    speaker: Speaker
    player: Player
    first: FirstSound
    ended: threading.Event
    after: list[float] = field(default_factory=list)
    """Seconds to the first sound of each sentence."""
    waited: int = 0

    def say(self, number: int, text: str) -> None:
        """Say a sentence to its end."""
        waits = self.player.waits
        self.ended.clear()
        self.first.arm()
        began = time.monotonic()
        self.speaker.say(number, text, keep=False)
        if not self.ended.wait(PATIENCE):
            raise TimeoutError(f"{self.voice} has not come to the end of: {text}")
        self.after.append(self.first.at - began)
        self.waited += self.player.waits > waits


def main() -> None:
    """Prints a line for each voice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--whole", action="store_true")
    whole: bool = parser.parse_args().whole
    rooms = Rooms(Settings())
    texts = [one.text for part in rooms.pack.sections.values() for one in part.sentences]
    hush_alsa()
    with VirtualCard() as card, contextlib.ExitStack() as stack:
        os.environ.update(card.env)
        card.use_in_this_process()
        mouths = [stack.enter_context(mouth(rooms, voice)) for voice in voices()]
        stack.enter_context(hearing(rooms))
        for number, text in enumerate(texts if whole else texts[:: len(texts) // FEW]):
            for one in mouths:
                one.say(number, text)
    show(mouths)


def voices() -> list[str]:
    """The usual one first."""
    with Synthesizer() as synthesizer:
        usual = next(voice.id for voice in synthesizer.voices() if voice.usual)
    return [usual, *natural.installed()]


def show(mouths: list[Mouth]) -> None:
    """Prints the table, and how much later than the usual voice the others begin."""
    print("| voice | sentences | first sound, median | 95 % within | slowest | waited |")
    print("|---|---|---|---|---|---|")
    for one in mouths:
        spread = [1000 * float(np.percentile(one.after, share)) for share in (50, 95, 100)]
        numbers = " | ".join(f"{number:.0f} ms" for number in spread)
        print(f"| {one.voice} | {len(one.after)} | {numbers} | {one.waited} |")
    usual, *others = mouths
    for one in others:
        later = np.array(one.after) - np.array(usual.after)
        within = f"{int((later <= AIM).sum())} of {later.size} by {1000 * AIM:.0f} ms at most"
        print(f"\n{one.voice} begins {1000 * np.median(later):.0f} ms later (median); {within}")


@contextlib.contextmanager
def mouth(rooms: Rooms, voice: str) -> Iterator[Mouth]:
    """A voice that is warm, as it is after the greeting."""
    first, ended = FirstSound(), threading.Event()
    player = Player(played=first)
    with synthesizer_for(voice) as synthesizer:
        synthesizer.render("Hello.", voice=voice)
        speaker = Speaker(
            synthesizer,
            player,
            None,
            rate_wpm=rooms.rate,
            voice=voice,
            spelling=rooms.spelling,
            on_ended=lambda *_: ended.set(),
            on_trouble=print,
            on_mended=lambda _: None,
        )
        with contextlib.closing(speaker):
            yield Mouth(voice, speaker, player, first, ended)


@contextlib.contextmanager
def hearing(rooms: Rooms) -> Iterator[None]:
    """Meanwhile the recogniser decodes the pack's questions over and over, in real time."""
    recognizer = rooms.recognizer(open_model(rooms.settings))
    sound = np.concatenate(
        [block.samples for file in questions(rooms) for block in FileSource(file).blocks()]
    )
    done = threading.Event()

    def decode() -> None:
        ear, size = Hearing(recognizer), round(BLOCK * RATE)
        for number in itertools.count(1):
            begin = (number * size) % (sound.size - size)
            list(ear.take(Block(sound[begin : begin + size], number * BLOCK)))
            if done.wait(BLOCK):
                return

    thread = threading.Thread(target=decode)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


if __name__ == "__main__":
    main()
