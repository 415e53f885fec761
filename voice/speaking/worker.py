"""The worker process: pyttsx3 renders sentences to sound files' bytes.

An engine may render a sentence in pieces. Each is asked for by itself, so that a sentence that
nobody wants any more is dropped by asking for another.

Run as ``python -m voice.speaking.worker FOLDER``; FOLDER is a private folder
for the file that pyttsx3 insists on writing. Requests come as frames on
standard input, each is answered by one frame on what was standard output. It
ends when its input ends, so it never outlives its parent.

pyttsx3 is kept in a process of its own because its loop can hang, its engine
belongs to one thread, eSpeak can crash, and its driver prints.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from voice.speaking.frames import Head, private_pipes, read_frame, write_frame
from voice.speaking.spelling import as_ssml, without_stress

POLL = 0.0005
"""Seconds."""


class UnknownVoiceError(ValueError):
    """The engine has no such voice."""

    remedy = "Choose one of the voices that are listed."


class Piece(NamedTuple):
    """A piece of a sentence."""

    sound: bytes
    """A sound file."""
    last: bool
    """Nothing follows."""


class Renders(Protocol):
    """What renders sentences, one at a time."""

    @property
    def version(self) -> str:
        """Everything that decides how a sentence sounds."""

    def warm_up(self) -> None:
        """Get ready for the first sentence, as far as the greeting need not wait for it."""

    def voices(self) -> list[Head]:
        """What it offers."""

    def render(self, text: str, rate_wpm: int, voice: str | None) -> Iterator[Piece]:
        """What `text` sounds like, words between asterisks stressed: one piece at least."""


class Engine:
    """A pyttsx3 engine."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "sentence"
        self._engine: Any = importlib.import_module("pyttsx3").init()
        self._errors: list[str] = []
        self._engine.connect("error", self._note_error)
        self._finished = threading.Event()
        self._engine.connect("finished-utterance", self._note_finished)
        self._espeak: Any = None
        if str(self._engine) == "espeak":
            self._espeak = importlib.import_module("pyttsx3.drivers._espeak")
            # pyttsx3 chooses eSpeak's flags itself, and these are among them.
            self._espeak.CHARS_UTF8 |= self._espeak.SSML
        self._default_voice = self._engine.getProperty("voice")

    @property
    def version(self) -> str:
        """The driver and the versions that decide how a sentence sounds."""
        parts = [str(self._engine), importlib.metadata.version("pyttsx3")]
        if self._espeak is not None:
            parts.append(self._espeak.Info().decode(errors="replace"))
        return " ".join(parts)

    def warm_up(self) -> None:
        """It is ready when it has been made."""

    def voices(self) -> list[Head]:
        """What the engine offers."""
        return [
            {
                "id": str(voice.id),
                "name": str(voice.name or ""),
                "language": str((voice.languages or [""])[0]),
                "gender": str(voice.gender or ""),
                "usual": str(voice.id) == str(self._default_voice),
            }
            for voice in self._engine.getProperty("voices")
        ]

    def render(self, text: str, rate_wpm: int, voice: str | None) -> Iterator[Piece]:
        """What `text` sounds like, in one piece."""
        yield Piece(self._rendered(text, rate_wpm, voice), last=True)

    def _rendered(self, text: str, rate_wpm: int, voice: str | None) -> bytes:
        self._errors.clear()
        self._engine.setProperty("voice", voice or self._default_voice)
        if self._errors:
            raise UnknownVoiceError(f"the engine has no voice {voice!r}")
        self._engine.setProperty("rate", rate_wpm)
        self._settle()
        self._finished.clear()
        written = without_stress(text) if self._espeak is None else as_ssml(text)
        self._engine.save_to_file(written, str(self._file))
        self._engine.runAndWait()
        if self._errors:
            # eSpeak may complain of a voice only now.
            known = voice is None or voice in {one.id for one in self._engine.getProperty("voices")}
            raise RuntimeError(self._errors[0]) if known else UnknownVoiceError(self._errors[0])
        if self._espeak is not None:
            # pyttsx3's loop ends after 10 ms, whether eSpeak has finished or not.
            self._finished.wait()
            self._settle()
        try:
            return self._file.read_bytes()
        finally:
            self._file.unlink(missing_ok=True)

    def _settle(self) -> None:
        """Wait until eSpeak's own thread has nothing left to do.

        It also carries out changes of the rate and the voice. A sentence that
        is begun meanwhile comes out empty now and then, because pyttsx3 takes
        the busy thread for an old sentence and cancels whatever it does.
        """
        while self._espeak is not None and self._espeak.IsPlaying():
            time.sleep(POLL)

    def _note_finished(self, **_: object) -> None:
        self._finished.set()

    def _note_error(self, name: str | None, exception: Exception) -> None:
        self._errors.append(f"{name or 'engine'}: {exception}")


def serve(
    make: Callable[[Path], Renders], requests: IO[bytes], answers: IO[bytes], folder: Path
) -> int:
    """Answer requests until they end; returns the process's exit code."""
    try:
        engine = make(folder)
        write_frame(answers, {"ready": True, "version": engine.version})
    except Exception as error:  # whatever a driver raises, the parent must hear of it
        remedy = getattr(error, "remedy", "")
        what = str(error) if remedy else f"{type(error).__name__}: {error}"
        write_frame(answers, {"ready": False, "error": what, "remedy": remedy})
        return 1
    engine.warm_up()
    desk = Desk(engine)
    while (frame := read_frame(requests)) is not None:
        request = frame[0]
        try:
            head, body = desk.answer(request)
        except UnknownVoiceError as error:
            head, body = {"unknown_voice": str(error)}, b""
        except Exception as error:  # the engine's state is unknown now, so this process ends
            write_frame(answers, {"id": request["id"], "error": f"{error}"})
            return 1
        write_frame(answers, {"id": request["id"], **head}, body)
    return 0


class Desk:
    """Takes requests, and keeps the sentence whose pieces are being asked for."""

    def __init__(self, engine: Renders) -> None:
        self._engine = engine
        self._pieces: Iterator[Piece] = iter(())

    def answer(self, request: Head) -> tuple[Head, bytes]:
        """The head and the body of the answer."""
        if request["do"] == "voices":
            return {"voices": self._engine.voices()}, b""
        if request["do"] == "render":
            self._pieces = self._engine.render(
                request["text"], request["rate_wpm"], request["voice"]
            )
        piece = next(self._pieces)
        return {"last": piece.last}, piece.sound


def run(make: Callable[[Path], Renders]) -> int:
    """Run a worker with the engine that `make` makes; returns the process's exit code."""
    # Ctrl-C reaches every process of the terminal; the parent decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = private_pipes()
    try:
        return serve(make, requests, answers, Path(sys.argv[1]))
    except BrokenPipeError:
        return 0


def main() -> int:
    """Run the worker that has pyttsx3."""
    return run(Engine)


if __name__ == "__main__":
    sys.exit(main())
