"""The screen alone: a conversation without a microphone, and without a loudspeaker if need be."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from voice.scripts.narrator import Voice
from voice.session import Rooms, Show
from voice.speaking.errors import SpeakingError

SHORTEST = 1.2
"""Seconds for which a sentence is shown at least."""


class ShownVoice:
    """A voice that is only read, at the pace of speech.

    Its thread is a timer that ends each sentence when it would have been spoken.
    """

    def __init__(self, ended: Callable[[int, bool], None], words_per_minute: float) -> None:
        self.volume = 1.0
        self._ended = ended
        self._words_per_minute = words_per_minute
        self._utterance = 0
        self._ends_at = 0.0
        self._left = 0.0
        self._timer: threading.Timer | None = None

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:  # noqa: ARG002
        """Show it for as long as it takes to say it."""
        self.stop()
        self._utterance = utterance
        spoken = len(text.split()) * 60.0 / (self._words_per_minute * tempo)
        self._left = max(SHORTEST, spoken)
        self.resume()

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        """Nothing to prepare."""

    def pause(self) -> None:
        """Keep what is left of the sentence."""
        if self._timer is not None:
            self._left = max(0.0, self._ends_at - time.monotonic())
            self._timer.cancel()
            self._timer = None

    def resume(self) -> None:
        """Go on with what was left of it."""
        if self._left > 0.0 and self._timer is None:
            self._ends_at = time.monotonic() + self._left
            self._timer = threading.Timer(self._left, self._ended, (self._utterance, True))
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """Nothing is shown any more."""
        self.pause()
        self._left = 0.0

    def earcon(self, name: str) -> None:
        """Nothing sounds."""


class ScreenSession:
    """A conversation that is led on the page: spoken aloud, or only shown."""

    def __init__(self, rooms: Rooms, show: Show, *, silent: bool) -> None:
        """Prepare.

        Args:
            rooms: the pack and who understands it.
            show: shows what happens.
            silent: only show what would be spoken.
        """
        self._rooms = rooms
        self._show = show
        self._silent = silent

    def run(self) -> None:
        """Talk until the session is ended on the page, or by `Quit`."""
        with self._voice() as voice, self._rooms.watch():
            assistant = self._rooms.assistant(voice, self._show)
            assistant.greet()
            assistant.run()

    @contextmanager
    def _voice(self) -> Iterator[Voice]:
        """The loudspeaker; where there is none that works, the page says so and shows the words."""
        voice: Voice = ShownVoice(self._rooms.ended, self._rooms.rate)
        with ExitStack() as stack:
            if not self._silent:
                try:
                    voice = stack.enter_context(self._rooms.speaker())
                except SpeakingError as error:
                    self._rooms.troubled("loudspeaker", str(error), error.remedy)
            yield voice
