"""What the tests of the vocabulary share: the shipped model's lexicon, and a small one."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.vocabulary import Lexicon

EMBEDDED = Path(__file__).parents[2] / "models" / "en-small"

SMALL = """
how HH AW
do D UW
i AY
stretch S T R EH CH
stretching S T R EH CH IH NG
my M AY
back B AE K
heat HH IY T
read R IY D
red R EH D
read R EH D
the DH AH
the DH IY
section S EH K SH AH N
a AH
"""
"""Shared beginnings, shared ends, a word of one phone, homophones, two ways to say a word."""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("lexicon") / "lexicon.txt"
    path.write_text(SMALL)
    return Lexicon.read(path)


@pytest.fixture(scope="session")
def shipped_lexicon() -> Lexicon:
    return Lexicon.read(EMBEDDED / "lexicon.txt")
