"""Safety: what is said when it hurts, and when help is needed at once."""

from __future__ import annotations

from collections.abc import Mapping

from voice.events import Request, Slot
from voice.knowledge import Pack
from voice.scripts import talking
from voice.scripts.script import Ask, Say, Script

PERHAPS = "danger_perhaps"
"""What the script is about that asks whether help is needed."""
SLOWLY = 0.85
"""Emergency words are said more slowly than the chosen tempo."""


def red_flag(pack: Pack) -> Script:
    """Say slowly, and twice, to get help now."""
    said = pack.reply("red_flag", number=pack.safety.emergency_number)
    once = tuple(Say(text, pause=0.6, tempo=SLOWLY) for text in said)
    return Script("safety", "red_flag", "", once + once)


def perhaps(pack: Pack) -> Script:
    """Ask whether help is needed, where only half of a sign of an emergency was heard."""
    ask = Ask(
        talking.sentences(pack, "danger_ask"),
        yes=Request("red_flag", reason="said yes to needing help"),
        no=talking.sentences(pack, "declined"),
        again=talking.sentences(pack, "danger_ask_again"),
        lapsed=talking.sentences(pack, "danger_lapsed", number=pack.safety.emergency_number),
    )
    return Script("talking", PERHAPS, "", (*talking.say_all(pack, "danger_perhaps"), ask))


def pain(pack: Pack) -> Script:
    """Say to ease out and rest."""
    return Script("safety", "pain", "", tuple(Say(text) for text in pack.reply("pain")))


def professional(pack: Pack, slots: Mapping[str, Slot]) -> Script:
    """Decline what only a doctor, a physiotherapist or a pharmacist can answer.

    Args:
        pack: the words.
        slots: `about`: medicine, diagnosis or cure.
    """
    return talking.reply(pack, f"ask_{slots['about']}")
