"""Talking: the small replies that keep a conversation going."""

from __future__ import annotations

from functools import cache

from unicode_rbnf import RbnfEngine

from voice.knowledge import Pack
from voice.scripts.script import Say, Script

ALMOST_A_MINUTE = 57.5
"""Seconds from which a duration rounds to a minute."""


def sentences(pack: Pack, key: str, **fields: str) -> str:
    """A reply as one utterance."""
    return " ".join(pack.reply(key, **fields))


def say_all(pack: Pack, key: str, **fields: str) -> tuple[Say, ...]:
    """A reply as steps, a sentence each."""
    return tuple(Say(text) for text in pack.reply(key, **fields))


def reply(pack: Pack, key: str, **fields: str) -> Script:
    """A reply as a script of its own."""
    return Script("talking", key, "", say_all(pack, key, **fields))


@cache
def _speller(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(language)


def spell(number: int, language: str = "en") -> str:
    """A whole number in words: 25 is "twenty-five"."""
    return str(_speller(language).format_number(number).text)


def duration(seconds: float) -> str:
    """A length of time as people say it, no finer than anyone needs.

    Under a minute in steps of five seconds, above in half minutes.
    """
    if seconds < ALMOST_A_MINUTE:
        return f"{spell(max(1, round(seconds / 5)) * 5)} seconds"
    minutes, half = divmod(round(seconds / 30), 2)
    if minutes == 1:
        return "a minute and a half" if half else "one minute"
    return f"{spell(minutes)} minutes" if not half else f"{spell(minutes)} and a half minutes"


def times(number: int) -> str:
    """How often, as people say it: once, twice, three times."""
    return {1: "once", 2: "twice"}.get(number, f"{spell(number)} times")
