"""Knowledge: reads and checks a content pack, the words of one article.

A pack is a folder; nothing about a particular article lives in code.

    pack = load_pack(Path("prompts/knot-in-your-back"))
    pack.sections["heat"].sentences[0].text
    pack.reply("offer_next", section="heat")
"""

from voice.knowledge.loading import check_pack, load_pack
from voice.knowledge.pack import (
    Advice,
    Pack,
    Question,
    Safety,
    Section,
    Sentence,
    Sign,
    VoiceDefaults,
)
from voice.knowledge.problems import PackError, Problem

__all__ = [
    "Advice",
    "Pack",
    "PackError",
    "Problem",
    "Question",
    "Safety",
    "Section",
    "Sentence",
    "Sign",
    "VoiceDefaults",
    "check_pack",
    "load_pack",
]
