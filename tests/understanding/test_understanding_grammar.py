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
    assert 1_000 < len(understanding.grammar_phrases()) < 8_000
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
    phrases = understanding.grammar_phrases()[::10]
    lost = [text for text in phrases if understanding.understand(text).intent == "none"]
    assert len(lost) <= 0.02 * len(phrases), lost


def test_few_template_words_are_strange_to_the_recogniser(understanding: Understanding) -> None:
    words = {word for phrase in understanding.grammar_phrases() for word in phrase.split()}
    strange = sorted(words - VOCABULARY)
    assert len(strange) <= 120, strange
