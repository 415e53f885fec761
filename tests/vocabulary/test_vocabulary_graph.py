"""The graph from sounds to words: it says the lexicon, all of it and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vocabulary.conftest import EMBEDDED
from voice.vocabulary import Language, Lexicon, Settings, build_graph, estimate
from voice.vocabulary.fst import read_fst, to_bytes
from voice.vocabulary.graph import build_sounds, spoken_words
from voice.vocabulary.phones import PHONES

WORDS = st.text("abc", min_size=1, max_size=3)
SOME_PHONES = st.lists(st.sampled_from(PHONES[:3]), min_size=1, max_size=4).map(tuple)


def listed(folder: Path) -> list[str]:
    """The words of a model's folder, in the order of their labels, which count from 1."""
    rows = [line.split() for line in (folder / "graph/words.txt").read_text().splitlines()]
    assert [label for _, label in rows] == [str(number) for number in range(len(rows))]
    assert rows[0][0] == "<eps>"
    return [word for word, _ in rows[1:]]


@given(st.lists(st.tuples(WORDS, SOME_PHONES), min_size=1, max_size=12))
def test_the_graph_says_its_lexicon(pairs: list[tuple[str, tuple[str, ...]]]) -> None:
    lexicon = Lexicon.of(pairs)
    sounds, words = build_sounds(lexicon, Settings())
    assert spoken_words(sounds, words) == set(lexicon)
    assert sorted(words) == sorted({*lexicon.entries, "[unk]"})


def test_the_shipped_graph_says_the_shipped_lexicon(shipped_lexicon: Lexicon) -> None:
    shipped = read_fst(EMBEDDED / "graph/HCLr.fst")
    assert spoken_words(shipped, listed(EMBEDDED)) == set(shipped_lexicon)


def test_the_shipped_graph_is_built_again_in_a_moment(
    shipped_lexicon: Lexicon, record_property: Callable[[str, object], None]
) -> None:
    shipped = read_fst(EMBEDDED / "graph/HCLr.fst")
    began = time.process_time()
    sounds, _ = build_sounds(shipped_lexicon, Settings())
    took = time.process_time() - began
    record_property("seconds to build the graph of the embedded model", round(took, 2))
    assert took < 5.0
    assert (sounds.states, len(sounds.arcs)) == (shipped.states, len(shipped.arcs))
    assert np.array_equal(np.unique(sounds.arcs["cost"]), np.unique(shipped.arcs["cost"]))
    assert len(to_bytes(sounds)) < 1.01 * len(to_bytes(shipped))


def test_the_folder_holds_what_vosk_reads(tmp_path: Path, small: Lexicon) -> None:
    language = estimate([("how do i stretch my back", 1.0)], small.entries)
    build_graph(tmp_path, small, language)
    shipped = {str(path.relative_to(EMBEDDED)) for path in (EMBEDDED / "graph").rglob("*.*")}
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")} == shipped
    for name in ("graph/disambig_tid.int", "graph/phones/word_boundary.int"):
        assert (tmp_path / name).read_bytes() == (EMBEDDED / name).read_bytes()
    sounds, sentences = (read_fst(tmp_path / "graph" / n) for n in ("HCLr.fst", "Gr.fst"))
    assert spoken_words(sounds, listed(tmp_path)) == set(small)
    assert set(sentences.arcs["input"]) - {0} == set(range(1, len(small) + 2))
    assert Language.read(tmp_path).words == tuple(listed(tmp_path))


def test_what_is_built_twice_is_the_same(tmp_path: Path, small: Lexicon) -> None:
    language = estimate([("read the heat section", 2.0)], small.entries)
    for name in ("one", "other"):
        build_graph(tmp_path / name, small, language)
    for path in (tmp_path / "one").rglob("*.*"):
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("settings", [Settings(), Settings(9.0, 3.0, 0.5)])
def test_the_costs_are_the_caller_s(small: Lexicon, settings: Settings) -> None:
    sounds, _ = build_sounds(small, settings)
    costs = {settings.blank, settings.unknown_sound}
    costs.add(settings.unknown_word + settings.unknown_sound)
    assert set(sounds.arcs["cost"].tolist()) == {0.0, *np.array([*costs], np.float32).tolist()}
