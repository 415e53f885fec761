"""What is done when somebody asks for something about reminders, and what is said then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from voice.events import Due, Request, Slot
from voice.reminders import firing, moments
from voice.reminders.plan import TIME_SLOTS, PlanError, Present, lacks_time, planned
from voice.reminders.recurrence import LEAST_MINUTES
from voice.reminders.reminder import Missed, Reminder
from voice.reminders.spoken import UNAMBIGUOUS, Spoken
from voice.reminders.store import Store
from voice.reminders.wording import Offer, Wording

MOST = 10_000
"""How many reminders are kept at once."""
SAID_AT_ONCE = 5
"""More than this in one breath nobody remembers."""
LONGEST_ABOUT = 80
LONGEST_TEXT = 500
SNOOZE_MINUTES = 10
LONGEST_SNOOZE = 24 * 60
QUESTION_STANDS = 2 * moments.MINUTE
"""How long an answer still completes what was asked back."""
MISSED_LATELY = 7 * moments.DAY
"""How far back "what did I miss" looks."""
SAME_TIME = 1 * moments.MINUTE - 1
"""Two reminders about the same thing within this are one."""

OFF = "_off"
"""Ends the name of the kind that ends what is on: heat and heat_off."""

AsksFor = Literal["about", "time", "which"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said, and what is still open."""

    sentences: tuple[str, ...] = ()
    """To be said in this order; empty: there is nothing to say."""
    asks_for: AsksFor | None = None
    """The last sentence asks for this; the next request that names it completes the matter."""
    reminder: Reminder | None = None
    """The reminder that this is about, as it stands now."""
    offer: Offer | None = None
    """What is offered after the sentences."""
    choices: tuple[Request, ...] = ()
    """What "the second one" may mean, in the order they were said."""
    rung: tuple[int, ...] = ()
    """The reminders that it says ring; `Reminders.spoken` remembers that it was said."""
    missed: tuple[int, ...] = ()
    """What it tells of having been missed; likewise."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A request that was asked back about."""

    request: Request
    asked_ms: int
    asks_for: AsksFor


@dataclass(slots=True)
class _Recent:
    """What "it" means: the reminder that was last spoken of."""

    set: int = 0
    set_ms: int = 0
    rung: tuple[int, ...] = ()
    rung_ms: int = 0
    told: tuple[int, ...] = ()
    """What this process gave to be told as missed last."""
    pending: _Pending | None = None
    said: dict[int, int] = field(default_factory=dict)
    """The occurrence of each reminder that this process said to its end."""


