"""Where the time goes, stage by stage, and what Vosk alone takes for the same sound."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import vosk

from tests.benchmarks.latency.questions import Question, sound_of
from tests.sound.ears import MODEL
from tests.sound.virtual_card import RATE, Samples
from tests.sound.voices import Voices
from voice.history.plot import blank_figure
from voice.session import Rooms, Settings
from voice.speaking.speech import Speech, write_wav
from voice.timing import Timed, time_questions

STAGES = ("capture", "decode", "end-point", "understand", "synthesise", "output")
"""In the order of the sound's way; the end-point is the silence that is waited for, and with it all
that waits in the running program: what was measured from outside less the other stages."""
BLOCK = RATE // 50


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds of each stage, as `STAGES`, for one sentence; the median over who said it."""

    sentence: str
    seconds: tuple[float, ...]


def write_questions(questions: Sequence[Question], voices: Voices, folder: Path) -> list[Path]:
    """Each question as a WAV file, in order."""
    files = []
    for number, question in enumerate(questions):
        files.append(folder / f"{number:02}.wav")
        write_wav(files[-1], Speech(sound_of(question, voices), RATE))
    return files


def timed(files: Sequence[Path]) -> Iterator[Timed]:
    """The product's own parts, each timed while it does its work on these questions."""
    return time_questions(Rooms(Settings()), files)


def stages_of(
    questions: Sequence[Question],
    parts: Sequence[Timed],
    measured: Sequence[float | None],
    sound_card: float,
    output: float,
) -> list[Stages]:
    """Joins what was measured from outside and inside.

    Args:
        questions: what was asked.
        parts: the product's parts for each of them.
        measured: seconds from the last word to the first sound, from the recordings.
        sound_card: seconds through microphone and loudspeaker with nothing between.
        output: seconds of these from the player to the loudspeaker, as the device tells.
    """
    rows: dict[str, list[tuple[float, ...]]] = {}
    for question, part, total in zip(questions, parts, measured, strict=True):
        if total is not None:
            _, decode, understand, synthesise, _ = part.stages
            capture = max(0.0, sound_card - output)
            after = understand, synthesise, output
            waited = max(0.0, total - capture - decode - sum(after))
            rows.setdefault(question.text, []).append((capture, decode, waited, *after))
    return [
        Stages(text, tuple(median(column) for column in zip(*row, strict=True)))
        for text, row in rows.items()
    ]


def draw(stages: Sequence[Stages], file: Path) -> None:
    """Draws each sentence as a bar of its stages.

    Raises:
        PlotError: Matplotlib is not installed.
        OSError: the file cannot be written.
    """
    figure = blank_figure(2.0 + 0.35 * len(stages))
    figure.set_layout_engine("constrained")
    axes: Any = figure.add_subplot()
    names = [one.sentence for one in stages]
    left = [0.0] * len(stages)
    for number, stage in enumerate(STAGES):
        widths = [1000 * one.seconds[number] for one in stages]
        hatch = "/x.o-\\"[number]
        axes.barh(names, widths, left=left, label=stage, edgecolor="white", hatch=hatch)
        left = [begin + width for begin, width in zip(left, widths, strict=True)]
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds from the last word to the first sound")
    axes.legend(ncols=len(STAGES), loc="lower center", bbox_to_anchor=(0.35, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What Vosk alone takes for one question."""

    closing: float
    """Seconds from the last block until its words are there."""
    processor: float
    """Seconds for each second of sound."""


def decode_alone(sounds: Sequence[Samples]) -> list[Decoded]:
    """Vosk with the embedded model and nothing else, fed block by block."""
    vosk.SetLogLevel(-1)
    recognizer = vosk.KaldiRecognizer(vosk.Model(str(MODEL)), RATE)
    return [_decode(recognizer, sound) for sound in sounds]


def _decode(recognizer: vosk.KaldiRecognizer, sound: Samples) -> Decoded:
    began = time.process_time()
    for start in range(0, len(sound), BLOCK):
        recognizer.AcceptWaveform(sound[start : start + BLOCK].tobytes())
    last = time.perf_counter()
    json.loads(recognizer.FinalResult())
    closing = time.perf_counter() - last
    return Decoded(closing, (time.process_time() - began) / (len(sound) / RATE))
