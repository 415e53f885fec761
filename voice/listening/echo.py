"""The text of what is being said, as a filter for its echo in the microphone."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

from voice.events import Heard, SpeechBegan

ECHO_SHARE = 0.6
"""Share of the heard words that must be in what is being said, in its order or at its moments.

An echo is recognised with errors, so it cannot be 1; a request that happens to
share words with the article ("read the heat section" while heat is being read)
keeps words that are not being said.
"""
SHORT = 2
"""Words up to which an utterance needs the moment of its first word to be taken for an echo."""
DELAY = 0.4
"""Seconds from our voice to its echo in the microphone, loudspeaker and room included."""
SPREAD = 1.0
"""Seconds around a word of ours in which an utterance may begin with it."""
EARLY = 0.35
"""Seconds by which a word may be heard before the moment at which it ought to be said: of 1,739
words of our sentences at three tempos, 99 of 100 were said within 0.39 s of it."""
LATE = 0.75
"""Seconds by which it may be heard after it, with the way through both devices."""


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def is_echo(heard: str, saying: str) -> bool:
    """Tell whether `heard` is (part of) `saying`, picked up from the loudspeaker.

    Args:
        heard: What the recogniser made of the microphone.
        saying: The sentence that the product's own voice is saying, or has just said.
    """
    words, said = _words(heard), _words(saying)
    if not words or not said:
        return False
    matcher = SequenceMatcher(a=words, b=said, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return shared / len(words) >= ECHO_SHARE


def places(saying: str) -> tuple[tuple[str, float], ...]:
    """The words of a sentence, each with where in it it begins: a share of its length, 0 to 1.

    A word is taken to last as long as its letters.
    """
    said = _words(saying)
    before = list(accumulate((len(word) + 1 for word in said), initial=0))
    return tuple((word, letters / before[-1]) for word, letters in zip(said, before, strict=False))


def is_said_then(heard: Iterable[tuple[str, float]], said: Iterable[tuple[str, float]]) -> bool:
    """Tell whether what was heard are words of our own, when our voice said them.

    Args:
        heard: words, each with the moment at which it was heard, in seconds.
        said: words, each with the moment at which it ought to be said, on the same clock.
    """
    words, ours = list(heard), list(said)
    repeated = sum(
        any(word == own and -EARLY <= at - moment <= LATE for own, moment in ours)
        for word, at in words
    )
    return bool(words) and repeated / len(words) >= ECHO_SHARE


@dataclass(slots=True)
class _Said:
    """A sentence of our own voice, and when it sounded."""

    ours: int
    text: str
    began: float
    whole: bool = True
    """It was said from its start, and not gone on with after a pause."""
    ended: float | None = None


class Echoes:
    """What our own voice has been saying, and when: its echo may come back."""

    def __init__(
        self,
        clock: Callable[[], float],
        seconds_for: Callable[[str], float],
        lasts: Callable[[int], float | None],
    ) -> None:
        self._clock = clock
        self._seconds_for = seconds_for
        self._lasts = lasts
        self._said: deque[_Said] = deque(maxlen=8)
        self._utterance = 0
        self._began = 0.0
        self._earlier = 0.0

    def note_saying(self, ours: int, saying: str) -> None:
        """Our voice says this now, as its utterance of that number; empty: it is silent."""
        last = self._said[-1] if self._said else None
        if last is not None and last.ended is None:
            if saying and last.ours == ours:
                return
            last.ended = self._clock()
        if saying:
            whole = all(one.ours != ours for one in self._said)
            self._said.append(_Said(ours, saying, self._clock(), whole))

    def note_began(self, speech: SpeechBegan) -> None:
        """Somebody, or our own echo, began to speak."""
        self._utterance, self._began = speech.utterance, self._clock()
        self._earlier = speech.earlier

    def began(self, utterance: int) -> float:
        """When that utterance began, on the clock; infinite when it is typed or not the last."""
        return self._began if utterance and utterance == self._utterance else math.inf

    def repeated_by(self, heard: Heard) -> bool:
        """Whether an utterance repeats what our voice said while it sounded.

        Where it is known when its words were heard, and how long our sentences last, a word
        counts only when our voice said it: so "faster" is obeyed within a sentence that
        itself says "faster", unless both are said at once.
        """
        said = heard.text or heard.free_text
        sounded = self._sounded_since(self._start(heard.utterance))
        timed = heard.utterance == self._utterance and all(
            one.whole and self._lasts(one.ours) is not None for one in sounded
        )
        if not timed or said != " ".join(word.word for word in heard.words):
            return self.has(said, heard.utterance)
        started = self._began - self._earlier
        return is_said_then(
            [(word.word, started + word.start) for word in heard.words],
            [one for ours in sounded for one in self._when_said(ours)],
        )

    def has(self, text: str, utterance: int) -> bool:
        """Whether `text` repeats what our voice said while that utterance sounded.

        A word or two count only near the moment when our voice said them, so
        that "stop" is obeyed within a sentence that itself says "stop".
        """
        began = self._start(utterance)
        sounded = self._sounded_since(began)
        if len(text.split()) > SHORT:
            return is_echo(text, " ".join(said.text for said in sounded))
        return any(self._coincides(text, said, began) for said in sounded)

    def _start(self, utterance: int) -> float:
        """When that utterance began; now where it is not the last one."""
        return self._began if utterance == self._utterance else self._clock()

    def _sounded_since(self, began: float) -> list[_Said]:
        """Our sentences that may come back in an utterance that began then."""
        return [s for s in self._said if s.ended is None or s.ended >= began - DELAY]

    def _coincides(self, text: str, said: _Said, began: float) -> bool:
        if not is_echo(text, said.text):
            return False
        first = _words(text)[0]
        return any(
            word == first and abs(began - moment) <= SPREAD
            for word, moment in self._when_said(said)
        )

    def _when_said(self, said: _Said) -> Iterator[tuple[str, float]]:
        """Its words, each with the moment at which it ought to be said."""
        length = self._lasts(said.ours) or self._seconds_for(said.text)
        for word, share in places(said.text):
            yield word, said.began + share * length
