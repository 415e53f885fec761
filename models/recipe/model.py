"""Puts a model folder together that Vosk reads: network, graph, settings, lexicon.

The words are those of the packs and the commonest 20,000 of English, as far as it is known how
they sound; how likely they follow each other is counted in the training texts, in which
sentences that are meant for the product weigh more.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import wordfreq

from models.recipe import kaldi
from models.recipe.pronunciations import Accent, standard
from models.recipe.texts import FILE, NOT_LANGUAGE, normalised, split_of
from models.recipe.train import RESULT
from voice.vocabulary.graph import Settings, build_graph
from voice.vocabulary.language import Counting, estimate
from voice.vocabulary.lexicon import Lexicon

ACCENTS: tuple[Accent, ...] = ("american", "british")
"""Whose ways to say a word are in the lexicon. More ways hear more people and mistake more."""
_COMMON = 20_000
_WAYS_AT_MOST = 4
"""Ways to say one word."""
_LETTERS = frozenset("ai")
"""The letters that are words."""
_WEIGHT = {"pack": 3.0, "danger": 3.0, "control": 10.0, "reminder": 2.0, "confusable": 1.0}
"""How often a sentence counts, by kind; others once."""
_AT_LEAST = (0.9, 0.9)
"""How often two, three words must have followed each other, weighted, to be kept."""
_CHUNK = 9
"""Frames of 10 ms that the network hears at once, a multiple of 3. Vosk waits for 21 unless told
otherwise, and a partial result comes as much later: "back" was there 0.2 s sooner with 9."""
_MFCC = """--dither=0
--use-energy=false
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=7600
--allow-upsample=true
--allow-downsample=true
"""
"""What `features.py` computes, in Kaldi's words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step. The settings are chosen on the development set, never the test."""
    parser.add_argument("--network", type=Path, help=f"final.mdl (default: {RESULT} of --work)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument(
        "--blank", type=float, default=2.0, help="taken from the blank's log-probability"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="weight of sounds against words")
    parser.add_argument("--beam", type=float, default=13.0)
    parser.add_argument("--unknown-sound", type=float, default=Settings().unknown_sound)
    parser.add_argument("--unknown-word", type=float, default=Settings().unknown_word)
    parser.add_argument("--order", type=int, default=3, help="words looked at together, 2 or 3")
    parser.add_argument(
        "--talk", type=Path, help="everyday sentences, one a line, that count beside the texts"
    )
    parser.add_argument("--talk-weight", type=float, default=0.5, help="how often each counts")
    parser.add_argument(
        "--common",
        type=float,
        default=30_000.0,
        help="words of general English that are added alone",
    )


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Makes the folder.

    Raises:
        KaldiFileError: the network cannot be read.
        OSError: a file cannot be read or written.
    """
    out: Path = arguments.out
    network = kaldi.read_model(arguments.network or work / RESULT)
    network.priors = np.ones(len(network.priors), dtype=np.float32)
    network.priors[0] = np.exp(arguments.blank)
    (out / "am").mkdir(parents=True, exist_ok=True)
    kaldi.write_model(out / "am/final.mdl", network)
    (out / "conf").mkdir(exist_ok=True)
    (out / "conf/mfcc.conf").write_text(_MFCC)
    (out / "conf/model.conf").write_text(_settings(arguments))
    lexicon = words_and_sounds(_texts(work))
    lexicon.write(out / "lexicon.txt")
    vocabulary = {word for word, _ in lexicon}
    language = estimate(
        itertools.chain(
            ((text, _WEIGHT.get(kind, 1.0)) for text, kind in _texts(work)),
            ((text, arguments.talk_weight) for text in _talk(arguments.talk)),
        ),
        vocabulary,
        Counting(
            order=arguments.order,
            at_least=_AT_LEAST,
            common={
                word: arguments.common * wordfreq.word_frequency(word, "en") for word in vocabulary
            },
        ),
    )
    settings = Settings(unknown_word=arguments.unknown_word, unknown_sound=arguments.unknown_sound)
    build_graph(out, lexicon, language, settings)


def words_and_sounds(texts: Iterable[tuple[str, str]]) -> Lexicon:
    """The vocabulary.

    Args:
        texts: sentences and their kinds; every word of them is in it if it is known how it sounds.
    """
    said = {word for text, kind in texts if kind in _WEIGHT for word in text.split()}
    common = (word for word in wordfreq.top_n_list("en", 2 * _COMMON) if _is_word(word))
    return Lexicon.of(_pronounced(dict.fromkeys((*sorted(said), *common)), len(said) + _COMMON))


def _pronounced(words: Iterable[str], at_most: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = [word for word in words if word in standard()]
    for word in known[:at_most]:
        for way in standard().variants(word, ACCENTS)[:_WAYS_AT_MOST]:
            yield word, way


def _is_word(text: str) -> bool:
    return (
        text.replace("'", "").isascii()
        and text.replace("'", "").isalpha()
        and (len(text) > 1 or text in _LETTERS)
    )


def _texts(work: Path) -> Iterator[tuple[str, str]]:
    """Sentences for training that people might say, with their kinds."""
    with (work / FILE).open(encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            if entry["split"] == "train" and entry["kind"] not in NOT_LANGUAGE:
                yield entry["text"], entry["kind"]


def _talk(file: Path | None) -> Iterator[str]:
    """What people say to each other, less what is kept for choosing and for the report."""
    if file is not None:
        with file.open(encoding="utf-8") as lines:
            said = (normalised(line) for line in lines)
            yield from (text for text in said if text and split_of(text) == "train")


def _settings(arguments: argparse.Namespace) -> str:
    return "\n".join(
        (
            "--min-active=200",
            "--max-active=3000",
            f"--beam={arguments.beam:g}",
            "--lattice-beam=4",
            f"--acoustic-scale={arguments.scale:g}",
            "--frame-subsampling-factor=3",
            f"--frames-per-chunk={_CHUNK}",
            "--endpoint.silence-phones=1",
            "--endpoint.rule2.min-trailing-silence=0.5",
            "--endpoint.rule3.min-trailing-silence=1.0",
            "--endpoint.rule4.min-trailing-silence=2.0",
            "",
        )
    )
