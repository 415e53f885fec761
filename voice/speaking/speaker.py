"""The voice as the assistant uses it: say something and return at once."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.player import Listener
from voice.speaking.renderer import Renderer
from voice.speaking.speech import Resampler, Speech
from voice.speaking.spelling import AS_WRITTEN, Spelling
from voice.speaking.synthesizer import Synthesizer

RATE_WPM = 165
REMEMBERED = 16
"""Utterances of which it is known how long they take."""


class Output(Protocol):
    """Where a speaker plays; `voice.speaking.player.Player` is the loudspeaker."""

    def open(self, listener: Listener) -> None:
        """Begin; reports go to `listener`."""

    def close(self) -> None:
        """Cut off, report, end."""

    @property
    def rate(self) -> int:
        """Hz of what it plays."""

    def play(self, utterance: int, speech: Speech, *, whole: bool = True) -> None:
        """Queue an utterance, or its first piece."""

    def extend(self, utterance: int, speech: Speech) -> None:
        """Add a piece to it."""

    def finish(self, utterance: int) -> None:
        """It has all its pieces."""

    def drop(self, utterance: int) -> None:
        """Cut it off, as its other pieces cannot be had."""

    def fail(self, utterance: int) -> None:
        """Report an utterance as cut off that never came to be played."""

    def sound(self, name: str) -> None:
        """Sound an earcon now."""

    def pause(self) -> None:
        """Fall silent, keeping the place."""

    def resume(self) -> None:
        """Go on at the kept place."""

    def stop(self) -> None:
        """Fall silent and forget what was queued."""

    def duck(self, down: bool) -> None:
        """Lower the speech, or bring it back."""

    def set_gain(self, gain: float) -> None:
        """Set the amplitude of everything, 0 to 1."""


@dataclass(frozen=True, slots=True)
class _Order:
    text: str
    tempo: float
    keep: bool
    utterance: int | None = None
    """None: only get it ready."""
    era: int = 0
    """How often everything had been stopped when it was ordered."""


@dataclass(slots=True)
class _Part:
    """An utterance that is handed to the player piece by piece."""

    utterance: int
    fit: Resampler
    begun: bool = False
    seconds: float = 0.0
    """As far as it has been handed over."""


def perceived_gain(volume: float) -> float:
    """The amplitude for a volume of 0 to 1: its cube, as PulseAudio's volume controls do.

    Half the volume is 18 dB quieter, which is heard as roughly half as loud.
    """
    return min(1.0, max(0.0, volume)) ** 3


class Speaker:
    """Says sentences on a loudspeaker; every method returns at once, from any thread.

    A thread of its own renders. Callbacks come from threads of the room, never
    from within a call. Each utterance that was said is reported as ended
    exactly once; after `close` nothing is said any more.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        player: Output,
        cache: SpeechCache | None,
        *,
        rate_wpm: float = RATE_WPM,
        voice: str | None = None,
        spelling: Spelling = AS_WRITTEN,
        on_ended: Callable[[int, bool], None],
        on_trouble: Callable[[str, str, str], None],
        on_mended: Callable[[str], None],
    ) -> None:
        """Open the player and warm the synthesiser up.

        Args:
            synthesizer: stays the caller's, who closes it after the speaker.
            player: opened and closed by the speaker.
            cache: None keeps nothing on disk.
            rate_wpm: words per minute at tempo 1.
            voice: an id from `Synthesizer.voices`; None is the usual one.
            spelling: how words are written for the voice.
            on_ended: an utterance, and whether it was heard to its end.
            on_trouble: the part ("loudspeaker" or "voice"), what is wrong, the remedy.
            on_mended: the part that works again.

        Raises:
            LoudspeakerError: the player cannot be opened.
            VoiceError: the synthesiser cannot be started.
        """
        self._renderer = Renderer(
            synthesizer, cache, rate_wpm=rate_wpm, voice=voice, spelling=spelling
        )
        self._player = player
        self._on_trouble = on_trouble
        self._on_mended = on_mended
        self._changed = threading.Condition()
        self._orders: deque[_Order] = deque()
        self._preparations: deque[_Order] = deque()
        self._era = 0
        self._closed = False
        self._voice_broken = False
        self._volume = 1.0
        self._lengths: dict[int, float] = {}
        synthesizer.start()
        player.open(
            Listener(
                on_ended=on_ended,
                on_trouble=lambda what, remedy: on_trouble("loudspeaker", what, remedy),
                on_mended=lambda: on_mended("loudspeaker"),
            )
        )
        self._thread = threading.Thread(target=self._work, name="speaker", daemon=True)
        self._thread.start()

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        """Say `text` after whatever is being said.

        Args:
            utterance: comes back in `on_ended`.
            text: what is said; nothing to say ends at once, completed.
            tempo: multiplies the words per minute.
            keep: False for sentences that may hold what the user said; they are
                never written to disk.
        """
        with self._changed:
            if self._closed:
                return
            self._orders.append(_Order(text, tempo, keep, utterance, self._era))
            self._changed.notify()

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0, keep: bool = True) -> None:
        """Get sentences ready that will soon be said, in place of those asked for before."""
        with self._changed:
            self._preparations.clear()
            self._preparations.extend(_Order(text, tempo, keep) for text in texts)
            self._changed.notify()

    def pause(self) -> None:
        """Fall silent and keep the place; what is said meanwhile waits for `resume`."""
        self._player.pause()

    def resume(self) -> None:
        """Go on at the kept place."""
        self._player.resume()

    def stop(self) -> None:
        """Fall silent and forget all that was said before; a pause is over too."""
        with self._changed:
            self._era += 1
            self._player.stop()
            for order in self._orders:
                self._fail(order)
            self._orders.clear()

    def duck(self, down: bool) -> None:
        """Lower speech by 15 dB while somebody talks, or bring it back."""
        self._player.duck(down)

    def lasts(self, utterance: int) -> float | None:
        """Seconds that an utterance takes to say; None until all of it is there, and long after."""
        return self._lengths.get(utterance)

    def earcon(self, name: str) -> None:
        """Sound one of `voice.speaking.earcons.EARCONS` now, even while paused.

        Raises:
            KeyError: there is no earcon of that name.
        """
        self._player.sound(name)

    @property
    def volume(self) -> float:
        """0 (silent) to 1 (as loud as the device goes), in even steps for the ear."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(1.0, max(0.0, volume))
        self._player.set_gain(perceived_gain(volume))

    def close(self) -> None:
        """Stop, report what was cut off, end the threads and close the player."""
        with self._changed:
            self.stop()
            self._closed = True
            self._changed.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        self._player.close()

    # The rendering thread

    def _work(self) -> None:
        while (order := self._next()) is not None:
            self._carry_out(order)

    def _next(self) -> _Order | None:
        with self._changed:
            while not (self._closed or self._orders or self._preparations):
                self._changed.wait()
            if self._closed:
                return None
            # A preparation stays in its place until it is done, as an order interrupts it.
            return self._orders.popleft() if self._orders else self._preparations[0]

    def _carry_out(self, order: _Order) -> None:
        if order.utterance is None:
            self._get_ready(order)
            return
        part = _Part(order.utterance, Resampler(self._player.rate))
        try:
            for piece in self._pieces(order):
                if not self._hand_over(order, part, piece):
                    return
        except VoiceError as error:
            self._complain(error)
            self._give_up(order, part)
            return
        self._be_glad()
        self._hand_over(order, part, None)

    def _pieces(self, order: _Order) -> Iterator[Speech]:
        return self._renderer.pieces(order.text, tempo=order.tempo, keep=order.keep)

    def _get_ready(self, order: _Order) -> None:
        """Render ahead, until something is to be said."""
        with contextlib.suppress(VoiceError):
            for _ in self._pieces(order):
                if self._orders or self._closed:
                    return
        with self._changed:
            if self._preparations and self._preparations[0] is order:
                self._preparations.popleft()

    def _hand_over(self, order: _Order, part: _Part, piece: Speech | None) -> bool:
        """Give the player a piece, None for the end; whether it is still wanted."""
        fitting = part.fit.rest() if piece is None else part.fit.take(piece)
        # Within the lock, so that nothing can be stopped between the look and the play.
        with self._changed:
            if order.era != self._era:
                if not part.begun:
                    self._fail(order)
                return False
            if part.begun:
                self._player.extend(part.utterance, fitting)
            else:
                self._player.play(part.utterance, fitting, whole=False)
                part.begun = True
            part.seconds += len(fitting.pcm) / fitting.rate
            if piece is None:
                self._player.finish(part.utterance)
                self._note_length(part)
        return True

    def _note_length(self, part: _Part) -> None:
        self._lengths[part.utterance] = part.seconds
        if len(self._lengths) > REMEMBERED:
            del self._lengths[next(iter(self._lengths))]

    def _give_up(self, order: _Order, part: _Part) -> None:
        if part.begun:
            self._player.drop(part.utterance)
        else:
            self._fail(order)

    def _fail(self, order: _Order) -> None:
        if order.utterance is not None:
            self._player.fail(order.utterance)

    def _complain(self, error: VoiceError) -> None:
        self._voice_broken = True
        self._on_trouble("voice", str(error), error.remedy)

    def _be_glad(self) -> None:
        if self._voice_broken:
            self._voice_broken = False
            self._on_mended("voice")
