"""Where the time goes on this machine, from the last word of a question to the first of its answer.

The parts of the product, each timed while it does its work on recorded questions. What the
recogniser does while somebody still speaks costs no time, only processor; it is told beside.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voice.events import Heard, Saying
from voice.history.plot import blank_figure
from voice.listening.listener import Hearing
from voice.listening.recognizer import Recognizer
from voice.listening.sound import RATE, Block, Samples, level
from voice.listening.sources import FileSource
from voice.session import Rooms, WrittenVoice, open_model
from voice.sound_check import loudspeaker_latency
from voice.speaking.errors import LoudspeakerError
from voice.speaking.voices import synthesizer_for

BLOCK = 0.02
"""Seconds, as the microphone gives them."""
CLOSING_SILENCE = 1.5
"""Seconds of silence after each recording: longer than any endpoint waits."""
AUDIBLE = -40.0
"""dBFS above which a block holds the voice."""

STAGES = ("silence", "recogniser", "understanding", "voice", "loudspeaker")
"""In the order in which they come."""


@dataclass(frozen=True, slots=True)
class Timed:
    """One question: seconds of each stage between its last word and the first of its answer."""

    question: str
    """As it was heard; empty when nothing was."""
    stages: tuple[float, ...]
    """As `STAGES`."""
    computed: float
    """Seconds of processor that hearing it took, for each second of sound."""

    @property
    def total(self) -> float:
        """Seconds from the last word to the first sound."""
        return sum(self.stages)


def questions(rooms: Rooms) -> list[Path]:
    """The recorded questions that come with the pack."""
    return sorted((rooms.pack.folder / "examples").glob("*.flac"))


def time_questions(rooms: Rooms, recordings: Sequence[Path]) -> Iterator[Timed]:
    """Time each recording, one after the other.

    Args:
        rooms: the pack and the settings.
        recordings: questions, one in each.

    Raises:
        AudioFileError: one cannot be read.
        ModelError: there is no model, or it is broken.
        VoiceError: there is no voice.
    """
    recognizer = rooms.recognizer(open_model(rooms.settings))
    latency = _latency(rooms)
    with synthesizer_for(rooms.settings.voice) as synthesizer:
        synthesizer.render(".", voice=rooms.settings.voice)
        for recording in recordings:
            sound = _sound(recording)
            heard, waited, deciding, computed = _hear(rooms, recognizer, sound)
            understanding, sentence = _understand(rooms, heard)
            began = time.perf_counter()
            # It sounds as soon as its first piece is there.
            next(synthesizer.pieces(sentence, rate_wpm=rooms.rate, voice=rooms.settings.voice))
            speaking = time.perf_counter() - began
            stages = (waited, deciding, understanding, speaking, latency)
            yield Timed(heard, stages, computed / (sound.size / RATE))


def _sound(recording: Path) -> Samples:
    silence = np.zeros(round(CLOSING_SILENCE * RATE), np.int16)
    blocks = [block.samples for block in FileSource(recording).blocks()]
    return np.concatenate([*blocks, silence])


def _hear(rooms: Rooms, recognizer: Recognizer, sound: Samples) -> tuple[str, float, float, float]:
    """What was heard; seconds of silence waited for, then spent deciding; processor in all."""
    understanding = rooms.understanding
    hearing = Hearing(
        recognizer,
        is_complete=understanding.is_complete,
        is_likely=understanding.is_likely,
    )
    size = round(BLOCK * RATE)
    last_word = computed = 0.0
    for end in range(size, sound.size + 1, size):
        samples = sound[end - size : end]
        if level(samples) > AUDIBLE:
            last_word = end / RATE
        began = time.perf_counter()
        events = list(hearing.take(Block(samples, end / RATE)))
        spent = time.perf_counter() - began
        computed += spent
        for event in events:
            if isinstance(event, Heard):
                text = event.text or event.free_text
                return text, end / RATE - last_word, spent, computed
    return "", CLOSING_SILENCE, 0.0, computed


def _understand(rooms: Rooms, heard: str) -> tuple[float, str]:
    """Seconds from the words to the first sentence of the answer, and that sentence."""
    said: list[str] = []
    began = time.perf_counter()
    assistant = rooms.assistant(
        WrittenVoice(rooms.ended),
        lambda event: said.append(event.text) if isinstance(event, Saying) else None,
    )
    assistant.ask(heard)
    return time.perf_counter() - began, said[0] if said else "."


def _latency(rooms: Rooms) -> float:
    """Seconds from the player to the ear; 0 without a loudspeaker."""
    try:
        return loudspeaker_latency(rooms.settings.loudspeaker)
    except LoudspeakerError:
        return 0.0


def draw(timed: Sequence[Timed], file: Path) -> None:
    """Draw each question as a bar of its stages.

    Args:
        timed: at least one.
        file: where it is written; its ending says as what.

    Raises:
        PlotError: Matplotlib is not installed.
        OSError: the file cannot be written.
    """
    figure = blank_figure(1.8 + 0.6 * len(timed))
    figure.set_layout_engine("constrained")
    axes: Any = figure.add_subplot()
    left = np.zeros(len(timed))
    names = [f"“{one.question or '(nothing heard)'}”" for one in timed]
    for number, stage in enumerate(STAGES):
        widths = np.array([1000 * one.stages[number] for one in timed])
        axes.barh(names, widths, left=left, label=stage, edgecolor="white", hatch="/x.o-"[number])
        left += widths
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds from the last word to the first sound")
    axes.legend(ncols=len(STAGES), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
