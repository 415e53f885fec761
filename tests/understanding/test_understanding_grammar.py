"""The recogniser's grammar: what it holds and which words it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.understanding.conftest import ROOT
from voice.understanding import Understanding

VOCABULARY = {
    line.split()[0]
    for line in (ROOT / "models" / "en-small" / "graph" / "words.txt")
    .read_text(encoding="utf-8")
    .splitlines()
}


def test_phrases_are_the_same_on_every_start(understanding: Understanding, pack: Path) -> None:
    assert Understanding(pack).grammar_phrases() == understanding.grammar_phrases()


def test_there_are_some_thousands_of_phrases(understanding: Understanding) -> None:
    assert 1_000 < len(understanding.grammar_phrases()) < 12_000
    assert not any("{" in phrase for phrase in understanding.grammar_phrases())


@pytest.mark.parametrize("text", ["stop", "wait", "again", "slower", "it hurts", "help", "yes"])
def test_the_words_that_must_always_work_are_among_the_controls(
    understanding: Understanding, text: str
) -> None:
    assert text in understanding.control_phrases()


@pytest.mark.parametrize(
    "pair", ["in ten", "twenty five", "half past", "minutes from", "every hour", "at seven"]
)
def test_spoken_times_are_in_the_grammar(understanding: Understanding, pair: str) -> None:
    assert any(pair in phrase for phrase in understanding.grammar_phrases())


def test_every_phrase_is_understood(understanding: Understanding) -> None:
    phrases = understanding.grammar_phrases()[::40]
    lost = [text for text in phrases if understanding.understand(text).intent == "none"]
    assert len(lost) <= 0.02 * len(phrases), lost


@pytest.mark.parametrize(
    ("intent", "slot"), [("read_section", "section"), ("answer_faq", "question")]
)
def test_every_template_sets_the_slot_that_its_intent_needs(
    understanding: Understanding, intent: str, slot: str
) -> None:
    requests = [understanding.understand(text) for text in understanding.grammar_phrases()[::6]]
    assert not [one.text for one in requests if one.intent == intent and slot not in one.slots]


def test_few_template_words_are_strange_to_the_recogniser(understanding: Understanding) -> None:
    words = {word for phrase in understanding.grammar_phrases() for word in phrase.split()}
    strange = sorted(words - VOCABULARY)
    assert len(strange) <= 125, strange
