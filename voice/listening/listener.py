"""From sound to `Heard`: the gate, the recogniser and the endpoint, on a thread of their own."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np

from voice.events import Heard, Level, Mended, Partial, SpeechBegan, SpeechPerhaps, Trouble
from voice.listening.endpoint import Endpoint, Pace, Said
from voice.listening.gate import Gated, SpeechGate
from voice.listening.recognizer import Recognizer
from voice.listening.sound import DIGITAL_SILENCE, RATE, AudioSource, Block, Samples, level

Hint = SpeechBegan | SpeechPerhaps | Partial | Heard
"""What a piece of sound brings about."""
Event = Hint | Level | Trouble | Mended

EVERY = 0.1
"""Seconds of sound between two `Partial`s, and between two `Level`s."""
AHEAD_AFTER = 0.15
"""Seconds of silence after which the recogniser is given the silence that is likely to follow."""
AHEAD = 0.42
"""Seconds of it: what the network looks ahead, and the length of what it takes at a time."""
BREATH = 0.2
"""Seconds of sound that the network has to hear before the first word."""
CALM_AFTER = 1.0
"""Seconds without an utterance after which nobody goes on speaking at once."""
ROOM_CHUNKS = 3
"""The last silent chunks, of which that silence is made: so it sounds like this room."""


class Hearing:
    """Takes blocks, gives events; knows nothing of threads or devices.

    Args:
        recognizer: is fed only what the gate lets through.
        is_complete: whether a text is a whole request, so that a short silence ends it.
        is_likely: whether it is no whole request, much like one, and the beginning of none.
        endpoint: how long to wait.
        gate: a gate of one's own settings.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        is_complete: Callable[[str], bool] | None = None,
        is_likely: Callable[[str], bool] | None = None,
        endpoint: Endpoint | None = None,
        gate: SpeechGate | None = None,
    ) -> None:
        self._recognizer = recognizer
        self._is_complete = is_complete or _never
        self._is_likely = is_likely or _never
        self._endpoint = endpoint or Endpoint()
        self._gate = gate or SpeechGate()
        self._utterance = 0
        self._seconds = 0.0
        self._text = ""
        self._changed = 0.0
        self._told = 0.0
        self._voiced_until = 0.0
        self._silence = 0.0
        self._ahead = False
        self._room: deque[Samples] = deque(maxlen=ROOM_CHUNKS)
        self._pace = Pace()
        self._perhaps = False
        self._calm = 0.0

    @property
    def hears_speech(self) -> bool:
        """Whether an utterance is under way."""
        return self._gate.is_open

    def take(self, block: Block) -> Iterator[Hint]:
        """Yields what this block brings about."""
        for gated in self._gate.accept(block):
            if self._gate.is_open:
                self._perhaps = False
                yield from self._hear(gated)
        if self._perhaps is not self._gate.perhaps:
            self._perhaps = self._gate.perhaps
            yield SpeechPerhaps(self._perhaps)
        self._rest(block)

    def _rest(self, block: Block) -> None:
        """In a calm nobody waits for the recogniser while it lets go of memory."""
        self._calm = 0.0 if self._gate.is_open else self._calm + block.samples.size / RATE
        if self._calm >= CALM_AFTER:
            self._recognizer.rest()

    def end(self) -> Iterator[Heard]:
        """Ends an utterance that is under way: the source has run dry."""
        if self._gate.is_open:
            yield self._finish()

    def drop(self) -> None:
        """Forgets an utterance that is under way."""
        for _ in self.end():
            pass

    def restart(self) -> None:
        """Begins anew after a failure: with fresh recognisers, and nothing under way."""
        self._gate.close()
        self._recognizer.restart()

    def _hear(self, gated: Gated) -> Iterator[SpeechBegan | Partial | Heard]:
        if gated.began:
            yield self._begin(gated.samples.size / RATE, interrupting=gated.over_voice)
            self._take_a_breath(gated.samples.size)
        self._voiced_until = gated.voiced_until
        self._recognizer.accept(gated.samples)
        self._note(gated.samples.size)
        self._look_ahead(gated)
        stable = self._seconds - self._changed
        if self._text and self._is_news() and self._recognizer.agrees(self._text):
            self._told = self._seconds
            yield Partial(self._utterance, self._text, round(stable, 3))
        if self._ended(stable, gated.silence):
            yield self._finish()

    def _begin(self, earlier: float, *, interrupting: bool) -> SpeechBegan:
        self._recognizer.begin(interrupting=interrupting)
        self._utterance += 1
        self._seconds = self._changed = self._told = self._silence = 0.0
        self._text = ""
        return SpeechBegan(self._utterance, earlier)

    def _take_a_breath(self, samples: int) -> None:
        """Silence before a recording that begins with its first word, or that word is lost."""
        if samples < BREATH * RATE:
            self._recognizer.look_ahead(np.zeros(round(BREATH * RATE), np.int16))

    def _note(self, samples: int) -> None:
        """The recogniser has taken so many more."""
        self._seconds += samples / RATE
        text = self._recognizer.partial()
        if text != self._text:
            self._text, self._changed = text, self._seconds

    def _is_news(self) -> bool:
        return self._seconds - self._told >= EVERY

    def _look_ahead(self, gated: Gated) -> None:
        """Once in a silence: let the recogniser hear it before it has passed."""
        if not gated.silence:
            self._pace.paused(self._silence)
            self._ahead = False
            self._room.clear()
        else:
            self._room.append(gated.samples)
        self._silence = gated.silence
        if self._ahead or gated.silence < AHEAD_AFTER:
            return
        self._ahead = True
        for chunk in _silence_of(self._room, AHEAD):
            self._recognizer.look_ahead(chunk)
            self._note(chunk.size)

    def _ended(self, stable: float, silence: float) -> bool:
        usual = self._endpoint
        endpoint = replace(usual, short_silence=self._pace.longer(usual.short_silence))
        said = self._said(silence, endpoint) if silence >= endpoint.short_silence else Said.OPEN
        return endpoint.reached(said, stable=stable, silence=silence, seconds=self._seconds)

    def _said(self, silence: float, endpoint: Endpoint) -> Said:
        """Of two opinions the one that hears a whole request."""
        if self._is_complete(self._text) or self._is_complete(self._recognizer.free_partial()):
            return Said.WHOLE
        likely = silence >= endpoint.likely_silence and self._is_likely(self._text)
        return Said.LIKELY if likely else Said.OPEN

    def _finish(self) -> Heard:
        self._gate.close()
        self._pace.ended()
        return self._recognizer.finish(utterance=self._utterance, ended_at=self._voiced_until)


