"""Stretching: a routine of the pack as a script, and how it changes on the way.

Everything here is a pure function of the pack and the script. What a
conversation remembers of its stretching is in `voice.scripts.guide`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from voice.events import Request
from voice.knowledge import Pack, Routine, Stretch
from voice.scripts.script import Ask, Cue, Hold, Say, Script, Step
from voice.scripts.talking import sentences, spell

KIND = "stretching"
PAIN = "pain_in_stretch"
"""Subject of the script that asks whether to go on more gently."""
ALL = "all"
"""Subject of the session of all routines."""

SHORTEST, LONGEST = 10.0, 30.0
"""Seconds of a hold; American College of Sports Medicine, flexibility guidance."""
MOST_IN_ALL = 75.0
"""Seconds of all holds of a side; the same source says about 60."""
RESIZE_BY = 5.0
"""Seconds by which a hold becomes longer or shorter."""
GENTLER = 0.5
"""How much of a hold is left when it is done more gently; not under `SHORTEST`."""

WAIT = 600.0
"""Seconds in which "ready" is awaited quietly."""
BREATH_AT = 3.0
"""Seconds into a hold."""
COUNTED = 5
"""Seconds at the end of a hold that are counted aloud."""
LEAST_FOR_BREATH, LEAST_FOR_HALFWAY = 12.0, 18.0
"""Seconds of a hold from which the breath, and "halfway", do not crowd the count."""
TICK_EVERY = 4.0
"""Seconds of silence in a hold after which a tick tells that it goes on."""
COUNT_IN = 3
"""Seconds counted in before a hold that begins afresh."""
BACK_INTO = 6.0
"""Seconds to get back into the position before the count-in."""
AFTER_HOLD = 0.4
"""Seconds in which the tone at the end of a hold sounds alone."""

BEGINS, ENDS, TICK = "hold_begins", "hold_ends", "tick"
"""Tones."""

SAFETY, PLACE, DONE = "(safety)", "(place)", "(done)"
"""Names of the parts besides the stretches, unlike any id; the last two belong to a routine."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a session somebody is; enough to go on there another day."""

    subject: str
    """The routine, or `ALL`."""
    part: str
    repetition: int
    label: str
    """As it is said."""


def session(pack: Pack, subject: str = ALL, *, safety: bool = True, gentle: bool = False) -> Script:
    """The guided session of one routine, or of all of them in the pack's order.

    Args:
        pack: the content pack.
        subject: id of a routine, or `ALL`.
        safety: begin with the words about safety.
        gentle: shorter holds and half the way.

    Raises:
        KeyError: the pack has no such routine.
    """
    routines = list(pack.routines.values()) if subject == ALL else [pack.routines[subject]]
    steps: list[Step] = []
    if safety:
        steps += [Say(advice.text, part=SAFETY) for advice in pack.safety.before_stretching]
    for routine in routines:
        steps += _routine(pack, routine, gentle=gentle)
    title = " and ".join(routine.spoken_name for routine in routines)
    return Script(KIND, subject, title, tuple(steps))


def rest_of(pack: Pack, there: Place, *, gentle: bool = False, settled: bool = False) -> Script:
    """What is left of a session from a place on; the way into the stretch is said again.

    Args:
        pack: the content pack.
        there: where to go on.
        gentle: shorter holds and half the way.
        settled: leave out how to get to the floor or onto the feet.

    Raises:
        KeyError: the pack has no such place.
    """
    whole = session(pack, there.subject, safety=False, gentle=gentle)
    routine = there.part.partition("/")[0]
    own = [i for i, s in enumerate(whole.steps) if s.part == there.part]
    holds = [i for i in own if isinstance(whole.steps[i], Hold)]
    if not 1 <= there.repetition <= len(holds):
        raise KeyError(there.part)
    # One sentence, "and hold", comes right before each hold.
    first, at = holds[0] - 1, holds[there.repetition - 1] - 1
    steps: list[Step] = []
    if gentle:
        steps.append(Say(sentences(pack, "gently"), part=there.part))
    if not settled:
        steps += [s for s in whole.steps if s.part == f"{routine}/{PLACE}"]
    steps += whole.steps[own[0] : first] + whole.steps[at:]
    return replace(whole, steps=tuple(steps))


def place(script: Script, step: int) -> Place | None:
    """Where a step is: the next hold from it on; None where no hold follows."""
    hold = coming_hold(script, step)
    if hold is None:
        return None
    return Place(script.subject, hold.part, hold.repetition, hold.label)


def settled(script: Script, step: int) -> bool:
    """Whether somebody is in position at a step: within a stretch, not on the way there."""
    return script.steps[step].part.rpartition("/")[2] not in {SAFETY, PLACE, DONE}


def coming_hold(script: Script, step: int) -> Hold | None:
    """The hold at a step, or the next one after it; None where no hold follows."""
    return next((s for s in script.steps[step:] if isinstance(s, Hold)), None)


def resizer(pack: Pack, by: float) -> Callable[[Step], Step]:
    """Makes holds longer (or shorter, below 0) by so many seconds, within the limits."""

    def resize(step: Step) -> Step:
        if not isinstance(step, Hold):
            return step
        longest = min(LONGEST, MOST_IN_ALL / step.of)
        return resized(pack, step, min(longest, max(SHORTEST, step.seconds + by)))

    return resize


