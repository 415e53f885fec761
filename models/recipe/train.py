"""Trains the network by CTC, from where a model on disk stands.

One run has a length in minutes; its learning rate rises for a moment and then falls along a
cosine over that time. It can be stopped at any moment: what it has learnt is kept every ten
minutes, and the same command goes on from there. What is kept as the result is a running
average of the weights, which hears better than the last step's.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader

from models.recipe import kaldi
from models.recipe.augmentation import Strength, heard_anew
from models.recipe.dataset import INTERRUPTING, Utterance, load, load_noise
from models.recipe.network import STRIDE, Network, results
from voice.understanding.words import edits

START = Path("models/en-small/am/final.mdl")
"""Where training starts unless told otherwise: the model that ships."""
RESULT = "train/final.mdl"
"""Under the work folder: what the last run made."""

_KEEP_EVERY = 600.0
_TEST_EVERY = 600.0
_SAY_EVERY = 30.0
"""Seconds."""
_WARM_UP = 0.03
"""Share of the run in which the learning rate rises."""
_LAST_RATE = 0.03
"""Share of the learning rate that is left at the end."""
_AVERAGE = 0.998
"""How slowly the running average follows."""
_CLIP = 2.0
"""Largest norm of a gradient."""
_STEP = 120
"""Frames by which the lengths of batches differ. oneDNN compiles itself anew for each shape, half
a second at a time, and keeps about a thousand of its programs: with many shapes it does little
else."""
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384")
_DEV_AT_MOST = 400
"""Utterances of the development set that are heard at each test."""

SHARES: dict[tuple[str, str], float] = {
    ("source", "speech-to-intent"): 2.0,
    ("kind", "people"): 1.5,
    ("source", "wake-words"): 0.35,
    ("kind", "control"): 3.0,
    ("kind", "danger"): 1.5,
    ("kind", INTERRUPTING): 2.0,
}
"""How often an utterance is heard in one pass: the product over what it matches; else once."""
HARDER = {
    "control": Strength(noisy=0.8, worst_ratio=0.0),
    INTERRUPTING: Strength(noisy=0.35, worst_ratio=8.0),
}
"""By kind: control words have to be heard through much; some have been through it already."""
_SHARE_OTHERS_TALK = 0.3
"""Of the utterances that get noise: what others say in the same data."""


Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""Bands (n, frames, 40), the results of each utterance (n,), all labels in a row, the count of
each utterance's labels (n,)."""


