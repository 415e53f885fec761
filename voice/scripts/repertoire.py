"""Which script answers which request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice.events import Request
from voice.knowledge import Pack
from voice.scripts import answering, reading, safety, talking
from voice.scripts.script import Script

_MAKERS: Mapping[str, Callable[[Pack, Request], Script]] = {
    "read_section": lambda pack, request: reading.section(pack, str(request.slots["section"])),
    "answer_faq": lambda pack, request: answering.question(pack, str(request.slots["question"])),
    "list_methods": lambda pack, _: answering.methods(pack),
    "red_flag": lambda pack, _: safety.red_flag(pack),
    "danger_perhaps": lambda pack, _: safety.perhaps(pack),
    "pain": lambda pack, _: safety.pain(pack),
    "ask_professional": lambda pack, request: safety.professional(pack, request.slots),
    "set_reminder": lambda pack, _: talking.reply(pack, "reminders_broken"),
    "list_reminders": lambda pack, _: talking.reply(pack, "reminders_broken"),
    "cancel_reminder": lambda pack, _: talking.reply(pack, "reminders_broken"),
    "missed_reminders": lambda pack, _: talking.reply(pack, "reminders_broken"),
    "snooze_reminder": lambda pack, _: talking.reply(pack, "reminders_broken"),
}


def script_for(pack: Pack, request: Request) -> Script:
    """The script that answers `request`; one that says what can be said where there is none.

    Raises:
        KeyError: A slot names a section or question that the pack does not have.
    """
    maker = _MAKERS.get(request.intent)
    return maker(pack, request) if maker is not None else talking.reply(pack, "no_match")
