"""The microphone as a source: small blocks, a bounded queue, and it comes back after trouble."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from voice.events import Mended, Trouble
from voice.listening.sound import RATE, Block, Samples

BLOCK_SECONDS = 0.02
QUEUE_SECONDS = 2.0
STALLED_AFTER = 2.0
"""Seconds without a block after which the device counts as gone."""
REOPEN_EVERY = 0.5
"""Seconds between two attempts at opening it again: it listens within 2 s of being back."""
_PLAIN_ATTEMPTS = 3

_PLUG_IN = "Plug a microphone in and choose it with --device; `unknot doctor` lists them."
_FREE_IT = "Close the program that uses it, or choose another with --device."
_INSTALL = "Install PortAudio, on Debian: sudo apt install libportaudio2."

_UNAVAILABLE = -9985
"""PortAudio's paDeviceUnavailable: somebody else has the device."""


class MicrophoneError(RuntimeError):
    """A microphone that cannot be used now.

    Attributes:
        remedy: what the user should do, one sentence.
    """

    def __init__(self, message: str, remedy: str = _PLUG_IN) -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Captured:
    sound: bytes
    at: float


class _Capture:
    """One open PortAudio stream and the queue its callback fills."""

    def __init__(self, device: int | str | None) -> None:
        sounddevice = _sounddevice()
        self._queue: queue.Queue[_Captured] = queue.Queue(round(QUEUE_SECONDS / BLOCK_SECONDS))
        self.overflows = 0
        self._last = time.monotonic()
        try:
            rate = _rate(sounddevice, device)
            self._stream = sounddevice.RawInputStream(
                samplerate=rate,
                blocksize=round(BLOCK_SECONDS * rate),
                device=device,
                channels=1,
                dtype="int16",
                latency="low",
                callback=self._take,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _explained(error, device) from error
        self._resampler = (
            None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="int16")
        )

    def _take(self, sound: Any, _frames: int, _time: Any, status: Any) -> None:
        self._last = time.monotonic()
        if status.input_overflow:
            self.overflows += 1
        try:
            self._queue.put_nowait(_Captured(bytes(sound), self._last))
        except queue.Full:
            self.overflows += 1

    @property
    def alive(self) -> bool:
        return bool(self._stream.active) and time.monotonic() - self._last < STALLED_AFTER

    def read(self, timeout: float) -> Block | None:
        """The next block, or None when none came in time."""
        try:
            captured = self._queue.get(timeout=timeout)
        except queue.Empty:
            return None
        samples: Samples = np.frombuffer(captured.sound, np.int16)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(samples)
        return Block(samples, captured.at)

    def close(self) -> None:
        self._stream.close(ignore_errors=True)


class MicrophoneSource:
    """A microphone at 16 kHz, or at its own rate and resampled.

    Args:
        device: index or part of the name as `python -m sounddevice` lists them; None: the
            system's choice.
        refresh: called before an attempt to reopen once plain attempts have failed.
            PortAudio lists devices only when it is initialised, so a microphone that was
            plugged in anew may need `refresh_devices`; that ends every stream of the
            process, the loudspeaker's too, so only the caller can say when it may happen.
    """

    def __init__(
        self, device: int | str | None = None, *, refresh: Callable[[], None] | None = None
    ) -> None:
        self._device = device
        self._refresh = refresh
        self._capture: _Capture | None = None
        self._lost = 0
        self._closed = threading.Event()

    @property
    def overflows(self) -> int:
        """Blocks lost so far: by PortAudio, or because our queue of 2 s was full."""
        return self._lost + (self._capture.overflows if self._capture else 0)

    def open(self) -> None:
        """Opens the device now, so that a fault is known before anything else starts.

        Raises:
            MicrophoneError: there is none, or it is busy, or PortAudio is missing.
        """
        if self._capture is None:
            self._capture = _Capture(self._device)

    def blocks(self, report: Callable[[Trouble | Mended], None]) -> Iterator[Block]:
        """Yields sound until `close`; a device that goes is reported and reopened.

        Args:
            report: told of `Trouble` once for each failure, and of `Mended` when it is over.
        """
        while not self._closed.is_set():
            capture = self._opened(report)
            if capture is None:
                break
            block = capture.read(timeout=0.1)
            if block is not None:
                yield block
            elif not capture.alive:
                self._let_go()
                report(
                    Trouble(
                        "microphone",
                        "The microphone has stopped sending sound.",
                        "Plug it in again.",
                    )
                )
                self._reopen(report)
        self._let_go()

    def close(self) -> None:
        """Ends `blocks`, which closes the device within 0.1 s."""
        self._closed.set()

    def _opened(self, report: Callable[[Trouble | Mended], None]) -> _Capture | None:
        if self._capture is None:
            try:
                self.open()
            except MicrophoneError as error:
                report(Trouble("microphone", str(error), error.remedy))
                self._reopen(report)
        return self._capture

    def _reopen(self, report: Callable[[Trouble | Mended], None]) -> None:
        attempts = 0
        while self._capture is None and not self._closed.wait(REOPEN_EVERY):
            attempts += 1
            if self._refresh is not None and attempts > _PLAIN_ATTEMPTS:
                self._refresh()
            try:
                self.open()
            except MicrophoneError:
                continue
            report(Mended("microphone"))

    def _let_go(self) -> None:
        if self._capture is not None:
            self._lost += self._capture.overflows
            self._capture.close()
            self._capture = None


def refresh_devices() -> None:
    """Makes PortAudio look for devices again; every open stream of this process ends."""
    sounddevice = _sounddevice()
    sounddevice._terminate()
    sounddevice._initialize()


def _sounddevice() -> Any:
    try:
        import sounddevice  # noqa: PLC0415 - it starts PortAudio; only a microphone needs it
    except OSError as error:
        raise MicrophoneError("PortAudio is not installed.", _INSTALL) from error
    return sounddevice


def _rate(sounddevice: Any, device: int | str | None) -> int:
    """16 kHz where the device can, else its own rate."""
    own = int(sounddevice.query_devices(device, "input")["default_samplerate"])
    try:
        sounddevice.check_input_settings(device, channels=1, dtype="int16", samplerate=RATE)
    except sounddevice.PortAudioError:
        return own
    return RATE


def _explained(error: Exception, device: int | str | None) -> MicrophoneError:
    name = "The microphone" if device is None else f"The microphone {device!r}"
    if isinstance(error, ValueError):
        return MicrophoneError(f"There is no microphone {device!r}.")
    if _UNAVAILABLE in error.args:
        return MicrophoneError(f"{name} is in use by another program.", _FREE_IT)
    if "querying device" in str(error):
        which = "" if device is None else f" {device!r}"
        return MicrophoneError(f"There is no microphone{which}.")
    return MicrophoneError(f"{name} cannot be opened: {error.args[0]}.")
