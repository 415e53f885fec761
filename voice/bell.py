"""The process that rings: it speaks, listens for the answer, and ends.

Run as ``python -m voice.bell PACK DEVICE MODEL``, each empty for the usual one. Whoever rings
waits for weeks and rings for seconds; what the seconds need is kept here, so that it can be small.

It greets with one frame as soon as it could ring at once. Each request on standard input is
answered by one frame on what was standard output: ``speak`` when all has been said, ``listen`` with
the intent and the slots of an answer, or without when none came. What this machine lacks is told
as ``trouble``. It ends when its input ends or at SIGTERM, in the middle of a word if need be.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from voice import places, preferences
from voice.alsa import hush_alsa
from voice.events import Heard, Mended, Request, Spoken, Trouble
from voice.listening.listener import Event, Listener
from voice.listening.recognizer import Recognizer
from voice.listening.sources import MicrophoneSource
from voice.reminders.daemon import ANSWERS
from voice.session import Rooms, Settings, open_model
from voice.speaking.frames import FrameError, Head, private_pipes, read_frame, write_frame
from voice.speaking.speaker import Speaker

AFTER_EARCON = 0.4
"""Seconds between the beginning of an earcon and the sentence after it."""
MENDS = 10.0
"""Seconds for which a loudspeaker that has gone is waited for."""
GRACE = 3.0
"""Seconds in which it ends in order once its parent has gone; after that it just ends."""

LACKS = (RuntimeError, ValueError, OSError)
"""What the rooms raise when this machine lacks something."""


class Ringer:
    """Says what one ring says and hears the answer to it.

    The loudspeaker is opened and the recogniser loaded at once, since a ring
    must not wait for them; the microphone is open only while it listens.
    """

    def __init__(self, rooms: Rooms, opened: ExitStack, pool: Executor) -> None:
        """Get ready.

        Args:
            rooms: the pack, and who understands it.
            opened: closes in the end what is opened here.
            pool: loads the recogniser, which with a large model takes longer than a ring can wait.
        """
        self._rooms = rooms
        self._opened = opened
        self._speaker: Speaker | None = None
        self._trouble = ""
        with suppress(*LACKS):  # It is told when there is something to say.
            self._loudspeaker()
        self._recognizer = pool.submit(self._load)

    def speak(self, sentences: Sequence[str], volume: float, earcon: str) -> None:
        """Say the sentences, and return when they have been said.

        A loudspeaker that goes meanwhile is waited for; what it cut off is said again.

        Args:
            sentences: in this order.
            volume: 0 to 1.
            earcon: a sound before them; empty: none.

        Raises:
            LoudspeakerError: there is none that works.
            VoiceError: there is no synthesiser.
            RuntimeError: the loudspeaker or the voice failed, and was not mended in time.
        """
        speaker = self._loudspeaker()
        speaker.volume = volume
        deadline = time.monotonic() + MENDS
        left = sentences
        while left:
            if earcon:
                speaker.earcon(earcon)
                time.sleep(AFTER_EARCON)
            left = self._said(speaker, left)
            if left:
                self._wait_until_mended(deadline)

    def _said(self, speaker: Speaker, sentences: Sequence[str]) -> Sequence[str]:
        """Say them; what is left of them: those that were not heard to their end."""
        for number, sentence in enumerate(sentences):
            speaker.say(number, sentence)
        whole: dict[int, bool] = {}
        while len(whole) < len(sentences):
            event = self._next()
            if isinstance(event, Spoken):
                whole[event.utterance] = event.completed
        return [sentence for number, sentence in enumerate(sentences) if not whole[number]]

    def _wait_until_mended(self, deadline: float) -> None:
        while self._trouble:
            try:
                self._next(max(0.0, deadline - time.monotonic()))
            except Empty:
                raise RuntimeError(self._trouble) from None
        if time.monotonic() > deadline:
            raise RuntimeError("The loudspeaker cuts off what is said, again and again.")

    def _next(self, timeout: float | None = None) -> object:
        """What the rooms tell next."""
        event = self._rooms.inbox.get(timeout=timeout)
        if isinstance(event, Trouble):
            self._trouble = f"{event.what} {event.remedy}"
        elif isinstance(event, Mended):
            self._trouble = ""
        return event

    def listen(self, seconds: float) -> Request | None:
        """The first answer to a ring that somebody gives within so many seconds.

        Raises:
            MicrophoneError: there is no microphone that works.
            ModelError: there is no model, or it is broken.
        """
        recognizer = self._recognizer.result()
        microphone = MicrophoneSource(self._rooms.settings.microphone)
        microphone.open()
        # A queue of its own: what is said after the answer is none to the next ring.
        heard: SimpleQueue[Event] = SimpleQueue()
        understanding = self._rooms.understanding
        listener = Listener(
            recognizer,
            report=heard.put,
            is_complete=understanding.is_complete,
            is_likely=understanding.is_likely,
        )
        listener.start(microphone)
        try:
            return self._first_answer(heard, time.monotonic() + seconds)
        finally:
            listener.stop()

    def _first_answer(self, heard: SimpleQueue[Event], deadline: float) -> Request | None:
        while (left := deadline - time.monotonic()) > 0:
            with suppress(Empty):
                request = self._understood(heard.get(timeout=left))
                if request.intent in ANSWERS:
                    return request
        return None

    def _understood(self, event: Event) -> Request:
        if not isinstance(event, Heard):
            return Request("none")
        return self._rooms.understanding.understand(event.text or event.free_text)

    def _loudspeaker(self) -> Speaker:
        if self._speaker is None:
            self._speaker = self._opened.enter_context(self._rooms.speaker())
        return self._speaker

    def _load(self) -> Recognizer:
        return self._rooms.recognizer(open_model(self._rooms.settings))


def serve(ringer: Ringer, requests: SimpleQueue[Head], answers: IO[bytes]) -> None:
    """Greet, and answer one request after the other; it never returns by itself.

    Raises:
        BrokenPipeError: nobody is there any more.
    """
    write_frame(answers, {"ready": True})
    while True:
        request = requests.get()
        write_frame(answers, {"id": request["id"], **_answer(ringer, request)})


def _answer(ringer: Ringer, request: Head) -> Head:
    try:
        if request["do"] == "speak":
            ringer.speak(request["sentences"], request["volume"], request["earcon"])
            return {}
        found = ringer.listen(request["seconds"])
    except LACKS as error:
        return {"trouble": f"{error} {getattr(error, 'remedy', '')}".strip()}
    if found is None:
        return {}
    return {"intent": found.intent, "slots": dict(found.slots), "text": found.text}


def _read(pipe: IO[bytes], requests: SimpleQueue[Head], thread: int) -> None:
    """Pass requests on; when they end, interrupt whatever the thread says or hears."""
    with suppress(FrameError):
        while (frame := read_frame(pipe)) is not None:
            requests.put(frame[0])
    signal.pthread_kill(thread, signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def _end(*_: object) -> None:
    """End in order, once."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit()


def main() -> None:
    """Ring as standard input says."""
    # Ctrl-C reaches every process of the terminal; the parent decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    pipe, answers = private_pipes()
    requests: SimpleQueue[Head] = SimpleQueue()
    reading = (pipe, requests, threading.get_ident())
    threading.Thread(target=_read, args=reading, daemon=True).start()
    hush_alsa()
    pack, device, model = (argument or None for argument in sys.argv[1:])
    country = preferences.read(places.config()).values.get("country")
    settings = Settings(
        pack=pack,
        microphone=device,
        loudspeaker=device,
        model=Path(model) if model else None,
        country=str(country) if country else None,
    )
    with suppress(BrokenPipeError), ThreadPoolExecutor(1) as pool, ExitStack() as opened:
        serve(Ringer(Rooms(settings), opened, pool), requests, answers)


if __name__ == "__main__":
    main()
