"""What works on this machine and what does not, and the one command that mends it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from voice import places
from voice.listening.model import Model, ModelError, load_model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import RATE
from voice.models import ModelsError, find_model
from voice.session import is_listening
from voice.sound_check import HANGS, Device, Finding, check
from voice.speaking.errors import VoiceError
from voice.speaking.helper import HelperLostError
from voice.speaking.synthesizer import Synthesizer, VoiceInfo

ROOM_WANTED = 100 * 1024 * 1024
"""Bytes that should be free: a downloaded model, its archive, and the cache of sentences."""
TRIED = 64 * 1024
"""Bytes that are written for a try, as free space alone tells nothing of quotas."""
FIRST_PLAUSIBLE_YEAR = 2025
"""A clock before this product existed has never been set."""
AHEAD = 3600.0
"""Seconds by which what was kept may be newer than the clock says."""


def examine(microphone: Device = None, loudspeaker: Device = None) -> Iterator[Finding]:
    """Look at each part in turn; what takes longest comes last.

    Args:
        microphone: as `MicrophoneSource` takes it.
        loudspeaker: as `Player` takes it.
    """
    sound = []
    for part, device in (("microphone", microphone), ("loudspeaker", loudspeaker)):
        sound.append(check(part, device))
        yield sound[-1]
    yield _assistant()
    yield _clock()
    yield _data_folder()
    yield _temporary_files()
    yield from _hearing()
    if any(HANGS in finding.what for finding in sound):
        # eSpeak asks the sound system too, before it says anything into a file.
        yield Finding("voice", False, f"not tried: {HANGS}.", sound[0].remedy)
    else:
        yield _voice()


def list_voices() -> tuple[VoiceInfo, ...]:
    """The voices that the synthesiser offers.

    Raises:
        VoiceError: there is no synthesiser.
    """
    with Synthesizer() as synthesizer:
        return tuple(synthesizer.voices())


# Hearing and speaking


def _hearing() -> Iterator[Finding]:
    try:
        chosen = find_model(home=places.home())
        began = time.monotonic()
        model = load_model(chosen.path)
    except (ModelError, ModelsError) as error:
        yield Finding("model", False, str(error), _mends_model())
        return
    what = f"{chosen.name} ({chosen.why}) loads in {time.monotonic() - began:.1f} s"
    yield Finding("model", True, what)
    yield _recogniser(model)


def _mends_model() -> str:
    if os.environ.get("UNKNOT_MODEL"):
        return "Use the one that comes along: `unset UNKNOT_MODEL`."
    return "Fetch another one: `unknot models install small-en-us`."


def _recogniser(model: Model) -> Finding:
    """Let it hear a second of noise: what it makes of it does not matter, that it does."""
    noise = np.random.default_rng(1).normal(0, 1000, RATE).astype(np.int16)
    began = time.monotonic()
    try:
        recognizer = Recognizer(model, ["stop"])
        recognizer.accept(noise)
        recognizer.finish()
    except Exception as error:
        what = f"it fails ({type(error).__name__}: {error})."
        again = f"{sys.executable} -m pip install --force-reinstall --no-deps vosk"
        return Finding("recogniser", False, what, f"Install it again: `{again}`.")
    took = time.monotonic() - began
    return Finding("recogniser", True, f"hears a second of sound in {took:.2f} s")


def _voice() -> Finding:
    try:
        with Synthesizer() as synthesizer:
            began = time.monotonic()
            synthesizer.render("Hello.")
            took = time.monotonic() - began
            what = f"{synthesizer.version}, first sentence after {took:.1f} s"
            return Finding("voice", True, what)
    except VoiceError as error:
        remedy = error.remedy
        if remedy == HelperLostError.remedy:
            remedy = "Install it again: `sudo apt-get install --reinstall libespeak-ng1`."
        return Finding("voice", False, str(error), remedy)


# The machine


def _assistant() -> Finding:
    listening = is_listening(places.home())
    what = "one is listening; a second one is refused" if listening else "none is listening"
    return Finding("assistant", True, what)


def _clock() -> Finding:
    now = time.time()
    shown = _moment(now)
    remedy = "Set it: `sudo timedatectl set-ntp true`."
    if time.localtime(now).tm_year < FIRST_PLAUSIBLE_YEAR:
        return Finding("clock", False, f"it says {shown}.", remedy)
    newest = _newest(places.home())
    if newest > now + AHEAD:
        what = f"it says {shown}, but something was kept here at {_moment(newest)}."
        return Finding("clock", False, what, remedy)
    return Finding("clock", True, shown)


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(seconds))


def _newest(folder: Path) -> float:
    """When something was last kept, in seconds since the epoch; 0: nothing was."""
    kept = folder.glob("*.sqlite3") if folder.is_dir() else ()
    return max((path.stat().st_mtime for path in kept), default=0.0)


def _data_folder() -> Finding:
    folder = places.home()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    another = "Name another one: `export UNKNOT_HOME=FOLDER`."
    if not existing.is_dir():
        return Finding("data folder", False, f"{existing} is no folder.", another)
    problem = _cannot_write(existing)
    if problem:
        return Finding("data folder", False, f"{existing} cannot be written: {problem}.", another)
    free = shutil.disk_usage(existing).free
    if free < ROOM_WANTED:
        what = f"only {free // 1_000_000} MB are free in {existing}."
        return Finding("data folder", False, what, f"Free some space there. {another}")
    return Finding("data folder", True, f"{folder}, {free // 1_000_000_000} GB free")


def _temporary_files() -> Finding:
    """The voice writes each sentence there before it is spoken."""
    part, another = "temporary files", "Name another folder for them: `export TMPDIR=FOLDER`."
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError:
        return Finding(part, False, "there is no folder for them that can be written.", another)
    problem = _cannot_write(folder)
    if problem:
        return Finding(part, False, f"{folder} cannot be written: {problem}.", another)
    return Finding(part, True, str(folder))


def _cannot_write(folder: Path) -> str:
    """Why a small file cannot be written there; empty: it can."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(TRIED))
            file.flush()
    except OSError as error:
        return error.strerror or str(error)
    return ""
