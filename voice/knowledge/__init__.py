"""Knowledge: reads and checks a content pack, the words of one article.

A pack is a folder; nothing about a particular article lives in code.

    pack = load_pack(Path("prompts/knot-in-your-back"))
    pack.sections["heat"].sentences[0].text
    pack.reply("offer_next", section="heat")
"""

from voice.knowledge.loading import check_pack, load_pack
from voice.knowledge.pack import (
    Advice,
    Pace,
    Pack,
    Question,
    Routine,
    Safety,
    Section,
    Sentence,
    Sign,
    Stretch,
    VoiceDefaults,
    Way,
)
from voice.knowledge.problems import PackError, Problem

__all__ = [
    "Advice",
    "Pace",
    "Pack",
    "PackError",
    "Problem",
    "Question",
    "Routine",
    "Safety",
    "Section",
    "Sentence",
    "Sign",
    "Stretch",
    "VoiceDefaults",
    "Way",
    "check_pack",
    "load_pack",
]
