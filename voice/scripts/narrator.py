"""The narrator: performs scripts, and alone knows how far it has got.

It owns no thread and no timer. Whoever runs it tells it when an utterance of
its voice has ended (`Narrator.ended`) and when its `deadline` has come
(`Narrator.tick`); everything else is a control. That makes each of its states
reachable in a test by calling methods, and leaves one place that holds them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol

from voice.events import Interrupted, Performed, Saying
from voice.scripts.script import Ask, Cue, Hold, Say, Script, Step

TEMPO_STEP = 1.15
SLOWEST, FASTEST = 0.65, 1.5
VOLUME_STEP = 0.15
QUIETEST, LOUDEST = 0.1, 1.0
RESUME_MIDWAY = 4.0
"""Seconds; after a longer pause the sentence is said again from its beginning."""
LAPSED = 2
"""How often a question was asked when nothing more is asked: once, once more, given up."""
WORDS_PER_MINUTE = 165.0
"""Only for estimates of the time left; the voice has its own rate."""


class Voice(Protocol):
    """What a narrator speaks with. Nothing here waits."""

    volume: float
    """0 (silent) to 1 (as loud as the device goes)."""

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:
        """Begin to say `text`; its end is reported with the same number."""

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        """Get sentences ready that will soon be said."""

    def pause(self) -> None:
        """Fall silent, keeping the place."""

    def resume(self) -> None:
        """Go on at the kept place."""

    def stop(self) -> None:
        """Fall silent and forget what was left."""

    def earcon(self, name: str) -> None:
        """Play one of the short signal tones."""


class Phase(Enum):
    """What the narrator is doing."""

    IDLE = "idle"
    SPEAKING = "speaking"
    RESTING = "resting"
    """The short silence after a sentence."""
    HOLDING = "holding"
    ASKING = "asking"
    """Waiting for an answer."""
    ASIDE = "aside"
    """Saying something that does not belong to the script, which goes on afterwards."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The clock of a hold has begun to run, or its length has changed; what screens show."""

    label: str
    seconds: float
    elapsed: float
    """Seconds that have passed of it; negative while it is counted in."""


@dataclass(frozen=True, slots=True)
class Held:
    """A hold has been kept to its end."""

    label: str
    seconds: float


Report = Saying | Performed | Interrupted | Holding | Held


