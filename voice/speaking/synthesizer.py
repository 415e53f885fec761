"""Text becomes sound: the parent's side of the worker process."""

from __future__ import annotations

import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import soundfile

from voice.speaking.errors import VoiceError
from voice.speaking.frames import Head
from voice.speaking.helper import Helper, HelperLostError
from voice.speaking.speech import Speech, decode, join, silence, trimmed

SLOWEST, FASTEST = 80, 450
"""Words per minute; the limits of eSpeak NG."""
PIECE = 300
"""Characters; longer text is rendered in pieces, as eSpeak's time grows with their square."""
PIECE_PAUSE = 0.25
"""Seconds between two pieces of a long text."""
SECONDS_PER_CHARACTER = 0.02
"""Added to the time limit; rendering takes about a hundredth of it."""
ATTEMPTS = 2

T = TypeVar("T")

_INSTALL = "Install the voice with `sudo apt-get install espeak-ng`."
_NOT_SAID = {"Cc", "Cs", "Cn", "Co"}
"""Unicode categories: control, surrogate, unassigned, private use."""


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """One of the voices that the engine offers."""

    id: str
    """What `Synthesizer.render` takes."""
    name: str
    language: str
    """A language tag such as "en-gb"; may be empty."""
    gender: str
    """"Male", "Female" or empty."""
    usual: bool = False
    """It speaks unless another is chosen."""


