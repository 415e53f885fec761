"""How evidence becomes confidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice.listening.judgement import Evidence, confidence

REQUEST = Evidence(
    gain=-3.0,
    seconds=1.5,
    unknown=0.0,
    bound=("how", "do", "i", "stretch"),
    free=("how", "do", "i", "stretch"),
    whole=True,
)


def test_a_request_is_believed() -> None:
    assert confidence(REQUEST) > 0.9


@pytest.mark.parametrize(
    "worse",
    [
        replace(REQUEST, gain=-12.0),
        replace(REQUEST, unknown=0.4),
        replace(REQUEST, free=("who", "knew", "a", "sketch")),
        replace(REQUEST, whole=False),
    ],
    ids=["a worse path", "unknown words", "free recognition differs", "no whole phrase"],
)
def test_each_piece_of_evidence_counts(worse: Evidence) -> None:
    assert 0 < confidence(worse) < confidence(REQUEST) - 0.005


def test_a_gain_above_nothing_is_no_more_than_none() -> None:
    assert confidence(replace(REQUEST, gain=9.0)) == confidence(replace(REQUEST, gain=0.0))


@pytest.mark.parametrize("seconds", [0.0, 0.06])
def test_a_word_without_length_is_no_error(seconds: float) -> None:
    assert 0 <= confidence(replace(REQUEST, seconds=seconds)) <= 1


def test_no_words_are_never_for_us() -> None:
    assert confidence(replace(REQUEST, bound=(), unknown=1.0)) == 0.0


def test_a_lone_word_of_the_grammar_is_believed_though_free_recognition_differs() -> None:
    lone = Evidence(
        gain=0.0, seconds=0.4, unknown=0.0, bound=("pause",), free=("paws",), whole=True
    )
    assert confidence(lone) > 0.45
    assert confidence(replace(lone, whole=False)) < 0.45
    assert confidence(replace(lone, free=("understood",))) < 0.45
