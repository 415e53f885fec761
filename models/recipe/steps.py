"""The steps of the recipe by name, and how one is run."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence
from pathlib import Path

STEPS = {
    "texts": "sentences to be spoken, and to be counted for the language model",
    "people": "recordings of people, from checkouts of public repositories",
    "speech": "sentences spoken by synthetic voices",
    "transcripts": "what people said in recordings of which only slots or words are known",
    "interrupting": "people who speak while the product does, through its canceller",
    "dataset": "what training reads, made of all recordings",
    "train": "the network, from where the shipped model stands",
    "blend": "a network between the one before and the one trained further",
    "model": "a folder that Vosk reads: network, graph, settings",
    "report": "how well it hears, beside others, in one table",
    "everything": "all of these but blend and report, with what is there",
}
"""By the name of the module that does it, in their order."""


def run_step(name: str, options: Sequence[str]) -> None:
    """Runs one step as the command line does.

    Args:
        name: one of `STEPS`.
        options: what follows it on the command line.

    Raises:
        SystemExit: the options are wrong, or something that the step needs is not there.
    """
    module = importlib.import_module(f"models.recipe.{name}")
    parser = argparse.ArgumentParser(
        prog=f"python -m models.recipe {name}", description=STEPS[name]
    )
    parser.add_argument(
        "--work",
        type=Path,
        default=Path("build/recipe"),
        help="folder for everything that is made on the way (default: build/recipe)",
    )
    module.add_arguments(parser)
    arguments = parser.parse_args(options)
    module.run(arguments.work, arguments)