def _never(_text: str) -> bool:
    return False


def _silence_of(room: Iterable[Samples], seconds: float) -> Iterator[Samples]:
    """So much silence: the room's last sound, backwards and forwards in turn, without a jump."""
    piece = np.concatenate(list(room))[::-1]
    left = round(seconds * RATE)
    while left > 0:
        yield np.ascontiguousarray(piece[:left])
        left -= piece.size
        piece = piece[::-1]


class Listener:
    """Listens to a source on its own thread until it is stopped or the source ends.

    A recogniser that fails is reported as a `Trouble` and begun anew; one utterance is lost.

    Args:
        hearing: what is made of the sound.
        report: told everything, on the listener's thread; must return quickly.
        recognizer: the one `hearing` uses; its grammar is changed between utterances.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        *,
        report: Callable[[Event], None],
        is_complete: Callable[[str], bool] | None = None,
        is_likely: Callable[[str], bool] | None = None,
        endpoint: Endpoint | None = None,
        gate: SpeechGate | None = None,
    ) -> None:
        self._recognizer = recognizer
        self._hearing = Hearing(
            recognizer,
            is_complete=is_complete,
            is_likely=is_likely,
            endpoint=endpoint,
            gate=gate,
        )
        self._report = report
        self._meter = _Meter()
        self._muted = threading.Event()
        self._lock = threading.Lock()
        self._phrases: tuple[str, ...] | None = None
        self._failing = False
        self._source: AudioSource | None = None
        self._thread: threading.Thread | None = None

    def start(self, source: AudioSource) -> None:
        """Begins to listen.

        Raises:
            RuntimeError: it is listening already.
        """
        if self._thread is not None:
            raise RuntimeError("The listener is listening already.")
        self._source = source
        self._thread = threading.Thread(
            target=self._run, args=(source,), name="listening", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Closes the source and waits until the thread has ended, at most 2 s."""
        if self._source is not None and self._thread is not None:
            self._source.close()
            self._thread.join(timeout=2.0)
            self._thread = None

    def join(self, timeout: float | None = None) -> None:
        """Waits until the source has ended, at most `timeout` seconds."""
        if self._thread is not None:
            self._thread.join(timeout)

    def pause(self) -> None:
        """Mutes: sound is thrown away, an utterance under way is forgotten."""
        self._muted.set()

    def resume(self) -> None:
        """Listens again."""
        self._muted.clear()

    def set_phrases(self, phrases: Iterable[str]) -> None:
        """Changes the grammar before the next utterance; returns at once."""
        with self._lock:
            self._phrases = tuple(phrases)

    def _run(self, source: AudioSource) -> None:
        for block in source.blocks(self._report):
            with self._going_on_after_failures():
                self._take(block, source.overflows)
        with self._going_on_after_failures():
            self._tell(self._hearing.end())

    def _take(self, block: Block, overflows: int) -> None:
        if self._muted.is_set():
            self._hearing.drop()
            return
        loudness = self._meter.take(block)
        if loudness is not None:
            self._report(Level(loudness, overflows))
        self._change_grammar()
        self._tell(self._hearing.take(block))

    def _tell(self, events: Iterable[Hint]) -> None:
        for event in events:
            self._report(event)
            if self._failing and isinstance(event, Heard):
                self._failing = False
                self._report(Mended("recogniser"))

    @contextmanager
    def _going_on_after_failures(self) -> Iterator[None]:
        """Whatever fails, the thread lives: an assistant that is deaf without a word is worse."""
        try:
            yield
        except Exception as error:
            if not self._failing:
                self._failing = True
                self._report(_failed(error))
            with suppress(Exception):  # then the next piece of sound fails again
                self._hearing.restart()

    def _change_grammar(self) -> None:
        if self._phrases is None or self._hearing.hears_speech:
            return
        with self._lock:
            phrases, self._phrases = self._phrases, None
        if phrases is not None:
            self._recognizer.set_phrases(phrases)


