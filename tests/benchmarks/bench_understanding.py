"""Measures the understanding: what is understood, what is left alone, speed, load and memory.

Run it as a program to print the tables of docs/understanding.md.
"""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from voice.events import Request
from voice.understanding import State, Understanding

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "prompts" / "knot-in-your-back"
TABLES = ROOT / "tests" / "understanding" / "data"
NOT_FOR_US = ROOT.parent / "shared" / "data" / "clinc_not_for_us.json"
MOMENT = State(now=datetime(2026, 3, 10, 14, 0))

_LOAD = """
import resource, sys, time
from pathlib import Path
import hassil, numpy, yaml
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.process_time()
from voice.understanding import Understanding
room = Understanding(Path(sys.argv[1]), Path(sys.argv[2]))
room.understand("how do i get rid of a naught in my back")
loaded = time.process_time() - began
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(loaded, (after - before) / 1024)
"""


def main() -> int:
    """Print every table."""
    print(f"{platform.machine()}, Python {platform.python_version()}, times are CPU times")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first start", "every other start"):
            seconds, megabytes = _load(Path(folder))
            print(f"{name}: load {seconds:.2f} s, {megabytes:.0f} MB on top")
        understanding = Understanding(PACK, Path(folder))
    for name in ("dev.jsonl", "test.jsonl"):
        _print_table(understanding, name)
    _print_not_for_us(understanding)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return 0


def _load(cache: Path) -> tuple[float, float]:
    """CPU seconds and MB that loading takes in a fresh process."""
    command = [sys.executable, "-c", _LOAD, str(PACK), str(cache)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    seconds, megabytes = said.split()
    return float(seconds), float(megabytes)


def rows(name: str) -> Iterator[dict[str, object]]:
    """The sentences of a table of `TABLES`, and what each asks for."""
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _timed(understanding: Understanding, text: str) -> tuple[Request, float]:
    began = time.process_time()
    request = understanding.understand(text, MOMENT)
    return request, time.process_time() - began


def _print_table(understanding: Understanding, name: str) -> None:
    spent: dict[str, list[float]] = defaultdict(list)
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    total: Counter[str] = Counter()
    confused: Counter[tuple[str, str]] = Counter()
    for row in rows(name):
        text, intent = str(row["text"]), str(row["intent"])
        request, seconds = _timed(understanding, text)
        spent[request.layer].append(seconds)
        tags = row.get("tags")
        kinds = ["all", "with an error"] if tags == ["asr"] else ["all", "as said"]
        for kind in [*kinds, *(["neighbours"] if tags == ["neighbour"] else [])]:
            total[kind] += 1
            right[kind] += request.intent == intent
            whole[kind] += request.intent == intent and dict(request.slots) == row.get("slots", {})
        if request.intent != intent:
            confused[intent, request.intent] += 1
    print(f"\n{name}")
    for kind, count in total.items():
        intents, slots = 100 * right[kind] / count, 100 * whole[kind] / count
        print(f"  {kind:14} {count:4}: intent {intents:5.1f} %, intent and slots {slots:5.1f} %")
    for layer, times in sorted(spent.items()):
        print(f"  {layer:9} {len(times):4} sentences, {_percentiles(times)}")
    for (meant, taken), count in confused.most_common():
        print(f"  {count} x {meant} taken for {taken}")


def _percentiles(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    middle, high = ordered[len(ordered) // 2], ordered[int(0.99 * len(ordered))]
    return f"p50 {1000 * middle:.2f} ms, p99 {1000 * high:.2f} ms"


def _print_not_for_us(understanding: Understanding) -> None:
    if not NOT_FOR_US.exists():
        print("the sentences that are not for us are not on this machine")
        return
    for part, sentences in json.loads(NOT_FOR_US.read_text(encoding="utf-8")).items():
        if isinstance(sentences, list):
            asked = sentences[::5] if part == "train" else sentences
            answers = [_timed(understanding, text) for text in asked]
            taken = Counter(request.intent for request, _ in answers if request.intent != "none")
            share = 100 * sum(taken.values()) / len(asked)
            print(f"\nnot for us, {part}: {len(asked)} sentences, {share:.2f} % taken")
            print(f"  {dict(taken)}; {_percentiles([seconds for _, seconds in answers])}")


if __name__ == "__main__":
    sys.exit(main())
