"""What was said in recordings of which only the slots, or only the words, are known.

The labels of a speech-to-intent set say "roast: dark roast, size: large" and not the sentence.
The sentence is found by the network itself: the likeliest path in which every labelled phrase is
said exactly once, in any order, with small words of an order anywhere between them.

Of recordings that came by a list the words are known, if the list is right. Of the ways to say them
the likeliest is taken, and what the network doubts too much is left out.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.recipe import kaldi
from models.recipe.dataset import read_samples
from models.recipe.features import log_mel
from models.recipe.manifest import Recording, list_of, lists, read_list, write_list
from models.recipe.network import Network
from models.recipe.people import LIST, LISTED
from models.recipe.progress import Progress
from models.recipe.pronunciations import Accent, guessing, phones, pick, variants
from models.recipe.train import START
from voice.vocabulary.phones import PHONES

Pronouncing = Callable[[str], Sequence[tuple[int, ...]]]
"""The ways to say a word, as numbers of phones."""

_SMALL_WORDS = tuple(
    """
    hi hello hey please can could may i i'd i'll i'm would like have get want need take give make
    me a an the order with and some of to go for cup drink thank you thanks size in it on also plus
    add added one let do that shot bring us my this just we looking no extra put then uh um
    """.split()
)
_SMALL_WORD_COST = 2.0
"""Natural logarithm: a small word must be heard, not guessed."""
_WAYS_AT_MOST = 24
"""Pronunciations of one phrase."""
_NEVER = -1e9
_TRIED = 8
"""Ways to say a sentence that are compared."""
_ACCENTS: tuple[Accent, ...] = ("american", "british")

_STAY, _STEP, _LEAP, _ENTER = range(4)


@dataclass(frozen=True, slots=True)
class _Places:
    """All places of the search, in rows.

    There is one for each phone or gap of each word after each set of phrases that have been said.
    Every array has shape (places,).
    """

    words: tuple[str, ...]
    word: NDArray[np.int64]
    """Which word."""
    label: NDArray[np.int64]
    """Phone, or 0 in the gap between two phones of a word."""
    first: NDArray[np.bool_]
    leaps: NDArray[np.bool_]
    """Whether the gap before this phone may be left out."""
    before: NDArray[np.int64]
    """The set of phrases said before the word, a bit each."""
    after: NDArray[np.int64]
    """The same after the word at its last place; -1 elsewhere."""
    cost: NDArray[np.float64]
    """Of entering the word."""


def said(
    log_probabilities: NDArray[np.float64], phrases: Sequence[str], pronounce: Pronouncing
) -> tuple[list[str], float]:
    """The likeliest words.

    Args:
        log_probabilities: shape (results, 40), natural logarithms.
        phrases: each is said exactly once.
        pronounce: how words sound.

    Returns:
        The words and phrases in order, and how much less likely they are than the best path with
        no bounds, a result (natural logarithm; 0 is as likely).
    """
    places = _places(phrases, pronounce)
    path, score = _search(log_probabilities, places, 1 << len(phrases))
    free = float(log_probabilities.max(axis=1).sum())
    return [places.words[number] for number in path], (score - free) / len(log_probabilities)


def likeliest_way(
    log_probabilities: NDArray[np.float64], text: str
) -> tuple[tuple[str, ...], float]:
    """How known words were most likely said.

    Args:
        log_probabilities: shape (results, 40), natural logarithms.
        text: lower-case words.

    Returns:
        The phones, and how much they are doubted: CTC's loss a phone, infinite where they are too
        many for the recording.

    Raises:
        VocabularyError: there is a word that nobody can tell the sound of.
    """
    chance = random.Random(text)
    known = guessing()
    ways = {phones(known.pick(text, chance, chance.choice(_ACCENTS))) for _ in range(_TRIED)}
    doubts = {way: _doubt(log_probabilities, way) for way in sorted(ways)}
    best = min(doubts, key=lambda way: doubts[way])
    return best, doubts[best]


def _doubt(log_probabilities: NDArray[np.float64], way: Sequence[str]) -> float:
    loss = functional.ctc_loss(
        torch.from_numpy(log_probabilities)[:, None],
        torch.tensor([[PHONES.index(phone) + 1 for phone in way]]),
        torch.tensor([len(log_probabilities)]),
        torch.tensor([len(way)]),
        reduction="sum",
    )
    return float(loss) / max(len(way), 1)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--start", type=Path, default=START, help="final.mdl that listens")
    parser.add_argument(
        "--least", type=float, default=-0.1, help="transcripts less likely than this are left out"
    )
    parser.add_argument(
        "--doubt", type=float, default=3.4, help="listed words doubted more than this are left out"
    )


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Fills in what was said in the lists of the speech-to-intent set and of kind `LISTED`.

    Raises:
        OSError: a list or a recording cannot be read.
    """
    network = Network(kaldi.read_model(arguments.start))
    network.eval()
    by_slots = list_of(work, "speech-to-intent", LIST)
    for file in lists(work):
        recordings = list(read_list(file))
        if file != by_slots and not any(one.kind == LISTED for one in recordings):
            continue
        with Progress(f"transcripts: {file.stem}", len(recordings), unit="recordings") as progress:
            for number, one in enumerate(recordings):
                progress.step()
                if one.kind == LISTED:
                    recordings[number] = _checked(one, network, work, arguments.doubt)
                elif one.split == "train":
                    recordings[number] = _transcribed(one, network, work, arguments.least)
        write_list(file, recordings)


