"""Lexicon files: what is read, and how a mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.vocabulary import Lexicon, WordError
from voice.vocabulary.lexicon import parse_phones, parse_word


def test_what_is_written_is_read_again(tmp_path: Path, small: Lexicon) -> None:
    small.write(tmp_path / "lexicon.txt")
    assert Lexicon.read(tmp_path / "lexicon.txt") == small
    assert small.entries["the"] == (("DH", "AH"), ("DH", "IY"))
    assert len(small) == 13


def test_comments_stress_case_and_repetitions_are_borne(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.txt"
    path.write_text("# mine\n\nBack B AE1 K\nback b ae k\n")
    assert Lexicon.read(path).entries == {"back": (("B", "AE", "K"),)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("back B AE K\nneck N EH KK\n", "line 2: 'KK' is no phone"),
        ("back\n", "line 1: There are no phones"),
        ("\n[unk] B\n", "line 2: '[unk]' is no word"),
        ("<eps> B\n", "line 1: '<eps>' is no word"),
        ("back AE9\n", "line 1: 'AE9' is no phone"),
        ("", "is empty"),
        ("# nothing\n", "is empty"),
        (b"\xff\xfe\0", "cannot be read"),
        (None, "cannot be read"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    tmp_path: Path, text: str | bytes | None, says: str
) -> None:
    path = tmp_path / "lexicon.txt"
    if text is not None:
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(WordError) as refused:
        Lexicon.read(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Zorbling", "zorbling"),
        (" don\N{RIGHT SINGLE QUOTATION MARK}t ", "don't"),
        ("o'clock", "o'clock"),
        ("x-ray", "x-ray"),
        ("dogs'", "dogs'"),
        ("naïve", "naïve"),
    ],
)
def test_words_are_written_as_they_are_heard(text: str, word: str) -> None:
    assert parse_word(text) == word


@pytest.mark.parametrize("text", ["", " ", "two words", "[unk]", "'d", "12", "a" * 61, "#", "a\0b"])
def test_what_is_no_word_is_refused(text: str) -> None:
    with pytest.raises(WordError, match="is no word"):
        parse_word(text)


def test_no_phones_at_all_are_refused() -> None:
    with pytest.raises(WordError, match="no phones"):
        parse_phones([])


def test_more_words_leave_the_first_lexicon_as_it_is(small: Lexicon) -> None:
    more = small.with_words([("back", ("B", "AA", "K")), ("zorb", ("Z", "AO", "R", "B"))])
    assert more.entries["back"] == (("B", "AE", "K"), ("B", "AA", "K"))
    assert "zorb" in more
    assert "zorb" not in small
