"""Our own stream to the loudspeaker: it can pause, stop at once, duck, and mend itself."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice.speaking import earcons
from voice.speaking.errors import LoudspeakerError
from voice.speaking.mixer import Mixer
from voice.speaking.played import Played
from voice.speaking.reports import Reports
from voice.speaking.speech import RATE, Speech, resample

LATENCY = 0.025
"""Seconds between a sample's making and its sounding that are asked of the device.

Low enough to fall silent within 50 ms, high enough for a small, busy computer."""
BLOCK = 0.01
"""Seconds that are made at once: as few as the latency allows, as each costs the processor."""
SLEEPS_AFTER = 120.0
"""Seconds of silence after which the device is given back: running on costs 2 % of a processor."""
CHECK_EVERY = 0.25
"""Seconds between two looks at whether the stream still runs."""
STALLED = 1.0
"""Seconds without a call from the device after which it counts as lost."""
REOPEN_EVERY = 1.0
"""Seconds between two attempts at opening a lost loudspeaker."""

_CONNECT = "Connect or switch on a loudspeaker; `unknot doctor` lists what there is."
_SHARE = "End the other program that uses the loudspeaker, or choose another with `--device`."
_INSTALL = "Install PortAudio with `sudo apt-get install libportaudio2`."


@dataclass(frozen=True, slots=True)
class Listener:
    """Whom a player tells what happens; all are called from one thread, in order."""

    on_ended: Callable[[int, bool], None]
    """An utterance has been heard to its end (True) or was cut off (False)."""
    on_trouble: Callable[[str, str], None]
    """What is wrong, and the remedy."""
    on_mended: Callable[[], None]
    """It works again."""


class Player:
    """Plays utterances on one loudspeaker; may be used from any thread.

    The stream runs on in silence, so that a sound need not wait for the device.
    After two minutes of it the device is given back; the first sign that something
    will be played opens it again. A loudspeaker that vanishes ends what is being
    played, is reported, and is tried again every second until it is back.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        latency: float = LATENCY,
        sleeps_after: float = SLEEPS_AFTER,
        refresh: Callable[[], None] | None = None,
        played: Played | None = None,
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            device: a name or part of one, an index, or None for the usual loudspeaker.
            latency: seconds, see `LATENCY`.
            sleeps_after: seconds, see `SLEEPS_AFTER`.
            refresh: called before each attempt at opening a lost loudspeaker, to let
                PortAudio see devices that are new. It can only do so while no
                stream is open in the process, which the player cannot know.
            played: keeps what is given to the device, as the reference of an echo canceller.
        """
        self._device = device
        self._latency = latency
        self._sleeps_after = sleeps_after
        self._refresh = refresh
        self._played = played
        self._lock = threading.Lock()
        self._asleep = False
        self._roused = threading.Event()
        self._used_at = 0.0
        self._mixer = Mixer(RATE)
        self._tones = _tones(RATE)
        self._stream: Any = None
        self._reports: Reports | None = None
        self._keeper: threading.Thread | None = None
        self._closing = threading.Event()
        self._listener: Listener | None = None
        self._called_at = 0.0
        self._gain = 1.0
        self._ducked = False
        self.underruns = 0
        """Blocks that came too late so far; each is a click or a gap."""

    @property
    def rate(self) -> int:
        """Hz of the stream."""
        return self._mixer.rate

    @property
    def waits(self) -> int:
        """How often speech that had begun had to wait for its next piece so far."""
        return self._mixer.waits

    @property
    def latency(self) -> float:
        """Seconds from a sample's making to its sounding, as the device tells; 0 without one."""
        stream = self._stream
        return float(stream.latency) if stream is not None else 0.0

    @property
    def speaking(self) -> bool:
        """There is speech that has not been given to the device yet, paused or not."""
        with self._lock:
            return self._mixer.speaking

    def open(self, listener: Listener) -> None:
        """Open the loudspeaker and begin to play silence.

        Raises:
            LoudspeakerError: there is none, it is busy, or it takes no format of ours.
        """
        self._listener = listener
        self._open_stream()
        self._reports = Reports()
        self._keeper = threading.Thread(target=self._keep, name="loudspeaker-keeper", daemon=True)
        self._keeper.start()

    def close(self) -> None:
        """Fall silent, report what is cut off, and give the device back."""
        self.stop()
        self._closing.set()
        self._roused.set()
        if self._keeper is not None:
            self._keeper.join()
        self._asleep = False
        self._close_stream()
        if self._reports is not None:
            self._reports.close()

    def fit(self, speech: Speech) -> Speech:
        """The same sound at the stream's rate; `play` is quickest with that."""
        return resample(speech, self.rate)

    def play(self, utterance: int, speech: Speech, *, whole: bool = True) -> None:
        """Queue an utterance; it begins at once when nothing else is queued.

        Args:
            utterance: comes back in the reports.
            speech: its sound.
            whole: False when more of it comes by `extend`, until `finish`.
        """
        self._rouse()
        fitting = self.fit(speech)
        with self._lock:
            lost = self._lost
            if not lost:
                self._mixer.play(utterance, fitting.pcm, whole=whole)
        if lost:
            self.fail(utterance)

    def extend(self, utterance: int, speech: Speech) -> None:
        """Add to an utterance that is not whole; nothing if it is not there any more."""
        fitting = self.fit(speech)
        with self._lock:
            self._mixer.extend(utterance, fitting.pcm)

    def finish(self, utterance: int) -> None:
        """Nothing more of an utterance comes."""
        with self._lock:
            self._mixer.finish(utterance)

    def drop(self, utterance: int) -> None:
        """Cut off an utterance of which nothing more comes, though it is not whole."""
        with self._lock:
            dropped = self._mixer.drop(utterance)
        if dropped:
            self.fail(utterance)

    def fail(self, utterance: int) -> None:
        """Report an utterance as cut off that never came to be played."""
        self._report(lambda listener: listener.on_ended(utterance, False))

    def sound(self, name: str) -> None:
        """Sound an earcon now.

        Raises:
            KeyError: there is no earcon of that name.
        """
        self._rouse()
        tone = self._tones[name]
        with self._lock:
            if not self._lost:
                self._mixer.tone(tone)

    def pause(self) -> None:
        """Fall silent and keep the place; what is queued meanwhile waits too."""
        with self._lock:
            self._mixer.pause()

    def resume(self) -> None:
        """Go on at the kept place."""
        with self._lock:
            self._mixer.resume()

    def stop(self) -> None:
        """Fall silent and forget what was queued; a pause is over too. Earcons sound on."""
        with self._lock:
            stopped = self._mixer.stop()
        for utterance in stopped:
            self.fail(utterance)

    def duck(self, down: bool) -> None:
        """Lower speech by 15 dB within 30 ms, or bring it back.

        Somebody speaks then, so there is soon an answer to play: the device wakes.
        """
        self._rouse()
        with self._lock:
            self._ducked = down
            self._mixer.duck(down)

    def set_gain(self, gain: float) -> None:
        """Set the amplitude of everything, 0 to 1, within 30 ms."""
        with self._lock:
            self._gain = gain
            self._mixer.set_gain(gain)

    # The device

    def _rouse(self) -> None:
        """Have the device opened, if it sleeps; what is queued meanwhile sounds then."""
        self._used_at = time.monotonic()
        if self._asleep:
            self._roused.set()

    def _open_stream(self) -> None:
        sounddevice = _sounddevice()
        try:
            rate = _rate_for(sounddevice, self._device)
            stream = sounddevice.RawOutputStream(
                samplerate=rate,
                device=self._device,
                channels=1,
                dtype="int16",
                blocksize=round(BLOCK * rate),
                latency=self._latency,
                callback=self._fill,
            )
        except (sounddevice.PortAudioError, ValueError) as error:
            raise _refusal(error, self._device) from error
        unfit: list[int] = []
        with self._lock:
            if rate != self._mixer.rate:
                unfit = self._mixer.stop()
                self._mixer, self._tones = Mixer(rate), _tones(rate)
            self._mixer.set_gain(self._gain)
            self._mixer.duck(self._ducked)
            self._stream = stream
            self._called_at = self._used_at = time.monotonic()
        for utterance in unfit:
            self.fail(utterance)
        if self._played is not None:
            self._played.opened()
        try:
            stream.start()
        except sounddevice.PortAudioError as error:
            self._close_stream()
            raise _refusal(error, self._device) from error

    def _close_stream(self) -> None:
        with self._lock:
            stream, self._stream = self._stream, None
        if stream is not None:
            # A driver whose device was torn out may never return; nobody waits for it then.
            closing = threading.Thread(target=_close, args=(stream,), daemon=True)
            closing.start()
            closing.join(2 * STALLED)

    def _fill(self, out: Any, frames: int, times: Any, status: Any) -> None:
        """Fill one block; called by the device's own thread, so it must be quick."""
        if status.output_underflow:
            self.underruns += 1
        now = self._called_at = time.monotonic()
        block = np.frombuffer(out, np.int16, frames)
        with self._lock:
            ended = self._mixer.mix(block)
            rate = self._mixer.rate
        sounds_at = now + self._delay(times)
        if self._played is not None:
            self._played.note(block, rate, sounds_at)
        for utterance, samples in ended:
            heard_at = sounds_at + samples / rate
            self._report(_ended_whole(utterance), heard_at)

    def _delay(self, times: Any) -> float:
        """Seconds until the block that is being filled sounds."""
        delay = times.outputBufferDacTime - times.currentTime
        plausible = 0.0 < delay < 1.0
        return float(delay) if plausible else self.latency

    # Its keeper

    def _keep(self) -> None:
        while not self._closing.is_set():
            self._look_after()
            self._roused.wait(CHECK_EVERY)
            self._roused.clear()

    def _look_after(self) -> None:
        self._note_use()
        tired = time.monotonic() - self._used_at >= self._sleeps_after
        if self._asleep:
            if not tired:
                self._wake_up()
        elif tired:
            self._asleep = True
            self._close_stream()
        elif not self._runs():
            self._lose()
            self._mend()

    def _note_use(self) -> None:
        with self._lock:
            if not self._mixer.idle:
                self._used_at = time.monotonic()

    def _wake_up(self) -> None:
        """One that does not wake is found not to run at the next look."""
        with suppress(LoudspeakerError):
            self._open_stream()
        self._asleep = False

    @property
    def _lost(self) -> bool:
        return self._stream is None and not self._asleep

    def _runs(self) -> bool:
        stream = self._stream
        quiet_for = time.monotonic() - self._called_at
        return stream is not None and bool(stream.active) and quiet_for < STALLED

    def _lose(self) -> None:
        self._close_stream()
        with self._lock:
            lost = self._mixer.stop()
        for utterance in lost:
            self.fail(utterance)
        self._report(lambda to: to.on_trouble("The loudspeaker has gone.", _CONNECT))

    def _mend(self) -> None:
        while not self._closing.wait(REOPEN_EVERY):
            try:
                if self._refresh is not None:
                    self._refresh()
                self._open_stream()
            except LoudspeakerError:
                continue
            self._report(lambda to: to.on_mended())
            return

    def _report(self, tell: Callable[[Listener], None], at: float = 0.0) -> None:
        listener, reports = self._listener, self._reports
        if listener is not None and reports is not None:
            reports.post(lambda: tell(listener), at)


