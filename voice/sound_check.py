"""Tries the microphone or the loudspeaker for a moment, for the doctor.

Run as ``python -m voice.sound_check PART DEVICE``, it prints one `Finding` as JSON. It is a
process of its own because sound systems hang and sound libraries crash, also when they are left.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from voice.alsa import hush_alsa
from voice.events import Mended, Trouble
from voice.listening.sound import DIGITAL_SILENCE, RATE, level
from voice.listening.sources import MicrophoneError, MicrophoneSource
from voice.speaking.errors import LoudspeakerError
from voice.speaking.player import Listener, Player

LISTENS = 0.5
"""Seconds for which the microphone is heard."""
PATIENCE = 15.0
"""Seconds after which a sound system that does not answer is given up."""
HANGS = "the sound system has not answered"

Device = str | int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one part."""

    part: str
    ok: bool
    what: str
    remedy: str = ""
    """What mends it, with the command between backticks."""


def check(part: str, device: Device) -> Finding:
    """Try it in a process of its own.

    Args:
        part: microphone or loudspeaker.
        device: as `MicrophoneSource` and `Player` take it.
    """
    command = [sys.executable, "-m", "voice.sound_check", part, json.dumps(device)]
    anew = f"Start it anew: `{restart_command()}`."
    try:
        tried = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 - our own module
    except subprocess.TimeoutExpired:
        return Finding(part, False, f"{HANGS} for {PATIENCE:.0f} s.", anew)
    if tried.returncode != 0:
        what = f"the sound libraries crash (exit code {tried.returncode})."
        return Finding(part, False, what, anew)
    return Finding(**json.loads(tried.stdout))


def restart_command() -> str:
    """What starts the sound system anew."""
    server = "pipewire" if shutil.which("pipewire") else "pulseaudio"
    return f"systemctl --user restart {server}"


def look(part: str, device: Device) -> Finding:
    """Try it within this process."""
    tries: dict[str, Callable[[Device], Finding]] = {
        "microphone": _microphone,
        "loudspeaker": _loudspeaker,
    }
    try:
        return tries[part](device)
    except (MicrophoneError, LoudspeakerError) as error:
        return Finding(part, False, f"{error} {_devices(part)}".strip(), _mends(error))


def loudspeaker_latency(device: Device = None) -> float:
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


def _loudspeaker(device: Device) -> Finding:
    latency = loudspeaker_latency(device) * 1000
    return Finding("loudspeaker", True, f"opens, {latency:.0f} ms behind")


def _microphone(device: Device) -> Finding:
    microphone = MicrophoneSource(device)
    microphone.open()
    loudest, heard = DIGITAL_SILENCE, 0
    for block in microphone.blocks(_complain):
        loudest = max(loudest, level(block.samples))
        heard += block.samples.size
        if heard >= LISTENS * RATE:
            microphone.close()
    if loudest > DIGITAL_SILENCE:
        return Finding("microphone", True, f"opens, and hears {loudest:.0f} dBFS right now")
    remedy = "If it stays silent while you talk: `pactl set-source-mute @DEFAULT_SOURCE@ 0`."
    return Finding("microphone", True, "opens, and is silent to the last bit", remedy)


def _complain(event: Trouble | Mended) -> None:
    if isinstance(event, Trouble):
        raise MicrophoneError(event.what, event.remedy)


def _devices(part: str) -> str:
    """Which there are instead, as --device takes them."""
    try:
        import sounddevice  # noqa: PLC0415 - it starts PortAudio, which may be what is missing
    except OSError:
        return ""
    channels = "max_input_channels" if part == "microphone" else "max_output_channels"
    devices: list[dict[str, Any]] = list(sounddevice.query_devices())
    named = ", ".join(
        f"{number} {device['name']}" for number, device in enumerate(devices) if device[channels]
    )
    return f"There is: {named}." if named else "This machine shows none at all."


def _mends(error: MicrophoneError | LoudspeakerError) -> str:
    if "PortAudio is" in str(error):
        return error.remedy
    if "another program" in str(error):
        return "Close the program that has it; this one names it: `fuser -v /dev/snd/*`."
    return f"Plug it in or switch it on; if it is, look for it anew: `{restart_command()}`."


def main() -> None:
    """Print what was found."""
    hush_alsa()
    part, device = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(asdict(look(part, device))))  # noqa: T201 - whoever started it reads this


if __name__ == "__main__":
    main()
