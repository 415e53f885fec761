"""How likely words follow each other: sums of probabilities, what is kept, new words."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from tests.vocabulary.conftest import EMBEDDED
from voice.vocabulary import Language, VocabularyError, estimate
from voice.vocabulary.fst import Fst
from voice.vocabulary.language import Counting

SENTENCES = [
    ("Read the heat section.", 3.0),
    ("Read the cold section, please!", 2.0),
    ("stretch my back", 4.0),
    ("what about the heat", 1.0),
]
VOCABULARY = ("read", "the", "heat", "cold", "section", "stretch", "my", "back", "knot")


def cost(language: Language, sentence: str) -> float:
    """Of a sentence: at each word the arc, else the way back to what remembers less."""
    fst, total = language.acceptor, 0.0
    state = fst.start
    for word in sentence.split():
        label = language.words.index(word) + 1
        spent, state = step(fst, state, label)
        total += spent
    while not np.isfinite(fst.final[state]):
        spent, state = step(fst, state, 0)
        total += spent
    return total + float(fst.final[state])


def step(fst: Fst, state: int, label: int) -> tuple[float, int]:
    arcs = fst.of(state)
    spent = 0.0
    while label not in arcs["input"]:
        back = arcs[arcs["input"] == 0][0]
        spent += float(back["cost"])
        arcs = fst.of(int(back["next"]))
    arc = arcs[arcs["input"] == label][0]
    return spent + float(arc["cost"]), int(arc["next"])


@pytest.mark.parametrize("order", [2, 3])
def test_after_every_history_the_probabilities_sum_to_one(order: int) -> None:
    counting = Counting(order=order, at_least=(2.0, 2.0), unknown=1e-9)
    fst = estimate(SENTENCES, VOCABULARY, counting).acceptor
    assert fst.states > 4 * (order - 1)
    for state in range(fst.states):
        total = sum(
            math.exp(-step(fst, state, label)[0]) for label in range(1, len(VOCABULARY) + 1)
        )
        back = state
        ending = 0.0
        while not np.isfinite(fst.final[back]):
            spent, back = step(fst, back, 0)
            ending += spent
        total += math.exp(-ending - float(fst.final[back]))
        assert total == pytest.approx(1.0, abs=1e-4)


def test_what_was_said_is_likelier_than_what_was_not() -> None:
    for order in (2, 3):
        language = estimate(SENTENCES, VOCABULARY, Counting(order=order))
        assert cost(language, "read the heat section") < cost(language, "the read section heat")
        assert cost(language, "stretch my back") < cost(language, "stretch my knot")


def test_words_that_are_common_in_general_are_likelier_where_nothing_is_remembered() -> None:
    plain = estimate(SENTENCES, VOCABULARY)
    general = estimate(SENTENCES, VOCABULARY, Counting(common={"knot": 10.0, "my": 2.0}))
    assert cost(plain, "knot") > cost(plain, "my")
    assert cost(general, "knot") < cost(general, "my")
    assert cost(general, "knot") < cost(plain, "knot")


def test_three_words_know_more_than_two() -> None:
    sentences = [("stretch the back", 9.0), ("read the section", 9.0)]
    two, three = (
        estimate(sentences, VOCABULARY, Counting(order=order, at_least=(1.0, 1.0)))
        for order in (2, 3)
    )
    gain = [cost(one, "read the back") - cost(one, "read the section") for one in (two, three)]
    assert gain[0] == pytest.approx(0.0, abs=1e-3)
    assert gain[1] > 1.0


def test_words_across_an_unknown_one_are_not_neighbours() -> None:
    language = estimate([("stretch zzyzx back", 9.0)], VOCABULARY)
    costs = [cost(language, f"stretch {word}") for word in ("back", "read")]
    single = [cost(language, word) for word in ("back", "read")]
    assert costs[1] - costs[0] == pytest.approx(single[1] - single[0], abs=1e-3)


def test_no_sentences_at_all_still_allow_every_word() -> None:
    language = estimate([], VOCABULARY)
    assert cost(language, "knot back") < math.inf
    assert language.words == (*VOCABULARY, "[unk]")


def test_the_shipped_model_is_the_same_under_other_labels() -> None:
    shipped = Language.read(EMBEDDED)
    turned = Language(shipped.words[::-1], shipped.relabelled(shipped.words[::-1]))
    for sentence in ("how do i stretch my back", "read the heat section", "zebra"):
        assert cost(turned, sentence) == pytest.approx(cost(shipped, sentence))


def test_a_new_word_is_as_likely_as_a_common_one_and_a_lost_one_is_gone() -> None:
    shipped = Language.read(EMBEDDED)
    words = (*(word for word in shipped.words if word != "back"), "zorbling")
    changed = Language(words, shipped.relabelled(words))
    assert cost(shipped, "the") < cost(changed, "zorbling") < cost(shipped, "quilt")
    assert cost(changed, "my zorbling") < math.inf
    assert len(changed.acceptor.arcs) < len(shipped.acceptor.arcs)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("<eps> 0\nhello 1\n", "does not belong"),
        ("<eps> 0\nhello\n", "cannot be read"),
        ("<eps> 0\nhello one\n", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_words_that_do_not_belong_to_the_graph_are_refused(
    tmp_path: Path, words: str | None, says: str
) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph/Gr.fst").write_bytes((EMBEDDED / "graph/Gr.fst").read_bytes())
    if words is not None:
        (tmp_path / "graph/words.txt").write_text(words)
    with pytest.raises(VocabularyError, match=says):
        Language.read(tmp_path)
