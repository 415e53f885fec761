"""When an utterance has ended: by meaning, by silence, or by length."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How long to wait after the voice stops, in seconds."""

    short_silence: float = 0.35
    """Silence after which a complete request is answered."""
    long_silence: float = 0.8
    """Silence after which anything has ended."""
    stable: float = 0.1
    """How long the text must not have changed for the short silence to do."""
    longest: float = 15.0
    """Length at which an utterance is ended whatever it is."""

    def reached(self, *, complete: bool, stable: float, silence: float, seconds: float) -> bool:
        """Whether the utterance has ended.

        Args:
            complete: what was heard so far is a whole request.
            stable: seconds for which the text has not changed.
            silence: seconds since the voice stopped.
            seconds: length of the utterance so far.
        """
        if silence >= self.long_silence or seconds >= self.longest:
            return True
        return complete and silence >= self.short_silence and stable >= self.stable
