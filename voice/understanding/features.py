"""A sentence as numbers, for the classifier."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIZE = 1 << 14
"""Features; n-grams share them by hashing."""
_SHORTEST, _LONGEST = 2, 4
_WORD_WEIGHT = 1.5


def features_of(words: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Count word n-grams (one and two words) and letter n-grams (two to four letters).

    Args:
        words: The sentence, times cut out.

    Returns:
        Indices below `SIZE`, each once, ascending, and their weights, float32, of length 1
        together; both empty for an empty sentence.
    """
    counts: dict[int, float] = {}
    for gram in _word_grams(words):
        _count(counts, "w" + gram, _WORD_WEIGHT)
    for word in words:
        for gram in _letter_grams(f" {word} "):
            _count(counts, "c" + gram, 1.0)
    indices = np.array(sorted(counts), np.intp)
    weights = np.sqrt(np.array([counts[index] for index in indices], np.float32))
    length = np.float32(max(float(np.sqrt(weights @ weights)), 1e-9))
    return indices, (weights / length).astype(np.float32)


def _count(counts: dict[int, float], gram: str, weight: float) -> None:
    index = zlib.crc32(gram.encode()) % SIZE
    counts[index] = counts.get(index, 0.0) + weight


def _word_grams(words: Sequence[str]) -> list[str]:
    edged = ["^", *words, "$"]
    pairs = [f"{one} {two}" for one, two in itertools.pairwise(edged)]
    return [*words, *pairs]


def _letter_grams(padded: str) -> list[str]:
    return [
        padded[start : start + length]
        for length in range(_SHORTEST, _LONGEST + 1)
        for start in range(len(padded) - length + 1)
    ]