class Synthesizer:
    """Renders text with pyttsx3 in a worker process; may be used from any thread.

    Requests are served one after the other. A worker that hangs, crashes or
    answers nonsense is killed, a new one is started and the sentence is tried
    once more.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] = (sys.executable, "-m", "voice.speaking.worker"),
        timeout: float = 5.0,
        start_timeout: float = 20.0,
    ) -> None:
        """Prepare; no process is started yet.

        Args:
            command: the worker; the name of a private folder is added to it.
            timeout: seconds for a sentence, besides a part that grows with its length.
            start_timeout: seconds until a new worker is ready.
        """
        self._command = tuple(command)
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._lock = threading.RLock()
        self._folder = tempfile.TemporaryDirectory(prefix="unknot-voice-")
        self._worker: Helper | None = None
        self._begun = 0
        self._closed = False
        self._version = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def version(self) -> str:
        """The engine and its versions; waits for the worker when it has only just started.

        Raises:
            VoiceError: there is no engine.
        """
        with self._lock:
            if not self._version:
                self._insist(self._ready_worker)
            return self._version

    @property
    def pid(self) -> int | None:
        """The worker's process id; None while there is no worker."""
        worker = self._worker
        return worker.pid if worker is not None else None

    def start(self) -> None:
        """Start the worker so that the first sentence need not wait for it; returns at once."""
        with self._lock:
            if self._worker is None and not self._closed:
                self._worker = self._spawn()

    def close(self) -> None:
        """End the worker, even in the middle of a sentence; nothing is rendered afterwards."""
        self._closed = True
        worker = self._worker
        if worker is not None:
            worker.kill()
        with self._lock:
            self._drop()
            self._folder.cleanup()

    def voices(self) -> list[VoiceInfo]:
        """The voices that the engine offers.

        Raises:
            VoiceError: there is no engine, or it does not answer.
        """
        with self._lock:
            head, _ = self._insist(lambda: self._ask({"do": "voices"}, self._timeout))
        return [VoiceInfo(**voice) for voice in head["voices"]]

    def render(self, text: str, *, rate_wpm: float = 165, voice: str | None = None) -> Speech:
        """Render `text`; silence at its ends is cut to a known length.

        Args:
            text: any text; without anything to say the result is empty.
            rate_wpm: words per minute, kept within `SLOWEST` and `FASTEST`.
            voice: an id from `voices`; None is the engine's own default.

        Raises:
            VoiceError: no engine, an unknown voice, or two failures in a row.
        """
        with self._lock:
            return join(self.pieces(text, rate_wpm=rate_wpm, voice=voice))

    def pieces(
        self, text: str, *, rate_wpm: float = 165, voice: str | None = None
    ) -> Iterator[Speech]:
        """Render `text` as `render` does, and give each piece as soon as it is made.

        Whoever stops taking them stops the work, too. Another text that is begun meanwhile ends
        this one.

        Raises:
            VoiceError: as for `render`; or the rest is lost, because the worker failed or another
                text was begun.
        """
        rate_wpm = round(min(FASTEST, max(SLOWEST, rate_wpm)))
        sounded = False
        for part in split(text):
            for number, piece in enumerate(trimmed(self._rendered(part, rate_wpm, voice))):
                if sounded and number == 0:
                    yield Speech(silence(PIECE_PAUSE, piece.rate), piece.rate)
                sounded = True
                yield piece

    def _rendered(self, text: str, rate_wpm: int, voice: str | None) -> Iterator[Speech]:
        """The pieces as the worker gives them; the first is asked for again if need be."""
        request = {"do": "render", "text": text, "rate_wpm": rate_wpm, "voice": voice}
        seconds = self._timeout + SECONDS_PER_CHARACTER * len(text)
        with self._lock:
            self._begun += 1
            this = self._begun
            speech, last = self._insist(lambda: self._piece(request, seconds))
        yield speech
        while not last:
            with self._lock:
                if self._begun != this:
                    raise VoiceError("Another sentence was begun.", HelperLostError.remedy)
                speech, last = self._insist(lambda: self._piece({"do": "more"}, seconds), 1)
            yield speech

    def _piece(self, request: Head, seconds: float) -> tuple[Speech, bool]:
        head, body = self._ask(request, seconds)
        if "unknown_voice" in head:
            raise VoiceError(
                f"The voice {request['voice']!r} does not exist.",
                "Choose one of the voices that this machine has, or none for the usual one.",
            )
        try:
            return decode(body), bool(head.get("last"))
        except soundfile.LibsndfileError as error:
            raise HelperLostError("it answered something that is no sound") from error

    def _insist(self, attempt: Callable[[], T], attempts: int = ATTEMPTS) -> T:
        """Try, and after a lost worker try again with a new one."""
        reason = ""
        for _ in range(attempts):
            if self._closed:
                break
            try:
                return attempt()
            except HelperLostError as error:
                reason = str(error)
                self._drop()
        if self._closed:
            raise VoiceError("The voice has been closed.", "Start the assistant again.")
        when = "twice in a row" if attempts == ATTEMPTS else "within a sentence"
        raise VoiceError(f"The voice failed {when}: {reason}.", HelperLostError.remedy)

    def _ask(self, request: Head, seconds: float) -> tuple[Head, bytes]:
        return self._ready_worker().ask(request, seconds)

    def _ready_worker(self) -> Helper:
        if self._worker is None:
            self._worker = self._spawn()
        if not self._worker.greeted:
            greeting = self._worker.greet(self._start_timeout)
            if not greeting.get("ready"):
                self._drop()
                raise VoiceError(
                    f"There is no voice on this machine ({greeting.get('error')}).",
                    str(greeting.get("remedy") or _INSTALL),
                )
            self._version = str(greeting["version"])
        return self._worker

    def _spawn(self) -> Helper:
        try:
            return Helper([*self._command, self._folder.name])
        except OSError as error:
            raise VoiceError(
                f"The voice could not be started: {error}.", HelperLostError.remedy
            ) from error

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def clean(text: str) -> str:
    """One line without control characters and lone surrogates."""
    kept = (" " if unicodedata.category(c) in _NOT_SAID else c for c in text)
    return " ".join("".join(kept).split())


def split(text: str) -> list[str]:
    """Cut a text into pieces of at most `PIECE` characters, at best between sentences."""
    rest = clean(text)
    pieces = []
    while len(rest) > PIECE:
        window = rest[: PIECE + 1]
        cut = max(window.rfind(mark) + 1 for mark in (". ", "? ", "! "))
        cut = cut or window.rfind(" ") + 1 or PIECE
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces
