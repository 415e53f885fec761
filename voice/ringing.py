"""Reminders outside a conversation: the command line's, and the daemon that rings them.

The daemon waits for weeks and rings for seconds, so it imports the voice and
the recogniser only when something rings.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from voice import places
from voice.alsa import hush_alsa
from voice.events import Request
from voice.reminders import FILE_NAME, Reminders, Store, load_wording
from voice.reminders.daemon import Daemon, Notice, QuietHours, Utterance

if TYPE_CHECKING:
    from voice.speaking.speaker import Speaker

AFTER_EARCON = 0.4
"""Seconds between the beginning of an earcon and the sentence after it."""


def open_reminders(pack: str | None = None) -> Reminders:
    """The reminders of this data folder, in the words of a pack.

    Raises:
        PackError: the pack's words for reminders cannot be used.
        StoreError: the store cannot be used.
    """
    return Reminders(Store(places.home() / FILE_NAME), load_wording(places.pack(pack)))


def ring(
    *,
    pack: str | None,
    device: str | None,
    model: Path | None,
    quiet: str | None,
    tell: Callable[[str], None],
) -> None:
    """Ring reminders until the process is told to end.

    Args:
        pack: a content pack's folder or name.
        device: microphone and loudspeaker.
        model: a recognition model's folder.
        quiet: hours such as "22:00-07:00" in which what recurs is only shown.
        tell: told in one line of what goes wrong.

    Raises:
        AlreadyRunning: another daemon rings already.
        QuietHoursError: the quiet hours cannot be read.
        StoreError: the store cannot be opened.
    """
    from voice.reminders import desktop

    aloud = Aloud(pack, device, model, tell)
    daemon = Daemon(
        open_reminders(pack),
        speak=aloud.speak,
        listen=aloud.listen,
        notify=_shown_on(desktop.show),
        trouble=lambda error: tell(f"{error} {error.remedy}"),
        quiet=QuietHours.parse(quiet) if quiet else None,
    )
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: daemon.stopping.set())
    daemon.run()


def _shown_on(show: Callable[[Notice], bool]) -> Callable[[Notice], None]:
    """Show notices where a desktop does; elsewhere the voice has to do."""

    def notify(notice: Notice) -> None:
        show(notice)

    return notify


class Aloud:
    """Speaks and listens for the daemon; what this machine lacks is told and passed over."""

    def __init__(
        self,
        pack: str | None,
        device: str | None,
        model: Path | None,
        tell: Callable[[str], None],
    ) -> None:
        self._pack = pack
        self._device = device
        self._model = model
        self._tell = tell

    def speak(self, utterance: Utterance) -> None:
        """Say it, and return when it has been said."""
        self._try(lambda: self._speak(utterance))

    def _speak(self, utterance: Utterance) -> None:
        ended: SimpleQueue[bool] = SimpleQueue()
        with self._speaker(ended) as speaker:
            speaker.volume = utterance.volume
            if utterance.earcon:
                speaker.earcon(utterance.earcon)
                time.sleep(AFTER_EARCON)
            for number, sentence in enumerate(utterance.sentences, start=1):
                speaker.say(number, sentence)
            completed = [ended.get() for _ in utterance.sentences]
        if not all(completed):
            raise RuntimeError("The loudspeaker went before all was said; it will be repeated.")

    @contextmanager
    def _speaker(self, ended: SimpleQueue[bool]) -> Iterator[Speaker]:
        from voice.knowledge import load_pack
        from voice.speaking.cache import SpeechCache
        from voice.speaking.player import Player
        from voice.speaking.speaker import Speaker
        from voice.speaking.synthesizer import Synthesizer

        hush_alsa()
        with Synthesizer() as synthesizer:
            speaker = Speaker(
                synthesizer,
                Player(self._device),
                SpeechCache(places.speech_cache()),
                rate_wpm=load_pack(places.pack(self._pack)).voice.words_per_minute,
                on_ended=lambda _, completed: ended.put(completed),
                on_trouble=lambda *_: None,
                on_mended=lambda _: None,
            )
            with closing(speaker):
                yield speaker

    def listen(self, seconds: float) -> Request | None:
        """What somebody answers within so many seconds."""
        heard: SimpleQueue[Request] = SimpleQueue()
        self._try(lambda: self._hear(seconds, heard))
        try:
            return heard.get_nowait()
        except Empty:
            return None

    def _hear(self, seconds: float, heard: SimpleQueue[Request]) -> None:
        from voice.session import Rooms, Settings, first_request

        settings = Settings(pack=self._pack, microphone=self._device, model=self._model)
        request = first_request(Rooms(settings), time.monotonic() + seconds)
        if request is not None:
            heard.put(request)

    def _try(self, attempt: Callable[[], None]) -> None:
        """A lost microphone or loudspeaker must not end the daemon: it rings again."""
        try:
            attempt()
        except (RuntimeError, ValueError, OSError) as error:
            self._tell(f"{error} {getattr(error, 'remedy', '')}".strip())
