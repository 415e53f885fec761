"""One way from a sentence to its sound: what is at hand, the disk, the synthesiser."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field

from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.speech import Speech, join
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import Synthesizer

AT_HAND = 16
"""Sentences kept in memory: those prepared, and those that may be asked for again."""


@dataclass(frozen=True, slots=True)
class _Rendering:
    """A sentence that has been begun."""

    what: tuple[str, int]
    """The text, and words per minute."""
    made: Iterator[Speech]
    """What is still to come."""
    done: list[Speech] = field(default_factory=list)


class Renderer:
    """Gets sentences with a fixed voice and rate; used by one thread at a time."""

    def __init__(
        self,
        synthesizer: Synthesizer,
        cache: SpeechCache | None,
        *,
        rate_wpm: float,
        voice: str | None,
        spelling: Spelling,
    ) -> None:
        self._synthesizer = synthesizer
        self._spelling = spelling
        self._cache = cache
        self._rate_wpm = rate_wpm
        self._voice = voice
        self._at_hand: OrderedDict[tuple[str, int], Speech] = OrderedDict()
        self._rendering: _Rendering | None = None

    def get(self, text: str, *, tempo: float, keep: bool) -> Speech:
        """The sound of `text`; the arguments and errors are those of `pieces`."""
        return join(self.pieces(text, tempo=tempo, keep=keep))

    def pieces(self, text: str, *, tempo: float, keep: bool) -> Iterator[Speech]:
        """The sound of `text`, each piece as soon as it is there.

        What was rendered of the text that was asked for last is not rendered again.

        Args:
            text: what is said.
            tempo: multiplies the words per minute.
            keep: it is one of the product's own fixed sentences and may be kept on disk.

        Raises:
            VoiceError: it can be neither found nor rendered.
        """
        text = self._spelling(text)
        rate_wpm = round(self._rate_wpm * tempo)
        speech = self._at_hand.get((text, rate_wpm))
        if speech is None and keep:
            speech = self._from_disk(text, rate_wpm)
        if speech is not None:
            self._have_at_hand(text, rate_wpm, speech)
            yield speech
            return
        if self._rendering is None or self._rendering.what != (text, rate_wpm):
            made = self._synthesizer.pieces(text, rate_wpm=rate_wpm, voice=self._voice)
            self._rendering = _Rendering((text, rate_wpm), made)
        yield from self._go_on(self._rendering, keep=keep)

    def _go_on(self, rendering: _Rendering, *, keep: bool) -> Iterator[Speech]:
        yield from rendering.done
        try:
            for piece in rendering.made:
                rendering.done.append(piece)
                yield piece
        except VoiceError:
            self._rendering = None
            raise
        self._rendering = None
        speech = join(rendering.done)
        if keep and self._cache is not None:
            engine = self._synthesizer.version
            self._cache.put(*rendering.what, self._voice, engine, speech)
        self._have_at_hand(*rendering.what, speech)

    def _have_at_hand(self, text: str, rate_wpm: int, speech: Speech) -> None:
        self._at_hand[text, rate_wpm] = speech
        self._at_hand.move_to_end((text, rate_wpm))
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)

    def _from_disk(self, text: str, rate_wpm: int) -> Speech | None:
        if self._cache is None:
            return None
        return self._cache.get(text, rate_wpm, self._voice, self._synthesizer.version)
