"""How the answers of a pack begin, so that one can be told from the others by ear."""

from __future__ import annotations

from voice.knowledge import Pack


def openings(pack: Pack) -> dict[str, str]:
    """How each answer begins, up to about what is said within five seconds."""
    spoken = {name: section.sentences for name, section in pack.sections.items()}
    spoken |= {name: question.sentences for name, question in pack.questions.items()}
    begun = {name: " ".join(s.text for s in said[:2]) for name, said in spoken.items()}
    names = " ".join(pack.sections[method].spoken_name for method in pack.methods)
    begun["methods"] = " ".join([*pack.replies["methods_intro"], names])
    begun["help"] = pack.replies["help"][0]
    begun["no_match"] = " ".join(pack.replies["no_match"])
    return begun
