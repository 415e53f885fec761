"""The network in PyTorch is the network of the file; the loss sees what was said."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed; the extra `recipe` brings it")
pytest.importorskip("kaldi_native_fbank", reason="kaldi-native-fbank is not installed")

import torch

from models.recipe.blend import between
from models.recipe.kaldi import read_model
from models.recipe.network import Network, results
from models.recipe.train import best_path, drawn_forward
from models.recipe.transcripts import likeliest_way, said
from voice.understanding.words import edits
from voice.vocabulary.phones import PHONES

SHIPPED = Path("models/en-small/am/final.mdl")


def test_weights_go_in_and_come_out_as_they_were() -> None:
    model = read_model(SHIPPED)
    stored = Network(model).stored(model)
    for name, component in model.components.items():
        for token, value in component.fields.items():
            again = np.asarray(stored.components[name].fields[token])
            assert np.array_equal(again, np.asarray(value)), (name, token)


def test_weights_that_were_trained_come_out_changed_and_the_source_stays() -> None:
    model = read_model(SHIPPED)
    network = Network(model)
    before = model.components["tdnnf7.affine"].weights.copy()
    with torch.no_grad():
        network.layers[5].outer += 1
    changed = network.stored(model).components["tdnnf7.affine"].weights
    assert np.allclose(changed, before + 1)
    assert np.array_equal(model.components["tdnnf7.affine"].weights, before)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_network_between_two_has_its_share_of_both(share: float) -> None:
    before = read_model(SHIPPED)
    further = Network(before)
    with torch.no_grad():
        further.layers[5].outer += 1
    blended = between(before, further.stored(before), share)
    changed = blended.components["tdnnf7.affine"].weights
    assert np.allclose(changed, before.components["tdnnf7.affine"].weights + share, atol=1e-6)
    assert np.array_equal(blended.priors, before.priors)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 50, 51, 52])
def test_a_result_for_each_third_frame(frames: int) -> None:
    said_to_be = Network(read_model(SHIPPED))(torch.full((1, frames, 40), 5.0))
    assert said_to_be.shape == (1, results(frames), 40)
    assert torch.allclose(said_to_be.exp().sum(-1), torch.ones(1, results(frames)), atol=1e-4)


@pytest.mark.parametrize(
    ("one", "other", "fewest"),
    [
        ([], [], 0),
        ([1, 2, 3], [1, 2, 3], 0),
        ([1, 2, 3], [], 3),
        ([], [1, 2], 2),
        ([1, 2, 3], [1, 3], 1),
        ([1, 2, 3], [1, 4, 3], 1),
        ([1, 2], [3, 1, 2], 1),
        ([1, 2, 3, 4], [2, 1, 4, 3], 3),
    ],
)
def test_edits_between_what_was_said_and_heard(
    one: list[int], other: list[int], fewest: int
) -> None:
    assert edits(one, other) == fewest


def test_repeats_are_one_phone_and_blanks_none() -> None:
    path = [0, 5, 5, 0, 5, 7, 7, 0, 0]
    assert best_path(torch.eye(40)[path]).tolist() == [5, 5, 7]


SOUNDS = {
    "large": "L AA R JH",
    "small": "S M AO L",
    "coffee": "K AO F IY",
    "a": "AH",
    "please": "P L IY Z",
}


def pronounce(word: str) -> list[tuple[int, ...]]:
    sounds = SOUNDS.get(word, "ZH ZH ZH")
    return [tuple(PHONES.index(phone) + 1 for phone in sounds.split())]


@pytest.mark.parametrize(
    ("spoken", "phrases", "found"),
    [
        ("a large coffee please", ["large", "coffee"], "a large coffee please"),
        ("coffee large", ["large", "coffee"], "coffee large"),
        ("please a coffee small a", ["small", "coffee"], "please a coffee small a"),
        ("large coffee", ["large coffee"], "large coffee"),
        ("a coffee", ["large", "coffee"], None),
    ],
)
def test_the_sentence_is_found_when_only_its_slots_are_known(
    spoken: str, phrases: list[str], found: str | None
) -> None:
    path = [0, 0]
    for word in spoken.split():
        for phone in pronounce(word)[0]:
            path += [phone, phone, 0]
    heard = np.full((len(path), 40), np.log(1e-4))
    heard[np.arange(len(path)), path] = np.log(0.99)
    words, likelihood = said(heard, phrases, pronounce)
    if found is None:
        assert likelihood < -1
    else:
        assert " ".join(words) == found
        assert likelihood > -0.5


def heard_as(way: str) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    path = [n for phone in way.split() for n in (0, PHONES.index(phone) + 1)] + [0]
    heard = np.full((len(path), 40), np.log(1e-4))
    heard[np.arange(len(path)), path] = np.log(0.99)
    return heard


@pytest.mark.parametrize(
    "way",
    ["T AH M EY T OW", "T AH M AA T OW"],
    ids=["American", "British"],
)
def test_of_the_ways_to_say_known_words_the_one_that_was_heard_is_taken(way: str) -> None:
    taken, doubt = likeliest_way(heard_as(way), "tomato")
    assert " ".join(taken) == way
    assert doubt < 1


def test_words_that_were_not_said_are_doubted() -> None:
    assert likeliest_way(heard_as("T AH M EY T OW"), "relax")[1] > 3.4
    assert likeliest_way(heard_as("T UW"), "tomato")[1] == float("inf")


def test_of_two_moments_for_a_phone_the_earlier_is_learnt_where_results_are_drawn_forward() -> None:
    said_twice = torch.zeros(1, 6, 40).log_softmax(-1).requires_grad_()
    for weight, sooner in ((0.0, False), (0.5, True)):
        drawn = drawn_forward(said_twice, weight).transpose(0, 1)
        loss = torch.nn.functional.ctc_loss(
            drawn, torch.tensor([7]), torch.tensor([6]), torch.tensor([1]), reduction="sum"
        )
        (slope,) = torch.autograd.grad(loss, said_twice)
        early, late = -float(slope[0, 1, 7]), -float(slope[0, 4, 7])
        assert (early > late * 1.5) is sooner, (weight, early, late)
