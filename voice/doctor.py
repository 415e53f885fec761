"""What works on this machine and what does not, and what mends it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voice import places
from voice.alsa import hush_alsa
from voice.listening.model import ModelError, load_model
from voice.listening.sound import level
from voice.listening.sources import MicrophoneError, MicrophoneSource
from voice.models import ModelsError, find_model
from voice.speaking.errors import LoudspeakerError, VoiceError
from voice.speaking.player import Listener, Player
from voice.speaking.synthesizer import Synthesizer, VoiceInfo

ROOM_WANTED = 100 * 1024 * 1024
"""Bytes that should be free: a downloaded model, its archive, and the cache of sentences."""
FIRST_PLAUSIBLE_YEAR = 2025
"""A clock before this product existed has never been set."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one part."""

    part: str
    ok: bool
    what: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at each part in turn; what takes longest comes last."""
    hush_alsa()
    yield _microphone()
    yield _loudspeaker()
    yield _clock()
    yield _data_folder()
    yield _model()
    yield _voice()


def list_voices() -> tuple[VoiceInfo, ...]:
    """The voices that the synthesiser offers.

    Raises:
        VoiceError: there is no synthesiser.
    """
    with Synthesizer() as synthesizer:
        return tuple(synthesizer.voices())


def _microphone() -> Finding:
    return _tried("microphone", _open_microphone, MicrophoneError)


def _open_microphone() -> str:
    microphone = MicrophoneSource()
    microphone.open()
    blocks = microphone.blocks(lambda _: None)
    heard = next(blocks)
    microphone.close()
    for _ in blocks:
        """What is left; the device is closed at its end."""
    return f"opens, and hears {level(heard.samples):.0f} dBFS right now"


def _loudspeaker() -> Finding:
    return _tried("loudspeaker", _open_loudspeaker, LoudspeakerError)


def _open_loudspeaker() -> str:
    return f"opens, {loudspeaker_latency() * 1000:.0f} ms behind"


def loudspeaker_latency(device: str | int | None = None) -> float:
    """Open the loudspeaker for a moment: the seconds from the player to the ear.

    Raises:
        LoudspeakerError: there is none that works.
    """
    player = Player(device)
    player.open(Listener(lambda *_: None, lambda *_: None, lambda: None))
    try:
        return player.latency
    finally:
        player.close()


def _model() -> Finding:
    return _tried("model", _load_model, (ModelError, ModelsError))


def _load_model() -> str:
    chosen = find_model(home=places.home())
    began = time.monotonic()
    load_model(chosen.path)
    return f"{chosen.name} ({chosen.why}) loads in {time.monotonic() - began:.1f} s"


def _voice() -> Finding:
    return _tried("voice", _speak, VoiceError)


def _speak() -> str:
    with Synthesizer() as synthesizer:
        began = time.monotonic()
        synthesizer.render("Hello.")
        return f"{synthesizer.version}, first sentence after {time.monotonic() - began:.1f} s"


def _tried(
    part: str,
    attempt: Callable[[], str],
    errors: type[Exception] | tuple[type[Exception], ...],
) -> Finding:
    try:
        return Finding(part, True, attempt())
    except errors as error:
        return Finding(part, False, str(error), str(getattr(error, "remedy", "")))


def _clock() -> Finding:
    now = time.localtime()
    shown = time.strftime("%Y-%m-%d %H:%M %Z", now)
    if now.tm_year < FIRST_PLAUSIBLE_YEAR:
        return Finding(
            "clock", False, f"it says {shown}.", "Set it: `sudo timedatectl set-ntp true`."
        )
    return Finding("clock", True, shown)


def _data_folder() -> Finding:
    folder = places.home()
    existing = _nearest_existing(folder)
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding(
            "data folder",
            False,
            f"{existing} cannot be written.",
            "Own it (`sudo chown $USER FOLDER`), or name another with UNKNOT_HOME.",
        )
    free = shutil.disk_usage(existing).free
    if free < ROOM_WANTED:
        return Finding(
            "data folder",
            False,
            f"only {free // 1_000_000} MB are free in {existing}.",
            "Free some space, or name another folder with UNKNOT_HOME.",
        )
    return Finding("data folder", True, f"{folder}, {free // 1_000_000_000} GB free")


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
