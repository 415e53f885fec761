"""Letter to sound: known words, made-up ones, and a machine without eSpeak NG."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from voice.understanding.words import edits
from voice.vocabulary import Lexicon, VocabularyError, sounds
from voice.vocabulary.phones import PHONES
from voice.vocabulary.sounds import pronounce


@pytest.fixture
def fresh() -> Iterator[None]:
    """eSpeak NG is looked for anew, in this test and after it."""
    sounds._espeak.cache_clear()
    yield
    sounds._espeak.cache_clear()


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("back", "B AE K"),
        ("stretch", "S T R EH CH"),
        ("knee", "N IY"),
        ("zorbling", "Z AO R B L IH NG"),
        ("acupressure", "AE K AH P R EH SH ER"),
        ("lifesaver", "L AY F S EY V ER"),
        ("o'clock", "AH K L AA K"),
        ("judge", "JH AH JH"),
        ("button", "B AH T AH N"),
        ("fire", "F AY ER"),
    ],
)
def test_words_sound_as_people_say_them(word: str, phones: str) -> None:
    assert " ".join(pronounce(word)) == phones


def test_known_words_are_mostly_told_right(
    shipped_lexicon: Lexicon, record_property: Callable[[str, object], None]
) -> None:
    words = [word for word in shipped_lexicon.entries if word.isalpha()][::8]
    wrong, whole = 0, 0
    for word in words:
        said = pronounce(word)
        nearest = min(shipped_lexicon.entries[word], key=lambda one: edits(said, one))
        wrong += edits(said, nearest)
        whole += len(nearest)
    record_property("phones wrong by letter to sound, known words", f"{wrong / whole:.1%}")
    assert len(words) > 1000
    assert wrong / whole < 0.06


@pytest.mark.parametrize("word", ["naïve", "x-ray", "aargh", "hmm", "qwfp", "1st", "ß", "a"])
def test_strange_words_have_some_sound(word: str) -> None:
    assert set(pronounce(word)) <= set(PHONES)


def test_what_says_nothing_is_refused_with_the_way_out() -> None:
    with pytest.raises(VocabularyError, match="how '\\.' sounds") as refused:
        pronounce(".")
    assert "--sounds" in refused.value.remedy


@pytest.mark.usefixtures("fresh")
def test_a_machine_without_espeak_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "_LIBRARY", "libnot-there.so.9")
    with pytest.raises(VocabularyError, match="not installed") as refused:
        pronounce("back")
    assert "libespeak-ng1" in refused.value.remedy