def _checked(one: Recording, network: Network, work: Path, most: float) -> Recording:
    """A listed recording with the phones likely said, or none where its words are doubted."""
    way, doubt = likeliest_way(_hear(network, work / one.path), one.text or "")
    said_so = list(way) if doubt <= most else None
    return replace(one, phones=said_so, likelihood=round(-doubt, 3))


def _transcribed(one: Recording, network: Network, work: Path, least: float) -> Recording:
    """A recording with its likeliest text, and with its phones where that is likely enough."""
    phrases = [" ".join(phrase.split()) for phrase in (one.slots or {}).values()]
    words, likelihood = said(_hear(network, work / one.path), phrases, _sounds)
    text = " ".join(words)
    found = list(phones(pick(text))) if likelihood >= least else None
    return replace(one, text=text, phones=found, likelihood=round(likelihood, 3))


def _sounds(word: str) -> list[tuple[int, ...]]:
    ways = variants(word, ("american",))
    return [tuple(PHONES.index(phone) + 1 for phone in way) for way in ways]


def _hear(network: Network, path: Path) -> NDArray[np.float64]:
    bands = torch.from_numpy(log_mel(read_samples(path)))[None]
    with torch.no_grad():
        return network(bands)[0].numpy().astype(np.float64)  # type: ignore[no-any-return]


def _places(phrases: Sequence[str], pronounce: Pronouncing) -> _Places:
    ways = {phrase: _ways(phrase, pronounce) for phrase in (*_SMALL_WORDS, *phrases)}
    words: list[str] = []
    rows: list[tuple[int, int, bool, bool, int, int, float]] = []
    for before in range(1 << len(phrases)):
        following = [(word, before, _SMALL_WORD_COST) for word in _SMALL_WORDS]
        following += [
            (phrase, before | 1 << bit, 0.0)
            for bit, phrase in enumerate(phrases)
            if not before >> bit & 1
        ]
        for text, after, cost in following:
            for way in ways[text]:
                rows.extend(_word_rows(len(words), way, before, after, cost))
                words.append(text)
    columns = list(zip(*rows, strict=True))
    return _Places(
        words=tuple(words),
        word=np.array(columns[0]),
        label=np.array(columns[1]),
        first=np.array(columns[2]),
        leaps=np.array(columns[3]),
        before=np.array(columns[4]),
        after=np.array(columns[5]),
        cost=np.array(columns[6]),
    )


def _word_rows(
    number: int, way: tuple[int, ...], before: int, after: int, cost: float
) -> list[tuple[int, int, bool, bool, int, int, float]]:
    rows = []
    for at, phone in enumerate(way):
        if at:
            rows.append((number, 0, False, False, before, -1, 0.0))
        leaps = at > 0 and way[at - 1] != phone
        end = after if at == len(way) - 1 else -1
        rows.append((number, phone, at == 0, leaps, before, end, cost if at == 0 else 0.0))
    return rows


def _ways(phrase: str, pronounce: Pronouncing) -> list[tuple[int, ...]]:
    choices = itertools.product(*(pronounce(word) for word in phrase.split()))
    joined = (tuple(itertools.chain(*choice)) for choice in choices)
    return list(itertools.islice(joined, _WAYS_AT_MOST))


def _search(
    log_probabilities: NDArray[np.float64], places: _Places, sets: int
) -> tuple[list[int], float]:
    """Viterbi's search. Between words lies a hub for each set of phrases that have been said."""
    moments, count = len(log_probabilities), len(places.word)
    score = np.full(count, _NEVER)
    hub = np.full(sets, _NEVER)
    hub[0] = 0.0
    hub_from = np.full((moments + 1, sets), -1)
    """The place that a hub was reached from; -1: it was blank."""
    moves = np.zeros((moments, count), dtype=np.int8)
    ends = [np.flatnonzero(places.after == done) for done in range(sets)]
    for moment, heard in enumerate(log_probabilities):
        score, moves[moment] = _advance(score, hub, places)
        score = score + heard[places.label]
        hub = hub + heard[0]
        for now_said, last in enumerate(ends):
            if len(last) and score[best := last[score[last].argmax()]] > hub[now_said]:
                hub[now_said], hub_from[moment + 1, now_said] = score[best], best
    return _trace(places, moves, hub_from), float(hub[-1])


def _advance(
    score: NDArray[np.float64], hub: NDArray[np.float64], places: _Places
) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    stepped = np.concatenate(([_NEVER], score[:-1]))
    leapt = np.concatenate(([_NEVER, _NEVER], score[:-2]))
    choices = np.stack(
        (
            score,
            np.where(places.first, _NEVER, stepped),
            np.where(places.leaps, leapt, _NEVER),
            np.where(places.first, hub[places.before] - places.cost, _NEVER),
        )
    )
    move = choices.argmax(axis=0)
    return np.take_along_axis(choices, move[None], axis=0)[0], move.astype(np.int8)


def _trace(places: _Places, moves: NDArray[np.int8], hub_from: NDArray[np.int64]) -> list[int]:
    path: list[int] = []
    moment, said_set = len(moves), hub_from.shape[1] - 1
    while moment > 0:
        place = int(hub_from[moment, said_set])
        if place < 0:
            moment -= 1
            continue
        path.append(int(places.word[place]))
        while moves[moment - 1, place] != _ENTER:
            place -= {_STAY: 0, _STEP: 1, _LEAP: 2}[int(moves[moment - 1, place])]
            moment -= 1
        said_set = int(places.before[place])
        moment -= 1
    return path[::-1]
