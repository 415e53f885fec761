"""A network between two: the weighted mean of their weights.

What was trained further on other speech hears that better and the speech before a little worse. A
network between the two keeps most of both, if one was trained from the other (Wortsman and others,
"Robust fine-tuning of zero-shot models", CVPR 2022).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from models.recipe import kaldi
from models.recipe.network import Network
from models.recipe.train import RESULT, START


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument(
        "--before", type=Path, default=START, help="final.mdl that was there before"
    )
    parser.add_argument("--after", type=Path, help=f"trained from it (default: {RESULT} of --work)")
    parser.add_argument("--share", type=float, default=0.7, help="of the one trained further")
    parser.add_argument("--out", type=Path, required=True, help="final.mdl to write")


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Writes the network between the two.

    Raises:
        KaldiFileError: one of them cannot be read.
        SystemExit: they are not of the same shape.
    """
    before = kaldi.read_model(arguments.before)
    after = kaldi.read_model(arguments.after or work / RESULT)
    try:
        blended = between(before, after, arguments.share)
    except (KeyError, RuntimeError) as trouble:
        raise SystemExit(f"blend: not two networks of one shape: {trouble}") from trouble
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    kaldi.write_model(arguments.out, blended)


def between(
    before: kaldi.AcousticModel, after: kaldi.AcousticModel, share: float
) -> kaldi.AcousticModel:
    """The weighted mean.

    Args:
        before: its other parts, such as the transitions, are kept.
        after: of the same shape.
        share: how much of `after`, 0 to 1.
    """
    network, further = Network(before), Network(after).state_dict()
    mean = {
        name: torch.lerp(value, further[name], share)
        for name, value in network.state_dict().items()
    }
    network.load_state_dict(mean)
    return network.stored(before)
