"""From the last word to the first sound: the running product, the tutorials' recipe, Vosk alone.

    python -m tests.benchmarks.bench_latency              sixty questions, about 12 minutes
    python -m tests.benchmarks.bench_latency --quick      nine questions, about 2 minutes
    python -m tests.benchmarks.bench_latency --json       the same as one JSON object
    python -m tests.benchmarks.bench_latency --plot FILE  where the time goes, as a picture

Three people's voices, none of them the product's, ask in real time through a virtual microphone;
loudspeaker and microphone are recorded on one clock, and times are read from these two recordings.
Processor and memory are what Linux tells of the processes.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.latency import stages
from tests.benchmarks.latency.measuring import FULL, QUICK, Measured, Plan, measure
from tests.benchmarks.latency.table import facts, table
from tests.sound.virtual_card import VirtualCard, missing_programs
from tests.sound.voices import Voices, missing_voices
from voice.history.plot import PlotError


def say(what: str) -> None:
    """Tell how far it has got, on standard error."""
    print(f"\r\033[K{what} …", end="", file=sys.stderr, flush=True)


def run(plan: Plan) -> Measured:
    """Measure with a sound card and a data folder that exist for it alone."""
    with tempfile.TemporaryDirectory() as folder, VirtualCard() as card:
        measured = measure(plan, card, Voices(Path(folder) / "voices"), Path(folder), say)
    print("\r\033[K", end="", file=sys.stderr)
    return measured


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="nine questions, memory at once")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw where the time goes")
    options = parser.parse_args()
    if missing := missing_programs() + missing_voices():
        raise SystemExit(f"missing: {', '.join(missing)}")
    began = time.monotonic()
    measured = run(QUICK if options.quick else FULL)
    if options.json:
        print(json.dumps(facts(measured), ensure_ascii=False))
    else:
        print(table(measured))
        print(f"\n{time.monotonic() - began:.0f} s, {measured.machine}")
    if options.plot is not None:
        try:
            stages.draw(measured.stages, options.plot)
        except PlotError as error:
            raise SystemExit(f"{error} {error.remedy}") from error


if __name__ == "__main__":
    main()
