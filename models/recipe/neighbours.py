"""Words that are one sound away from each other, which is where recognisers go wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from models.recipe.pronunciations import Pron, Pronunciations
from voice.vocabulary.phones import PHONES


def neighbours(
    words: Iterable[str], vocabulary: Iterable[str], known: Pronunciations
) -> Mapping[str, tuple[str, ...]]:
    """For each word, those of the vocabulary that differ in one sound: "stop" has "stock".

    Args:
        words: those with a known pronunciation count.
        vocabulary: where to look; its order is kept.
        known: how they are said; the first American form of each counts.

    Returns:
        The words that have neighbours.
    """
    homes: dict[Pron, list[str]] = {}
    for word in vocabulary:
        if word in known:
            homes.setdefault(_sounds(word, known), []).append(word)
    near = {
        word: tuple(
            other
            for sounds in _one_away(_sounds(word, known))
            for other in homes.get(sounds, ())
            if other != word
        )
        for word in words
        if word in known
    }
    return {word: tuple(dict.fromkeys(others)) for word, others in near.items() if others}


def _sounds(word: str, known: Pronunciations) -> Pron:
    return known.variants(word, ("american",))[0]


def _one_away(sounds: Pron) -> Iterator[Pron]:
    """Every string of phones with one put in, left out or replaced."""
    for place in range(len(sounds) + 1):
        before, after = sounds[:place], sounds[place:]
        yield from ((*before, phone, *after) for phone in PHONES)
        if after:
            yield (*before, *after[1:])
            yield from ((*before, phone, *after[1:]) for phone in PHONES if phone != after[0])
