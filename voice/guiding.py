"""The guided stretch within a conversation: joins its scripts, the narrator and the history.

The assistant gives it each request first, and tells it what the narrator reports.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TypeVar

from voice.events import Interrupted, Performed, Request, Saying, Slot, Trouble
from voice.history import History, HistoryError, Session, Unfinished, in_the_last_week, streak
from voice.knowledge import Pack
from voice.scripts import reading, stretching, talking
from voice.scripts.guide import Done, Guide
from voice.scripts.narrator import Held, Narrator, Report
from voice.scripts.script import Ask, Script, Step
from voice.scripts.stretching import Place

T = TypeVar("T")

STALE = timedelta(hours=12)
"""After so long a session that broke off is not gone on with."""
COUNT_IS_NEAR = 7.0
"""Seconds of a hold that are left when "how much longer" is answered by the count itself."""
WORTH_TELLING = 2
"""Days in a row from which a row is one."""

RESUME, RESUME_OR_START, BACK_TO_IT = "resume", "resume_or_start", "back_to_it"
"""Subjects of the scripts that offer to go on with a session."""


class Guiding:
    """Does what is asked about stretching, and keeps the thread of the session."""

    def __init__(
        self,
        pack: Pack,
        narrator: Narrator,
        history: History | None,
        *,
        perform: Callable[[Script], None],
        earcon: Callable[[str], None],
        trouble: Callable[[Trouble], None],
        clock: Callable[[], float],
        now: Callable[[], datetime],
    ) -> None:
        self._pack = pack
        self._narrator = narrator
        self._history = history
        self._history_broken = False
        self._perform = perform
        self._earcon = earcon
        self._trouble = trouble
        self._clock = clock
        self._now = now
        self._guide = Guide(pack)
        self._asked_to_resume = False
        self._actions: dict[str, Callable[[Request], bool]] = {
            "start_stretch": self._start,
            "pain": self._hurt,
            "red_flag": self._red_flag,
            "gentler": self._gentler,
            "longer": lambda _: self._resize(stretching.RESIZE_BY, "longest_hold"),
            "shorter": lambda _: self._resize(-stretching.RESIZE_BY, "shortest_hold"),
            "skip_side": self._skip_side,
            "pause": self._pause,
            "time_left": self._time_left,
            "where_am_i": self._where,
            "help": self._help,
            "no": self._no,
            "stop": self._stop,
            "history": self._tell_history,
            "read_section": self._read,
        }

    def act(self, request: Request) -> bool:
        """Do what is asked; False where the assistant has to do it (or the rest of it)."""
        action = self._actions.get(request.intent)
        return action is not None and action(request)

    def greeting(self) -> Script | None:
        """The offer to go on with a session that broke off; None where none did."""
        there = self._unfinished()
        if there is None:
            return None
        hello = talking.say_all(self._pack, "greeting_short")[:1]
        return self._offer(RESUME, there, hello)

    def note(self, event: Report) -> None:
        """Take in what the narrator reports."""
        match event:
            case Saying(kind=stretching.KIND):
                self._note_step(event.step)
            case Held():
                self._guide.held(event.seconds)
            case Performed(kind=stretching.KIND):
                self._note_end(completed=not event.unanswered)
            case Performed() if self._guide.under_way:
                self._note_digression(event)
            case Interrupted() | Performed() | Saying():
                pass

    # Starting

    def _start(self, request: Request) -> bool:
        if self._guide.forbidden:
            self._perform(talking.reply(self._pack, "no_stretch_now"))
        elif "part" in request.slots:
            self._go_on(request)
        elif self._gate and "routine" not in request.slots:
            self._narrator.answered()
        elif (there := self._unfinished()) is not None and not self._guide.under_way:
            self._perform(self._offer(RESUME_OR_START, there))
        else:
            self._begin(str(request.slots.get("routine", stretching.ALL)))
        return True

    def _begin(self, subject: str) -> None:
        today = self._now().date()
        safety = not self._remember(lambda history: history.safety_said(today), otherwise=False)
        try:
            script = self._guide.begin(subject, self._clock(), safety=safety)
        except KeyError:
            self._perform(talking.reply(self._pack, "no_match"))
            return
        self._remember(lambda history: history.say_safety(today), otherwise=None)
        self._asked_to_resume = True
        self._perform(script)

    def _go_on(self, request: Request) -> None:
        slots = request.slots
        there = Place(
            str(slots["routine"]), str(slots["part"]), int(slots["repetition"]), str(slots["label"])
        )
        self._asked_to_resume = True
        try:
            if self._guide.under_way:
                script = self._guide.back_to(there)
            else:
                script = self._guide.go_on(there, self._clock())
        except KeyError:
            self._begin(stretching.ALL)
            return
        self._perform(script)

    def _read(self, request: Request) -> bool:
        """Where stretching may not be offered, its section is read without the offer."""
        if self._guide.forbidden:
            section = str(request.slots["section"])
            self._perform(reading.section(self._pack, section, guided=False))
        return self._guide.forbidden

    def _unfinished(self) -> Place | None:
        """Where the session broke off when this program last ran, unless it was asked already."""
        if self._asked_to_resume or self._guide.forbidden:
            return None
        found = self._remember(lambda history: history.unfinished(), otherwise=None)
        if found is None or self._now() - found.seen > STALE:
            return None
        return Place(found.routine, found.part, found.repetition, found.label)

    def _offer(self, subject: str, there: Place, before: tuple[Step, ...] = ()) -> Script:
        self._asked_to_resume = True
        key = "offer_back" if subject == BACK_TO_IT else "offer_resume"
        again: dict[str, Slot] = {
            "routine": there.subject,
            "part": there.part,
            "repetition": there.repetition,
            "label": there.label,
        }
        ask = Ask(
            talking.sentences(self._pack, key, label=there.label),
            yes=Request("start_stretch", again, reason="said yes to going on"),
            no=talking.sentences(self._pack, "declined"),
            again=talking.sentences(self._pack, key, label=there.label),
        )
        return Script("talking", subject, "", (*before, ask))

    # While it goes on

    @property
    def _stretching(self) -> bool:
        script = self._narrator.script
        return script is not None and script.kind == stretching.KIND

    @property
    def _gate(self) -> bool:
        """The session waits until somebody is ready."""
        asked = self._narrator.question
        return asked is not None and asked.yes is None

    def _aside(self, key: str, **fields: str) -> bool:
        self._narrator.aside(talking.sentences(self._pack, key, **fields))
        return True

    def _resize(self, by: float, at_limit: str) -> bool:
        script = self._narrator.script
        if script is None or not self._stretching:
            return self._aside("not_stretching")
        if not self._narrator.revise(stretching.resizer(self._pack, by)):
            return self._aside(at_limit)
        hold = stretching.coming_hold(self._narrator.script or script, self._narrator.step)
        seconds = talking.spell(round(hold.seconds), self._pack.language) if hold else ""
        return self._aside("hold_changed", seconds=seconds)

    def _skip_side(self, _: Request) -> bool:
        if not self._stretching or not self._narrator.skip_part():
            return self._aside("not_stretching")
        self._earcon("taken")
        return True

    def _gentler(self, _: Request) -> bool:
        script = self._guide.go_on_gently() if self._guide.under_way else None
        if script is None:
            return self._aside("not_stretching")
        self._perform(script)
        return True

    def _pause(self, _: Request) -> bool:
        """A pause in a stretch is said aloud, as silence also belongs to a hold."""
        if not self._stretching:
            return False
        self._narrator.pause()
        return self._aside("paused")

    def _time_left(self, _: Request) -> bool:
        if not self._stretching:
            return False
        left = self._narrator.hold_left()
        rest = talking.duration(self._narrator.time_left())
        if left is None:
            return self._aside("time_left_stretch", rest=rest)
        if left < COUNT_IS_NEAR:
            self._earcon("taken")
            return True
        return self._aside("time_left_hold", seconds=talking.duration(left), rest=rest)

    def _where(self, _: Request) -> bool:
        script = self._narrator.script
        if script is None or not self._stretching:
            return False
        hold = stretching.coming_hold(script, self._narrator.step)
        if hold is None:
            return False
        language = self._pack.language
        return self._aside(
            "where_in_stretch",
            label=hold.label,
            number=talking.spell(hold.repetition, language),
            count=talking.spell(hold.of, language),
        )

    def _help(self, _: Request) -> bool:
        return self._stretching and self._aside("help_stretching")

    # When it hurts

    def _hurt(self, _: Request) -> bool:
        if not self._guide.under_way:
            return False
        script = self._narrator.script
        saying_so = script is not None and script.subject == stretching.PAIN
        self._perform(stretching.pain(self._pack) if saying_so else self._guide.hurt())
        if self._guide.place is None:
            self._end(completed=False)
        return True

    def _red_flag(self, _: Request) -> bool:
        self._end(completed=False)
        self._guide.forbid()
        return False

    # Ending

    def _no(self, _: Request) -> bool:
        """No to the offer to go on; what is said to it is the assistant's."""
        if self._gate:
            self._narrator.wait_on()
            return True
        script = self._narrator.script
        subject = script.subject if script is not None else ""
        if subject in {stretching.PAIN, BACK_TO_IT}:
            self._end(completed=False)
        elif subject in {RESUME, RESUME_OR_START}:
            self._forget_place()
        if subject == RESUME_OR_START:
            self._begin(stretching.ALL)
            return True
        return False

    def _stop(self, _: Request) -> bool:
        self._end(completed=False)
        return False

    def _note_step(self, step: int) -> None:
        script = self._narrator.script
        if script is None or not self._guide.reached(script, step):
            return
        there = self._guide.place
        if there is not None:
            seen = Unfinished(self._now(), there.subject, there.part, there.repetition, there.label)
            self._remember(lambda history: history.reached(seen), otherwise=None)

    def _note_end(self, *, completed: bool) -> None:
        done = self._end(completed=completed)
        if completed and done is not None:
            self._perform(self._farewell(done))

    def _note_digression(self, event: Performed) -> None:
        """Something else has been said in between; offer to go on, or let it be."""
        there = self._guide.place
        if event.unanswered:
            self._end(completed=False)
        elif there is not None and event.kind not in {"safety", "aside"}:
            self._perform(self._offer(BACK_TO_IT, there))

    def _end(self, *, completed: bool) -> Done | None:
        """The session is over: keep what was done, if it was anything."""
        if not self._guide.under_way:
            return None
        done = self._guide.end(self._clock())
        self._forget_place()
        if done is not None:
            session = Session(
                began=self._now() - timedelta(seconds=done.seconds),
                routine=done.subject,
                minutes=round(done.seconds / 60, 1),
                holds=done.holds,
                completed=completed,
            )
            self._remember(lambda history: history.add(session), otherwise=None)
        return done

    def _forget_place(self) -> None:
        self._remember(lambda history: history.ended(), otherwise=None)

    def _farewell(self, done: Done) -> Script:
        """What was done, and the offer of a reminder for the next time."""
        said = [
            *talking.say_all(self._pack, "stretch_done"),
            *talking.say_all(self._pack, "stretch_minutes", minutes=talking.duration(done.seconds)),
        ]
        days = self._streak()
        if days >= WORTH_TELLING:
            said += talking.say_all(self._pack, "stretch_streak", days=talking.spell(days))
        offer = Ask(
            talking.sentences(self._pack, "offer_reminder"),
            yes=Request("set_reminder", {"about": "stretching"}, reason="said yes to the offer"),
            no=talking.sentences(self._pack, "declined"),
        )
        return Script("talking", "stretch_done", "", (*said, offer))

    # The history

    def _tell_history(self, _: Request) -> bool:
        self._perform(Script("talking", "history", "", tuple(self._history_said())))
        return True

    def _history_said(self) -> tuple[Step, ...]:
        on = self._remember(lambda history: history.on, otherwise=False)
        if self._history_broken:
            return talking.say_all(self._pack, "history_broken")
        if not on:
            return talking.say_all(self._pack, "history_off")
        count = in_the_last_week(self._days(), self._now().date())
        if not count:
            return talking.say_all(self._pack, "history_none")
        said = talking.say_all(self._pack, "history_week", times=talking.times(count))
        days = self._streak()
        if days >= WORTH_TELLING:
            said += talking.say_all(self._pack, "history_streak", days=talking.spell(days))
        return said

    def _days(self) -> list[date]:
        none: tuple[Session, ...] = ()
        sessions = self._remember(lambda history: history.sessions(), none)
        return [session.began.date() for session in sessions]

    def _streak(self) -> int:
        return streak(self._days(), self._now().date())

    def _remember(self, use: Callable[[History], T], otherwise: T) -> T:
        """Use the history; one that is broken is told of once, and the session goes on without."""
        if self._history is None:
            return otherwise
        try:
            return use(self._history)
        except HistoryError as error:
            self._history = None
            self._history_broken = True
            self._trouble(Trouble("history", str(error), error.remedy))
            return otherwise