def resized(pack: Pack, hold: Hold, seconds: float) -> Hold:
    """The same hold with another length, its cues where they belong."""
    return replace(hold, seconds=seconds, cues=_cues(pack, seconds, hold.breathing))


# A session from its routines


def _routine(pack: Pack, routine: Routine, *, gentle: bool) -> list[Step]:
    part = f"{routine.id}/{PLACE}"
    before = [advice.text for advice in routine.cautions] + list(routine.into.sentences)
    check = Ask(
        f"{routine.check} {sentences(pack, 'ready_say')}",
        yes=None,
        no=sentences(pack, "ready_not_yet"),
        again=sentences(pack, "ready_again"),
        wait=WAIT,
        lapsed=sentences(pack, "ready_lapsed"),
        part=part,
    )
    steps: list[Step] = [*(Say(text, part=part) for text in before), check]
    for stretch in routine.stretches:
        for side in stretch.sides or ("",):
            steps += _side(pack, routine, stretch, side, gentle=gentle)
    steps += [Say(text, part=f"{routine.id}/{DONE}") for text in routine.out.sentences]
    return steps


def _part(routine: Routine, stretch: Stretch, side: str) -> str:
    return "/".join(filter(None, (routine.id, stretch.id, side)))


def _side(pack: Pack, routine: Routine, stretch: Stretch, side: str, *, gentle: bool) -> list[Step]:
    """All holds of one side, one after the other."""
    part = _part(routine, stretch, side)
    texts = (*stretch.into, stretch.gentler) if gentle else stretch.into
    steps: list[Step] = [*_settling(texts, stretch, side, part)]
    for repetition in range(1, stretch.times + 1):
        if repetition > 1:
            last = repetition == stretch.times
            once_more = sentences(pack, "one_more_side" if last and side else "once_more")
            steps += _settling((once_more, stretch.again), stretch, side, part)
        steps += [
            Say(sentences(pack, "hold_begins"), part=part),
            _hold(pack, stretch, side, part, repetition, gentle=gentle),
            Say(stretch.out.format(side=side), pause=stretch.rest, part=part),
        ]
    return steps


def _settling(texts: Sequence[str], stretch: Stretch, side: str, part: str) -> Iterator[Say]:
    """Sentences that lead into a position, and time to get there after the last one."""
    says = [Say(text.format(side=side), part=part) for text in texts]
    yield from says[:-1]
    yield replace(says[-1], pause=stretch.settle)


def _hold(
    pack: Pack, stretch: Stretch, side: str, part: str, repetition: int, *, gentle: bool
) -> Hold:
    label = stretch.label.format(side=side)
    seconds = max(SHORTEST, round(stretch.hold * GENTLER)) if gentle else stretch.hold
    return Hold(
        seconds=seconds,
        label=label,
        cues=_cues(pack, seconds, stretch.breathing),
        lead=_lead(pack, label, repetition, stretch.times),
        pause=AFTER_HOLD,
        part=part,
        figure=stretch.figure,
        side=side,
        repetition=repetition,
        of=stretch.times,
        breathing=stretch.breathing,
    )


def _number(pack: Pack, number: int) -> str:
    return f"{spell(number, pack.language).capitalize()}."


def _cues(pack: Pack, seconds: float, breathing: str) -> tuple[Cue, ...]:
    """The tones, the breath, "halfway", the last seconds counted, and ticks in the silence."""
    cues = [Cue(0.0, earcon=BEGINS)]
    if seconds >= LEAST_FOR_BREATH:
        cues.append(Cue(BREATH_AT, breathing, soft=True))
    if seconds >= LEAST_FOR_HALFWAY:
        cues.append(Cue(seconds / 2, sentences(pack, "halfway"), soft=True))
    cues += [Cue(seconds - n, _number(pack, n)) for n in range(COUNTED, 0, -1)]
    cues.append(Cue(seconds, earcon=ENDS))
    return tuple(sorted([*cues, *_ticks([cue.at for cue in cues])], key=lambda cue: cue.at))


def _ticks(moments: Sequence[float]) -> Iterator[Cue]:
    """A tick in the middle of each silence that lasts long enough to make one wonder."""
    for before, after in pairwise(moments):
        if after - before > TICK_EVERY:
            yield Cue((before + after) / 2 + 0.5, earcon=TICK, soft=True)


def _lead(pack: Pack, label: str, repetition: int, of: int) -> tuple[Cue, ...]:
    """Where we are, time to get back into it, and the count-in."""
    language = pack.language
    where = sentences(
        pack,
        "hold_resumes",
        label=label,
        number=spell(repetition, language),
        count=spell(of, language),
    )
    numbers = [Cue(float(-n), _number(pack, n)) for n in range(COUNT_IN, 0, -1)]
    return (Cue(-COUNT_IN - BACK_INTO, where), *numbers)


# Beside the session


def pain(pack: Pack) -> Script:
    """It hurts, for the first time: ease out, and ask whether to go on more gently."""
    offer = Ask(
        sentences(pack, "pain_offer"),
        yes=Request("gentler", reason="said yes to going on gently"),
        no=sentences(pack, "declined"),
        again=sentences(pack, "pain_again"),
        wait=WAIT,
    )
    said = tuple(Say(text) for text in pack.reply("pain_in_stretch"))
    return Script("safety", PAIN, "", (*said, offer))


def pain_ends_it(pack: Pack) -> Script:
    """It hurts again: the session ends, and when to see someone."""
    return Script("safety", "pain_twice", "", tuple(Say(text) for text in pack.reply("pain_ended")))