class Narrator:
    """Performs one script at a time, under control at every moment."""

    def __init__(
        self,
        voice: Voice,
        report: Callable[[Report], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        words_per_minute: float = WORDS_PER_MINUTE,
    ) -> None:
        self._voice = voice
        self._report = report
        self._clock = clock
        self._words_per_minute = words_per_minute
        self.script: Script | None = None
        self.last: Script | None = None
        self.step = 0
        self.phase = Phase.IDLE
        self.paused = False
        self.tempo = 1.0
        self.saying = ""
        self.deadline: float | None = None
        self.utterance = 0
        """The last one that was begun; the voice reports its end with this number."""
        self._awaited = 0
        self._paused_at = 0.0
        self._broke_off = False
        self._times_asked = 0
        self._remarks: deque[tuple[str, Callable[[], None] | None]] = deque()
        self._said: Callable[[], None] | None = None
        self._hold_began = 0.0
        self._cues: tuple[Cue, ...] = ()
        self._cues_said = 0

    # What it is doing

    @property
    def busy(self) -> bool:
        """A script or an aside is under way (or paused)."""
        return self.script is not None or self.phase is Phase.ASIDE

    @property
    def broken_off(self) -> bool:
        """It is paused because its voice broke off, and not because somebody asked for it."""
        return self.paused and self._broke_off

    @property
    def audible(self) -> bool:
        """Its voice is sounding right now, as far as it knows."""
        held_back = self.paused and self.phase is Phase.SPEAKING
        return self.saying != "" and not held_back

    @property
    def holding(self) -> bool:
        """A hold's clock is running."""
        return self.phase is Phase.HOLDING and not self.paused

    @property
    def question(self) -> Ask | None:
        """The question that is being asked or waits for its answer."""
        step = self._step()
        return step if isinstance(step, Ask) else None

    def time_left(self) -> float:
        """Seconds that the rest of the script will take, questions' waits left out."""
        if self.script is None:
            return 0.0
        coming = sum(self._duration(s) for s in self.script.steps[self.step + 1 :])
        return self._step_left(self.script.steps[self.step]) + coming

    def hold_left(self) -> float | None:
        """Seconds until the hold under way ends; None while none is."""
        step = self._step()
        if not isinstance(step, Hold) or not self.holding:
            return None
        return step.seconds - (self._clock() - self._hold_began)

    def seconds_for(self, text: str) -> float:
        """About how long it takes to say `text` at the present tempo."""
        return len(text.split()) * 60.0 / (self._words_per_minute * self.tempo)

    # Beginning and ending

    def perform(self, script: Script, at: int = 0) -> None:
        """Perform `script` from step `at` on, instead of whatever is under way."""
        self.stop()
        self.script = self.last = script
        self._begin(script, at)

    def stop(self) -> bool:
        """Fall silent and drop the script; tells whether there was anything to stop."""
        was_busy = self.busy
        stopped = self.script
        self._hush()
        self.script = None
        self.paused = False
        self.phase = Phase.IDLE
        if stopped is not None:
            self._report(Interrupted(stopped.kind, stopped.subject, self.step))
        return was_busy

    def aside(self, text: str, *, said: Callable[[], None] | None = None) -> None:
        """Say something now that is not in the script; the script then goes on.

        A sentence that it cuts off is said again; the clock of a hold or a rest
        runs on; a pause stays a pause.

        Args:
            text: what is said.
            said: called when it has been said, or was cut short by the person.
        """
        if self.phase in {Phase.HOLDING, Phase.RESTING} and not self.paused:
            self._tell_said()
            self._voice.stop()
        else:
            self._hush()
            self.phase = Phase.ASIDE
        self._said = said
        self._say(text)

    def remark(self, text: str, *, said: Callable[[], None] | None = None) -> None:
        """Say something beside the script once the sentence or the hold under way is over.

        Args:
            text: what is said.
            said: see `aside`.
        """
        under_way = {Phase.SPEAKING, Phase.HOLDING, Phase.ASIDE}
        if self.phase in under_way and not self.paused:
            self._remarks.append((text, said))
        else:
            self.aside(text, said=said)

    def say_remarks(self) -> None:
        """Say what waited for the end of a script that was stopped."""
        if not self.busy:
            self._remark_next()

    # Controls

    def pause(self) -> bool:
        """Pause; tells whether there was anything to pause."""
        if self.broken_off:
            # What waited for its voice waits for a word from now on.
            self._broke_off = False
            return True
        if self.script is None or self.paused:
            return False
        if self.phase is Phase.SPEAKING:
            self._voice.pause()
        else:
            self._hush()
        self.deadline = None
        self.paused = True
        self._broke_off = False
        self._paused_at = self._clock()
        return True

    def resume(self) -> bool:
        """Go on after a pause: within the sentence if the pause was short, else from its start.

        A hold begins afresh, counted in: the body has left the position.
        """
        if self.script is None or not self.paused:
            return False
        self.paused = False
        brief = self._clock() - self._paused_at <= RESUME_MIDWAY
        # The sentence may have ended in the very moment of the pause: then nothing is left of it.
        midway = self.phase is Phase.SPEAKING and self._awaited != 0
        if midway and brief:
            self._voice.resume()
        else:
            self._begin(self.script, self.step, afresh=True)
        return True

    def next(self) -> bool:
        """Go to the next step; at the last one the script ends. False without a script."""
        if self.script is None:
            return False
        self._hush()
        self._advance(self.script)
        return True

    def back(self) -> bool:
        """Go to the step before; False where there is none."""
        if self.script is None or self.step == 0:
            return False
        self._begin(self.script, self.step - 1, afresh=True)
        return True

    def skip_part(self) -> bool:
        """Go to the first step of another part; False where the step belongs to none."""
        script, step = self.script, self._step()
        if script is None or step is None or not step.part:
            return False
        after = range(self.step + 1, len(script.steps))
        target = next((i for i in after if script.steps[i].part != step.part), None)
        self._hush()
        if target is None:
            self._finish(script, unanswered=False)
        else:
            self._begin(script, target)
        return True

    def revise(self, change: Callable[[Step], Step]) -> bool:
        """Change the step under way and those still to come; False where that changes nothing.

        The clock of a hold under way runs on.
        """
        script = self.script
        if script is None:
            return False
        steps = script.steps[: self.step] + tuple(map(change, script.steps[self.step :]))
        if steps == script.steps:
            return False
        self.script = self.last = replace(script, steps=steps)
        step = steps[self.step]
        if isinstance(step, Hold) and self.holding:
            self._go_on_with(step)
        return True

    def repeat(self) -> bool:
        """Begin the current step again.

        When nothing is performed, or the closing question waits for its
        answer, the last script begins again: that is what was to be heard.
        """
        script = self.script
        closing = script is not None and self.step == len(script.steps) - 1
        waiting = self.phase is Phase.ASKING and closing
        if script is not None and not waiting:
            self._begin(script, self.step, afresh=True)
        elif self.last is not None:
            self.perform(self.last)
        else:
            return False
        return True

    def change_tempo(self, faster: bool) -> bool:
        """Speak faster or slower from the current sentence on; False at the limit."""
        tempo = self.tempo * TEMPO_STEP if faster else self.tempo / TEMPO_STEP
        if not SLOWEST <= tempo <= FASTEST:
            return False
        self.tempo = tempo
        if self.script is not None and self.phase is Phase.SPEAKING and not self.paused:
            self._begin(self.script, self.step)
        elif self.paused:
            self._hush()
            self.phase = Phase.RESTING
        return True

    def change_volume(self, louder: bool) -> bool:
        """Speak louder or quieter at once; False at the limit."""
        volume = self._voice.volume + (VOLUME_STEP if louder else -VOLUME_STEP)
        clamped = min(LOUDEST, max(QUIETEST, volume))
        if abs(clamped - self._voice.volume) < VOLUME_STEP / 10:
            return False
        self._voice.volume = clamped
        return True

    def answered(self) -> None:
        """The question has its answer; the script goes on after it."""
        if self.script is not None and self.question is not None:
            self._hush()
            self._advance(self.script)

    def wait_on(self) -> None:
        """The question was put off: say what it says to "no", and wait for the answer."""
        asked = self.question
        if asked is not None:
            self._hush()
            self._times_asked = 1
            self.phase = Phase.SPEAKING
            self._say(asked.no)

    # What happens to it

    def ended(self, utterance: int, *, completed: bool = True) -> None:
        """An utterance of the voice has come to its end.

        Args:
            utterance: its number; an old one changes nothing.
            completed: False when it broke off because the loudspeaker is gone. Then
                the script pauses there, and `resume` says the sentence again.
        """
        if utterance != self._awaited:
            return
        if not completed:
            self._said = None
            self._broke_off = self.pause()
            self._paused_at = float("-inf")
            return
        self.saying = ""
        self._awaited = 0
        self._tell_said()
        step = self._step()
        if self.phase is Phase.ASIDE:
            self._after_aside()
        elif self.paused or self.script is None or step is None:
            return
        elif self.phase is Phase.SPEAKING:
            self._after_sentence(step)
        elif self.phase is Phase.RESTING and self.deadline is None:
            self._advance(self.script)

    def tick(self) -> None:
        """The time of `deadline` has come (calling too early does nothing)."""
        script, step = self.script, self._step()
        if script is None or self.deadline is None or self._clock() < self.deadline:
            return
        self.deadline = None
        if self.phase is Phase.RESTING:
            if not self.saying:
                self._advance(script)
        elif isinstance(step, Hold):
            self._go_on_holding(script, step)
        elif isinstance(step, Ask):
            self._lapse(script, step)

    # Within

    def _step(self) -> Step | None:
        return self.script.steps[self.step] if self.script is not None else None

    def _duration(self, step: Step) -> float:
        if isinstance(step, Hold):
            return step.seconds + self._rest(step)
        return self.seconds_for(step.text) + self._rest(step)

    def _step_left(self, step: Step) -> float:
        """Seconds that the step under way still takes."""
        if self.paused or self.deadline is None:
            return self._duration(step)
        if self.phase is Phase.RESTING:
            return max(0.0, self.deadline - self._clock())
        if self.phase is Phase.HOLDING:
            return max(0.0, self._duration(step) - (self._clock() - self._hold_began))
        return 0.0 if self.phase is Phase.ASKING else self._duration(step)

    def _rest(self, step: Step) -> float:
        """Seconds of silence after a step."""
        return step.pause / self.tempo if isinstance(step, Say | Hold) else 0.0

    def _say(self, text: str, *, tempo: float = 1.0) -> None:
        self.utterance += 1
        self._awaited = self.utterance
        self.saying = text
        self._tell(text)
        self._voice.say(self.utterance, text, tempo=self.tempo * tempo)

    def _tell(self, text: str) -> None:
        script = self.script
        if script is None or self.phase is Phase.ASIDE:
            self._report(Saying("aside", "", text, 0, 1))
        else:
            self._report(Saying(script.kind, script.title, text, self.step, len(script.steps)))

    def _tell_said(self) -> None:
        said, self._said = self._said, None
        if said is not None:
            said()

    def _remark_next(self) -> bool:
        """Say the remark that waited longest; False where none waits."""
        if not self._remarks:
            return False
        text, said = self._remarks.popleft()
        self.aside(text, said=said)
        return True

    def _hush(self) -> None:
        """Silence, and nothing that was awaited will come."""
        self._tell_said()
        self._voice.stop()
        self._awaited = 0
        self.saying = ""
        self.deadline = None

    def _begin(self, script: Script, index: int, *, afresh: bool = False) -> None:
        self._hush()
        self.paused = False
        self.step = index
        self.phase = Phase.SPEAKING
        if self._remark_next():
            return
        step = script.steps[index]
        if isinstance(step, Hold):
            self._begin_hold(step, counted_in=afresh)
        else:
            self._times_asked = 0
            self.phase = Phase.SPEAKING
            self._say(step.text, tempo=step.tempo if isinstance(step, Say) else 1.0)
        self._prepare(script, index)

    def _prepare(self, script: Script, index: int) -> None:
        """Get ready what comes next; during a hold also its cues, which may not come late."""
        step = script.steps[index]
        texts = [cue.text for cue in self._cues if cue.text] if isinstance(step, Hold) else []
        tempo = 1.0
        for coming in script.steps[index + 1 : index + 2]:
            if isinstance(coming, Hold):
                texts += [cue.text for cue in coming.cues if cue.text]
            else:
                texts.append(coming.text)
                tempo = coming.tempo if isinstance(coming, Say) else 1.0
        if texts:
            self._voice.prepare(texts, tempo=self.tempo * tempo)

    def _advance(self, script: Script) -> None:
        if self.step + 1 < len(script.steps):
            self._begin(script, self.step + 1)
        else:
            self._finish(script, unanswered=False)

    def _finish(self, script: Script, *, unanswered: bool) -> None:
        self.script = None
        self.paused = False
        self.phase = Phase.IDLE
        self._report(Performed(script.kind, script.subject, unanswered))
        if not self.busy:
            self._remark_next()

    def _after_sentence(self, step: Step) -> None:
        if isinstance(step, Ask):
            self._await_answer(step)
        else:
            self.phase = Phase.RESTING
            self.deadline = self._clock() + self._rest(step)

    def _await_answer(self, step: Ask) -> None:
        if self._times_asked == LAPSED and self.script is not None:
            self._finish(self.script, unanswered=True)
            return
        patience = step.wait if self._times_asked and step.wait else step.patience
        self.phase = Phase.ASKING
        self.deadline = self._clock() + patience

    def _after_aside(self) -> None:
        if self.script is None:
            self.phase = Phase.IDLE
            if not self._remark_next():
                self._report(Performed("aside", ""))
        elif self.paused:
            self.phase = Phase.RESTING
        else:
            self._begin(self.script, self.step)

    def _lapse(self, script: Script, step: Ask) -> None:
        """No answer came in time: ask once more if the question is worth it, else let it go."""
        self._times_asked = LAPSED if self._times_asked or not step.again else 1
        words = step.lapsed if self._times_asked == LAPSED else step.again
        if not words:
            self._finish(script, unanswered=True)
            return
        self.phase = Phase.SPEAKING
        self._say(words)

    def _begin_hold(self, step: Hold, *, counted_in: bool) -> None:
        lead = step.lead if counted_in else ()
        self.phase = Phase.HOLDING
        self._hold_began = self._clock() - (lead[0].at if lead else 0.0)
        self._cues = lead + step.cues
        self._cues_said = 0
        self._tell(step.label)
        self._report_hold(step)
        self._await_hold(step)

    def _go_on_with(self, step: Hold) -> None:
        """The hold under way has other cues and another length than a moment ago."""
        elapsed = self._clock() - self._hold_began
        cues = tuple(cue for cue in self._cues if cue.at < 0) + step.cues
        over = elapsed >= step.seconds
        self._cues = cues
        self._cues_said = sum(cue.at < step.seconds if over else cue.at <= elapsed for cue in cues)
        if self.script is not None:
            self._prepare(self.script, self.step)
        self._report_hold(step)
        self._await_hold(step)

    def _report_hold(self, step: Hold) -> None:
        elapsed = self._clock() - self._hold_began
        self._report(Holding(step.label, step.seconds, elapsed))

    def _await_hold(self, step: Hold) -> None:
        cues = self._cues[self._cues_said :]
        self.deadline = self._hold_began + (cues[0].at if cues else step.seconds)

    def _go_on_holding(self, script: Script, step: Hold) -> None:
        if self._cues_said == len(self._cues):
            self._end_hold(script, step)
            return
        self._give(self._cues[self._cues_said])
        self._cues_said += 1
        self._await_hold(step)

    def _give(self, cue: Cue) -> None:
        """A cue comes at its moment: a soft one yields to what is being said, others cut it off."""
        if cue.soft and self.saying:
            return
        if cue.earcon:
            self._voice.earcon(cue.earcon)
        if cue.text:
            if self.saying:
                self._voice.stop()
            self._say(cue.text)

    def _end_hold(self, script: Script, step: Hold) -> None:
        self._report(Held(step.label, step.seconds))
        if step.pause:
            self.phase = Phase.RESTING
            self.deadline = self._clock() + self._rest(step)
        else:
            self._advance(script)
