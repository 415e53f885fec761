"""The whole way in one command: each step in its order, and each can be gone on from.

A voice that is not installed and a set of recordings that is not there are left out, and said so.
What is made already is not made again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from models.recipe.steps import run_step

SENTENCES = {
    "espeak": 4_000,
    "flite": 5_000,
    "festival": 1_500,
    "pico": 5_000,
    "piper": 2_500,
    "kokoro": 6_000,
}
"""How many each engine speaks for training. The last sounds most like people and is the slowest:
about as long as the speech itself, ten seconds for three of its sentences."""
INTERRUPTIONS = 9_000
"""Recordings that are said over the product's own voice."""
HELD_OUT = (
    ("flite", "dev", 200, 901),
    ("kokoro", "dev", 150, 901),
    ("kokoro", "test", 300, 902),
)
"""Engine, split, sentences and seed of what no training hears."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this step."""
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--minutes", type=float, default=600, help="of training (default 600)")
    parser.add_argument("--clinc", type=Path, help="see `texts --help`")
    parser.add_argument("--kokoro-voices", type=Path, help="see `speech --help`")
    for source in ("speech-to-intent", "wake-words", "precise"):
        parser.add_argument(f"--{source}", type=Path, help="a checkout: see `people --help`")
    parser.add_argument(
        "--listed", action="append", default=[], metavar="NAME=FILE", help="see `people --help`"
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the sentences; 0.01 is a trial in minutes"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes that prepare recordings")


def run(work: Path, arguments: argparse.Namespace) -> None:
    """Runs the steps.

    Raises:
        SystemExit: nothing at all could be learnt from.
    """
    here = ["--work", str(work)]
    run_step("texts", [*here, *_given("clinc", arguments)])
    checkouts = [
        o for s in ("speech-to-intent", "wake-words", "precise") for o in _given(s, arguments)
    ]
    lists = [part for one in arguments.listed for part in ("--listed", one)]
    run_step("people", [*here, *checkouts, *lists])
    voices = _given("kokoro-voices", arguments)
    for engine, count in SENTENCES.items():
        asked = ["--source", engine, "--count", _share(count, arguments)]
        _speak([*here, *voices, *asked])
    for engine, split, count, seed in HELD_OUT:
        asked = ["--source", engine, "--count", _share(count, arguments), "--seed", str(seed)]
        _speak([*here, *voices, *asked, "--split", split])
    if arguments.speech_to_intent or arguments.listed:
        run_step("transcripts", here)
    run_step("interrupting", [*here, "--count", _share(INTERRUPTIONS, arguments)])
    run_step("dataset", [*here, "--jobs", str(arguments.jobs)])
    run_step("train", [*here, "--minutes", str(arguments.minutes)])
    run_step("model", [*here, "--out", str(arguments.out)])


def _share(count: int, arguments: argparse.Namespace) -> str:
    return str(max(1, round(count * arguments.share)))


def _given(name: str, arguments: argparse.Namespace) -> list[str]:
    value = getattr(arguments, name.replace("-", "_"))
    return [f"--{name}", str(value)] if value else []


def _speak(options: list[str]) -> None:
    try:
        run_step("speech", options)
    except SystemExit as missing:
        sys.stderr.write(f"everything: left out: {missing}\n")
