from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from models.recipe.pronunciations import Pronunciations
from models.recipe.texts import (
    CONTROLS,
    SHARES,
    Gathered,
    Sentence,
    clinc,
    fortunes,
    gather,
    normalised,
    read_texts,
    split_of,
    write_texts,
)
from voice.understanding.interrupting import interrupting_phrases
from voice.understanding.words import words_of

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"


class EveryWord(dict[str, list[list[str]]]):
    """A dictionary that holds every word, all of them said alike."""

    def __contains__(self, word: object) -> bool:
        return True

    def __missing__(self, word: str) -> list[list[str]]:
        return [list("PTK")[: 1 + len(word) % 3]]


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    return gather([PACK], ["stock", "top", "paws", "peas"], Pronunciations(EveryWord()))


def test_reports_of_danger_are_spoken_but_none_that_is_measured_with() -> None:
    known = Pronunciations(EveryWord())
    reports = [one.text for one in gather([PACK], ["stock"], known) if one.kind == "danger"]
    assert len(reports) > 1_000
    assert {"bladder", "groin", "paralysed"} <= {word for text in reports for word in text.split()}
    apart = frozenset(reports[:10])
    assert not apart & {
        one.text for one in gather([PACK], ["stock"], known, apart=apart) if one.kind == "danger"
    }


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("What's a Knot?", "what's a knot"),
        ("25 minutes, please", "twenty five minutes please"),
        ("half-past 7", "half past seven"),
        ("say 'hello there' now", "say hello there now"),
        ("it’s", "it's"),
        ("in 1999", None),
        ("naïve", None),
        ("a@b", None),
        ("...", None),
    ],
)
def test_a_sentence_is_written_as_it_is_said(raw: str, text: str | None) -> None:
    assert normalised(raw) == text


def test_what_a_sentence_is_for_depends_on_its_words_alone() -> None:
    texts = [f"sentence number {n}" for n in range(4000)]
    counts = Counter(map(split_of, texts))
    assert counts == Counter(map(split_of, reversed(texts)))
    assert 150 < counts["dev"] < 250
    assert 150 < counts["test"] < 250


def test_control_words_are_trained_on_and_weigh_most(sentences: list[Sentence]) -> None:
    controls = {one.text: one for one in sentences if one.kind == "control"}
    assert set(controls) == set(CONTROLS)
    assert {one.split for one in controls.values()} == {"train"}
    assert controls["stop"].weight > controls["stop please"].weight > 1


def test_no_sentence_comes_twice(sentences: list[Sentence]) -> None:
    assert len({one.text for one in sentences}) == len(sentences) > 10_000


def test_every_kind_has_a_share(sentences: list[Sentence]) -> None:
    assert {one.kind for one in sentences} <= set(SHARES)
    assert sum(SHARES.values()) == 100


def test_times_are_spoken_everywhere(sentences: list[Sentence]) -> None:
    said = " ".join(one.text for one in sentences)
    assert "{" not in said
    assert not any(letter.isdigit() for letter in said)
    reminders = [one.text for one in sentences if one.kind == "reminder"]
    assert len(reminders) > 2000
    assert any("half past" in text for text in reminders)
    assert any("every" in text for text in reminders)


def test_what_interrupts_is_there(sentences: list[Sentence]) -> None:
    there = {one.text for one in sentences}
    assert {" ".join(words_of(phrase)) for phrase in interrupting_phrases(PACK)} <= there


def test_the_same_seed_gives_the_same(sentences: list[Sentence]) -> None:
    again = gather([PACK], ["stock", "top", "paws", "peas"], Pronunciations(EveryWord()))
    assert again == sentences


def test_sentences_that_cannot_be_said_are_left_out(words: Pronunciations) -> None:
    found = Gathered(words)
    found.add("pack", ["stop there", "stop zyzzyva", "stop " * 15, "stop there"])
    assert [one.text for one in found] == ["stop there"]


def test_sources_that_are_files(tmp_path: Path) -> None:
    file = tmp_path / "clinc.json"
    file.write_text(json.dumps({"source": "CLINC150", "train": ["one"], "test": ["two"]}))
    assert clinc(file) == ["one", "two"]
    cookies = tmp_path / "cookies"
    cookies.mkdir()
    (cookies / "wisdom").write_text("Some say so.  Others\nsay that it is not.\n%\nNo!\n")
    (cookies / "wisdom.dat").write_bytes(b"\0\1")
    assert list(fortunes(cookies)) == ["Some say so", "Others say that it is not"]
    assert list(fortunes(tmp_path / "nowhere")) == []


def test_what_is_written_is_read(tmp_path: Path, sentences: list[Sentence]) -> None:
    write_texts(tmp_path / "work", sentences[:50])
    assert read_texts(tmp_path / "work") == sentences[:50]
