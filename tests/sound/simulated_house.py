"""The product in a simulated room, faster than real time: nothing of it is replaced but devices.

Loudspeaker and microphone are arrays, the clock counts samples. Between them are
the product's own mixer, canceller, gate, recogniser, understanding and
assistant, joined as `voice.session` joins them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue

import numpy as np

from tests.sound.simulated_room import (
    Path,
    Room,
    Signal,
    impulse_response,
    loudness,
    to_float,
)
from tests.sound.virtual_card import RATE, Samples
from voice.assistant import Assistant, Event
from voice.events import Request, SpeechBegan, Spoken
from voice.knowledge import Pack
from voice.listening.canceller import Canceller
from voice.listening.listener import Hearing
from voice.listening.recognizer import Recognizer
from voice.listening.sound import Block
from voice.scripts.script import Say, Script
from voice.speaking import earcons
from voice.speaking.mixer import Mixer
from voice.speaking.played import Played
from voice.speaking.speaker import perceived_gain
from voice.understanding import Understanding

BLOCK = 320
SECONDS = BLOCK / RATE
OUT = 0.06
"""Seconds from the mixer to the loudspeaker."""

AFTERNOON = datetime(2026, 3, 4, 15, 0)

Render = Callable[[str, float], Samples]
"""A sentence at a tempo, at `RATE`."""


class _Voice:
    """The loudspeaker's side: what `Speaker` is in real time."""

    def __init__(self, render: Render, ended: Callable[[int, bool], None]) -> None:
        self.mixer = Mixer(RATE)
        self.ducked_at: float | None = None
        self.now = 0.0
        self._render = render
        self._ended = ended
        self._volume = 1.0
        self._lengths: dict[int, float] = {}
        self._tones = {name: earcons.render(name, RATE) for name in earcons.EARCONS}

    @property
    def volume(self) -> float:
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = volume
        self.mixer.set_gain(perceived_gain(volume))

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        del keep
        sound = self._render(text, tempo)
        self._lengths[utterance] = sound.size / RATE
        self.mixer.play(utterance, sound)

    def lasts(self, utterance: int) -> float | None:
        return self._lengths.get(utterance)

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        pass

    def pause(self) -> None:
        self.mixer.pause()

    def resume(self) -> None:
        self.mixer.resume()

    def stop(self) -> None:
        for utterance in self.mixer.stop():
            self._ended(utterance, False)

    def earcon(self, name: str) -> None:
        self.mixer.tone(self._tones[name])

    def duck(self, down: bool) -> None:
        self.ducked_at = self.now if down else None
        self.mixer.duck(down)


@dataclass
class Log:
    """What happened, on the simulation's clock."""

    requests: list[tuple[float, Request]] = field(default_factory=list)
    ducks: list[float] = field(default_factory=list)
    """When the voice was lowered because somebody seemed to speak."""
    began: int = 0
    """Utterances for which the gate opened."""
    speaks: list[bool] = field(default_factory=list)
    """Whether there was speech in what the loudspeaker was given, for each block."""


