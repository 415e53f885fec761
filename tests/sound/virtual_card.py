"""A sound card that exists only for a test: a private PulseAudio, one microphone, one loudspeaker.

One stereo null sink, ``card``, is the whole of it. Its left channel is the
loudspeaker that the product plays into, its right channel is the air in front
of the microphone, which the tests speak into. Both are recorded as one stereo
stream, so what was said to the product and what it answered lie on one clock
and latencies can be read from the recording to the sample.

Programs reach it as the ALSA device ``default`` (and ``pulse``), which is the
way PortAudio takes on a Linux machine. Nothing of the system's own sound
set-up is read, changed or heard.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.int16]
"""Mono sound, shape ``(n,)``, full scale is +-32767."""

RATE = 16_000
"""Hz of the card and of everything recorded from it."""

CHUNK = 0.01
"""Seconds of sound that the recorder asks for at a time."""

BUFFER_MS = 200
"""Sound kept ready for the microphone, so that a busy machine tears no hole into it."""

AUDIBLE = 100
"""Smallest sample taken for sound, not rounding: -50 dBFS."""

PROGRAMS = ("pulseaudio", "pactl", "pacat", "parec")


class SoundCardError(RuntimeError):
    """The virtual sound card could not be set up or did not do as it was told."""


def missing_programs() -> list[str]:
    """The programs that the virtual card needs and this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Recording:
    """What the loudspeaker and the microphone have carried since recording began.

    It may be read while it grows. Positions are seconds from its first sample.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._sound: npt.NDArray[np.int16] = np.zeros((60 * RATE, 2), np.int16)
        self._frames = 0
        self._first = threading.Event()
        self.started_at = 0.0
        """``time.monotonic()`` of the first sample, good to about 20 ms."""
        self._reader = threading.Thread(target=self._read, name="recording", daemon=True)
        self._reader.start()

    @property
    def seconds(self) -> float:
        """Length so far."""
        return self._frames / RATE

    @property
    def speaker(self) -> Samples:
        """What came out of the loudspeaker so far, at `RATE`; a view, which costs nothing."""
        return self._stereo()[:, 0]

    @property
    def room(self) -> Samples:
        """What was played to the microphone so far, at `RATE`; a view, which costs nothing."""
        return self._stereo()[:, 1]

    def wait_for_speaker(self, *, after: float = 0.0, timeout: float = 10.0) -> float:
        """Waits until the loudspeaker sounds and returns where that sound begins.

        Args:
            after: only sound from this position on counts.
            timeout: seconds to wait.

        Raises:
            SoundCardError: it stayed silent.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            begins = first_sound(self.speaker, after=after)
            if begins is not None:
                return begins
            time.sleep(CHUNK)
        raise SoundCardError(f"the loudspeaker stayed silent for {timeout:g} s")

    def wait_for_silence(
        self, seconds: float, *, after: float = 0.0, timeout: float = 60.0
    ) -> float:
        """Waits until the loudspeaker has been silent for so long and returns where its sound ends.

        Args:
            seconds: how long it must be silent.
            after: the silence counts from this position on at the earliest.
            timeout: seconds to wait.

        Raises:
            SoundCardError: it went on sounding.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            ends = last_sound(self.speaker, after=after) or after
            if self.seconds - ends >= seconds:
                return ends
            time.sleep(CHUNK)
        raise SoundCardError(f"the loudspeaker was never silent for {seconds:g} s")

    def wait_until(self, position: float, timeout: float = 60.0) -> None:
        """Waits until the recording is so many seconds long."""
        deadline = time.monotonic() + timeout
        while self.seconds < position:
            if time.monotonic() > deadline:
                raise SoundCardError(f"the recording never reached {position:g} s")
            time.sleep(CHUNK)

    def stop(self) -> None:
        """Ends the recording; what it holds stays."""
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def write(self, path: Path) -> None:
        """Keeps it as a stereo WAV: left is the loudspeaker, right the microphone."""
        soundfile.write(path, self._stereo(), RATE)

    def _wait_for_first_sample(self, timeout: float) -> None:
        if not self._first.wait(timeout):
            self.stop()
            raise SoundCardError("nothing could be recorded from the virtual card")

    def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            raise SoundCardError("the recorder has no output")
        rest = b""
        with stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                if not self._first.is_set():
                    self.started_at = time.monotonic() - len(chunk) / 4 / RATE
                whole = rest + chunk
                size = len(whole) // 4 * 4
                self._append(np.frombuffer(whole[:size], dtype="<i2").reshape(-1, 2))
                rest = whole[size:]
                self._first.set()

    def _append(self, sound: npt.NDArray[np.int16]) -> None:
        """Whoever reads meanwhile sees what was there before."""
        frames = self._frames + len(sound)
        if frames > len(self._sound):
            self._sound = np.concatenate([self._sound, np.zeros_like(self._sound)])
        self._sound[self._frames : frames] = sound
        self._frames = frames

    def _stereo(self) -> npt.NDArray[np.int16]:
        frames = self._frames
        return self._sound[:frames]


class VirtualCard:
    """A PulseAudio of its own with one loudspeaker and one microphone; a context manager.

    Attributes:
        env: what a child process needs in its environment to use it; pass
            ``os.environ | card.env``.
    """

    def __init__(self) -> None:
        # Not pytest's folder: the path of a socket may have 107 characters at most.
        self._folder = Path(tempfile.mkdtemp(prefix="unknot-sound-"))
        self._log = self._folder / "pulseaudio.log"
        self._server: subprocess.Popen[bytes] | None = None
        self._modules: dict[str, int] = {}
        self.env: Mapping[str, str] = self._write_settings()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, rate: int = RATE) -> None:
        """Starts the sound server with both devices; does nothing when it runs.

        Args:
            rate: Hz of the card itself; what is recorded from it stays at `RATE`.

        Raises:
            SoundCardError: a program is missing or the server does not start; its
                last words are in the message.
        """
        if self._server is not None:
            return
        missing = missing_programs()
        if missing:
            raise SoundCardError(f"missing programs: {', '.join(missing)}")
        self._server = self._start_server(rate)
        self._wait_for_server()
        self.connect()

    def stop(self) -> None:
        """Ends the sound server, as when the whole sound system goes down."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None
        self._modules.clear()
        self._name_devices()
        (self._folder / "native").unlink(missing_ok=True)
        (self._folder / "cli").unlink(missing_ok=True)

    def close(self) -> None:
        """Ends the server and removes everything it wrote."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def connect(self) -> None:
        """Plugs in whatever is unplugged, the loudspeaker before the microphone."""
        for device in ("speaker", "room", "microphone"):
            if device not in self._modules:
                self._plug_in(device)
        self._pactl("set-default-sink", "speaker")
        self._pactl("set-default-source", "microphone")
        self._name_devices()

    def unplug_speaker(self) -> None:
        """The loudspeaker vanishes: what plays on it breaks off, opening it fails."""
        self._unplug("speaker", "sink-input")

    def unplug_microphone(self) -> None:
        """The microphone vanishes: what records from it breaks off, opening it fails."""
        self._unplug("microphone", "source-output")

    @property
    def speaker_present(self) -> bool:
        """Whether there is a loudspeaker."""
        return "speaker" in self._modules

    @property
    def speaker_in_use(self) -> bool:
        """Whether a program plays on it, were it silence."""
        return bool(self._streams_on("speaker", "sink-input"))

    @property
    def microphone_present(self) -> bool:
        """Whether there is a microphone."""
        return "microphone" in self._modules

    def play(self, sound: Samples | Path, rate: int = RATE, *, wait: bool = True) -> Playing:
        """Plays into the microphone, in real time.

        Args:
            sound: a sound file, or int16 samples of shape ``(n,)``.
            rate: Hz of the samples; a file brings its own.
            wait: return when all of it has been heard, else at once.
        """
        if isinstance(sound, Path):
            sound, rate = _first_channel(sound)
        command = ["pacat", "--playback", "--device=room", f"--latency-msec={BUFFER_MS}"]
        command += _format(1, rate)
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | self.env
        )
        playing = Playing(process, sound)
        if wait:
            playing.wait()
        return playing

    @contextlib.contextmanager
    def record(self) -> Iterator[Recording]:
        """Records loudspeaker and microphone on one clock; recording has begun on entry."""
        milliseconds = round(CHUNK * 1000)
        command = ["parec", "--device=card.monitor", f"--latency-msec={milliseconds}", *_format(2)]
        recording = Recording(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | self.env,
            )
        )
        recording._wait_for_first_sample(10)
        try:
            yield recording
        finally:
            recording.stop()

    @contextlib.contextmanager
    def echo(self, gain_db: float = -20.0, delay: float = 0.05) -> Iterator[None]:
        """Lets the microphone hear the loudspeaker, as on a table-top device.

        Args:
            gain_db: level of the echo at the microphone relative to the loudspeaker.
            delay: seconds from loudspeaker to microphone, roughly.
        """
        module = self._load(
            "module-loopback",
            "source=speaker.monitor",
            "sink=room",
            f"latency_msec={round(delay * 1000)}",
            "source_dont_move=true",
            "sink_dont_move=true",
        )
        try:
            for index in self._owned_by(module, "sink-inputs"):
                self._pactl("set-sink-input-volume", str(index), f"{gain_db:.1f}dB")
            yield
        finally:
            self._pactl("unload-module", str(module))

    def freeze(self) -> None:
        """The sound server stops to answer, without ending, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, sign: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(sign)

    @contextlib.contextmanager
    def suspended_microphone(self) -> Iterator[None]:
        """The microphone is there, opens, and sends nothing."""
        self._pactl("suspend-source", "microphone", "1")
        try:
            yield
        finally:
            self._pactl("suspend-source", "microphone", "0")

    @contextlib.contextmanager
    def other_devices(self) -> Iterator[None]:
        """Moves what plays and records to another loudspeaker and microphone, then back again.

        As a desktop does it when its default devices change.
        """
        module = self._load("module-null-sink", "sink_name=other")
        streams = {
            "sink-input": (self._streams_on("speaker", "sink-input"), "speaker", "other"),
            "source-output": (
                self._streams_on("microphone", "source-output"),
                "microphone",
                "other.monitor",
            ),
        }
        try:
            for kind, (numbers, _, other) in streams.items():
                for number in numbers:
                    self._pactl(f"move-{kind}", number, other)
            yield
            for kind, (numbers, own, _) in streams.items():
                for number in numbers:
                    self._pactl(f"move-{kind}", number, own)
        finally:
            self._pactl("unload-module", str(module))

    def use_in_this_process(self) -> None:
        """Makes PortAudio in this very process see the card, also when it was loaded before."""
        os.environ.update(self.env)
        sounddevice = sys.modules.get("sounddevice")
        if sounddevice is not None:
            sounddevice._terminate()
            sounddevice._initialize()

    def _write_settings(self) -> dict[str, str]:
        server = f"unix:{self._folder}/native"
        client = self._folder / "client.conf"
        client.write_text("autospawn = no\nenable-shm = no\n")
        return {
            "ALSA_CONFIG_PATH": str(self._folder / "alsa.conf"),
            "JACK_NO_START_SERVER": "1",
            "PULSE_CLIENTCONFIG": str(client),
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "PULSE_RUNTIME_PATH": str(self._folder / "runtime"),
            "PULSE_SERVER": server,
        }

    def _start_server(self, rate: int) -> subprocess.Popen[bytes]:
        home = self._folder / "home"
        home.mkdir(exist_ok=True)
        load = (
            f"module-native-protocol-unix socket={self._folder}/native auth-anonymous=1",
            f"module-cli-protocol-unix socket={self._folder}/cli",
            f"module-null-sink sink_name=card format=s16le rate={rate} channels=2 norewinds=1",
        )
        command = ["pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--disable-shm=yes"]
        command += ["--exit-idle-time=-1", "--high-priority=no", "--realtime=no"]
        command += [f"--load={module}" for module in load]
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "DBUS_SESSION_BUS_ADDRESS": ""}
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command, env=os.environ | self.env | own, stdout=log, stderr=subprocess.STDOUT
            )

    def _wait_for_server(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._server is None or self._server.poll() is not None:
                break
            if self._run_pactl("info").returncode == 0:
                return
            time.sleep(0.02)
        raise SoundCardError(f"PulseAudio does not start: {self._log.read_text()[-400:]}")

    def _plug_in(self, device: str) -> None:
        if device == "microphone":
            kind, master, side = "source", "card.monitor", "front-right"
        else:
            kind, master = "sink", "card"
            side = "front-left" if device == "speaker" else "front-right"
        self._modules[device] = self._load(
            f"module-remap-{kind}",
            f"{kind}_name={device}",
            f"master={master}",
            "channels=1",
            "channel_map=mono",
            f"master_channel_map={side}",
            "remix=no",
        )

    def _unplug(self, device: str, stream: str) -> None:
        module = self._modules.pop(device, None)
        if module is None:
            return
        for index in self._streams_on(device, stream):
            self._command(f"kill-{stream} {index}")
        self._pactl("unload-module", str(module))
        self._name_devices()

    def _name_devices(self) -> None:
        """Writes the whole of ALSA's configuration: the devices that are there, by name.

        By name and not as the server's defaults, because the server would lend a
        program another device in place of a missing one.
        """
        sides = ""
        for side, device in (("playback", "speaker"), ("capture", "microphone")):
            if device in self._modules:
                slave = f'type pulse server "{self.env["PULSE_SERVER"]}" device {device}'
                sides += f"  {side}.pcm {{ {slave} }}\n"
        hint = '  hint { show on description "Virtual sound card" }\n'
        device = f"{{\n  type asym\n{sides}{hint}}}\n"
        new = self._folder / "alsa.new"
        new.write_text(f"pcm.pulse {device}pcm.!default {device}" if sides else "")
        new.replace(self.env["ALSA_CONFIG_PATH"])

    def _load(self, *module: str) -> int:
        return int(self._pactl("load-module", *module))

    def _streams_on(self, device: str, stream: str) -> list[str]:
        kind = "sinks" if stream == "sink-input" else "sources"
        devices = [line.split("\t") for line in self._pactl("list", "short", kind).splitlines()]
        number = next(row[0] for row in devices if row[1] == device)
        streams = self._pactl("list", "short", f"{stream}s").splitlines()
        return [row.split("\t")[0] for row in streams if row.split("\t")[1] == number]

    def _owned_by(self, module: int, kind: str) -> list[int]:
        return [
            int(block.split("#", 1)[1].split("\n", 1)[0])
            for block in self._pactl("list", kind).split("\n\n")
            if f"Owner Module: {module}\n" in block
        ]

    def _command(self, line: str) -> None:
        """Says one line to the server's own command interpreter, which can do what pactl cannot."""
        with socket.socket(socket.AF_UNIX) as channel:
            channel.settimeout(5)
            channel.connect(str(self._folder / "cli"))
            channel.sendall(f"{line}\n".encode())
            channel.shutdown(socket.SHUT_WR)
            while channel.recv(4096):
                pass

    def _pactl(self, *arguments: str) -> str:
        done = self._run_pactl(*arguments)
        if done.returncode != 0:
            raise SoundCardError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def _run_pactl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pactl", *arguments],
            env=os.environ | self.env | {"LC_ALL": "C"},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )


