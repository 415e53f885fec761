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
    """A logistic regression of "for us" on the evidence.

    Fitted on 525 utterances in 7 synthetic voices, clean and in white and pink
    noise at 20 and 10 dB: 266 requests (half of them worded unlike any phrase of
    the grammar), 84 control words, 175 sentences of CLINC150's training part; each
    side weighted as a half. `tests/benchmarks/bench_rejection.py` measures it on
    other voices and other sentences.
    """

    bias: float = -2.95
    gain: float = 0.60
    """For each unit of log-likelihood a second; a gain above 0 counts as 0."""
    unknown: float = -1.99
    words: float = 3.55
    """For the words that both recognisers have, in order, 0 to 1."""
    letters: float = 2.15
    """For the letters that both have, 0 to 1: "stop" and "start" are close."""
    whole: float = 1.98
    settling: float = 0.5
    """Seconds added to the length, so that the gain of a short word counts less."""


WEIGHTS = Weights()

INTERRUPTING = replace(WEIGHTS, whole=2.83)
"""For the few phrases that are listened for while our own voice sounds.

A whole one is believed with 0.3 of the usual confidence: of 340 control words spoken over
the product's voice in two simulated rooms 279 are then heard instead of 243, and still none
of 120 other sentences (CLINC150's validation part) is taken for one.
"""


def confidence(evidence: Evidence, weights: Weights = WEIGHTS) -> float:
    """The probability, 0 to 1, that it was for us and was heard right; 0 without a word."""
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
