"""One way from a sentence to its sound: what is at hand, the disk, the synthesiser."""

from __future__ import annotations

from collections import OrderedDict

from voice.speaking.cache import SpeechCache
from voice.speaking.speech import Speech
from voice.speaking.spelling import Spelling
from voice.speaking.synthesizer import Synthesizer

AT_HAND = 16
"""Sentences kept in memory: those prepared, and those that may be asked for again."""


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

    def get(self, text: str, *, tempo: float, keep: bool) -> Speech:
        """The sound of `text`.

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
        if speech is None:
            speech = self._from_disk(text, rate_wpm) if keep else None
        if speech is None:
            speech = self._synthesizer.render(text, rate_wpm=rate_wpm, voice=self._voice)
            if keep and self._cache is not None:
                engine = self._synthesizer.version
                self._cache.put(text, rate_wpm, self._voice, engine, speech)
        self._at_hand[text, rate_wpm] = speech
        self._at_hand.move_to_end((text, rate_wpm))
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)
        return speech

    def _from_disk(self, text: str, rate_wpm: int) -> Speech | None:
        if self._cache is None:
            return None
        return self._cache.get(text, rate_wpm, self._voice, self._synthesizer.version)
