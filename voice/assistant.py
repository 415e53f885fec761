"""The conversation: the only place that joins the rooms.

One loop takes what happened from one inbox, in order: something was heard, a button
was pressed, an utterance of our own ended, a part is in trouble. All state of the conversation
belongs to this loop; whatever runs elsewhere only puts events into the inbox.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from queue import Empty, SimpleQueue

from voice.events import (
    Due,
    Heard,
    Interrupted,
    Level,
    Mended,
    Partial,
    Performed,
    Request,
    Saying,
    SpeechBegan,
    SpeechPerhaps,
    Spoken,
    Trouble,
)
from voice.guiding import Guiding
from voice.history import History
from voice.knowledge import Pack
from voice.listening.echo import SHORT, Echoes
from voice.reminders import Reminders
from voice.reminding import Reminding
from voice.scripts import talking
from voice.scripts.narrator import Held, Holding, Narrator, Report, Voice
from voice.scripts.repertoire import script_for
from voice.scripts.safety import PERHAPS
from voice.scripts.script import Ask, Script
from voice.understanding import State, Understanding
from voice.understanding.wake import after_wake_phrase

URGENT = frozenset({"stop", "pain", "red_flag"})
"""Obeyed while the sentence that asks for them is still being spoken."""
URGENT_STABLE = 0.15
"""Seconds for which an urgent word must stay recognised before it is obeyed early."""
ENGAGED = 30.0
"""Seconds after an exchange in which words that were not understood get one re-prompt."""
OFFER_STANDS = 60.0
"""Seconds for which "yes" still answers an offer that nobody answered at once."""
STOP_AGAIN = 5.0
"""Seconds after a "stop" in which another one means the same, and not the end of the session."""
JUST_ENDED = 0.7
"""Seconds after a performance in which a "stop" that begins still means what was being said."""
WORD_FOR_WORD = frozenset({"template", "context", "safety"})
"""Layers of the understanding that match a sentence as it is."""
SURE_ENOUGH = 0.5
"""Confidence below which a request is not obeyed while our own voice sounds."""


READY = Request("resume")
"""What "yes" asks for where the script only waits for somebody to be ready."""


@dataclass(frozen=True, slots=True)
class Quit:
    """The person closes the program."""


@dataclass(frozen=True, slots=True)
class Woke:
    """The machine was asleep, with its lid closed, and is awake again."""


Event = (
    Heard
    | Partial
    | SpeechBegan
    | SpeechPerhaps
    | Level
    | Spoken
    | Saying
    | Performed
    | Interrupted
    | Holding
    | Held
    | Request
    | Trouble
    | Mended
    | Due
    | Woke
    | Quit
)


class Assistant:
    """Takes events, keeps the conversation, lets the narrator perform."""

    def __init__(
        self,
        pack: Pack,
        understanding: Understanding,
        voice: Voice,
        *,
        duck: Callable[[bool], None] = lambda _: None,
        lasts: Callable[[int], float | None] = lambda _: None,
        show: Callable[[Event], None] = lambda _: None,
        inbox: SimpleQueue[Event] | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
        words_per_minute: float = 165.0,
        history: History | None = None,
        reminders: Reminders | None = None,
        wake: bool = False,
        keep: Callable[[str, int], bool] = lambda *_: False,
        look: Callable[[Assistant], None] = lambda _: None,
    ) -> None:
        """Prepare.

        `lasts` tells how many seconds an utterance of our voice takes, where that is known;
        `keep` keeps what was chosen for good (`rate` or `volume`, as `unknot config` has them), and
        says whether it could; `look` reads how it stands whenever it is about to wait for what
        comes.
        """
        self.inbox: SimpleQueue[Event] = inbox if inbox is not None else SimpleQueue()
        self._pack = pack
        self._understanding = understanding
        self._voice = voice
        self._duck = duck
        self._show = show
        self._look = look
        self._keep = keep
        self._clock = clock
        self._now = now
        self.narrator = Narrator(
            voice, self._report, clock=clock, words_per_minute=words_per_minute
        )
        self._words_per_minute = words_per_minute
        self._wake_phrases = pack.wake_phrases if wake else ()
        self.finished = False
        self._leaving = False
        self._offer: Ask | None = None
        self._offer_until = 0.0
        self._offer_is_newer = False
        self._last: Request | None = None
        self._engaged_until = 0.0
        self._reprompted = False
        self._obeyed_early = 0
        self._unspeakable = False
        self._stopped_until = 0.0
        """Until then "stop" has been obeyed already."""
        self._busy_at = -math.inf
        """When something was last performed."""
        self._too_late = False
        """What the last utterance may have been meant for has ended by itself."""
        self._echoes = Echoes(clock, self.narrator.seconds_for, lasts)
        self._guiding = Guiding(
            pack,
            self.narrator,
            history,
            perform=self._perform,
            earcon=voice.earcon,
            trouble=show,
            clock=clock,
            now=now,
        )
        self._reminding = self._joined(reminders) if reminders is not None else None
        self._control: dict[str, Callable[[], None]] = self._controls()

    def _joined(self, reminders: Reminders) -> Reminding:
        return Reminding(
            reminders,
            self.narrator,
            perform=self._perform,
            offer=self._make_offer,
            say=self._aside,
            earcon=self._voice.earcon,
            trouble=self._show,
            clock=self._clock,
        )

    # The loop

    def greet(self) -> None:
        """Say who is there and what can be said; or offer to go on where a stretch broke off."""
        self._perform(self._guiding.greeting() or talking.reply(self._pack, "greeting"))
        if self._reminding is not None:
            self._reminding.catch_up()
        self._engage()

    def run(self) -> None:
        """Take events until the session ends."""
        while not self.finished:
            self.step()

    def step(self, timeout: float | None = None) -> None:
        """Take one event, or let the narrator's time come.

        Args:
            timeout: Seconds to wait at most for an event; None waits as long
                as the narrator can.
        """
        self._look(self)
        deadline = self.narrator.deadline
        if deadline is not None:
            left = max(0.0, deadline - self._clock())
            timeout = left if timeout is None else min(left, timeout)
        try:
            event = self.inbox.get(timeout=timeout)
        except Empty:
            self.narrator.tick()
        else:
            self.handle(event)
        said = self.narrator.saying if self.narrator.audible else ""
        self._echoes.note_saying(self.narrator.utterance, said)
        if self.narrator.busy:
            self._busy_at = self._clock()
        if self._leaving and not self.narrator.busy:
            self.finished = True

    def handle(self, event: Event) -> None:
        """Take in one event."""
        self._show(event)
        match event:
            case Heard():
                self._heard(event)
            case Request():
                self.act(event)
            case Partial():
                self._partly_heard(event)
            case SpeechBegan() | SpeechPerhaps():
                self._give_way(event)
            case Spoken():
                self._spoken(event)
            case Trouble() | Mended():
                self._tell_of(event)
            case Due():
                self._ring(event)
            case Woke():
                self._woken()
            case Quit():
                self.narrator.stop()
                self.finished = True
            case _:
                pass

    def ask(self, text: str) -> Request:
        """Understand a sentence and act on it, as if it had been heard clearly."""
        request = self._understanding.understand(text, self.state())
        self.act(request)
        return request

    # Hearing

    def state(self) -> State:
        """What matters for the meaning of the next sentence."""
        script = self.narrator.script
        offer = self._standing_offer()
        return State(
            performing=script.kind if script is not None else None,
            speaking=self.narrator.audible,
            holding=self.narrator.holding,
            paused=self.narrator.paused,
            offer=(offer.yes or READY) if offer is not None else None,
            choices=offer.choices if offer is not None else (),
            last=self._last,
            now=self._now().replace(tzinfo=None),
        )

    def _give_way(self, event: SpeechBegan | SpeechPerhaps) -> None:
        """Lower our voice while somebody speaks, or may be about to."""
        if isinstance(event, SpeechBegan):
            self._echoes.note_began(event)
        speaks = isinstance(event, SpeechBegan) or event.now
        self._duck(speaks and self.narrator.audible)

    def _heard(self, heard: Heard) -> None:
        self._duck(False)
        if heard.utterance and heard.utterance == self._obeyed_early:
            return
        called = self._called(heard)
        request = self._understand(called) if called is not None else None
        if request is None:
            return
        if request.intent == PERHAPS and self._asks_whether_help_is_needed():
            request = replace(request, intent="red_flag", reason="said again when asked about it")
        self._show(request)
        self._too_late = self._has_ended_meanwhile(heard)
        if request.intent == "none":
            self._not_understood()
        else:
            self.act(request)
        self._too_late = False

    def _asks_whether_help_is_needed(self) -> bool:
        script = self.narrator.script
        return script is not None and script.subject == PERHAPS

    def _called(self, heard: Heard) -> Heard | None:
        """What was heard as far as it is meant for us; None while nobody has called.

        Behind a wake phrase only an emergency is heard without it, except while
        something is performed and for a while after each exchange.
        """
        engaged = self.narrator.busy or self._clock() <= self._engaged_until
        if not self._wake_phrases or engaged:
            return heard
        said = heard.text or heard.free_text
        if self._meaning(heard)[0].intent == "red_flag":
            return heard
        rest = after_wake_phrase(said, self._wake_phrases)
        if rest is None:
            return None
        self._engage()
        self._voice.earcon("listening")
        return replace(heard, text=rest, free_text="") if rest else None

    def _understand(self, heard: Heard) -> Request | None:
        """The request in it; None when it is to be passed over in silence."""
        if heard.utterance and self._echoes.repeated_by(heard):
            return None
        request, sure = self._meaning(heard)
        if self.narrator.audible and request.intent not in URGENT:
            return request if sure and request.intent != "none" else None
        return request

    def _meaning(self, heard: Heard) -> tuple[Request, bool]:
        """What it asks for, and whether that is sure enough to interrupt our own voice.

        Free recognition that hears a sentence of the pack word for word needs no
        second opinion: nothing bound it to that sentence. An emergency that it
        hears outranks whatever the grammar made of the same sound; half of one is
        asked about, unless the grammar heard a whole sentence.
        """
        request = self._understanding.understand(heard.text, self.state())
        sure = heard.confidence >= SURE_ENOUGH
        if not heard.free_text:
            return request, sure
        free = self._understanding.understand(heard.free_text, self.state())
        if (free.intent, free.layer) == ("red_flag", "safety"):
            return free, True
        word_for_word = request.layer in WORD_FOR_WORD
        if free.intent in {"red_flag", PERHAPS} and not word_for_word:
            half = Request(PERHAPS, text=free.text, layer=free.layer, reason=free.reason)
            return half, len(heard.free_text.split()) > SHORT
        if not word_for_word and free.layer in WORD_FOR_WORD:
            return free, len(heard.free_text.split()) > SHORT
        return request, sure

    def _partly_heard(self, partial: Partial) -> None:
        """Obey an urgent word at once, without waiting for the end of the utterance."""
        if partial.stable < URGENT_STABLE or partial.utterance == self._obeyed_early:
            return
        if not self.narrator.audible or self._echoes.has(partial.text, partial.utterance):
            return
        request = self._understanding.understand(partial.text, self.state())
        if request.intent in URGENT and request.layer != "fallback":
            self._obeyed_early = partial.utterance
            self._duck(False)
            self._show(request)
            self.act(request)

    def _not_understood(self) -> None:
        """Re-prompt once with examples while somebody is talking with us; then stay quiet."""
        if self.narrator.busy or self._clock() > self._engaged_until:
            return
        if self._reprompted:
            self._voice.earcon("not_understood")
            return
        self._reprompted = True
        self.narrator.perform(talking.reply(self._pack, "no_match"))

    # Acting

    def act(self, request: Request) -> None:
        """Do what is asked."""
        self._engage()
        self._reprompted = False
        reminding = self._reminding is not None and self._reminding.act(request)
        if not reminding and not self._guiding.act(request):
            self._do(request)
        else:
            self._last = None if request.intent in self._control else request
        self.narrator.say_remarks()

    def _do(self, request: Request) -> None:
        control = self._control.get(request.intent)
        if control is not None:
            control()
            return
        if request.intent == "from_now_on":
            self._change_for_good(str(request.slots["change"]))
            return
        self._last = request
        self._perform(script_for(self._pack, request))

    def _controls(self) -> dict[str, Callable[[], None]]:
        narrator = self.narrator
        return {
            "pause": lambda: self._or_say(narrator.pause(), "nothing_playing"),
            "resume": self._resume,
            "next": self._next,
            "back": self._back,
            "repeat": lambda: self._or_say(narrator.repeat(), "nothing_to_repeat"),
            "slower": lambda: self._tempo(faster=False),
            "faster": lambda: self._tempo(faster=True),
            "louder": lambda: self._volume(louder=True),
            "quieter": lambda: self._volume(louder=False),
            "stop": self._stop,
            "time_left": self._time_left,
            "where_am_i": self._where_am_i,
            "yes": self._yes,
            "no": self._no,
            "help": lambda: self._remark("help_playing" if narrator.script else "help"),
            "thanks": lambda: self._remark("thanks"),
        }

    def _or_say(self, done: bool, otherwise: str) -> None:
        if done:
            self._voice.earcon("taken")
        else:
            self._aside(otherwise)

    def _aside(self, key: str, **fields: str) -> None:
        self.narrator.aside(talking.sentences(self._pack, key, **fields))

    def _remark(self, key: str) -> None:
        """Say it beside what is performed, else as a script that can be repeated."""
        if self.narrator.script is not None:
            self._aside(key)
        else:
            self._perform(talking.reply(self._pack, key))

    def _perform(self, script: Script) -> None:
        self._offer = None
        self.narrator.perform(script)

    def _resume(self) -> None:
        if not self.narrator.resume():
            offer = self._standing_offer()
            if offer is not None:
                self._yes()
            elif not self.narrator.busy:
                self._aside("nothing_playing")

    def _next(self) -> None:
        """The next step; where a question waits, "next" accepts what it offers."""
        if self._standing_offer() is not None:
            self._yes()
        else:
            self._or_say(self.narrator.next(), "nothing_playing")

    def _back(self) -> None:
        if self.narrator.back():
            self._voice.earcon("taken")
        else:
            self._aside("first_already" if self.narrator.script else "nothing_playing")

    def _tempo(self, *, faster: bool) -> None:
        if not self.narrator.change_tempo(faster):
            self._aside("fastest" if faster else "slowest")
        elif not self.narrator.audible:
            self._aside("faster" if faster else "slower")

    def _volume(self, *, louder: bool) -> None:
        if not self.narrator.change_volume(louder):
            self._aside("loudest" if louder else "quietest")
        elif not self.narrator.audible:
            self._aside("louder" if louder else "quieter")

    def _change_for_good(self, change: str) -> None:
        """Speak slower, faster, louder or quieter, now and in every session to come."""
        if change in {"slower", "faster"}:
            changed = self.narrator.change_tempo(change == "faster")
            choice = "rate", round(self._words_per_minute * self.narrator.tempo)
        else:
            changed = self.narrator.change_volume(change == "louder")
            choice = "volume", round(100 * self._voice.volume)
        if not changed:
            self._control[change]()
        else:
            kept = ("kept",) if self._keep(*choice) else ()
            self.narrator.aside(
                " ".join(talking.sentences(self._pack, key) for key in (change, *kept))
            )

    def _has_ended_meanwhile(self, heard: Heard) -> bool:
        """Whether what was being said when somebody began to speak has ended by itself."""
        began = self._echoes.began(heard.utterance)
        return not self.narrator.busy and began - self._busy_at < JUST_ENDED

    def _stop(self) -> None:
        """While something is performed, end that; when all is quiet, end the session."""
        if self.narrator.stop():
            self._stopped_until = self._clock() + STOP_AGAIN
            self._voice.earcon("taken")
            self._offer = None
            return
        if self._too_late:
            self._voice.earcon("taken")
            return
        if self._clock() < self._stopped_until:
            return
        self._leaving = True
        self._perform(talking.reply(self._pack, "goodbye"))

    def _time_left(self) -> None:
        script = self.narrator.script
        if script is None:
            self._aside("time_left_none")
            return
        left = talking.duration(self.narrator.time_left())
        count = len(script.steps) - self.narrator.step
        self._aside("time_left_reading", sentences=talking.spell(count), seconds=left)

    def _where_am_i(self) -> None:
        script = self.narrator.script
        if script is None or not script.title:
            self._aside("where_nowhere")
            return
        self._aside(
            "where_am_i",
            title=script.title,
            number=talking.spell(self.narrator.step + 1),
            count=talking.spell(len(script.steps)),
        )

    # Offers

    def _standing_offer(self) -> Ask | None:
        offer = self._offer if self._clock() < self._offer_until else None
        if offer is not None and self._offer_is_newer:
            return offer
        return self.narrator.question or offer

    def _make_offer(self, offer: Ask) -> None:
        """An offer beside what is performed; it stands before a question that was asked earlier."""
        self._offer = offer
        self._offer_until = self._clock() + OFFER_STANDS
        self._offer_is_newer = True

    def _yes(self) -> None:
        offer = self._standing_offer()
        if offer is None:
            if not self.narrator.busy:
                self._aside("listening_hint")
            return
        self._take(offer)
        if offer.yes is not None:
            self.act(offer.yes)

    def _take(self, offer: Ask) -> None:
        """The offer is answered; where it was the script's own question, the script goes on."""
        beside = offer is self._offer
        self._offer = None
        self._offer_is_newer = False
        if not beside:
            self.narrator.answered()

    def _no(self) -> None:
        offer = self._standing_offer()
        if offer is None:
            return
        self._take(offer)
        if offer.no and self.narrator.script is None:
            self.narrator.aside(offer.no)

    # What happens to the performance and the machine

    def _report(self, event: Report) -> None:
        self._show(event)
        if isinstance(event, Saying) and event.kind != "aside" and self.narrator.question:
            self._offer_is_newer = False
        if isinstance(event, Performed):
            self._engage()
            if event.unanswered and self.narrator.last is not None:
                asked = self.narrator.last.steps[self.narrator.step]
                self._offer = asked if isinstance(asked, Ask) and asked.yes is not None else None
                self._offer_until = self._clock() + OFFER_STANDS
        self._guiding.note(event)

    def _woken(self) -> None:
        if self.narrator.pause():
            self._aside("interrupted")

    def _ring(self, due: Due) -> None:
        if self._reminding is not None:
            self._engage()
            self._reminding.ring(due)

    def _engage(self) -> None:
        self._engaged_until = self._clock() + ENGAGED

    def _spoken(self, event: Spoken) -> None:
        """A sentence that cannot be spoken is passed over; a lost loudspeaker is waited for."""
        unspeakable, self._unspeakable = self._unspeakable, False
        self.narrator.ended(event.utterance, completed=event.completed or unspeakable)

    def _tell_of(self, event: Trouble | Mended) -> None:
        """Say what can be said: with the microphone gone the loudspeaker still works."""
        lost = isinstance(event, Trouble)
        if event.part == "microphone":
            self._aside("microphone_lost" if lost else "microphone_back")
        elif event.part == "recogniser":
            if lost:
                self._aside("did_not_catch")
        elif event.part == "voice":
            self._unspeakable = lost
        elif not lost and self.narrator.broken_off:
            self.narrator.resume()
