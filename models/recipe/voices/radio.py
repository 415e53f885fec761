"""The phones of Festival's and Flite's American voices, which are ARPAbet but for a few."""

from __future__ import annotations

from collections.abc import Iterable

from voice.vocabulary.phones import PHONES

_PAUSES = frozenset({"pau", "h#", "brth", "#"})
_OTHERS = {
    "ax": "AH",
    "axr": "ER",
    "ix": "IH",
    "dx": "T",
    "hv": "HH",
    "el": "AH L",
    "em": "AH M",
    "en": "AH N",
    "nx": "N",
}


def from_radio(said: Iterable[str]) -> tuple[str, ...]:
    """The 39 phones for those of the "radio" set, pauses left out.

    Raises:
        RuntimeError: one of them is no phone of that set.
    """
    found: list[str] = []
    for phone in said:
        if phone not in _PAUSES:
            found += _OTHERS.get(phone, phone.upper()).split()
    unknown = set(found) - set(PHONES)
    if unknown:
        raise RuntimeError(f"no phones of the radio set: {sorted(unknown)}")
    return tuple(found)
