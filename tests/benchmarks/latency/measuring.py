"""Runs each program on the virtual card, one after the other, and gathers what was measured."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.latency import stages
from tests.benchmarks.latency.questions import (
    PEOPLE,
    SENTENCES,
    Question,
    answers,
    questions,
    sound_of,
)
from tests.benchmarks.latency.report import turn
from tests.benchmarks.latency.stages import Decoded, Stages
from tests.benchmarks.latency.talking import Answered, Talk, answered, barge_ins
from tests.benchmarks.process import Meter, Spent, resident
from tests.sound.conversation import Conversation
from tests.sound.ears import MODEL, likeness, recognise
from tests.sound.timing import moment_under_speech
from tests.sound.virtual_card import VirtualCard, tone
from tests.sound.voices import Voices
from voice import places
from voice.knowledge import load_pack
from voice.speaking.player import SLEEPS_AFTER

Tell = Callable[[str], None]

MEMORY_AT = 600.0
"""Seconds after the start at which memory is read."""
IDLE = 30.0
"""Seconds of silence in which the processor of an idle program is read."""
FALLS_ASLEEP = SLEEPS_AFTER + 5.0
"""Seconds of silence after which the loudspeaker has certainly been given back."""
CLICK = 0.05
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    questions: int
    of_recipe: int
    starts: int
    clicks: int
    streams: tuple[int, ...]
    stream_seconds: float
    idle: float
    resting: bool
    """Whether it is waited for the loudspeaker to be given back, and idleness read once more."""
    memory_at: float
    """Seconds after the start."""


FULL = Plan(len(PEOPLE) * len(SENTENCES), 20, 5, 12, (1, 4, 8), 20.0, IDLE, True, MEMORY_AT)
QUICK = Plan(9, 3, 2, 5, (1, 4), 8.0, 8.0, False, 0.0)


@dataclass(frozen=True, slots=True)
class Program:
    """What the recordings tell of one program."""

    latencies: list[float | None]
    """Seconds for each question; None: it was cut off, or never answered."""
    asked: int
    answered: int
    cut_off: int
    right: int | None
    """Answers that were the wanted ones; None: this program has none to give."""
    hearing: float
    """Share of one core while somebody speaks to it."""
    speaking: float
    idle: float
    """In the first silence after it was spoken to."""
    resting: float | None
    """Once the loudspeaker has been given back; None: this was not waited for."""
    memory: float
    """MiB."""
    memory_at: float
    """Seconds after its start."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Several microphones in one process."""

    streams: int
    took: list[float]
    """Seconds from the end of a question until it was understood."""
    asked: int
    processor: float
    """Share of one core."""
    memory: float
    """MiB."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything."""

    machine: str
    product: Program
    recipe: Program
    barge_ins: list[float | None]
    starts: list[float | None]
    """Seconds from the program's start to the tone that says that it listens."""
    sound_card: list[float]
    """Seconds from a click in the microphone to a tone on the loudspeaker, nothing between."""
    alone: list[Decoded]
    streams: list[Streams]
    stages: list[Stages]


def measure(plan: Plan, card: VirtualCard, voices: Voices, folder: Path, tell: Tell) -> Measured:
    """Measures one thing after the other; `folder` is for it alone."""
    asked = questions()[: plan.questions]
    for question in asked:
        sound_of(question, voices)
    starts = [_start(card, voices, folder / "home", tell) for _ in range(plan.starts)]
    sound_card, output = _reflex(plan.clicks, card, voices, folder, tell)
    recipe = _recipe(asked[: plan.of_recipe], plan, card, voices, folder, tell)
    files = stages.write_questions(asked, voices, _made(folder / "questions"))
    with Conversation(card, voices, folder / "home") as conversation:
        conversation.wait_until_it_listens()
        talk = Talk(card, conversation, voices)
        talk.ask_all(asked, lambda what: tell(f"unknot: {what}"))
        idle = _idle(conversation, plan.idle, tell)
        both = conversation.recording.speaker, conversation.recording.room
        told, interrupted = answered(talk.marks, *both), barge_ins(talk.marks, *both)
        # The product goes on being idle meanwhile: its memory is read when its time has come.
        alone = stages.decode_alone([sound_of(question, voices) for question in asked])
        tell("the product's parts")
        parts = list(stages.timed(files))
        several = [_streams(count, plan.stream_seconds, files, tell) for count in plan.streams]
        resting = _resting(conversation, card, plan.idle, tell) if plan.resting else None
        product = _program(told, talk, idle, plan.memory_at, tell, resting=resting)
    rows = stages.stages_of(asked, parts, product.latencies, _middle(sound_card), output)
    return Measured(
        _machine(), product, recipe, interrupted, starts, sound_card, alone, several, rows
    )


