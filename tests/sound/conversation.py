"""A conversation with the product as people have it: through the microphone and the loudspeaker."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import soundfile

from tests.sound.ears import recognise
from tests.sound.virtual_card import (
    CHUNK,
    RATE,
    Recording,
    Samples,
    SoundCardError,
    VirtualCard,
    first_sound,
    last_sound,
    silence,
)
from tests.sound.voices import SLT, Voice, Voices

UNKNOT = Path(sys.executable).with_name("unknot")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came out of the loudspeaker after something was said."""

    sound: Samples
    """From its first audible sample to its last, at `RATE`; empty when nothing came."""
    latency: float | None
    """Seconds from the end of the voice to the first sound; None when nothing came."""
    text: str
    """What the sound says, recognised."""


class Conversation:
    """The product, running for itself, and somebody who talks with it; a context manager.

    Args:
        card: its microphone and its loudspeaker.
        voices: who talks with it.
        home: its data folder.
        arguments: the command line after ``unknot``.
        program: what runs, where it is not ``unknot``.
    """

    def __init__(
        self,
        card: VirtualCard,
        voices: Voices,
        home: Path,
        arguments: Sequence[str] = ("listen", "--plain"),
        program: Sequence[str] = (str(UNKNOT),),
    ) -> None:
        self._card = card
        self._voices = voices
        self._recorder = card.record()
        self.recording: Recording = self._recorder.__enter__()
        """Loudspeaker and microphone from before the product began."""
        self.started = self.recording.seconds
        """Where in the recording the program was started."""
        self.process = subprocess.Popen(
            [*program, *arguments],
            env=os.environ | card.env | {"UNKNOT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        """What it has printed so far."""
        self._reader = threading.Thread(target=self._read, name="reading", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()
        self._recorder.__exit__(kind, error, trace)
        if error is not None:
            error.add_note("it printed:\n" + "".join(self.lines[-40:]))

    def wait_until_it_listens(self, timeout: float = 30.0) -> None:
        """Waits through the greeting.

        Raises:
            SoundCardError: it never said anything or never stopped.
        """
        begins = self.recording.wait_for_speaker(timeout=timeout)
        self.recording.wait_for_silence(1.5, after=begins, timeout=timeout)

    def say(self, text: str, voice: Voice = SLT, **how: float) -> float:
        """Says something and returns where in the recording its voice ends.

        Args:
            text: what is said.
            voice: who says it.
            how: level, noise and silence around it, as `Voices.say` takes them.
        """
        return self._hear_in_the_room(self._voices.say(text, voice, **({"after": 0.0} | how)))

    def play(self, recording: Path) -> float:
        """Plays a recording into the microphone and returns where its sound ends."""
        sound, rate = soundfile.read(recording, dtype="int16")
        return self._hear_in_the_room(sound, rate)

    def _hear_in_the_room(self, sound: Samples, rate: int = RATE) -> float:
        begins = self.recording.seconds
        self._card.play(sound, rate)
        self.recording.wait_until(self.recording.seconds + 0.1)
        ends = last_sound(self.recording.room, after=begins)
        if ends is None:
            raise SoundCardError("what was said did not reach the microphone")
        return ends

    def ask(
        self,
        text: str,
        voice: Voice = SLT,
        *,
        pause: float = 2.0,
        patience: float = 6.0,
        longest: float = 90.0,
        **how: float,
    ) -> Reply:
        """Says something and listens to what comes.

        Args:
            text: what is said.
            voice: who says it.
            pause: seconds of silence after which the reply is taken to be over.
            patience: seconds to wait for the reply to begin.
            longest: seconds that a reply may last.
            how: level, noise and silence around it, as `Voices.say` takes them.
        """
        return self.listen(
            self.say(text, voice, **how), pause=pause, patience=patience, longest=longest
        )

    def listen(
        self, after: float, *, pause: float = 2.0, patience: float = 6.0, longest: float = 90.0
    ) -> Reply:
        """What comes out of the loudspeaker from a position of the recording on; see `ask`."""
        begins = self._first_sound(after, after + patience)
        if begins is None:
            return Reply(silence(0), None, "")
        ends = self.recording.wait_for_silence(pause, after=begins, timeout=longest)
        sound = self.recording.speaker[round(begins * RATE) : round(ends * RATE)]
        return Reply(sound, begins - after, recognise(sound))

    def wait_for_line(self, holding: str, timeout: float = 10.0) -> str:
        """Waits until it has printed a line with these words in it and returns the line."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            found = [line for line in list(self.lines) if holding in line]
            if found:
                return found[0]
            time.sleep(0.02)
        raise SoundCardError(f"it never printed {holding!r}")

    def wait_for_reply(self, after: float, *, patience: float = 6.0) -> float | None:
        """Where in the recording the reply begins; None when none comes in time."""
        return self._first_sound(after, after + patience)

    def _first_sound(self, after: float, until: float) -> float | None:
        while True:
            enough = self.recording.seconds >= until
            begins = first_sound(self.recording.speaker, after=after)
            if begins is not None or enough:
                return begins
            time.sleep(CHUNK)

    def _read(self) -> None:
        if self.process.stdout is None:
            raise SoundCardError("its output cannot be read")
        with self.process.stdout as lines:
            for line in lines:
                self.lines.append(line)
