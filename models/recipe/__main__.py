"""`python -m models.recipe STEP`: makes the English model that ships, step by step."""

from __future__ import annotations

import argparse

from models.recipe.steps import STEPS, run_step


def main() -> None:
    """Runs one step; without one, says which there are."""
    listed = "\n".join(f"  {name:<12} {about}" for name, about in STEPS.items())
    parser = argparse.ArgumentParser(
        prog="python -m models.recipe",
        description="Makes the English model that ships, step by step.",
        epilog=f"steps, in their order:\n{listed}\n\n`STEP --help` tells the options of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("step", choices=STEPS, metavar="STEP", nargs="?")
    chosen, options = parser.parse_known_args()
    if chosen.step is None:
        parser.print_help()
    else:
        run_step(chosen.step, options)


if __name__ == "__main__":
    main()
