"""What the doctor found, for a bug report: nothing in it says who the user is or what they said.

What may stand in it is listed here, rather than what may not: versions, how many devices there
are, which choices were made, and the sentences of the doctor without any path, name or quotation.
"""

from __future__ import annotations

import getpass
import os
import platform
import re
import socket
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from voice import __version__, places, preferences
from voice.sound_check import Finding

PACKAGES = ("vosk", "pyttsx3", "sounddevice", "soundfile", "soxr", "numpy", "hassil")
"""Whose versions matter."""
VARIABLES = ("UNKNOT_HOME", "UNKNOT_MODEL", "UNKNOT_PACKS", "PULSE_SERVER", "TMPDIR")
"""Of which it is told whether they are set."""

_LISTED = re.compile(r"There is: .*|This machine shows none at all\.")
"""The doctor's list of devices: people name theirs after themselves."""
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATH = re.compile(r"(?<![\w.])[~/](?:.*/)?[^\s`,;:]*")
"""From the first slash to the end of the word with the last one: folders may hold blanks."""


def write_report(file: Path, findings: Sequence[Finding]) -> None:
    """Write the report as text.

    Raises:
        OSError: it cannot be written.
    """
    file.write_text("\n".join(_lines(findings)) + "\n", encoding="utf-8")


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"unknot {__version__}, Python {platform.python_version()}"
    yield f"{platform.system()} {platform.release()} {platform.machine()}, {_distribution()}"
    yield f"packages: {', '.join(_versions())}"
    yield f"sound: {', '.join(_sound())}"
    yield f"set: {', '.join(name for name in VARIABLES if os.environ.get(name)) or 'nothing'}"
    yield f"chosen: {', '.join(_choices()) or 'nothing'}"
    for finding in findings:
        yield f"{'ok' if finding.ok else 'NO'} {finding.part}: {_anonymous(finding.what)}"


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "unknown")
    except OSError:
        return "unknown"


def _versions() -> Iterator[str]:
    for name in PACKAGES:
        try:
            yield f"{name} {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            yield f"{name} missing"


def _sound() -> Iterator[str]:
    try:
        import sounddevice  # noqa: PLC0415 - it starts PortAudio, which may be what is missing
    except OSError:
        yield "PortAudio missing"
        return
    yield sounddevice.get_portaudio_version()[1].partition(",")[0]
    devices = list(sounddevice.query_devices())
    for host, described in enumerate(sounddevice.query_hostapis()):
        own = [device for device in devices if device["hostapi"] == host]
        inputs = sum(device["max_input_channels"] > 0 for device in own)
        outputs = sum(device["max_output_channels"] > 0 for device in own)
        yield f"{described['name']} with {inputs} inputs and {outputs} outputs"


def _choices() -> Iterator[str]:
    """What was chosen for good: numbers and switches as they are, texts only by their names."""
    for name, value in preferences.read(places.config()).values.items():
        yield name if isinstance(value, str) else f"{name} = {value}"


def _anonymous(text: str) -> str:
    for known in sorted(_known_names(), key=len, reverse=True):
        text = text.replace(known, "…")
    for pattern in (_LISTED, _QUOTED, _PATH):
        text = pattern.sub("…", text)
    return text


def _known_names() -> set[str]:
    """Names that are the user's own and could stand in a sentence of the doctor."""
    texts = preferences.read(places.config()).values.values()
    named = {str(text) for text in texts if isinstance(text, str)}
    named |= {os.environ.get(variable, "") for variable in VARIABLES}
    named |= {str(places.home()), str(Path.home()), str(Path.cwd()), sys.prefix}
    named |= {tempfile.gettempdir(), socket.gethostname(), _user()}
    return {name for name in named if len(name) > 1}


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