def _start(card: VirtualCard, voices: Voices, home: Path, tell: Tell) -> float | None:
    tell("start of the program")
    with Conversation(card, voices, home) as conversation:
        conversation.wait_until_it_listens()
        listens = moment_under_speech("listening", conversation.recording.speaker)
    return None if listens is None else listens - conversation.started


def _reflex(
    clicks: int, card: VirtualCard, voices: Voices, folder: Path, tell: Tell
) -> tuple[list[float], float]:
    """Seconds through both devices for each click, and of these to the loudspeaker."""
    program = (sys.executable, "-m", "tests.benchmarks.latency.reflex")
    took = []
    with Conversation(card, voices, folder, (), program) as conversation:
        output = float(conversation.wait_for_line("listening").split()[1])
        recording = conversation.recording
        for number in range(clicks):
            tell(f"sound card: click {number + 1} of {clicks}")
            begins = recording.seconds
            card.play(tone(1000.0, CLICK))
            recording.wait_until(recording.seconds + 1.0 + 0.007 * number)
            clicked = turn(recording.speaker, recording.room, begins, recording.seconds)
            if clicked is not None and clicked.answered is not None:
                took.append(clicked.answered - clicked.began)
    return took, output


def _recipe(
    asked: Sequence[Question],
    plan: Plan,
    card: VirtualCard,
    voices: Voices,
    folder: Path,
    tell: Tell,
) -> Program:
    program = (sys.executable, "-m", "tests.benchmarks.latency.tutorial", str(MODEL))
    with Conversation(card, voices, folder, (), program) as conversation:
        conversation.wait_for_line("listening")
        talk = Talk(card, conversation, voices, interrupting=False)
        talk.ask_all(asked, lambda what: tell(f"tutorial recipe: {what}"))
        idle = _idle(conversation, plan.idle / 3, tell)
        told = answered(talk.marks, conversation.recording.speaker, conversation.recording.room)
        return _program(told, talk, idle, 0.0, tell, judged=False)


def _idle(conversation: Conversation, seconds: float, tell: Tell) -> Spent:
    tell("idle")
    spent = Spent()
    with Meter(conversation.process.pid, spent):
        time.sleep(seconds)
    return spent


def _resting(conversation: Conversation, card: VirtualCard, seconds: float, tell: Tell) -> Spent:
    tell("until the loudspeaker is given back")
    waited = 0.0
    while card.speaker_in_use and waited < FALLS_ASLEEP:
        time.sleep(1.0)
        waited += 1.0
    return _idle(conversation, seconds, tell)


def _program(
    told: Sequence[Answered],
    talk: Talk,
    idle: Spent,
    memory_at: float,
    tell: Tell,
    *,
    resting: Spent | None = None,
    judged: bool = True,
) -> Program:
    right = _right(told) if judged else None
    conversation = talk.conversation
    while (left := conversation.started + memory_at - conversation.recording.seconds) > 0:
        tell(f"memory in {left:.0f} s")
        time.sleep(min(left, 1.0))
    turns = [one.turn for one in told if one.turn is not None]
    return Program(
        latencies=[one.turn.latency if one.turn is not None else None for one in told],
        asked=len(told),
        answered=sum(one.answered is not None for one in turns),
        cut_off=sum(one.cut_off for one in turns),
        right=right,
        hearing=talk.hearing.share,
        speaking=talk.speaking.share,
        idle=idle.share,
        resting=None if resting is None else resting.share,
        memory=resident(conversation.process.pid),
        memory_at=conversation.recording.seconds - conversation.started,
    )


def _right(told: Sequence[Answered]) -> int:
    """How many answers begin as the wanted one does, more than as any other."""
    begun = answers(load_pack(places.pack()))
    right = 0
    for one in told:
        heard = recognise(one.sound) if one.sound.size else ""
        nearest = max(begun, key=lambda name: likeness(begun[name], heard))
        right += bool(heard) and nearest == one.question.wanted
    return right


def _streams(count: int, seconds: float, files: Sequence[Path], tell: Tell) -> Streams:
    tell(f"{count} microphones in one process")
    command = [sys.executable, "-m", "tests.benchmarks.latency.streams"]
    command += [str(count), str(seconds), str(files[0].parent)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Streams(**json.loads(done.stdout))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _middle(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _machine() -> str:
    """The processor, its cores and how busy they are."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.split(":")[1] for line in cpuinfo if line.startswith("model name")), "")
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores of {name.strip() or platform.machine()}, {system}, load {load}"
