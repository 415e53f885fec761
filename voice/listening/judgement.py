"""How sure it is that an utterance was for us, and that these words were said.

A recogniser bound to a grammar makes something of any speech, with a high
confidence of its own. What tells speech for us from other speech is how much
better unrestricted recognition explains the same sound: the difference of the
two log-likelihoods, taken for each second, is about -3.5 to 0.5 for requests
and -16 to -1 for other sentences. For a single short word that difference says
little, so the agreement of the words, and of their letters, and whether they are
a whole phrase of the grammar count too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an utterance."""

    gain: float
    """Log-likelihood of the grammar's path less that of the free one; rarely above 0."""
    seconds: float
    """From the start of the first word to the end of the last."""
    unknown: float
    """Share, 0 to 1, of that time that the grammar could only call `[unk]`."""
    bound: tuple[str, ...]
    """Words within the grammar, `[unk]` left out."""
    free: tuple[str, ...]
    """Words of free recognition, `[unk]` left out."""
    whole: bool
    """The words within the grammar are one of its phrases, from first to last."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression of "for us" on the evidence."""

    bias: float
    gain: float
    """For each unit of log-likelihood a second; a gain above 0 counts as 0."""
    unknown: float
    words: float
    """For the words that both recognisers have, in order, 0 to 1."""
    letters: float
    """For the letters that both have, 0 to 1: "stop" and "start" are close."""
    whole: float
    settling: float = 0.5
    """Seconds added to the length, so that the gain of a short word counts less."""


WEIGHTS = Weights(bias=-7.24, gain=0.10, unknown=-0.82, words=5.68, letters=3.23, whole=2.27)
"""Fitted on 1,103 utterances: 411 requests and control words that the grammar heard right and 692
other sentences and words (CLINC150, fortunes, words at random), in three Kokoro and flite voices
and three of eSpeak's and flite's, clean and in white noise at 15 or 10 dB; each side weighted as a
half. With the network that ships now they pass over 23 of 412 and take 77 of 692; fitted anew, with
sentences left out in turn, they would pass over 21 and take 79, so they were kept.
`tests/benchmarks/bench_rejection.py` measures it on other voices and other sentences. The gain
alone would get no weight any more; a little is kept for what sounds like neither.
"""

LONE_WORD = Weights(bias=-2.95, gain=0.60, unknown=-1.99, words=3.55, letters=2.15, whole=1.98)
"""For one word that is a whole phrase: "pause" is believed though free recognition heard "paws".

Fitted before on 525 utterances in seven voices. On the 1,103 it changes nothing; of "stop" and
"pause" in voices that the model hears badly it keeps what `WEIGHTS` would pass over.
"""

INTERRUPTING = replace(LONE_WORD, whole=2.83)
"""For the few phrases that are listened for while our own voice sounds.

A whole one is believed with 0.3 of the usual confidence. In simulated rooms, with our voice beside
them, `WEIGHTS` would pass over 37 of 320 control words, and these pass over 28.
"""


def confidence(evidence: Evidence, weights: Weights | None = None) -> float:
    """The probability, 0 to 1, that it was for us and was heard right; 0 without a word.

    Args:
        evidence: what speaks for and against it.
        weights: of each piece of it; None: those for a lone word or for a sentence.
    """
    if weights is None:
        weights = LONE_WORD if evidence.whole and len(evidence.bound) == 1 else WEIGHTS
    if not evidence.bound:
        return 0.0
    rate = min(evidence.gain, 0.0) / (evidence.seconds + weights.settling)
    score = (
        weights.bias
        + weights.gain * rate
        + weights.unknown * evidence.unknown
        + weights.words * _alike(evidence.bound, evidence.free)
        + weights.letters * _alike(" ".join(evidence.bound), " ".join(evidence.free))
        + weights.whole * evidence.whole
    )
    return 1 / (1 + math.exp(-score))


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    """Twice what both have in common, in order, over the length of both: 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
