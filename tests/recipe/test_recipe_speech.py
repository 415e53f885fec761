from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from models.recipe.manifest import list_of, read_all, read_list
from models.recipe.pronunciations import Pronunciations
from models.recipe.speech import DifferentSplitError, plan, record
from models.recipe.texts import Sentence, Split
from models.recipe.voices.base import Spoken
from voice.vocabulary.phones import PHONES

SENTENCES = [
    Sentence("stop", "control", "train", 3),
    Sentence("start", "control", "train"),
    *(Sentence(f"stop {word}", "pack", "train") for word in ("back", "here", "there", "please")),
    Sentence("wait here", "pack", "dev"),
    Sentence("wait there", "pack", "test"),
]


@dataclass
class Somebody:
    """An engine that hums, and stumbles over some sentences."""

    stumbles: frozenset[str] = frozenset()
    said: list[str] = field(default_factory=list)

    def speak(self, text: str, rng: Random) -> Spoken:
        self.said.append(text)
        if text in self.stumbles:
            raise RuntimeError("not today")
        samples = np.full(4000 + rng.randrange(4000), 500, np.int16)
        return Spoken(samples, "somebody", None)


def spoken(
    work: Path,
    words: Pronunciations,
    count: int,
    engine: Somebody | None = None,
    split: Split = "train",
) -> int:
    return record(
        engine or Somebody(),
        plan(SENTENCES, split, "somebody 1"),
        words,
        work=work,
        source="somebody",
        seed=1,
        count=count,
        split=split,
    )


def test_recordings_are_listed_as_they_are_made(tmp_path: Path, words: Pronunciations) -> None:
    assert spoken(tmp_path, words, 6) == 6
    listed = list(read_list(list_of(tmp_path, "somebody", 1)))
    assert [one.path for one in listed] == [f"speech/somebody/1/{n:06}.flac" for n in range(6)]
    for one in listed:
        samples, rate = soundfile.read(tmp_path / one.path, dtype="int16")
        assert rate == 16000
        assert one.seconds == pytest.approx(len(samples) / rate, abs=0.001)
        assert one.phones
        assert set(one.phones) <= set(PHONES)
        assert (one.voice, one.source, one.split) == ("somebody", "somebody", "train")


@pytest.mark.parametrize("torn", [0, 1, 40])
def test_a_run_that_was_killed_goes_on(tmp_path: Path, words: Pronunciations, torn: int) -> None:
    spoken(tmp_path / "whole", words, 9)
    spoken(tmp_path / "killed", words, 5)
    file = list_of(tmp_path / "killed", "somebody", 1)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) - torn])
    assert len(list(read_all(tmp_path / "killed"))) == (4 if torn else 5)
    spoken(tmp_path / "killed", words, 9)
    whole = list_of(tmp_path / "whole", "somebody", 1)
    assert file.read_text() == whole.read_text()
    assert all(json.loads(line) for line in file.read_text().splitlines())


def test_nothing_is_said_twice_when_all_is_there(tmp_path: Path, words: Pronunciations) -> None:
    spoken(tmp_path, words, 5)
    again = Somebody()
    assert spoken(tmp_path, words, 5, again) == 0
    assert again.said == []


def test_what_cannot_be_said_is_left_out(tmp_path: Path, words: Pronunciations) -> None:
    spoken(tmp_path, words, 12, Somebody(frozenset({"stop"})))
    assert "stop" not in {one.text for one in read_all(tmp_path)}


def test_a_list_belongs_to_one_split(tmp_path: Path, words: Pronunciations) -> None:
    spoken(tmp_path, words, 2)
    with pytest.raises(DifferentSplitError):
        spoken(tmp_path, words, 4, split="dev")


@pytest.mark.parametrize("split", ["train", "dev", "test"])
def test_only_sentences_of_the_split_are_said(split: Split) -> None:
    said = list(itertools.islice(plan(SENTENCES, split, "x"), 50))
    assert {one.split for one in said} == {split}


def test_every_sentence_comes_as_often_as_it_weighs() -> None:
    controls = list(itertools.islice(plan(SENTENCES, "train", "x", ["control"]), 8))
    assert [one.text for one in controls].count("stop") == 6


def test_a_split_without_sentences_is_no_plan() -> None:
    with pytest.raises(ValueError, match="no sentence"):
        next(plan(SENTENCES, "dev", "x", ["control"]))