class Playing:
    """Sound on its way into the microphone."""

    def __init__(self, process: subprocess.Popen[bytes], pcm: Samples) -> None:
        self._process = process
        self._pcm = pcm
        self._error = b""
        self._feeder = threading.Thread(target=self._feed, name="playing", daemon=True)
        self._feeder.start()

    def wait(self) -> None:
        """Returns when all of it has been heard.

        Raises:
            SoundCardError: the room refused it.
        """
        self._feeder.join()
        if self._process.returncode > 0:
            raise SoundCardError(f"could not play: {self._error.decode().strip()}")

    def stop(self) -> None:
        """Breaks off."""
        self._process.terminate()
        self._feeder.join()

    def _feed(self) -> None:
        _, self._error = self._process.communicate(self._pcm.astype("<i2").tobytes())


def silence(seconds: float, rate: int = RATE) -> Samples:
    """So many seconds of digital silence."""
    return np.zeros(round(seconds * rate), dtype=np.int16)


def tone(hertz: float, seconds: float, dbfs: float = -12.0, rate: int = RATE) -> Samples:
    """A sine whose peaks reach `dbfs`."""
    at = np.arange(round(seconds * rate)) / rate
    return np.asarray(np.sin(2 * np.pi * hertz * at) * 32767 * 10 ** (dbfs / 20), dtype=np.int16)


