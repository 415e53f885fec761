"""The article is heard whole: every fact, in its section, in words for the ear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from voice.knowledge import Pack, Sentence, load_pack

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PACK = load_pack(ROOT / "prompts" / "knot-in-your-back")

FACTS: dict[str, dict[str, str]] = yaml.safe_load((HERE / "facts.yaml").read_text("utf-8"))
ADVICE: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "advice.yaml").read_text("utf-8"))

AS_ADVICE = "As general advice, "


def passage(pack: Pack, name: str) -> tuple[Sentence, ...]:
    """The sentences of a section or of an answer."""
    return (pack.sections.get(name) or pack.questions[name]).sentences


def proofs(pattern: str, sentences: tuple[Sentence, ...]) -> list[Sentence]:
    """The sentences in which a fact is heard."""
    return [said for said in sentences if re.search(pattern, said.text, re.IGNORECASE)]


EVERY_SENTENCE = [
    pytest.param(name, said, id=f"{name}: {said.text}")
    for name in (*PACK.sections, *PACK.questions)
    for said in passage(PACK, name)
]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        pytest.param(name, pattern, id=f"{name}: {fact}")
        for name, facts in FACTS.items()
        for fact, pattern in facts.items()
    ],
)
def test_fact_is_heard_in_its_section(name: str, pattern: str) -> None:
    heard = proofs(pattern, passage(PACK, name))
    assert heard
    assert not any(said.source for said in heard), "the article's own facts need no source"


@pytest.mark.parametrize(("name", "said"), EVERY_SENTENCE)
def test_sentence_says_a_fact_that_no_other_one_says(name: str, said: Sentence) -> None:
    """So nothing is added to the article, and no sentence can go without being missed."""
    patterns = [*FACTS[name].values(), *(p for p, _ in ADVICE.get(name, {}).values())]
    assert any(proofs(pattern, passage(PACK, name)) == [said] for pattern in patterns)


@pytest.mark.parametrize(
    ("name", "pattern", "source"),
    [
        pytest.param(name, pattern, source, id=f"{name}: {advice}")
        for name, table in ADVICE.items()
        for advice, (pattern, source) in table.items()
    ],
)
def test_general_advice_keeps_its_source(name: str, pattern: str, source: str) -> None:
    heard = proofs(pattern, passage(PACK, name))
    assert heard
    assert all(source in (said.source or "") for said in heard)


@pytest.mark.parametrize("name", [*PACK.sections, *PACK.questions])
def test_general_advice_comes_last_and_is_called_so(name: str) -> None:
    sentences = passage(PACK, name)
    advice = [said for said in sentences if said.source]
    assert list(sentences[len(sentences) - len(advice) :]) == advice
    called_so = [said for said in sentences if said.text.startswith(AS_ADVICE)]
    assert called_so == advice[:1]


@pytest.mark.parametrize(("name", "said"), EVERY_SENTENCE)
def test_sentence_can_be_heard(name: str, said: Sentence) -> None:
    """Independent of the loader's own check, which might be wrong."""
    assert re.fullmatch(r"[A-Z][a-z]*(?:,? [A-Za-z]+)*[.?]", said.text), name
    assert len(said.text.split()) <= 20
    assert not re.search(r"\b[A-Z]{2,}\b", said.text)


@pytest.mark.parametrize("name", PACK.sections)
def test_section_is_short_to_hear(name: str) -> None:
    assert 5 <= len(passage(PACK, name)) <= 11


def test_facts_are_listed_for_every_section_and_question() -> None:
    assert set(FACTS) == {*PACK.sections, *PACK.questions}


def test_sections_and_questions_are_those_of_the_contract_in_order() -> None:
    assert list(PACK.sections) == [
        "introduction",
        "causes",
        "massage",
        "stretching",
        "heat",
        "cold",
        "exercise",
        "conclusion",
    ]
    assert PACK.methods == ("massage", "stretching", "heat", "cold", "exercise")
    assert list(PACK.questions) == ["how_long", "other_problems", "prevention"]


@pytest.mark.parametrize("name", [*PACK.sections, *PACK.questions])
def test_line_of_a_sentence_is_where_it_stands(name: str) -> None:
    lines = (PACK.folder / "article.md").read_text("utf-8").splitlines()
    assert all(lines[said.line - 1] == said.text for said in passage(PACK, name))


@pytest.mark.parametrize("phrase", PACK.wake_phrases)
def test_recogniser_knows_the_wake_phrase(phrase: str) -> None:
    words = (ROOT / "models" / "en-small" / "graph" / "words.txt").read_text("utf-8").splitlines()
    vocabulary = {line.split()[0] for line in words if line.strip()}
    assert set(phrase.split()) <= vocabulary


@pytest.mark.parametrize(
    "sign",
    [
        "genitals",
        "buttocks",
        "inner thighs",
        "bladder",
        "bowel",
        "passing urine",
        "weakness",
        "both legs",
        "fever",
        "chest pain",
        "serious accident",
    ],
)
def test_sign_of_an_emergency_is_known_with_its_source(sign: str) -> None:
    known = [flag for flag in PACK.safety.red_flags if sign in flag.sign]
    assert known
    assert all("NHS" in flag.source for flag in known)


def test_stretch_that_hurts_is_stopped() -> None:
    rule = PACK.safety.stop_at_once
    assert "stopped" in rule.text
    assert "NHS" in rule.source


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("methods_intro", r"\bfive ways\b"),
        ("no_match", r", .+, or, .+"),
        ("help", r"\bstop\b"),
        ("help_playing", r"\bstop\b"),
        ("pain", r"^Stop\b.*\bease out\b.*\bgently\b"),
        ("pain", r"\bRest\b.*\bdo not push through\b"),
        ("red_flag", r"\bmedical help now\b"),
        ("red_flag", r"^.*\bCall \{number\}.*\bemergency department\b"),
        ("reminders_broken", r"\bcannot get at the reminders\b"),
        ("pain_in_stretch", r"^Stop\b.*\bease out\b"),
        ("pain_offer", r"\bgently\b.*\bshorter holds\b.*\bhalf\b.*\bend\b"),
        ("pain_ended", r"\bsee a doctor or a physiotherapist\b"),
        ("ready_again", r"\bready\b.*\bstop\b"),
    ],
)
def test_reply_says_what_it_must(key: str, pattern: str) -> None:
    assert re.search(pattern, " ".join(PACK.replies[key]))


@pytest.mark.parametrize(
    ("key", "fields", "said"),
    [
        ("offer_next", {"section": "heat"}, "Would you like to hear about heat next?"),
        ("offer_read", {"section": "the conclusion"}, "hear about the conclusion?"),
        ("red_flag", {"number": "nine one one"}, "Call nine one one, or go to the emergency"),
        ("where_am_i", {"title": "massage", "number": "two", "count": "six"}, "two of six"),
        ("time_left_reading", {"sentences": "four", "seconds": "one minute"}, "About one minute"),
    ],
)
def test_reply_says_its_fields(key: str, fields: dict[str, str], said: str) -> None:
    assert said in " ".join(PACK.reply(key, **fields))
