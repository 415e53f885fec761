"""How alike two English words sound, told from their spelling.

No pronouncing dictionary: the pack's own words are few, and what the recogniser mishears is a real
word that sounds much like one of them ("naught" for "knot", "heat pat" for "heat pad").
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_RULES = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"'", ""),
        (r"^kn|^gn", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"mb$", "m"),
        (r"[ctsx]ion|shun|tian", "Sn"),
        (r"ought|aught", "ot"),
        (r"eigh|aigh", "ay"),
        (r"igh", "i"),
        (r"ough", "uf"),
        (r"gh", ""),
        (r"tch|ch", "C"),
        (r"sh", "S"),
        (r"th", "T"),
        (r"ph", "f"),
        (r"ck", "k"),
        (r"dge|dg", "J"),
        (r"c(?=[eiy])", "s"),
        (r"[cq]", "k"),
        (r"x", "ks"),
        (r"j", "J"),
        (r"(?<=[a-z])e$", ""),
        (r"(?<=[a-z])ed$", "d"),
        (r"aw|au|al(?=k)", "o"),
        (r"ee|ea|ie|ey$|y$", "i"),
        (r"oo|ou|ew|ue|ui", "u"),
        (r"ai|ay|ei|ey", "e"),
        (r"ow|oa", "o"),
        (r"([a-zA-Z])\1+", r"\1"),
        (r"(?<=[aeiou])[aeiouy]+", ""),
        (r"(?<=[aeiou])h", ""),
    )
]
_VOWELS = frozenset("aeiou")
_ALIKE = {
    frozenset(pair)
    for pair in ("td", "pb", "kg", "sz", "fv", "Tf", "TS", "SC", "CJ", "SJ", "gJ", "mn", "sS", "Td")
} | {frozenset("Tt"), frozenset("wv"), frozenset("ys")}
_NEAR = 0.4
_APART = 1.0
_LOST_VOWEL = 0.45
_LOST_OTHER = 0.8
_LETTERS = "abcdefghijklmnopqrstuvwxyzCJST0123456789:.{}"
_LOST = {
    **dict.fromkeys(_LETTERS, _LOST_OTHER),
    **dict.fromkeys(_VOWELS, _LOST_VOWEL),
    "h": 0.35,
    "r": 0.5,
    "l": 0.6,
    "t": 0.55,
    "d": 0.55,
    "s": 0.55,
    "z": 0.55,
}
"""Cost of a sound that is there or not."""


def _swapped(one: str, other: str) -> float:
    if one == other:
        return 0.0
    both_vowels = one in _VOWELS and other in _VOWELS
    return _NEAR if both_vowels or frozenset((one, other)) in _ALIKE else _APART


_SWAPPED = {one: {other: _swapped(one, other) for other in _LETTERS} for one in _LETTERS}
"""Cost of taking a sound for another."""


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """Spell a word roughly as it sounds: "knot" and "naught" are both "not"."""
    if not word.isascii():  # a template may hold letters of any language
        word = "".join(filter(str.isascii, unicodedata.normalize("NFKD", word)))
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return "".join(letter for letter in word if letter in _LOST)


def distance(one: str, other: str) -> float:
    """Weigh the difference of two sounds, 0 (the same) to about 1 (nothing in common).

    A weighted edit distance, divided by the length of the longer sound: vowels count little
    against each other, and so do consonants that differ in voice alone.
    """
    if one == other:
        return 0.0
    costs = [_LOST[sound] for sound in other]
    row = [0.0, *itertools.accumulate(costs)]
    for first in one:
        lost, swapped = _LOST[first], _SWAPPED[first]
        left = row[0] + lost
        diagonal, row[0] = row[0], left
        for column, second in enumerate(other, start=1):
            above = row[column]
            best = diagonal + swapped[second]
            best = min(best, above + lost)
            best = min(best, left + costs[column - 1])
            diagonal, row[column], left = above, best, best
    return row[-1] / max(len(one), len(other))


class SoundIndex:
    """Finds the words of a vocabulary that sound like a given one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_skeleton: dict[str, list[tuple[str, str]]] = {}
        for word in sorted(set(words)):
            sound = sound_of(word)
            for skeleton in _skeletons(sound):
                self._by_skeleton.setdefault(skeleton, []).append((word, sound))
        self._found: dict[str, list[tuple[str, float]]] = {}

    def alike(self, sound: str, most: float) -> list[tuple[str, float]]:
        """Words whose sound is at most so far away, with the distance, nearest first."""
        if sound not in self._found:
            near = {pair for key in _skeletons(sound) for pair in self._by_skeleton.get(key, ())}
            measured = ((word, distance(sound, other)) for word, other in near)
            self._found[sound] = sorted(
                (pair for pair in measured if pair[1] <= most), key=lambda pair: (pair[1], pair[0])
            )
        return self._found[sound]


_SOFT = _VOWELS | {"h"}
_FIRM = 3
_CLASSES = str.maketrans("bdgzvJTSCny", "ptksfSfSSmi")


def _skeletons(sound: str) -> set[str]:
    """Consonants with voice set aside; of three or more, also the same with one missing."""
    bones = "".join(letter for letter in sound.translate(_CLASSES) if letter not in _SOFT)
    shorter = {bones[:place] + bones[place + 1 :] for place in range(len(bones))}
    return {bones} | (shorter if len(bones) >= _FIRM else set())
