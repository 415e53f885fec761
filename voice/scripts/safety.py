"""Safety: what is said when it hurts, and when help is needed at once."""

from __future__ import annotations

from voice.knowledge import Pack
from voice.scripts.script import Say, Script

SLOWLY = 0.85
"""Emergency words are said more slowly than the chosen tempo."""


def red_flag(pack: Pack) -> Script:
    """Say slowly, and twice, to get help now."""
    once = tuple(Say(text, pause=0.6, tempo=SLOWLY) for text in pack.reply("red_flag"))
    return Script("safety", "red_flag", "", once + once)


def pain(pack: Pack) -> Script:
    """Say to ease out and rest."""
    return Script("safety", "pain", "", tuple(Say(text) for text in pack.reply("pain")))
