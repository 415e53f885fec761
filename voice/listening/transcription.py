"""What the recogniser hears in a recording, without a grammar: for `unknot transcribe`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import vosk

from voice.events import Word
from voice.listening.audio_file import FileSource
from voice.listening.model import UNKNOWN, Model
from voice.listening.sound import RATE

_FEED = 0.5
"""Seconds of sound the recogniser is given at once."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A whole recording in words; the fields of the contract's JSON, in its order."""

    file: str
    text: str
    confidence: float
    """Mean of the words' confidences, 0 to 1; 0 when nothing was heard."""
    words: tuple[Word, ...]
    seconds: float
    """Length of the recording."""


def transcribe(
    path: Path | str,
    model: Model,
    progress: Callable[[float, float], None] | None = None,
) -> Transcript:
    """Recognises a recording of any length in bounded memory, about 10 times as fast as it lasts.

    Vosk's minimum Bayes risk decoding gives each word a confidence of its own.

    Args:
        path: a WAV, FLAC or OGG file of any rate and channel count.
        model: a loaded model.
        progress: called about twice a second of sound with the seconds done and in all.

    Raises:
        AudioFileError: the recording cannot be used.
    """
    source = FileSource(path)
    native = vosk.KaldiRecognizer(model.native, float(RATE))
    native.SetWords(True)
    words: list[Word] = []
    fed = 0
    for sound in _chunks(source):
        fed += len(sound) // 2
        if native.AcceptWaveform(sound):
            words.extend(_words(native.Result()))
        if progress is not None:
            progress(fed / RATE, max(source.seconds, fed / RATE))
    words.extend(_words(native.FinalResult()))
    return Transcript(
        file=str(path),
        text=" ".join(word.word for word in words),
        confidence=round(sum(word.conf for word in words) / len(words), 3) if words else 0.0,
        words=tuple(words),
        seconds=round(fed / RATE, 3),
    )


def _chunks(source: FileSource) -> Iterator[bytes]:
    chunk = bytearray()
    for block in source.blocks():
        chunk += block.samples.tobytes()
        if len(chunk) >= _FEED * RATE * 2:
            yield bytes(chunk)
            chunk.clear()
    if chunk:
        yield bytes(chunk)


def _words(result: str) -> Iterator[Word]:
    for word in json.loads(result).get("result", ()):
        if word["word"] != UNKNOWN:
            yield Word(
                word["word"], round(word["start"], 3), round(word["end"], 3), round(word["conf"], 3)
            )