@dataclass(slots=True)
class _Run:
    """What one run is made of."""

    network: Network
    average: AveragedModel
    optimiser: torch.optim.Optimizer
    device: torch.device
    seconds: float
    highest_rate: float
    early: float
    """See `drawn_forward`."""
    elapsed: float = 0.0
    """Seconds trained so far, over all starts of this run."""
    epoch: int = 0
    step: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--minutes", type=float, required=True, help="how long the run takes")
    parser.add_argument("--start", type=Path, default=START, help="final.mdl to start from")
    parser.add_argument("--rate", type=float, default=6e-4, help="highest learning rate")
    parser.add_argument(
        "--early", type=float, default=0.0, help="how strongly results are drawn forward in time"
    )
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--frames", type=int, default=6_400, help="frames of 10 ms in a batch")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare batches")
    parser.add_argument("--seed", type=int, default=1)


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Trains, or goes on training.

    Raises:
        SystemExit: there is nothing to train on.
        KaldiFileError: the model to start from cannot be read.
    """
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    model = kaldi.read_model(arguments.start)
    folder = work / "train"
    folder.mkdir(parents=True, exist_ok=True)
    state = _begin(model, arguments)
    _go_on(folder / "last.pt", state)
    data = _Data(work, arguments)
    try:
        _train(state, data, model, folder)
    finally:
        _keep(folder, state, model)
    _say(folder, state, **_tested(state, data.dev))


def error_rate(network: Network, utterances: Sequence[Utterance], device: torch.device) -> float:
    """Phones wrong (inserted, left out, changed) a phone said, by the likeliest path."""
    wrong = said = 0
    network.eval()
    with torch.no_grad(), _half(device):
        for utterance in utterances:
            bands = utterance.copies[0].astype(np.float32)
            filled = torch.from_numpy(filled_up(bands, rounded_up(len(bands))))[None]
            heard = network(filled.to(device))[0, : results(len(bands))]
            wrong += edits(utterance.labels.tolist(), best_path(heard).tolist())
            said += len(utterance.labels)
    return wrong / max(said, 1)


def rounded_up(frames: int) -> int:
    """The length that a batch is filled up to."""
    return -(-frames // _STEP) * _STEP


def filled_up(bands: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """The last frame repeated up to a length."""
    return np.pad(bands, ((0, frames - len(bands)), (0, 0)), mode="edge")


def best_path(log_probabilities: Tensor) -> NDArray[np.int64]:
    """The phones of the likeliest path: repeats joined, blanks left out; shape (n,)."""
    best = log_probabilities.argmax(dim=-1).cpu().numpy()
    changed = np.concatenate(([True], best[1:] != best[:-1]))
    return np.asarray(best[changed & (best != 0)], dtype=np.int64)


def _begin(model: kaldi.AcousticModel, arguments: argparse.Namespace) -> _Run:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = Network(model).to(device)
    network.set_dropout(arguments.dropout)
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGE))
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=arguments.rate, betas=(0.9, 0.98), weight_decay=1e-3
    )
    seconds, rate, early = arguments.minutes * 60, arguments.rate, arguments.early
    return _Run(network, average, optimiser, device, seconds, rate, early)


def _train(state: _Run, data: _Data, model: kaldi.AcousticModel, folder: Path) -> None:
    began = time.monotonic() - state.elapsed
    kept = tested = said = state.elapsed
    losses: list[float] = []
    while True:
        for batch in data.batches(state.epoch):
            state.elapsed = time.monotonic() - began
            if state.elapsed >= state.seconds:
                return
            rate = state.highest_rate * _rate(state.elapsed / state.seconds)
            losses.append(_learn(state, rate, batch))
            if state.elapsed - said > _SAY_EVERY:
                said = state.elapsed
                _say(folder, state, loss=round(float(np.mean(losses)), 3), rate=round(rate, 6))
                losses.clear()
            if state.elapsed - kept > _KEEP_EVERY:
                kept = state.elapsed
                _keep(folder, state, model)
            if state.elapsed - tested > _TEST_EVERY:
                tested = state.elapsed
                _say(folder, state, **_tested(state, data.dev[:_DEV_AT_MOST]))
        state.epoch += 1
        _say(folder, state, hours=round(data.hours, 2))


def _learn(state: _Run, rate: float, batch: Batch) -> float:
    """One step; the loss a phone before it."""
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    state.network.train()
    bands, frames, labels, counts = batch
    with _half(state.device):
        said = state.network(bands.to(state.device, non_blocking=True))
    loss = (
        functional.ctc_loss(
            drawn_forward(said, state.early).transpose(0, 1),
            labels.to(state.device),
            frames,
            counts,
            reduction="sum",
            zero_infinity=True,
        )
        / counts.sum()
    )
    state.optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), _CLIP)
    state.optimiser.step()
    state.average.update_parameters(state.network)
    state.step += 1
    return float(loss.item())


def drawn_forward(said: Tensor, weight: float) -> Tensor:
    """Log-probabilities of phones that fall with time, so that they are learnt to come early.

    Args:
        said: shape (batch, results, phones and blank).
        weight: by how much they fall from one result to the next; 0: not at all.

    After Kang and others, "Delay-penalized CTC Implemented Based on Finite State Transducer"
    (Interspeech 2023).
    """
    if not weight:
        return said
    fall = weight * torch.arange(said.shape[1], device=said.device, dtype=said.dtype)
    phones = torch.ones(said.shape[2], device=said.device, dtype=said.dtype)
    phones[0] = 0
    return said - fall[:, None] * phones


def _half(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 where the matrices are large: faster on every recent processor, and no worse."""
    half: AbstractContextManager[Any] = torch.autocast(device.type, dtype=torch.bfloat16)
    return half


def _rate(progress: float) -> float:
    """The learning rate's share of its highest value, by the share of the run that is over."""
    falling = _LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return min(1.0, progress / _WARM_UP) * falling