class House:
    """Runs block by block; whoever drives it speaks into it and reads its log.

    Args:
        room: where it stands.
        person: which of the room's people speaks.
        louder: dB by which its loudspeaker is louder at the microphone than the person.
        recognizer: listens.
        pack: is read.
        understanding: understands.
        render: speaks.
        at_microphone: dBFS of its own voice at the microphone.
        noise: dBFS of the room's noise.
        strain: how hard a small loudspeaker is driven into its limits; 0 is a perfect one.
        cancelling: False lets the microphone through as it is.
    """

    def __init__(
        self,
        room: Room,
        person: int,
        louder: float,
        recognizer: Recognizer,
        pack: Pack,
        understanding: Understanding,
        render: Render,
        *,
        at_microphone: float = -26.0,
        noise: float = -65.0,
        strain: float = 0.0,
        cancelling: bool = True,
        seed: int = 1,
    ) -> None:
        self.log = Log()
        self.now = 0.0
        self.speech_level = at_microphone - louder
        self.response = impulse_response(room, room.people[person])
        self._strain = strain
        self._rng = np.random.default_rng(seed)
        self._noise = 10 ** (noise / 20)
        self._path = self._loudspeaker(room, render, at_microphone)
        self._late: list[Signal] = [np.zeros(BLOCK, np.float32)] * round(OUT / SECONDS)
        self._coming: Signal = np.zeros(0, np.float32)
        inbox: SimpleQueue[Event] = SimpleQueue()
        self._inbox = inbox
        self.voice = _Voice(render, lambda number, whole: inbox.put(Spoken(number, whole)))
        self._played = Played()
        self._canceller = Canceller(self._played) if cancelling else None
        self._hearing = Hearing(
            recognizer,
            is_complete=understanding.is_complete,
            is_likely=understanding.is_likely,
        )
        self.assistant = Assistant(
            pack,
            understanding,
            self.voice,
            duck=self._duck,
            lasts=self.voice.lasts,
            show=self._note,
            inbox=inbox,
            clock=lambda: self.now,
            now=lambda: AFTERNOON + timedelta(seconds=self.now),
        )

    def _loudspeaker(self, room: Room, render: Render, at_microphone: float) -> Path:
        response = impulse_response(room, room.loudspeaker)
        sample = render("A knot hurts and is uncomfortable.", 1.0).astype(np.float32) / 32768
        self._typical = float(np.sqrt(np.mean(np.square(sample))))
        arrives = np.convolve(sample, response[:4000]).astype(np.float32)
        return Path(response, BLOCK, 10 ** ((at_microphone - loudness(arrives)) / 20))

    def read(self, sentences: Sequence[str], pause: float = 0.35) -> None:
        """Begins to read these sentences aloud."""
        steps = tuple(Say(text, pause) for text in sentences)
        self.assistant.narrator.perform(Script("reading", "", "the article", steps))

    def hear(self, speech: Signal) -> None:
        """Somebody begins to speak now; `speech` is as it arrives at the microphone."""
        self._coming = speech.copy()

    @property
    def audible(self) -> bool:
        """It is speaking."""
        return self.assistant.narrator.audible

    def silence_after(self, at: float) -> float:
        """Seconds from that moment until no speech sounds, its fade and the way to the air too."""
        speaks = self.log.speaks[round(at / SECONDS) :]
        return (speaks.index(False) + 1) * SECONDS + OUT

    def run(self, seconds: float) -> None:
        """Lets time pass."""
        for _ in range(round(seconds / SECONDS)):
            self._tick()

    def _tick(self) -> None:
        self.voice.now = self.now
        out = np.zeros(BLOCK, np.int16)
        self.log.speaks.append(self.voice.mixer.speaking and not self.voice.mixer.paused)
        ended = self.voice.mixer.mix(out)
        self._played.note(out, RATE, self.now + OUT)
        self._late.append(to_float(out))
        microphone = self._path.carry(self._strained(self._late.pop(0)))
        microphone += self._noise * self._rng.standard_normal(BLOCK).astype(np.float32)
        speech, self._coming = self._coming[:BLOCK], self._coming[BLOCK:]
        microphone[: speech.size] += speech
        self.now += SECONDS
        for utterance, samples in ended:
            del samples
            self._inbox.put(Spoken(utterance, True))
        self._listen(microphone)
        while not self._inbox.empty():
            self.assistant.step(timeout=0)
        self.assistant.step(timeout=0)

    def _strained(self, sound: Signal) -> Signal:
        if not self._strain:
            return sound
        limit = self._typical / self._strain
        return np.asarray(np.tanh(sound / limit) * limit, np.float32)

    def _listen(self, microphone: Signal) -> None:
        samples = np.clip(np.rint(microphone * 32768), -32768, 32767).astype(np.int16)
        block = Block(samples, self.now)
        cleaned = [block] if self._canceller is None else self._canceller.clean(block)
        for piece in cleaned:
            for event in self._hearing.take(piece):
                self._inbox.put(event)

    def _duck(self, down: bool) -> None:
        if down and self.voice.ducked_at is None:
            self.log.ducks.append(self.now)
        self.voice.duck(down)

    def _note(self, event: Event) -> None:
        match event:
            case Request():
                self.log.requests.append((self.now, event))
            case SpeechBegan():
                self.log.began += 1
            case _:
                pass


def kept(sentences: Mapping[tuple[str, float], Samples], render: Render) -> Render:
    """Renders a sentence once."""
    known = dict(sentences)

    def get(text: str, tempo: float) -> Samples:
        key = (text, round(tempo, 3))
        if key not in known:
            known[key] = render(text, tempo)
        return known[key]

    return get
