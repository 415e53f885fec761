"""Any input gives a request, quickly; a broken pack gives one clear sentence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hassil import recognize
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.understanding import State, TemplateError, Understanding
from voice.understanding.graph import graph_of
from voice.understanding.pack import parse_templates
from voice.understanding.sounds import distance, sound_of


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00\x07\x1b[31m",
        "🙂🔥",
        "как размять спину",
        "背中を伸ばす",
        "كيف أمدد ظهري",
        "a" * 10_000,
        "word " * 2_000,
        "\ud800",
        "?!.,;:",
        "()[]{}<>|*",
        "{when} {span}",
    ],
)
def test_nothing_is_made_of_noise(understanding: Understanding, text: str) -> None:
    began = time.perf_counter()
    assert understanding.understand(text).intent == "none"
    assert time.perf_counter() - began < 1.0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_never_raises(understanding: Understanding, text: str) -> None:
    request = understanding.understand(text, State(holding=True))
    assert 0.0 <= request.score <= 1.0
    assert request.text == text
    understanding.is_complete(text)


_VOCABULARY = [
    *("remind", "me", "to", "stretch", "in", "ten", "how", "do", "i", "my", "back", "knot"),
    *("heat", "the", "one", "not", "next", "at", "on"),
]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_VOCABULARY), max_size=20))
def test_never_raises_on_our_own_words(understanding: Understanding, words: list[str]) -> None:
    assert 0.0 <= understanding.understand(" ".join(words)).score <= 1.0


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("stop", True),
        ("how do i stretch my back", True),
        ("remind me to stretch in ten minutes", True),
        ("it hurts", True),
        ("remind me to stretch", False),
        ("remind me in", False),
        ("remind me", False),
        ("what causes", False),
        ("tell me about the", False),
        ("", False),
    ],
)
def test_knows_when_a_request_is_complete(
    understanding: Understanding, text: str, complete: bool
) -> None:
    assert understanding.is_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("do you know what are muscle knots", True),
        ("what can i do about a knot and my back", True),
        ("how can i treat this using warmth", True),
        ("do you know what are", False),
        ("how do i", False),
        ("how do i stretch", False),
        ("remind me to stretch every", False),
        ("what is the capital of mongolia", False),
        ("", False),
    ],
)
def test_knows_what_is_like_a_request_that_nobody_would_go_on_with(
    understanding: Understanding, text: str, likely: bool
) -> None:
    assert understanding.is_likely(text) is likely


ONE = "language: en\nintents:\n  a:\n    data:\n      - sentences: ["
"""A pack up to the one sentence that it understands."""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("language: en\nintents:\n  a:\n    data:\n      - sentences: ['(open']\n", "parsed"),
        ("language: en\nintents:\n  a:\n    data:\n      - sentences: ['<nowhere>']\n", "nowhere"),
        ("language: en\nintents:\n  a:\n    data:\n      - sentences: ['{nobody}']\n", "nobody"),
        (f"{ONE}'(a;b;c;d;e;f;g;h;i)']\n", "far too many sentences"),
        (f"{ONE}'{'(a|b)' * 40}']\n", "far too many sentences"),
        (f"{ONE}'<r>']\nexpansion_rules:\n  r: 'x <r>'\n", "a rule contains itself"),
        (f"{ONE}'x {{n}}']\nlists:\n  n:\n", "malformed"),
        (f"{ONE}x]\nskip_words: 5\n", "malformed"),
        (f"{ONE}x]\nlists: [2024-99-99]\n", "cannot be read"),
        ("- just\n- a list\n", "mapping"),
        ("intents: [\n", "read"),
    ],
)
def test_a_broken_pack_is_one_sentence_and_a_remedy(
    tmp_path: Path, content: str, says: str
) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "broken.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(TemplateError, match=says) as caught:
        Understanding(tmp_path)
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_pack_without_intents_says_so(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="no sentence templates"):
        Understanding(tmp_path)


def test_another_pack_needs_no_change_to_the_code(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "intents" / "tea.yaml").write_text(
        "language: en\n"
        "lists:\n  cups:\n    range: {from: 1, to: 20}\n"
        "intents:\n  brew:\n    data:\n      - sentences: ['(brew|make) {cups} cup[s] of tea']\n",
        encoding="utf-8",
    )
    tea = Understanding(tmp_path)
    request = tea.understand("please make twelve cups of tea".removeprefix("please "))
    assert (request.intent, dict(request.slots)) == ("brew", {"cups": 12})
    assert tea.understand("make one cup of tea").slots["cups"] == 1


@pytest.mark.parametrize(
    ("template", "follows", "not_"),
    [
        ("stretch[es|ing] [the] back", ["stretches back", "stretch the back"], ["stretched back"]),
        ("(a;b) c", ["a b c", "b a c"], ["a c"]),
        ("one  [two]   three", ["one three", "one two three"], ["one two"]),
    ],
)
def test_templates_mean_what_they_mean_to_hassil(
    template: str, follows: list[str], not_: list[str]
) -> None:
    content = {"language": "en", "intents": {"x": {"data": [{"sentences": [template]}]}}}
    intents = parse_templates(content)
    graph = graph_of(intents)
    for text in follows:
        assert graph.matches(text.split()), text
    for text in [*follows, *not_]:
        assert bool(graph.matches(text.split())) == (recognize(text, intents) is not None), text


def test_letters_of_another_language_sound_like_the_plain_ones() -> None:
    assert sound_of("café") == sound_of("cafe")
    assert distance(sound_of("日本"), sound_of("knot")) <= 1.0