class _Data:
    """What is trained on, and in which order."""

    def __init__(self, work: Path, arguments: argparse.Namespace) -> None:
        self._work, self._arguments = work, arguments
        self._read: frozenset[str] = frozenset()
        self._utterances: list[Utterance] = []
        self._noise = load_noise(work)
        self.dev = list(load(work, "dev"))
        random.Random(0).shuffle(self.dev)
        self.hours = 0.0
        self._read_more()
        if not self._utterances:
            raise SystemExit("There is no speech to train on: run the steps speech and features.")

    def batches(self, epoch: int) -> Iterator[Batch]:
        """One pass."""
        self._read_more()
        rng = np.random.default_rng([self._arguments.seed, epoch])
        chosen = [n for n, u in enumerate(self._utterances) for _ in range(_times(u, rng))]
        batches = self._batched(chosen, rng)
        self.hours = sum(self._frames(n) for batch in batches for n in batch) / 360_000
        collate = _Collate(self._utterances, self._noise, int(rng.integers(1 << 31)))
        workers = self._arguments.workers
        return iter(
            DataLoader(
                batches,
                batch_size=None,
                collate_fn=collate,
                num_workers=workers,
                prefetch_factor=6 if workers else None,
            )
        )

    def _read_more(self) -> None:
        """Speech that was added while this run was going on joins at the next pass."""
        there = frozenset(path.name for path in (self._work / "features").glob("*.npz"))
        self._utterances.extend(load(self._work, "train", skip=self._read))
        self._read |= there
        count = Counter(u.source for u in self._utterances)
        sys.stderr.write(f"train: {json.dumps(count)}\n")

    def _frames(self, number: int) -> int:
        return len(self._utterances[number].copies[0])

    def _batched(self, chosen: list[int], rng: np.random.Generator) -> list[list[int]]:
        """Utterances of about the same length together, as many as the frames allow.

        Every batch of a length has the same size, filled up from the same length, and lengths go
        in steps: for each new shape, the matrix library prepares itself for a second.
        """
        by_length: dict[int, list[int]] = defaultdict(list)
        for number in chosen:
            by_length[rounded_up(self._frames(number))].append(number)
        batches = []
        for length, numbers in by_length.items():
            size = max(1, self._arguments.frames // length)
            rng.shuffle(numbers)
            numbers += [
                numbers[int(rng.integers(len(numbers)))] for _ in range(-len(numbers) % size)
            ]
            batches += [numbers[at : at + size] for at in range(0, len(numbers), size)]
        rng.shuffle(batches)
        return batches


class _Collate:
    """Makes one batch, each utterance heard anew."""

    def __init__(
        self, utterances: list[Utterance], noise: list[NDArray[np.float32]], seed: int
    ) -> None:
        self._utterances, self._noise, self._seed = utterances, noise, seed

    def __call__(self, batch: list[int]) -> Batch:
        rng = np.random.default_rng([self._seed, *batch])
        heard = [self._heard(self._utterances[number], rng) for number in batch]
        longest = rounded_up(max(map(len, heard)))
        bands = np.stack([filled_up(one, longest) for one in heard])
        labels = [self._utterances[number].labels for number in batch]
        return (
            torch.from_numpy(bands),
            torch.tensor([results(len(one)) for one in heard]),
            torch.from_numpy(np.concatenate(labels)),
            torch.tensor([len(one) for one in labels]),
        )

    def _heard(self, utterance: Utterance, rng: np.random.Generator) -> NDArray[np.float32]:
        copy = utterance.copies[rng.integers(len(utterance.copies))].astype(np.float32)
        noise = [self._talk(rng)] if rng.random() < _SHARE_OTHERS_TALK else self._noise
        bands = heard_anew(copy, noise, rng, HARDER.get(utterance.kind, Strength()))
        # CTC needs a result for each phone, and one between two that are alike.
        least = STRIDE * (len(utterance.labels) + int(np.sum(np.diff(utterance.labels) == 0)))
        return bands if len(bands) >= least else copy

    def _talk(self, rng: np.random.Generator) -> NDArray[np.float32]:
        """A few utterances one after the other, as a television or the product's own voice is."""
        chosen = rng.integers(len(self._utterances), size=4)
        copies = [self._utterances[number].copies for number in chosen]
        return np.concatenate([c[rng.integers(len(c))] for c in copies]).astype(np.float32)


def _times(utterance: Utterance, rng: np.random.Generator) -> int:
    share = math.prod(
        factor for (field, value), factor in SHARES.items() if getattr(utterance, field) == value
    )
    return int(share + rng.random())


def _tested(state: _Run, dev: Sequence[Utterance]) -> dict[str, float]:
    """Phone error rates of the running average on the development set, by source."""
    network = state.average.module
    sources = sorted({u.source for u in dev})
    return {
        f"dev {source}": round(
            error_rate(network, [u for u in dev if u.source == source], state.device), 4
        )
        for source in sources
    }


def _keep(folder: Path, state: _Run, model: kaldi.AcousticModel) -> None:
    partial = folder / "last.partial"
    torch.save(
        {
            "network": state.network.state_dict(),
            "average": state.average.state_dict(),
            "optimiser": state.optimiser.state_dict(),
            "progress": (state.elapsed, state.epoch, state.step),
        },
        partial,
    )
    partial.rename(folder / "last.pt")
    kaldi.write_model(folder / "final.partial", state.average.module.stored(model))
    (folder / "final.partial").rename(folder / "final.mdl")


def _go_on(path: Path, state: _Run) -> None:
    if not path.exists():
        return
    kept = torch.load(path, map_location=state.device, weights_only=True)
    state.network.load_state_dict(kept["network"])
    state.average.load_state_dict(kept["average"])
    state.optimiser.load_state_dict(kept["optimiser"])
    state.elapsed, state.epoch, state.step = kept["progress"]


def _say(folder: Path, state: _Run, **figures: float) -> None:
    line = {
        "minutes": round(state.elapsed / 60, 1),
        "pass": state.epoch,
        "step": state.step,
        **figures,
    }
    sys.stderr.write(f"train: {json.dumps(line)}\n")
    sys.stderr.flush()
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
