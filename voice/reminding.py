"""Reminders within a conversation: joins the reminders, their words and the narrator.

The assistant gives it each request first, and each reminder that falls due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voice.events import Due, Request, Trouble
from voice.reminders import Answer, Reminders, StoreError
from voice.scripts.narrator import Narrator
from voice.scripts.script import Ask, Say, Script, Step

ANSWERS_A_RING = 60.0
"""Seconds after a ring in which "done" or "stop" mean the reminder."""
BROKEN = "reminders_broken"


class Reminding:
    """Does what is asked about reminders, and says those that fall due."""

    def __init__(
        self,
        reminders: Reminders,
        narrator: Narrator,
        *,
        perform: Callable[[Script], None],
        offer: Callable[[Ask], None],
        say: Callable[[str], None],
        earcon: Callable[[str], None],
        trouble: Callable[[Trouble], None],
        clock: Callable[[], float],
    ) -> None:
        """Prepare.

        Args:
            reminders: what is kept, and its words.
            narrator: who says it.
            perform: performs a script instead of whatever is under way.
            offer: takes an offer that stands beside what is performed.
            say: says the pack's reply of that name beside what is performed.
            earcon: sounds an earcon.
            trouble: shows a trouble.
            clock: seconds, monotonic.
        """
        self._reminders = reminders
        self._narrator = narrator
        self._perform = perform
        self._offer = offer
        self._say = say
        self._earcon = earcon
        self._trouble = trouble
        self._clock = clock
        self._rang_at = float("-inf")

    def act(self, request: Request) -> bool:
        """Do what is asked; False where it is not about reminders."""
        try:
            answer = self._answer(request)
        except StoreError as error:
            self._fail(error)
            return True
        if answer is None:
            return False
        self._tell(answer)
        return True

    def catch_up(self) -> None:
        """Say what was missed while nothing was open, and what became of a damaged store."""
        try:
            found = (self._reminders.rescue_note(), self._reminders.untold())
        except StoreError as error:
            self._fail(error)
            return
        for answer in found:
            if answer.sentences:
                self._remark(answer)

    def _remark(self, answer: Answer) -> None:
        self._narrator.remark(" ".join(answer.sentences), said=lambda: self._rung(answer))

    def ring(self, *due: Due) -> None:
        """Say what has fallen due, as soon as the sentence or the hold under way is over."""
        try:
            answer = self._reminders.ring(*due)
        except StoreError as error:
            self._fail(error)
            return
        if not answer.sentences:
            return
        self._rang_at = self._clock()
        self._earcon("reminder")
        spoken = [*answer.sentences]
        if answer.offer is not None:
            spoken.append(answer.offer.ask)
        self._narrator.remark(" ".join(spoken), said=lambda: self._rung(answer))

    def _rung(self, answer: Answer) -> None:
        """It has been said: it counts as rung, and what it offers stands."""
        if answer.offer is not None:
            self._offer(Ask(answer.offer.ask, yes=answer.offer.yes))
        try:
            self._reminders.spoken(answer)
        except StoreError as error:
            self._fail(error)

    def _answer(self, request: Request) -> Answer | None:
        asked = self._reminders.asks_for
        if asked is not None and request.intent in {"no", "stop"}:
            return self._reminders.give_up()
        if asked == "about" and request.intent == "read_section":
            subject = {"about": request.slots["section"]}
            return self._reminders.set(Request("set_reminder", subject, text=request.text))
        if request.intent == "stop" and self._clock() - self._rang_at < ANSWERS_A_RING:
            return self._hushed()
        return self._reminders.answer(request)

    def _hushed(self) -> Answer | None:
        """The ring is answered. Where a script is performed, "stop" also means that."""
        self._rang_at = float("-inf")
        answer = self._reminders.hush()
        return None if self._narrator.script is not None else answer

    def _tell(self, answer: Answer) -> None:
        question = _question(answer)
        if self._narrator.script is not None and question is None:
            self._narrator.aside(" ".join(answer.sentences))
            return
        self._perform(Script("reminding", "", "", _steps(answer.sentences, question)))

    def _fail(self, error: StoreError) -> None:
        self._trouble(Trouble("reminders", str(error), error.remedy))
        self._say(BROKEN)


def _question(answer: Answer) -> Ask | None:
    """What "yes", or "the second one", means after it."""
    if answer.offer is not None:
        return Ask(answer.offer.ask, yes=answer.offer.yes)
    if answer.choices:
        return Ask(answer.sentences[-1], yes=answer.choices[0], choices=answer.choices)
    return None


def _steps(sentences: Sequence[str], question: Ask | None) -> tuple[Step, ...]:
    if question is None:
        return tuple(Say(sentence) for sentence in sentences)
    before = [sentence for sentence in sentences if sentence != question.text]
    return (*(Say(sentence) for sentence in before), question)
