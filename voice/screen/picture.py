"""What the page shows of a conversation: read from the assistant, never kept beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from voice.assistant import Assistant
from voice.knowledge import Pack
from voice.scripts.narrator import Narrator, Phase
from voice.scripts.script import Hold, Script
from voice.scripts.stretching import KIND, coming_hold

State = Literal[
    "listening", "ready", "hearing", "speaking", "holding", "resting", "waiting", "paused"
]
"""`ready` is silence without a microphone; `waiting` is a question that has no answer yet."""

LINES_BEFORE, LINES_AFTER = 2, 3
"""Sentences of the script that are shown around the present one."""
LONG_REST = 2.0
"""Seconds of silence after a sentence from which it is a rest, and not a breath."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Which drawing, and which side works."""

    name: str
    """A figure of the pack's routines, or a position: lying, standing."""
    side: str = ""
    """As it is said; empty where both sides work together."""


@dataclass(frozen=True, slots=True)
class Place:
    """A hold: whose turn it is, and the how-manieth."""

    label: str
    side: str
    repetition: int
    of: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of the hold under way."""

    elapsed: float = field(compare=False)
    """Seconds that have passed of it when it was read; negative while it is counted in."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is being said, within what came before and what comes after it."""

    now: str = ""
    sounding: bool = False
    """Else it was said a moment ago."""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """How a conversation stands, as far as the page shows it."""

    state: State = "ready"
    kind: str = ""
    """Of the script that is performed; empty: none is."""
    title: str = ""
    words: Words = Words()
    figure: Figure | None = None
    place: Place | None = None
    """The hold under way, or the one that is being led into."""
    clock: Clock | None = None
    coming: Place | None = None
    """The hold after that."""
    asked: bool = False
    """A "yes" would be taken."""
    can_say: tuple[str, ...] = ()
    left: float = field(default=0.0, compare=False)
    """Seconds that the script still takes."""


def picture(assistant: Assistant, pack: Pack, *, hearing: bool, hears: bool) -> Picture:
    """Read how a conversation stands; only its own thread may.

    Args:
        assistant: the conversation.
        pack: its content pack.
        hearing: somebody is speaking right now.
        hears: it has a microphone.
    """
    narrator = assistant.narrator
    script = narrator.script
    stretching = script if script is not None and script.kind == KIND else None
    step = narrator.step
    return Picture(
        state="hearing" if hearing else _state(narrator, "listening" if hears else "ready"),
        kind=script.kind if script is not None else "",
        title=script.title if script is not None else "",
        words=_words(narrator),
        figure=figure_at(pack, stretching, step) if stretching is not None else None,
        place=_place(coming_hold(stretching, step)) if stretching is not None else None,
        clock=_clock(narrator),
        coming=_place(_hold_after(stretching, step)) if stretching is not None else None,
        asked=assistant.state().offer is not None,
        can_say=pack.reply(_help(script)),
        left=narrator.time_left(),
    )


def figure_at(pack: Pack, script: Script, step: int) -> Figure | None:
    """The position at a step of a session: a stretch from its first words to the end of its hold.

    Before that, and from the end of the hold on, it is the position that the routine is done in.
    """
    part = script.steps[step].part
    hold = coming_hold(script, step)
    if hold is not None and hold.part == part and not _just_held(script, step):
        return Figure(hold.figure, hold.side)
    routine = pack.routines.get(part.partition("/")[0])
    return Figure(routine.position) if routine is not None else None


def _just_held(script: Script, step: int) -> bool:
    return step > 0 and isinstance(script.steps[step - 1], Hold)


def _hold_after(script: Script, step: int) -> Hold | None:
    """The hold after the one that is under way or led into; None where it is the last."""
    here = coming_hold(script, step)
    if here is None:
        return None
    return coming_hold(script, script.steps.index(here, step) + 1)


def _place(hold: Hold | None) -> Place | None:
    return (
        None
        if hold is None
        else Place(hold.label, hold.side, hold.repetition, hold.of, hold.seconds)
    )


def _clock(narrator: Narrator) -> Clock | None:
    left = narrator.hold_left()
    script = narrator.script
    step = script.steps[narrator.step] if script is not None else None
    if left is None or not isinstance(step, Hold):
        return None
    return Clock(step.seconds - left)


def _state(narrator: Narrator, silence: State) -> State:
    if narrator.paused:
        return "paused"
    if narrator.holding:
        return "holding"
    if narrator.phase is Phase.ASKING:
        return "waiting"
    if narrator.phase is Phase.RESTING:
        return "resting" if _rest(narrator) >= LONG_REST else "speaking"
    return "speaking" if narrator.busy else silence


def _rest(narrator: Narrator) -> float:
    step = narrator.script.steps[narrator.step] if narrator.script is not None else None
    return getattr(step, "pause", 0.0)


def _words(narrator: Narrator) -> Words:
    script, step = narrator.script, narrator.step
    if script is None:
        return Words(narrator.saying, narrator.audible)
    texts = [_text(script, i) for i in range(len(script.steps))]
    return Words(
        now=narrator.saying or texts[step],
        sounding=narrator.audible,
        before=tuple(texts[max(0, step - LINES_BEFORE) : step]),
        after=tuple(texts[step + 1 : step + 1 + LINES_AFTER]),
    )


def _text(script: Script, index: int) -> str:
    step = script.steps[index]
    return step.label if isinstance(step, Hold) else step.text


def _help(script: Script | None) -> str:
    """The reply of the pack that tells what can be said now."""
    if script is None:
        return "help"
    return "help_stretching" if script.kind == KIND else "help_playing"
