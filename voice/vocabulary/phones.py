"""The sounds of the embedded model, and the numbers that its network and its graph share.

The network says for each frame which of 39 ARPAbet phones sounds, or the blank (CTC). Kaldi
counts a phone apart for each place in a word, and numbers the steps through a phone, its
transition-ids, in the order of phones, then of states, then of what the network says. The
steps into and within a phone are what a graph reads; they are stored in `am/final.mdl` and
written down here as formulas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

PHONES = (
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH",
    "UW", "V", "W", "Y", "Z", "ZH",
)  # fmt: skip
"""ARPAbet without stress; the network's output n + 1 is phone n, its output 0 the blank."""

OUTPUTS = len(PHONES) + 1

SILENCE = 1
"""Kaldi phone: the blank between words, which Vosk's end-pointing counts as silence."""
_BLANK = 2
"""Kaldi phone: the blank within a word."""
_FIRST = 3
_PLACES = ("begin", "internal", "end", "singleton")
UNKNOWN = _FIRST + len(PHONES) * len(_PLACES)
"""Kaldi phone: all of `[unk]`, whatever sounds in it. Were these ordinary phones, libvosk's
lattices of noise would explode."""

BLANK_STEP = 5
"""Transition-id of each frame of a blank within a word; it adds no phone to a lattice."""

_UNKNOWN_FIRST = 2 * UNKNOWN
_UNKNOWN_MIDDLE = _UNKNOWN_FIRST + OUTPUTS
_UNKNOWN_LAST = _UNKNOWN_MIDDLE + 2 * OUTPUTS

TRANSITIONS = _UNKNOWN_LAST + 2 * OUTPUTS - 1
"""The highest transition-id."""

_NUMBER = {phone: number for number, phone in enumerate(PHONES)}


def in_word(phones: Sequence[str]) -> tuple[int, ...]:
    """The Kaldi phones of a word's phones, each by its place in the word.

    Args:
        phones: names of `PHONES`, at least one.

    Raises:
        KeyError: a name that is none of them.
    """
    last = len(phones) - 1
    places = [3] if last == 0 else [0, *[1] * (last - 1), 2]
    return tuple(
        _FIRST + len(_PLACES) * _NUMBER[phone] + place
        for phone, place in zip(phones, places, strict=True)
    )


def name(kaldi_phone: int) -> str:
    """The name in `PHONES` of one that `in_word` gives."""
    return PHONES[(kaldi_phone - _FIRST) // len(_PLACES)]


def enter(kaldi_phone: int) -> int:
    """The transition-id of a phone's first frame; not for `UNKNOWN`."""
    return 2 if kaldi_phone == SILENCE else 2 * kaldi_phone + 1


def stay(kaldi_phone: int) -> int:
    """The transition-id of each further frame of a phone; not for `UNKNOWN`."""
    return 1 if kaldi_phone == SILENCE else 2 * kaldi_phone


def entered(transition: int) -> int | None:
    """The Kaldi phone of a word that this transition-id enters; None: it enters none."""
    phone, odd = divmod(transition, 2)
    return phone if odd and _FIRST <= phone < UNKNOWN else None


def unknown_first(output: int) -> int:
    """The transition-id of the first frame of `[unk]`, where the network says `output`."""
    return _UNKNOWN_FIRST + output


def unknown_middle(output: int) -> int:
    """The transition-id of a frame in the middle of `[unk]`."""
    return _UNKNOWN_MIDDLE + 2 * output


def unknown_last(output: int) -> tuple[int, int]:
    """The transition-ids of the last sound of `[unk]`: its first frame, each further one."""
    return _UNKNOWN_LAST + 2 * output + 1, _UNKNOWN_LAST + 2 * output


def word_boundary() -> Iterator[tuple[int, str]]:
    """Each Kaldi phone and where in a word it stands, as `phones/word_boundary.int` lists them."""
    yield SILENCE, "nonword"
    yield _BLANK, "internal"
    for phone in range(_FIRST, UNKNOWN):
        yield phone, _PLACES[(phone - _FIRST) % len(_PLACES)]
    yield UNKNOWN, "singleton"
