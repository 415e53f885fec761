"""Answering: the article's questions, and the list of its methods."""

from __future__ import annotations

from voice.events import Request
from voice.knowledge import Pack
from voice.scripts.script import Ask, Say, Script
from voice.scripts.talking import say_all, sentences


def question(pack: Pack, question_id: str) -> Script:
    """Answer one of the article's questions.

    Raises:
        KeyError: The pack has no such question.
    """
    asked = pack.questions[question_id]
    return Script(
        "answering",
        question_id,
        asked.spoken_name,
        tuple(Say(sentence.text) for sentence in asked.sentences),
    )


def methods(pack: Pack) -> Script:
    """Name the methods in the article's order, then ask which one to read."""
    choices = tuple(Request("read_section", {"section": method}) for method in pack.methods)
    names = tuple(
        Say(f"{pack.sections[method].spoken_name.capitalize()}.", pause=0.4)
        for method in pack.methods
    )
    ask = Ask(
        sentences(pack, "methods_offer"),
        yes=choices[0],
        no=sentences(pack, "declined"),
        choices=choices,
        again=sentences(pack, "methods_offer"),
    )
    return Script("answering", "methods", "", (*say_all(pack, "methods_intro"), *names, ask))
