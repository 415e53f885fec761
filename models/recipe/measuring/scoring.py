"""Texts made alike, so that what was heard can be compared with what was said."""

from __future__ import annotations

import re

from voice.understanding.numbers import number_in_words

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "-": " "})  # noqa: RUF001 - as typed
_INITIAL = re.compile(r"\b([a-z])\.")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[a-z0-9']+")
_ONE_SPELLING = {
    "ok": "okay",
    "alright": "all right",
    "cannot": "can not",
    "voicemail": "voice mail",
    "goodbye": "good bye",
    "mr": "mister",
    "mrs": "missus",
}
"""Words that are written in two ways and said in one."""
_SAYABLE_NUMBER = 999


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text as they are said: lower case, numbers in words, one spelling.

    What was to be said and what was heard both go through here before they are compared.
    Hyphens part words, apostrophes within words stay, `[unk]` and other signs vanish.
    """
    plain = text.replace("[unk]", " ").translate(_APOSTROPHES).lower()
    plain = _INITIAL.sub(r"\1 ", plain)
    plain = _NUMBER.sub(_said, plain)
    found = (word.strip("'") for word in _WORD.findall(plain))
    return tuple(part for word in found if word for part in _ONE_SPELLING.get(word, word).split())


def _said(number: re.Match[str]) -> str:
    value = int(number[0])
    return f" {number_in_words(value)} " if value <= _SAYABLE_NUMBER else number[0]
