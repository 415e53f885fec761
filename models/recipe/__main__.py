"""`python -m models.recipe STEP`: makes the English model that ships, step by step."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

STEPS = {
    "texts": "sentences to be spoken, and to be counted for the language model",
    "people": "recordings of people, from checkouts of public repositories",
    "speech": "sentences spoken by synthetic voices",
    "transcripts": "what people said in recordings of which only the slots are known",
    "dataset": "what training reads, made of all recordings",
    "train": "the network, from where the shipped model stands",
    "model": "a folder that Vosk reads: network, graph, settings",
    "report": "how well it hears, beside others, in one table",
}
"""By the name of the module that does it, in their order."""


def main() -> None:
    """Runs one step."""
    listed = "\n".join(f"  {name:<12} {about}" for name, about in STEPS.items())
    parser = argparse.ArgumentParser(
        prog="python -m models.recipe",
        description=f"{__doc__}\n\nsteps, in their order:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("step", choices=STEPS, metavar="STEP", nargs="?")
    chosen, rest = parser.parse_known_args()
    if chosen.step is None:
        parser.print_help()
        return
    module = importlib.import_module(f"models.recipe.{chosen.step}")
    step = argparse.ArgumentParser(
        prog=f"python -m models.recipe {chosen.step}", description=STEPS[chosen.step]
    )
    step.add_argument(
        "--work",
        type=Path,
        default=Path("build/recipe"),
        help="folder for everything that is made on the way (default: build/recipe)",
    )
    module.add_arguments(step)
    arguments = step.parse_args(rest)
    module.run(arguments.work, arguments)


if __name__ == "__main__":
    main()
