"""How alike two English words sound, told from their spelling.

No pronouncing dictionary: the pack's own words are few, and what the recogniser mishears is a real
word that sounds much like one of them ("naught" for "knot", "heat pat" for "heat pad").
"""

from __future__ import annotations

import re
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
_LOST = {"h": 0.35, "r": 0.5, "l": 0.6, "t": 0.55, "d": 0.55, "s": 0.55, "z": 0.55}
_LOST_VOWEL = 0.45
_LOST_OTHER = 0.8


@lru_cache(maxsize=8192)
def sound_of(word: str) -> str:
    """Spell a word roughly as it sounds: "knot" and "naught" are both "not"."""
    for pattern, sound in _RULES:
        word = pattern.sub(sound, word)
    return word


def distance(one: str, other: str) -> float:
    """Weigh the difference of two sounds, 0 (the same) to about 1 (nothing in common).

    A weighted edit distance, divided by the length of the longer sound: vowels count little
    against each other, and so do consonants that differ in voice alone.
    """
    longer = max(len(one), len(other))
    if not longer:
        return 0.0
    row = [0.0]
    for sound in other:
        row.append(row[-1] + _lost(sound))
    for first in one:
        above, row = row, [row[0] + _lost(first)]
        for column, second in enumerate(other, start=1):
            row.append(
                min(
                    above[column - 1] + _swapped(first, second),
                    above[column] + _lost(first),
                    row[column - 1] + _lost(second),
                )
            )
    return row[-1] / longer


def _lost(sound: str) -> float:
    return _LOST_VOWEL if sound in _VOWELS else _LOST.get(sound, _LOST_OTHER)


def _swapped(one: str, other: str) -> float:
    if one == other:
        return 0.0
    both_vowels = one in _VOWELS and other in _VOWELS
    return _NEAR if both_vowels or frozenset((one, other)) in _ALIKE else _APART


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


_CLASSES = str.maketrans("bdgzvJTSCny", "ptksfSfSSmi")


def _skeletons(sound: str) -> set[str]:
    """Consonants with voice set aside, and the same with one of them missing."""
    bones = "".join(letter for letter in sound.translate(_CLASSES) if letter not in _VOWELS)
    shorter = {bones[:place] + bones[place + 1 :] for place in range(len(bones))}
    return {bones} | (shorter if len(bones) > 1 else set())
