"""When an utterance has ended: by meaning, by silence, or by length."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum


class Said(Enum):
    """What somebody has said so far."""

    WHOLE = "whole"
    """A whole request."""
    LIKELY = "likely"
    """Much like a request, and no sentence that is listened for begins so and goes on."""
    OPEN = "open"
    """Neither: more may follow."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How long to wait after the voice stops, in seconds."""

    short_silence: float = 0.16
    """Silence after which a whole request is answered, unless the speaker is given to pauses."""
    likely_silence: float = 0.5
    """Silence after which what is much like a request is answered."""
    long_silence: float = 0.8
    """Silence after which anything has ended."""
    stable: float = 0.1
    """How long the text must not have changed for a shorter silence to do."""
    longest: float = 15.0
    """Length at which an utterance is ended whatever it is."""

    def reached(self, said: Said, *, stable: float, silence: float, seconds: float) -> bool:
        """Whether the utterance has ended.

        Args:
            said: what was heard so far.
            stable: seconds for which the text has not changed.
            silence: seconds since the voice stopped.
            seconds: length of the utterance so far.
        """
        if silence >= self.long_silence or seconds >= self.longest:
            return True
        return silence >= self._enough(said) and stable >= self.stable

    def _enough(self, said: Said) -> float:
        silences = {Said.WHOLE: self.short_silence, Said.LIKELY: self.likely_silence}
        return silences.get(said, self.long_silence)


class Pace:
    """How long somebody pauses within a sentence, so that the next one is waited for as long.

    Example:
        >>> pace = Pace()
        >>> pace.paused(0.36)
        >>> round(pace.longer(than=0.28), 2)
        0.46
    """

    REMEMBERED = 3
    """Utterances after which a pause is forgotten."""
    LEAST = 0.15
    """Seconds of silence below which a gap between two sounds is no pause."""
    MARGIN = 0.1
    """Seconds waited beyond the longest pause; two as long may differ by so much at the gate."""
    MOST = 0.5
    """Seconds beyond which no pace makes it wait."""

    def __init__(self) -> None:
        self._pauses: deque[float] = deque(maxlen=self.REMEMBERED)
        self._longest = 0.0

    def paused(self, seconds: float) -> None:
        """The speaker has gone on after so long a silence."""
        if seconds >= self.LEAST:
            self._longest = max(self._longest, seconds)

    def ended(self) -> None:
        """An utterance is over."""
        self._pauses.append(self._longest)
        self._longest = 0.0

    def longer(self, than: float) -> float:
        """The silence that ends a request of this speaker, where `than` is the usual one."""
        longest = max([self._longest, *self._pauses])
        return max(than, min(longest + self.MARGIN, self.MOST)) if longest else than
