"""The step that has sentences spoken by one synthesiser, and goes on where it was broken off.

    python -m models.recipe speech --source flite --count 5000 --seed 1 --work WORK

The same source, seed and split always give the same sentences in the same order, so that a run
that was killed goes on after its last recording, and a greater count only adds to what is there.
"""

from __future__ import annotations

import argparse
import itertools
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import soundfile
from numpy.typing import NDArray

from models.recipe.manifest import FOLDER, Recording, append, list_of, open_list, read_list
from models.recipe.pronunciations import Pronunciations, phones, standard
from models.recipe.texts import SHARES, Kind, Sentence, Split, read_texts
from models.recipe.voices import ENGINES, Engine, EngineMissingError, NoVoiceError, Setting
from models.recipe.voices.base import RATE

_SHORTEST_S, _LONGEST_S = 0.15, 10.0
"""What is shorter or longer went wrong, or fits no batch."""
_REPORT_EVERY_S = 10.0


class DifferentSplitError(ValueError):
    """A list holds recordings of another split than the one asked for."""


def plan(
    sentences: Sequence[Sentence], split: Split, seed: str, kinds: Sequence[Kind] = ()
) -> Iterator[Sentence]:
    """What to say, one after the other, without end.

    Every kind has its share (`SHARES`); within a kind each sentence comes once, or as often as its
    weight says, before one of them comes again.

    Args:
        sentences: of all splits.
        split: whose sentences are said.
        seed: of the order.
        kinds: only these; none: all.

    Raises:
        ValueError: no sentence is left.
    """
    chance = random.Random(f"{split} {seed}")
    decks = {
        kind: [one for one in sentences if one.split == split and one.kind == kind]
        for kind in kinds or SHARES
    }
    decks = {kind: deck for kind, deck in decks.items() if deck}
    if not decks:
        raise ValueError(f"no sentence of the split {split}")
    dealt = {kind: _dealt(deck, random.Random(f"{seed} {kind}")) for kind, deck in decks.items()}
    shares = [SHARES[kind] for kind in decks]
    while True:
        (kind,) = chance.choices(list(decks), shares)
        yield next(dealt[kind])


def _dealt(deck: Sequence[Sentence], chance: random.Random) -> Iterator[Sentence]:
    whole = [one for one in deck for _ in range(one.weight)]
    while True:
        yield from chance.sample(whole, len(whole))


def speak(
    engine: Engine, sentence: Sentence, known: Pronunciations, chance: random.Random
) -> tuple[NDArray[np.int16], str, list[str]] | None:
    """One sentence, or None where the engine could not say it.

    Returns:
        Samples, shape (n,), 16 kHz; the voice; the phones.
    """
    try:
        said = engine.speak(sentence.text, chance)
    except (RuntimeError, OSError, subprocess.SubprocessError) as trouble:
        sys.stderr.write(f"speech: {sentence.text!r} was not said: {trouble}\n")
        return None
    if not _SHORTEST_S <= len(said.samples) / RATE <= _LONGEST_S:
        return None
    return said.samples, said.voice, list(said.phones or phones(known.pick(sentence.text)))


def record(
    engine: Engine,
    sentences: Iterator[Sentence],
    known: Pronunciations,
    *,
    work: Path,
    source: str,
    seed: int,
    count: int,
    split: Split,
) -> int:
    """Have sentences spoken until the list reaches a count.

    Args:
        engine: who speaks.
        sentences: what, from the very first on; see `plan`.
        known: how words are said.
        work: the folder of everything made here.
        source: the engine's name.
        seed: names the list and decides what is left to chance.
        count: how many sentences, those counted that were there and those that could not be said.
        split: of the sentences, and of the engine's voices.

    Returns:
        How many recordings were added.

    Raises:
        DifferentSplitError: the list was begun for another split.
    """
    file = list_of(work, source, seed)
    there = list(read_list(file))
    if any(one.split != split for one in there):
        raise DifferentSplitError(f"{file} holds recordings of another split than {split}")
    first = int(Path(there[-1].path).stem) + 1 if there else 0
    folder = work / FOLDER / source / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    progress = Progress(count)
    added = 0
    with open_list(file) as opened:
        for number, sentence in itertools.islice(enumerate(sentences), first, count):
            chance = random.Random(f"{source} {seed} {number}")
            spoken = speak(engine, sentence, known, chance)
            if spoken:
                samples, voice, said = spoken
                path = folder / f"{number:06}.flac"
                soundfile.write(path, samples, RATE, subtype="PCM_16")
                seconds = round(len(samples) / RATE, 3)
                name = path.relative_to(work).as_posix()
                kind = sentence.kind
                append(
                    opened,
                    Recording(name, sentence.text, said, voice, source, kind, seconds, split),
                )
                progress.heard(seconds)
                added += 1
            progress.report(source, number + 1)
    return added


class Progress:
    """A line about how far it is, every few seconds.

    Args:
        asked: how many sentences there will be.
    """

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self._seconds = 0.0
        self._begun = self._last = time.monotonic()

    def heard(self, seconds: float) -> None:
        """Count a recording."""
        self._seconds += seconds

    def report(self, source: str, done: int) -> None:
        """Print the line where it is time, or where all is done."""
        now = time.monotonic()
        if now - self._last >= _REPORT_EVERY_S or done == self._asked:
            self._last = now
            pace = self._seconds / max(now - self._begun, 1e-9)
            sys.stderr.write(
                f"speech: {source}: {done}/{self._asked}, {self._seconds / 60:.1f} min of audio,"
                f" {pace:.1f} x real time\n"
            )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--source", choices=sorted(ENGINES), required=True, help="who speaks")
    parser.add_argument("--count", type=int, required=True, help="how many sentences in all")
    parser.add_argument("--seed", type=int, default=1, help="names the list (default: 1)")
    parser.add_argument("--split", choices=get_args(Split), default="train")
    parser.add_argument(
        "--kind",
        choices=sorted(SHARES),
        action="append",
        default=[],
        help="only sentences of this kind; `control` are those of training, whoever says them",
    )
    parser.add_argument(
        "--kokoro-voices",
        type=Path,
        help="the folder `voices` of the npm package kokoro-js",
    )


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Speaks.

    Raises:
        SystemExit: the engine, a voice of that split or the list of sentences is not there.
    """
    known = standard()
    source, split, seed = arguments.source, arguments.split, arguments.seed
    texts: Split = "train" if arguments.kind == ["control"] else split
    try:
        engine = ENGINES[source](Setting(split, known, arguments.kokoro_voices))
        sentences = plan(read_texts(work), texts, f"{source} {seed}", arguments.kind)
        record(
            engine,
            sentences,
            known,
            work=work,
            source=source,
            seed=seed,
            count=arguments.count,
            split=split,
        )
    except (EngineMissingError, NoVoiceError, DifferentSplitError, FileNotFoundError) as trouble:
        raise SystemExit(f"speech: {trouble}") from trouble


if __name__ == "__main__":
    own = argparse.ArgumentParser(prog="python -m models.recipe.speech", description=__doc__)
    own.add_argument("--work", type=Path, required=True, help="folder of everything made here")
    add_arguments(own)
    given = own.parse_args()
    run(given.work, given)
