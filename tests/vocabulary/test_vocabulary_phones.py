"""The formulas of the transition-ids against what the shipped network says of itself."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.vocabulary.conftest import EMBEDDED
from voice.vocabulary import phones

MODEL = (EMBEDDED / "am/final.mdl").read_bytes()[:20_000]


def numbers(at: int, count: int) -> Iterator[int]:
    """Kaldi's integers: a byte that says 4, and 4 bytes."""
    for place in range(at, at + 5 * count, 5):
        size, number = struct.unpack_from("<bi", MODEL, place)
        assert size == 4
        yield number


def states() -> list[tuple[int, int, int]]:
    """Phone, state and output of each state that has transitions."""
    at = MODEL.index(b"<Triples> ") + len(b"<Triples> ")
    (count,) = numbers(at, 1)
    flat = list(numbers(at + 5, 3 * count))
    return list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))


def transitions() -> dict[int, tuple[int, int, int]]:
    """Phone, state and output of each transition-id, as Kaldi counts them."""
    counted: list[tuple[int, int, int]] = []
    for phone, state, output in states():
        first_of_unknown = phone == phones.UNKNOWN and state == 0
        only_onwards = first_of_unknown or (phone, state) == (2, 0)
        counted += [(phone, state, output)] * (1 if only_onwards else 2)
    return dict(enumerate(counted, 1))


def test_every_formula_names_the_state_that_it_means() -> None:
    of = transitions()
    assert len(of) == phones.TRANSITIONS
    assert of[phones.BLANK_STEP] == of[phones.BLANK_STEP - 1] == (2, 1, 0)
    assert of[phones.enter(phones.SILENCE)] == of[phones.stay(phones.SILENCE)] == (1, 0, 0)
    for output, name in enumerate(phones.PHONES, 1):
        for kaldi_phone in {*phones.in_word([name]), *phones.in_word([name] * 3)}:
            assert of[phones.enter(kaldi_phone)] == (kaldi_phone, 0, output)
            assert of[phones.stay(kaldi_phone)] == (kaldi_phone, 0, output)
            assert phones.enter(kaldi_phone) == phones.stay(kaldi_phone) + 1
            assert phones.entered(phones.enter(kaldi_phone)) == kaldi_phone
            assert phones.entered(phones.stay(kaldi_phone)) is None
            assert phones.name(kaldi_phone) == name
    for output in range(phones.OUTPUTS):
        first, further = phones.unknown_last(output)
        assert of[phones.unknown_first(output)] == (phones.UNKNOWN, 0, output)
        assert of[phones.unknown_middle(output)] == (phones.UNKNOWN, 1, output)
        assert of[first] == of[further] == (phones.UNKNOWN, 2, output)


def test_the_places_in_a_word_are_those_of_the_shipped_model() -> None:
    listed = (EMBEDDED / "graph/phones/word_boundary.int").read_text().splitlines()
    assert [f"{phone} {place}" for phone, place in phones.word_boundary()] == listed


def test_a_word_of_one_phone_begins_and_ends_in_it() -> None:
    places = dict(phones.word_boundary())
    for said, expected in [
        (["AH"], ["singleton"]),
        (["M", "AY"], ["begin", "end"]),
        (["B", "AE", "K"], ["begin", "internal", "end"]),
    ]:
        assert [places[phone] for phone in phones.in_word(said)] == expected