@dataclass(slots=True)
class Reminders:
    """Sets, lists, changes and rings reminders, and finds the words for it.

    Every method that changes something has it safe on the disk before it
    returns the words that confirm it.

    Raises:
        StoreError: From any method, when the store cannot be used.
    """

    store: Store
    wording: Wording
    now: Callable[[], int] = moments.now_ms
    """The present in milliseconds since the epoch."""
    zone: Callable[[], str] = moments.local_zone
    """IANA name of the zone in which the person is."""
    _recent: _Recent = field(default_factory=_Recent)

    # Requests

    @property
    def asks_for(self) -> AsksFor | None:
        """What was asked for last and not yet answered; None when nothing is open."""
        pending = self._recent.pending
        if pending is None or self.now() - pending.asked_ms > QUESTION_STANDS:
            return None
        return pending.asks_for

    def answer(self, request: Request) -> Answer | None:
        """Do what a request asks for; None when it is not about reminders."""
        handlers: Mapping[str, Callable[[Request], Answer]] = {
            "set_reminder": self.set,
            "list_reminders": self.list,
            "cancel_reminder": self.cancel,
            "change_reminder": self.change,
            "snooze_reminder": self.snooze,
            "done_reminder": self.done,
            "missed_reminders": self.missed,
        }
        handler = handlers.get(request.intent)
        return None if handler is None else handler(request)

    def set(self, request: Request) -> Answer:
        """Set a reminder, or ask for the subject or the time that is missing."""
        request = self._timed(self._completed(request))
        about = _about(request.slots)
        if not about:
            return self._ask(request, "about", self.wording.reply("ask_about"))
        do = self.wording.kind(about).do
        if lacks_time(request.slots):
            key = "ask_clock" if "repeat" in request.slots else "ask_time"
            return self._ask(request, "time", self.wording.reply(key, do=do))
        present = self._present()
        try:
            plan = planned(request.slots, present)
        except PlanError as error:
            return self._ask_again(request, do, error)
        wanted = plan._replace(about=about, text=request.text[:LONGEST_TEXT])
        return self._kept(wanted, present)

    def give_up(self) -> Answer:
        """The person does not want what was asked back about."""
        self._recent.pending = None
        return Answer(self.wording.reply("given_up"))

    def list(self, request: Request) -> Answer:
        """Say which reminders there are, the next ones first."""
        about = _about(request.slots)
        count = self.store.count(about)
        if not count:
            return Answer(self._none(about))
        sentences = self._how_many(count)
        if count > SAID_AT_ONCE:
            shown = self._number(SAID_AT_ONCE)
            sentences += self.wording.reply("list_next", count=shown)
        items = tuple(self._item(one) for one in self.store.live(SAID_AT_ONCE, about))
        return Answer(sentences + items)

    def lines(self) -> Iterator[str]:
        """Every reminder that will still ring, a line each for a terminal, with its number."""
        for reminder in self.store.live():
            yield f"{reminder.id:>5}  {self._item(reminder)}"

    def cancel(self, request: Request) -> Answer:
        """Cancel a reminder, or all, or ask which."""
        names_none = not request.slots.keys() & {"about", "all", "id"}
        if names_none and self.asks_for in {"about", "time"}:
            return self.give_up()
        request = self._completed(request)
        about = _about(request.slots)
        found = self._meant(request, about)
        if not found:
            return Answer(self._none(about))
        if len(found) > 1 and not request.slots.get("all"):
            return self._ask_which(request, found, "which_cancel")
        # Read again within the transaction: it may have rung, or ended, since it was listed.
        cancelled = [self.store.change(reminder.id, _cancelled) for reminder in found]
        gone = [reminder for reminder in cancelled if reminder is not None]
        if not gone:
            return Answer(self._none(about))
        if len(gone) > 1:
            return Answer(self.wording.reply("cancelled_all", count=self._number(len(gone))))
        fields = self._fields(found[0])
        key = "cancelled_every" if found[0].rule else "cancelled"
        return Answer(self._reply(key, fields), reminder=gone[0])

    def change(self, request: Request) -> Answer:
        """Give a reminder another time: the one that was named, or set last."""
        request = self._completed(request)
        about = _about(request.slots)
        last = (
            self.store.get(self._recent.set) if not about and not self._number_in(request) else None
        )
        found = (last,) if last is not None and last.live else self._meant(request, about)
        if not found:
            return Answer(self._none(about))
        if len(found) > 1:
            return self._ask_which(request, found, "which_change")
        do = self.wording.kind(found[0].about).do
        named = replace(request, slots={**request.slots, "id": found[0].id})
        if lacks_time(request.slots):
            return self._ask(named, "time", self.wording.reply("ask_time", do=do))
        present = self._present()
        try:
            plan = planned(request.slots, present)
        except PlanError as error:
            return self._ask_again(named, do, error)
        changed = self.store.change(found[0].id, lambda old: _replanned(old, plan))
        if changed is None:
            return Answer(self._none(about))
        self._recent.set, self._recent.set_ms = changed.id, self.now()
        confirmation = self._confirmation("changed", changed, present)
        return self._within_limit(Answer(confirmation, reminder=changed))

    def snooze(self, request: Request) -> Answer:
        """Let what rings, or what was missed last, ring again later.

        Where nothing rings, "make it half an hour" means the reminder that was just set.
        """
        minutes = request.slots.get("minutes", SNOOZE_MINUTES)
        if isinstance(minutes, bool) or not isinstance(minutes, int):
            minutes = SNOOZE_MINUTES
        present = self._present()
        until = present.ms + min(max(minutes, 1), LONGEST_SNOOZE) * moments.MINUTE
        ringing = self._ringing()
        later = self._each_ringing(ringing, lambda old: firing.snoozed(old, until))
        if not ringing:
            later = self._missed_again(until, present)
        if later is None and "minutes" in request.slots and self._just_set():
            return self.change(replace(request, intent="change_reminder"))
        if later is None:
            return Answer(self.wording.reply("nothing_rings"))
        limit = self.wording.kind(later.about).limit
        over = () if limit is None else (limit.say,)
        return Answer(self._reply("snoozed", self._fields(later)) + over, reminder=later)

    def done(self, _: Request | None = None) -> Answer:
        """What rings has been done."""
        return self._answered("done", "done_next")

    def hush(self) -> Answer:
        """What rings shall be quiet; it counts as answered."""
        return self._answered("hushed", "hushed")

    def missed(self, request: Request) -> Answer:
        """Say what was missed lately, asked for."""
        about = _about(request.slots)
        found = [
            missed
            for missed in self.store.missed(self.now() - MISSED_LATELY)
            if not about or missed.about == about
        ]
        if not found:
            return Answer(self.wording.reply("missed_none"))
        return self._told(tuple(found))

    # Ringing

    def ring(self, *due: Due) -> Answer:
        """What is said when reminders have come due, one or several together.

        Returns:
            Without sentences when they were answered or cancelled meanwhile,
            or said already.
        """
        fresh = [one for one in due if one.late * moments.SECOND <= firing.TOO_LATE]
        ringing = [one for one in map(self._to_say, fresh) if one is not None]
        if not ringing:
            return self.untold() if len(fresh) < len(due) else Answer()
        new = self.now() - self._recent.rung_ms > firing.REPEATS[0]
        before = () if new else self._recent.rung
        numbers = tuple(one.id for one in ringing)
        self._recent.rung = tuple(dict.fromkeys(before + numbers))
        self._recent.rung_ms = self.now()
        again = all(self._said_before(one) for one in ringing)
        told = self.untold() if len(fresh) < len(due) else Answer()
        rung = self._rung(ringing, again=again)
        return replace(
            rung, sentences=told.sentences + rung.sentences, rung=numbers, missed=told.missed
        )

    def untold(self) -> Answer:
        """Say what was missed and has not been told yet; without sentences when nothing was.

        It is given to be said once; if `spoken` does not follow, again after a while.
        """
        found = self.store.tell(self.now())
        return self._told(found) if found else Answer()

    def spoken(self, answer: Answer) -> None:
        """Call it when what `ring` or `untold` gave has been said, or the person cut it short.

        Until then a ring counts as unheard and what was missed as untold, so
        that a process which dies in the middle of a sentence loses neither.
        """
        self.store.said(rung=answer.rung, missed=answer.missed)
        for one in map(self.store.get, answer.rung):
            if one is not None:
                self._recent.said[one.id] = one.due_ms

    def rescue_note(self) -> Answer:
        """Say once that the file was damaged and what could be saved."""
        rescued, self.store.rescued = self.store.rescued, None
        if rescued is None:
            return Answer()
        key = {0: "rescued_none", 1: "rescued_one"}.get(rescued.reminders, "rescued")
        fields = {"count": self._number(rescued.reminders)} if key == "rescued" else {}
        return Answer(self._reply(key, fields))

    # Asking back

    def _completed(self, request: Request) -> Request:
        """The request together with what was asked back about, which then is settled."""
        pending, asks_for = self._recent.pending, self.asks_for
        self._recent.pending = None
        if pending is None or asks_for is None or pending.request.intent != request.intent:
            return request
        if asks_for == "time" and _about(request.slots) not in {"", _about(pending.request.slots)}:
            return request
        before = pending.request.slots
        if not lacks_time(request.slots) and "at" not in request.slots:
            before = {name: value for name, value in before.items() if name not in TIME_SLOTS}
        return replace(
            request,
            slots={**before, **request.slots},
            text=f"{pending.request.text} {request.text}".strip(),
        )

    def _ask(self, request: Request, asks_for: AsksFor, sentences: tuple[str, ...]) -> Answer:
        self._recent.pending = _Pending(request, self.now(), asks_for)
        return Answer(sentences, asks_for=asks_for)

    def _ask_again(self, request: Request, do: str, error: PlanError) -> Answer:
        """Say why a time will not do, and ask for another."""
        present = self._present()
        fields: dict[str, str] = {}
        if error.moment_ms is not None:
            meant = moments.from_ms(error.moment_ms, present.zone)
            fields["when"] = self._spoken.when(meant, present.moment)
        if error.key == "too_often":
            fields["least"] = self._spoken.count_of(LEAST_MINUTES)
        kept = {name: value for name, value in request.slots.items() if name not in TIME_SLOTS}
        why = self._reply(error.key, fields)
        question = self.wording.reply("ask_time", do=do)
        return self._ask(replace(request, slots=kept), "time", why + question)

    def _ask_which(self, request: Request, found: tuple[Reminder, ...], key: str) -> Answer:
        shown = found[:SAID_AT_ONCE]
        sentences = self._how_many(len(found)) + tuple(self._item(item) for item in shown)
        choices = tuple(
            replace(request, slots={**request.slots, "id": item.id}, layer="direct")
            for item in shown
        )
        asked = self._ask(request, "which", sentences + self.wording.reply(key))
        return replace(asked, choices=choices)

    # Steps

    def _timed(self, request: Request) -> Request:
        """What ends the heat or the cold is a kind of its own, and may go without a time."""
        ends = f"{_about(request.slots)}{OFF}"
        if not request.slots.get("take_off") or ends not in self.wording.kinds:
            return request
        limit = self.wording.kind(ends).limit
        usual = {"minutes": limit.minutes} if limit and lacks_time(request.slots) else {}
        kept = {name: value for name, value in request.slots.items() if name != "take_off"}
        return replace(request, slots={**kept, **usual, "about": ends})

    def _within_limit(self, answer: Answer) -> Answer:
        """The answer, and what is to be said where something shall be on for too long."""
        reminder = answer.reminder
        limit = self.wording.kind(reminder.about).limit if reminder else None
        if reminder is None or limit is None or reminder.rule:
            return answer
        if reminder.due_ms - self.now() <= limit.minutes * moments.MINUTE:
            return answer
        timer = Request("set_reminder", {"about": reminder.about, "minutes": limit.minutes})
        sentences = (*answer.sentences, limit.say)
        return replace(answer, sentences=sentences, offer=Offer(limit.ask, timer))

    def _kept(self, wanted: Reminder, present: Present) -> Answer:
        if self.store.count() >= MOST:
            return Answer(self.wording.reply("too_many"))
        other = self.store.like(wanted, SAME_TIME)
        if other is not None:
            self._recent.set, self._recent.set_ms = other.id, self.now()
            return Answer(self._reply("already", self._fields(other)), reminder=other)
        kept = self.store.add(wanted)
        self._recent.set, self._recent.set_ms = kept.id, self.now()
        return self._within_limit(Answer(self._confirmation("set", kept, present), reminder=kept))

    def _answered(self, key: str, key_next: str) -> Answer:
        ringing, now, zone = self._ringing(), self.now(), self.zone()
        after = self._each_ringing(ringing, lambda old: firing.answered(old, now, zone))
        if after is None:
            return Answer(self.wording.reply("nothing_rings"))
        one_that_recurs = len(ringing) == 1 and after.live
        sentences = self._reply(key_next if one_that_recurs else key, self._fields(after))
        return Answer(sentences, reminder=after)

    def _each_ringing(
        self, ringing: tuple[Reminder, ...], change: Callable[[Reminder], Reminder]
    ) -> Reminder | None:
        """Change every one that still rings; the last of them as it is now."""
        after = None
        for one in ringing:
            changed = self.store.change(
                one.id, lambda old: change(old) if old.state == "ringing" else None
            )
            after = changed or after
        return after

    def _just_set(self) -> bool:
        return bool(self._recent.set) and self.now() - self._recent.set_ms <= QUESTION_STANDS

    def _missed_again(self, until: int, present: Present) -> Reminder | None:
        """Ring what was missed within the last hour, and is known to the person, once more."""
        lately = [
            missed
            for missed in self.store.missed(present.ms - moments.HOUR)
            if missed.told or missed.id in self._recent.told
        ]
        if not lately:
            return None
        last = lately[-1]
        self.store.said(missed=(last.id,))
        return self.store.add(
            Reminder(
                about=last.about,
                due_ms=last.due_ms,
                zone=present.zone,
                text=last.text,
                state="snoozed",
                ring_ms=until,
            )
        )

    def _ringing(self) -> tuple[Reminder, ...]:
        """The reminders that an answer means: those said last, else the one rung last."""
        said = (self.store.get(number) for number in self._recent.rung)
        still = tuple(one for one in said if one is not None and one.state == "ringing")
        if still:
            return still
        return self.store.ringing()[-1:]

    def _to_say(self, due: Due) -> Reminder | None:
        """The reminder if it rings, and this ring of it is ours to say and not yet said."""
        reminder = self.store.get(due.reminder)
        if reminder is None or reminder.state != "ringing":
            return None
        return reminder if self.store.take(reminder) else None

    def _said_before(self, reminder: Reminder) -> bool:
        return self._recent.said.get(reminder.id) == reminder.due_ms and reminder.rings > 1

    def _named(self, about: str) -> tuple[Reminder, ...]:
        """Those about it; "the heat timer" is also the one that ends the heat."""
        return self.store.live(about=about) or (self.store.live(about=about + OFF) if about else ())

    def _meant(self, request: Request, about: str) -> tuple[Reminder, ...]:
        number = self._number_in(request)
        if number is None:
            return self._named(about)
        one = self.store.get(number)
        return (one,) if one is not None and one.live else ()

    @staticmethod
    def _number_in(request: Request) -> int | None:
        number = request.slots.get("id")
        return number if isinstance(number, int) and not isinstance(number, bool) else None

    # Words

    @property
    def _spoken(self) -> Spoken:
        return Spoken(self.wording)

    def _present(self) -> Present:
        return Present(self.now(), self.zone())

    def _number(self, number: int) -> str:
        return self._spoken.number(number)

    def _reply(self, key: str, fields: Mapping[str, str]) -> tuple[str, ...]:
        return self.wording.reply(key, **fields)

    def _fields(self, reminder: Reminder) -> dict[str, str]:
        """Everything that a reply may say about a reminder."""
        present = self._present()
        ahead = moments.to_ms(reminder.due) - present.ms
        fields = {
            "do": self.wording.kind(reminder.about).do,
            "when": self._spoken.when(reminder.due, present.moment),
            "lead": self._spoken.lead(ahead),
        }
        if reminder.rule:
            fields["every"] = self._spoken.every(reminder)
        if reminder.until is not None:
            fields["until"] = self._spoken.until(reminder.until, present.moment)
        return fields

    def _confirmation(self, key: str, reminder: Reminder, present: Present) -> tuple[str, ...]:
        if reminder.rule:
            ending = "_until" if reminder.until is not None and key == "set" else ""
            key = f"{key}_every{ending}"
        elif reminder.due_ms - present.ms > UNAMBIGUOUS.total_seconds() * moments.SECOND:
            key = f"{key}_far"
        return self._reply(key, self._fields(reminder))

    def _item(self, reminder: Reminder) -> str:
        key = "list_item_every" if reminder.rule else "list_item"
        return self._reply(key, self._fields(reminder))[0]

    def _how_many(self, count: int) -> tuple[str, ...]:
        if count == 1:
            return self.wording.reply("list_one")
        return self.wording.reply("list_several", count=self._number(count))

    def _none(self, about: str) -> tuple[str, ...]:
        if not about:
            return self.wording.reply("list_none")
        return self.wording.reply("none_about", do=self.wording.kind(about).do)

    def _rung(self, ringing: Sequence[Reminder], *, again: bool) -> Answer:
        """What rings, each kind once; the whole of it the first time."""
        kinds = tuple({one.about: self.wording.kind(one.about) for one in ringing}.values())
        said = kinds[:SAID_AT_ONCE]
        last = ringing[-1]
        if again:
            lines = tuple(kind.rings[0] for kind in said)
            how = self.wording.reply("how_to_answer")
            return Answer(self.wording.reply("again") + lines + how, reminder=last)
        sentences = tuple(line for kind in said for line in kind.rings)
        if len(kinds) > len(said):
            more = self._number(len(kinds) - len(said))
            sentences += self.wording.reply("ring_more", count=more)
        offer = kinds[0].offer if len(kinds) == 1 else None
        return Answer(sentences, reminder=last, offer=offer)

    def _told(self, found: tuple[Missed, ...]) -> Answer:
        """Tell the last few that were missed, and how many came before."""
        present = self._present()
        sentences: tuple[str, ...] = ()
        for missed in found[-SAID_AT_ONCE:]:
            do = self.wording.kind(missed.about).do
            when = self._spoken.when(missed.due, present.moment)
            if missed.times > 1:
                times = self._number(missed.times)
                sentences += self.wording.reply("missed_times", do=do, when=when, times=times)
            else:
                sentences += self.wording.reply("missed_one", do=do, when=when)
            if missed.about.endswith(OFF):
                sentences += self.wording.reply("take_off_now", do=do)
        if len(found) > SAID_AT_ONCE:
            before = self._number(len(found) - SAID_AT_ONCE)
            sentences += self.wording.reply("missed_more", count=before)
        self._recent.told = tuple(missed.id for missed in found)
        return Answer(sentences, missed=self._recent.told)


def _about(slots: Mapping[str, Slot]) -> str:
    value = slots.get("about", "")
    return " ".join(value.split())[:LONGEST_ABOUT] if isinstance(value, str) else ""


def _cancelled(old: Reminder) -> Reminder | None:
    return old._replace(state="cancelled") if old.live else None


def _replanned(old: Reminder, plan: Reminder) -> Reminder | None:
    """The reminder with another time; None when it ended meanwhile."""
    if not old.live:
        return None
    return plan._replace(about=old.about, text=old.text, uid=old.uid, id=old.id)
