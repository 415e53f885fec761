"""What a recogniser costs, each measured in a process of its own: time, memory, load.

    python -m models.recipe.measuring.cost < JOB.json

is that process. Times of recognition are CPU times of the whole process, so that a busy machine
does not count; the time to load is on the clock.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from models.recipe.measuring.engines import Engine, Grammar, Vosk
from models.recipe.measuring.figures import RIVAL
from voice.listening.audio_file import FileSource
from voice.listening.model import load_model
from voice.listening.recognizer import Recognizer
from voice.listening.sound import RATE, Samples

_LOADS = 5


@dataclass(frozen=True, slots=True)
class Job:
    """What a process is to measure."""

    engine: str
    model: str
    """A folder; empty for an engine that brings its own."""
    recordings: tuple[str, ...]
    """None at all: it only loads."""
    phrases: tuple[str, ...] = ()
    """The pack's grammar; none: no grammar is measured."""
    pair: bool = False
    """Only the product's pair of both, with its judgement."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process measured."""

    load: float
    """Seconds."""
    memory: float = 0.0
    """MB resident when all has been heard once, Python's own among them: by the product's pair
    of recognisers where there is a grammar."""
    free: float = 0.0
    """CPU seconds for a second of sound, free recognition."""
    grammar: float = 0.0
    """The same within the pack's grammar."""
    pair: float = 0.0
    """The same for the product's pair of both with its judgement."""
    seconds: float = 0.0
    """Of sound."""


def measure(
    engine: str, model: Path | None, recordings: Sequence[Path], phrases: Sequence[str]
) -> Cost:
    """The cost of an engine, the time to load as the median of five processes.

    Args:
        engine: the name of the engine.
        model: its folder; None: it brings its own.
        recordings: some minutes of speech.
        phrases: the pack's grammar; none: it is not measured.

    Raises:
        CalledProcessError: the process ended with an error; what it said is on stderr.
    """
    folder = str(model or "")
    loads = [_process(Job(engine, folder, ())).load for _ in range(_LOADS)]
    job = Job(engine, folder, tuple(map(str, recordings)), tuple(phrases))
    found = replace(_process(job), load=statistics.median(loads))
    if phrases:
        pair = _process(replace(job, pair=True))
        found = replace(found, memory=pair.memory, pair=pair.pair)
    return found


def _process(job: Job) -> Cost:
    done = subprocess.run(
        [sys.executable, "-m", __name__],
        input=json.dumps(asdict(job)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Cost(**json.loads(done.stdout))


def _loaded(job: Job) -> Engine:
    if job.engine == RIVAL:
        from models.recipe.measuring.sphinx import Pocketsphinx

        return Pocketsphinx()
    return Vosk(job.engine, Path(job.model))


def _measured(job: Job) -> Cost:
    if job.pair:
        pair, seconds = _heard(_pair(job), job.recordings)
        return Cost(0.0, _resident(), pair=pair / seconds, seconds=seconds)
    began = time.perf_counter()
    engine = _loaded(job)
    load = time.perf_counter() - began
    if not job.recordings:
        return Cost(load)
    free, seconds = _heard(engine.free(), job.recordings)
    if not job.phrases:
        return Cost(load, _resident(), free / seconds, seconds=seconds)
    grammar, _ = _heard(engine.bound(Grammar(tuple(job.phrases), "")), job.recordings)
    return Cost(load, _resident(), free / seconds, grammar / seconds, seconds=seconds)


def _read(path: str) -> Samples:
    return np.concatenate([block.samples for block in FileSource(path).blocks()])


def _pair(job: Job) -> Callable[[Samples], object]:
    recognizer = Recognizer(load_model(Path(job.model)), job.phrases)

    def hear(samples: Samples) -> object:
        recognizer.begin(interrupting=False)
        for start in range(0, samples.size, 512):
            recognizer.accept(samples[start : start + 512])
            recognizer.partial()
        return recognizer.finish()

    return hear


def _heard(ear: Callable[[Samples], object], recordings: Sequence[str]) -> tuple[float, float]:
    """CPU seconds, and seconds of sound; recordings are read one by one to save memory."""
    cpu = seconds = 0.0
    for path in recordings:
        sound = _read(path)
        began = time.process_time()
        ear(sound)
        cpu += time.process_time() - began
        seconds += sound.size / RATE
    return cpu, seconds


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else float("nan")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(_measured(Job(**json.load(sys.stdin))))))
