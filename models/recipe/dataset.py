"""From recordings to what training reads: bands of several copies, and the phones said.

A shard is one `.npz` file made from a part of one manifest; shards that exist are kept, so that
speech that is added later is added here too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from models.recipe.augmentation import Samples, noises, spoken_in_a_room
from models.recipe.features import RATE, log_mel
from models.recipe.manifest import Recording, lists, read_list
from models.recipe.progress import Progress
from voice.vocabulary.phones import PHONES

_SHARD = 500
"""Utterances in a shard."""
_ROOMS = 1
"""Copies of each utterance beside the plain one."""
INTERRUPTING = "interrupting"
"""The kind of recordings that have been in a room already."""
_SHORTEST = 0.15
"""Seconds of recording below which there is nothing to learn."""
_LONGEST = 16.0
"""Seconds; longer ones would make a batch of one."""

_LABELS = {phone: number for number, phone in enumerate(PHONES, start=1)}
"""Blank is 0."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One recording as training sees it."""

    copies: tuple[NDArray[np.float16], ...]
    """Bands, each of shape (frames, 40); the first is the plain one."""
    labels: NDArray[np.int64]
    """The phones said, 1 to 39, shape (n,)."""
    text: str
    kind: str
    source: str
    voice: str
    split: str
    """`train`, `dev` or `test`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--seed", type=int, default=1)


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Makes the shards that are missing, and the bank of noise.

    Raises:
        OSError: a recording cannot be read or a shard not be written.
    """
    folder = work / "features"
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [job for file in lists(work) for job in _jobs(work, file, arguments.seed)]
    with Progress("features", len(jobs), unit="shards") as progress:
        if arguments.jobs > 1:
            with ProcessPoolExecutor(arguments.jobs) as pool:
                for _ in pool.map(_make_shard, jobs):
                    progress.step()
        else:
            for job in jobs:
                _make_shard(job)
                progress.step()
    _make_noise(work, arguments.seed)


def load(folder: Path, split: str, skip: frozenset[str] = frozenset()) -> Iterator[Utterance]:
    """The utterances of a split, shard by shard.

    Args:
        folder: the work folder.
        split: `train`, `dev` or `test`.
        skip: names of shards that are not read.
    """
    for path in sorted((folder / "features").glob("*.npz")):
        if path.name not in skip and path.name != "noise.npz":
            yield from (u for u in _read_shard(path) if u.split == split)


def load_noise(work: Path) -> list[NDArray[np.float32]]:
    """The bank of noise: bands of 20 s each."""
    with np.load(work / "features" / "noise.npz") as stored:
        return [stored[name].astype(np.float32) for name in stored.files]


@dataclass(frozen=True, slots=True)
class _Job:
    work: Path
    target: Path
    recordings: tuple[Recording, ...]
    seed: int


def _labelled(file: Path) -> list[Recording]:
    """The recordings of a list of which it is known what they say."""
    return [recording for recording in read_list(file) if recording.phones]


def _jobs(work: Path, file: Path, seed: int) -> Iterator[_Job]:
    folder, name, recordings = work / "features", file.stem, _labelled(file)
    for number, start in enumerate(range(0, len(recordings), _SHARD)):
        part = recordings[start : start + _SHARD]
        target = folder / f"{name}-{number:03}-{len(part)}.npz"
        if target.exists():
            continue
        for shorter in folder.glob(f"{name}-{number:03}-*.npz"):
            shorter.unlink()  # made while the manifest was still growing
        yield _Job(work, target, tuple(part), seed + number)


def _make_shard(job: _Job) -> None:
    rng = np.random.default_rng([job.seed, *job.target.stem.encode()])
    stored: dict[str, Any] = {}
    about: list[tuple[str | None, ...]] = []
    for one in job.recordings:
        samples = read_samples(job.work / one.path)
        if not _SHORTEST <= len(samples) / RATE <= _LONGEST:
            continue
        number = len(about)
        rooms = _ROOMS if one.split == "train" and one.kind != INTERRUPTING else 0
        for copy, bands in enumerate(_copies(samples, rooms, rng)):
            stored[f"{number}.{copy}"] = bands
        stored[f"{number}.labels"] = np.array(
            [_LABELS[p] for p in one.phones or ()], dtype=np.int64
        )
        about.append((one.text, one.kind, one.source, one.voice, one.split))
    stored["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    partial = job.target.with_suffix(".partial")
    with partial.open("wb") as file:
        np.savez(file, **stored)
    partial.rename(job.target)


def _read_shard(path: Path) -> Iterator[Utterance]:
    with np.load(path) as stored:
        for number, about in enumerate(json.loads(stored["about"].tobytes())):
            copies: list[NDArray[np.float16]] = []
            while (name := f"{number}.{len(copies)}") in stored:
                copies.append(stored[name])
            yield Utterance(tuple(copies), stored[f"{number}.labels"], *about)


def read_samples(path: Path) -> Samples:
    """A recording as mono float32 in the range of int16, 16 kHz, shape (n,)."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples[:, 0] * 32_768
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return np.asarray(mono, dtype=np.float32)


def _copies(
    samples: Samples, rooms: int, rng: np.random.Generator
) -> Iterable[NDArray[np.float16]]:
    lead, tail = rng.integers(RATE // 20, RATE // 2, 2)
    padded = np.pad(samples, (lead, tail)) + rng.standard_normal(len(samples) + lead + tail)
    plain = padded.astype(np.float32)
    yield log_mel(plain).astype(np.float16)
    for _ in range(rooms):
        yield log_mel(spoken_in_a_room(plain, rng)).astype(np.float16)


def _make_noise(work: Path, seed: int) -> None:
    target = work / "features" / "noise.npz"
    if target.exists():
        return
    rng = np.random.default_rng(seed)
    speech = _some_speech(work, rng)
    bank = noises(speech, rng)
    stored: dict[str, Any] = {f"{n}": noise.astype(np.float16) for n, noise in enumerate(bank)}
    np.savez(target, **stored)


def _some_speech(work: Path, rng: np.random.Generator) -> Sequence[Samples]:
    """A few hundred recordings of the training voices, for talk in the background."""
    paths = [
        work / one.path for file in lists(work) for one in _labelled(file) if one.split == "train"
    ]
    rng.shuffle(paths)
    return [read_samples(path) for path in paths[:300]]