def first_sound(samples: Samples, *, after: float = 0.0, floor: int = AUDIBLE) -> float | None:
    """Seconds to the first sample louder than `floor` at or after `after`; None in silence."""
    begin = round(after * RATE)
    loud = np.flatnonzero(np.abs(samples[begin:].astype(np.int32)) > floor)
    return None if len(loud) == 0 else float(begin + loud[0]) / RATE


def last_sound(samples: Samples, *, after: float = 0.0, floor: int = AUDIBLE) -> float | None:
    """Seconds to the end of the last sample louder than `floor` after `after`; None in silence."""
    begin = round(after * RATE)
    loud = np.flatnonzero(np.abs(samples[begin:].astype(np.int32)) > floor)
    return None if len(loud) == 0 else float(begin + loud[-1] + 1) / RATE


def loudest_hertz(samples: Samples, rate: int = RATE) -> float:
    """The frequency that carries the most energy."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def _format(channels: int, rate: int = RATE) -> list[str]:
    return ["--raw", "--format=s16le", f"--rate={rate}", f"--channels={channels}"]


def _first_channel(path: Path) -> tuple[Samples, int]:
    sound, rate = soundfile.read(path, dtype="int16", always_2d=True)
    return np.ascontiguousarray(sound[:, 0]), rate