def _ended_whole(utterance: int) -> Callable[[Listener], None]:
    return lambda listener: listener.on_ended(utterance, True)


def _tones(rate: int) -> dict[str, Any]:
    return {name: earcons.render(name, rate) for name in earcons.EARCONS}


def _close(stream: Any) -> None:
    stream.abort()
    stream.close()


def _sounddevice() -> Any:
    """The sounddevice package, whose import already needs the PortAudio library."""
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise LoudspeakerError("Sound cannot be played: PortAudio is missing.", _INSTALL) from error


def _rate_for(sounddevice: Any, device: str | int | None) -> int:
    """The rate of speech if the device takes it, else the device's own."""
    usual = float(sounddevice.query_devices(device, "output")["default_samplerate"])
    try:
        sounddevice.check_output_settings(device, 1, "int16", samplerate=RATE)
    except sounddevice.PortAudioError:
        return round(usual)
    return RATE


def _refusal(error: Exception, device: str | int | None) -> LoudspeakerError:
    which = "the loudspeaker" if device is None else f"the loudspeaker {device!r}"
    reason = str(error).splitlines()[0]
    if "unavailable" in reason or "busy" in reason:
        return LoudspeakerError(f"Cannot use {which}: another program has it ({reason}).", _SHARE)
    return LoudspeakerError(f"Cannot use {which}: {reason}.", _CONNECT)
