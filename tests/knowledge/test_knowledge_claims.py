"""No claim is spoken that is neither in the article nor in its table of general advice.

Every sentence that a pack can say stands in its `facts.yaml`: under the fact it rests on, among the
cautions, or among those that claim nothing. Where the article's own table is on this machine, each
fact is looked up in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from voice.knowledge import load_pack

ROOT = Path(__file__).parents[2]
PACK = ROOT / "prompts" / "knot-in-your-back"
ARTICLE = ROOT.parent / "shared" / "ARTICLE.md"
"""The facts of the article, which is not part of the repository."""

SPOKEN = ("replies.yaml", "safety.yaml", "reminders.yaml", "routines/*.yaml")
CLAIMS = re.compile(
    r"\b(?:reliev|cure|heal|prevent|caus|loosen|relax|improv|reduc|strengthen|increas|numb(?!er)|inflam"
    r"|circulat|postur|fibre|stiff|serious|dangerous|harm|damage[sd]? (?:your|the)|risk|good for"
    r"|bad for|lead to|better|works?\b|effect)",
    re.IGNORECASE,
)
"""Words that a sentence which claims nothing does without."""
DECLINES_OR_LISTS = re.compile(r"^(?:I cannot|You can also ask|Ask me)\b")
"""What it says that it cannot, and what can be asked for, names claims and makes none."""

PACKED: dict[str, Any] = yaml.safe_load((PACK / "facts.yaml").read_text("utf-8"))
FACTS: list[dict[str, Any]] = PACKED["facts"]


def sentences(content: object) -> Iterator[str]:
    """Every sentence in what a file of the pack holds, its sources left out."""
    match content:
        case dict():
            for key, value in content.items():
                if key != "source":
                    yield from sentences(value)
        case list():
            for value in content:
                yield from sentences(value)
        case str() if content.rstrip().endswith((".", "?", "!")):
            yield content.strip()


@cache
def of_the_article() -> dict[str, list[tuple[str, str | None]]]:
    """The sentences of each part of the article, with their sources."""
    pack = load_pack(PACK)
    return {
        name: [
            (one.text, one.source)
            for one in (pack.sections.get(name) or pack.questions[name]).sentences
        ]
        for name in (*pack.sections, *pack.questions)
    }


@cache
def spoken() -> frozenset[str]:
    """Every sentence that the pack can say."""
    files = [file for pattern in SPOKEN for file in sorted(PACK.glob(pattern))]
    contents = [yaml.safe_load(file.read_text("utf-8")) for file in files]
    article = {text for part in of_the_article().values() for text, _ in part}
    return frozenset(article | {one for content in contents for one in sentences(content)})


def listed() -> list[str]:
    """Every sentence that `facts.yaml` accounts for; under several facts it is there as often."""
    under_facts = [one for fact in FACTS for one in fact["said"]]
    return [*under_facts, *PACKED["cautions"], *PACKED["claims_nothing"]]


def test_every_sentence_that_is_spoken_is_accounted_for() -> None:
    """Whoever adds one says in `facts.yaml` what it rests on."""
    assert sorted(spoken() - set(listed())) == []


@pytest.mark.parametrize("phrase", load_pack(PACK).voice.says)
def test_what_is_written_for_the_voice_is_spoken(phrase: str) -> None:
    said = [one.replace("{side}", side) for one in spoken() for side in ("right", "left")]
    assert any(phrase in one.lower() for one in said)


def test_nothing_is_accounted_for_that_is_not_spoken() -> None:
    assert sorted(set(listed()) - spoken()) == []


def test_a_sentence_that_is_listed_as_harmless_is_under_no_fact_as_well() -> None:
    under_facts = {one for fact in FACTS for one in fact["said"]}
    harmless = [*PACKED["cautions"], *PACKED["claims_nothing"]]
    assert len(set(harmless)) == len(harmless)
    assert not under_facts & set(harmless)


@pytest.mark.parametrize("sentence", [*PACKED["cautions"], *PACKED["claims_nothing"]])
def test_a_sentence_without_a_fact_has_no_word_of_a_claim(sentence: str) -> None:
    assert DECLINES_OR_LISTS.search(sentence) or not CLAIMS.search(sentence)


@pytest.mark.parametrize(
    "claim",
    [
        "Massage cures a knot.",
        "Ice is good for you.",
        "This prevents headaches.",
        "It is not dangerous.",
        "That makes it better.",
    ],
)
def test_the_words_of_a_claim_are_known(claim: str) -> None:
    assert CLAIMS.search(claim)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["fact"])
def test_a_fact_names_where_it_comes_from_and_is_said(fact: dict[str, Any]) -> None:
    assert fact["said"]
    assert ("in" in fact) != ("source" in fact)
    assert "source" in fact or fact["in"] in {"methods", *of_the_article()}


@pytest.mark.parametrize("part", of_the_article())
def test_a_sentence_of_the_article_rests_on_a_fact_of_its_part(part: str) -> None:
    for text, source in of_the_article()[part]:
        origins = [fact.get("in") or fact["source"] for fact in FACTS if text in fact["said"]]
        assert (source or part) in origins, text


# The article's own table


@cache
def rows() -> list[list[str]]:
    """The cells of its tables; skips where it is not on this machine."""
    if not ARTICLE.exists():
        pytest.skip("the facts of the article are not on this machine, so none is looked up")
    lines = ARTICLE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]


def cells(fact: dict[str, Any]) -> list[str]:
    """Where a fact has to stand: its part of the article, or the rows of its source."""
    if fact.get("in") == "methods":
        return [" ".join(ARTICLE.read_text("utf-8").split())]
    if "in" in fact:
        return [row[-1] for row in rows() if row[0].strip("`") == fact["in"]]
    return [row[1] for row in rows() if row[-1] == fact["source"]]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["fact"])
def test_a_fact_stands_in_the_article_or_in_its_table_of_advice(fact: dict[str, Any]) -> None:
    assert rows()
    assert any(fact["fact"] in cell for cell in cells(fact))