def _failed(error: Exception) -> Trouble:
    return Trouble(
        "recogniser",
        f"The recogniser has failed ({type(error).__name__}: {error}).",
        "Say it once more; if it stays, run `unknot doctor`.",
    )


class _Meter:
    """The loudest block of each tenth of a second."""

    def __init__(self) -> None:
        self._samples = 0
        self._loudest = DIGITAL_SILENCE

    def take(self, block: Block) -> float | None:
        self._samples += block.samples.size
        self._loudest = max(self._loudest, level(block.samples))
        if self._samples < EVERY * RATE:
            return None
        loudest, self._loudest, self._samples = self._loudest, DIGITAL_SILENCE, 0
        return round(loudest, 1)


def hear(
    source: AudioSource,
    recognizer: Recognizer,
    *,
    is_complete: Callable[[str], bool] | None = None,
    is_likely: Callable[[str], bool] | None = None,
    endpoint: Endpoint | None = None,
) -> Iterator[Heard]:
    """Yields the utterances of a source, on the caller's thread: what a recording holds.

    Args:
        source: a recording, as a rule.
        recognizer: holds the grammar.
        is_complete: see `Hearing`; without it only silence ends an utterance.
        is_likely: see `Hearing`.
        endpoint: how long to wait.

    Raises:
        AudioFileError: the recording is damaged.
    """
    hearing = Hearing(recognizer, is_complete=is_complete, is_likely=is_likely, endpoint=endpoint)
    for block in source.blocks(lambda _event: None):
        yield from (event for event in hearing.take(block) if isinstance(event, Heard))
    yield from hearing.end()
