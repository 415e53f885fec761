"""Sessions: the rooms put together for one use, and taken apart again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from voice import places, preferences
from voice.alsa import hushed
from voice.assistant import Assistant, Event, Quit, Woke
from voice.events import Heard, Mended, Request, Saying, Spoken, Trouble
from voice.history import History
from voice.knowledge import Pack, load_pack
from voice.listening.canceller import CancellingSource
from voice.listening.listener import Listener, hear
from voice.listening.model import Model, load_model
from voice.listening.recognizer import Recognizer
from voice.listening.sources import AudioSource, FileSource, MicrophoneSource
from voice.locks import locked
from voice.models import find_model
from voice.reminders import Reminders, StoreError
from voice.reminders.watch import Watch
from voice.ringing import open_reminders
from voice.scripts.emergency import in_country
from voice.scripts.narrator import Phase, Voice
from voice.speaking.cache import SpeechCache
from voice.speaking.errors import VoiceError
from voice.speaking.played import Played
from voice.speaking.player import Player
from voice.speaking.recorder import RecordingSpeaker
from voice.speaking.speaker import Speaker
from voice.speaking.spelling import Spelling
from voice.speaking.voices import synthesizer_for
from voice.understanding import Understanding
from voice.understanding.interrupting import interrupting_phrases

Show = Callable[[Event], None]

SHORT_PHRASE = 2
"""Words of a phrase of control that needs weight."""
SHORT_PHRASE_WEIGHT = 20
"""How often each is listed: with 20, 29 of 180 spoken control words went wrong on development
voices, with 0 it were 35, with 100 again 29; sentences were not affected."""
NAP = 5.0
"""Seconds of a sleeping or frozen machine from which a session says that it was interrupted."""
LOOKS_EVERY = 1.0
"""Seconds after which a session looks round at the latest, whatever happens."""
LISTENING = "listening.lock"
"""The file in the data folder that the one assistant with the microphone holds."""
BRIEF = 1.0
"""Seconds of silence that somebody who reads need not wait for."""
LONGEST_QUESTION = 600.0
"""Seconds of a recording that are listened to for a question."""


class AlreadyListeningError(RuntimeError):
    """Another assistant has the microphone: two would answer each other."""

    remedy = "Talk to that one, or end it where it runs: say stop, or press Ctrl+C."


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line chose."""

    pack: str | None = None
    """A folder or a name."""
    model: Path | None = None
    microphone: str | int | None = None
    loudspeaker: str | int | None = None
    rate: float | None = None
    """Words per minute; None is the pack's own."""
    volume: float = 1.0
    """0 to 1."""
    voice: str | None = None
    wake: bool = False
    """Wait for the wake phrase while nobody talks with it."""
    barge_in: bool = True
    country: str | None = None
    """Two letters; whose emergency number is named."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one question."""

    heard: str
    request: Request
    said: tuple[str, ...]


class WrittenVoice:
    """A voice that is only read: each sentence is over as soon as it is begun.

    Its clock jumps to whatever the narrator waits for, as nobody needs the pause.
    """

    def __init__(self, ended: Callable[[int, bool], None]) -> None:
        self.volume = 1.0
        self._ended = ended
        self._now = 0.0

    def clock(self) -> float:
        """Seconds of waiting that were passed over."""
        return self._now

    def advance(self, until: float | None = None) -> bool:
        """Pass over the time until then."""
        if until is None or until <= self._now:
            return False
        self._now = until
        return True

    def say(self, utterance: int, text: str, *, tempo: float = 1.0, keep: bool = True) -> None:  # noqa: ARG002
        """Be done with it; the narrator's report shows the text."""
        self._ended(utterance, True)

    def prepare(self, texts: Sequence[str], *, tempo: float = 1.0) -> None:
        """Nothing to prepare."""

    def pause(self) -> None:
        """Nothing sounds."""

    def resume(self) -> None:
        """Nothing sounds."""

    def stop(self) -> None:
        """Nothing sounds."""

    def earcon(self, name: str) -> None:
        """Nothing sounds."""


class Rooms:
    """The rooms that every session needs: the pack, and who understands it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.pack: Pack = in_country(load_pack(places.pack(settings.pack)), settings.country)
        self.understanding = Understanding(self.pack.folder, places.home() / "cache")
        self.inbox: SimpleQueue[Event] = SimpleQueue()
        self.played = Played()
        """What the loudspeaker plays, so that it can be told from what is heard."""
        self.rate = settings.rate or self.pack.voice.words_per_minute
        self.spelling = Spelling(self.pack.voice.says)
        self.look: Callable[[Assistant], None] = lambda _: None
        """Reads how the assistant stands before each of its steps; a screen sets it."""

    @cached_property
    def reminders(self) -> Reminders | None:
        """The reminders; None, and shown as a trouble, where they cannot be kept."""
        try:
            return open_reminders(self.settings.pack)
        except StoreError as error:
            self.inbox.put(Trouble("reminders", str(error), error.remedy))
            return None

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Take in reminders as they fall due; the daemon leaves them to this process."""
        if self.reminders is None:
            yield
            return
        watch = Watch(self.reminders.store, self.inbox.put, self._watch_troubled)
        watch.start()
        try:
            yield
        finally:
            watch.stop()

    def _watch_troubled(self, error: StoreError) -> None:
        self.inbox.put(Trouble("reminders", str(error), error.remedy))

    def ended(self, utterance: int, completed: bool) -> None:
        """Take the report of a voice."""
        self.inbox.put(Spoken(utterance, completed))

    def troubled(self, part: str, what: str, remedy: str) -> None:
        """Take the complaint of a part."""
        self.inbox.put(Trouble(part, what, remedy))

    def mended(self, part: str) -> None:
        """Take the good news of a part."""
        self.inbox.put(Mended(part))

    def assistant(
        self,
        voice: Voice,
        show: Show,
        *,
        duck: Callable[[bool], None] = lambda _: None,
        lasts: Callable[[int], float | None] = lambda _: None,
        clock: Callable[[], float] | None = None,
    ) -> Assistant:
        """Put an assistant together around a voice."""
        timing: dict[str, Any] = {} if clock is None else {"clock": clock}
        return Assistant(
            self.pack,
            self.understanding,
            voice,
            duck=duck,
            lasts=lasts,
            show=show,
            inbox=self.inbox,
            words_per_minute=self.rate,
            history=history(),
            reminders=self.reminders,
            wake=self.settings.wake,
            keep=self._keep,
            look=self.look,
            **timing,
        )

    def _keep(self, name: str, value: int) -> bool:
        """Keep a choice for good; a trouble where that cannot be done."""
        file = places.config()
        try:
            preferences.choose(file, name, value)
        except preferences.PreferenceError as error:
            self.inbox.put(Trouble("choices", str(error), error.remedy))
        except OSError as error:
            what = f"{file} cannot be written: {error.strerror or error}."
            self.inbox.put(
                Trouble("choices", what, "Look at the rights and the space of its folder.")
            )
        else:
            return True
        return False

    def recognizer(self, model: Model) -> Recognizer:
        """A recogniser for what this pack can understand.

        Vosk counts how often a phrase is listed. The short words of control
        would drown among thousands of sentences, so they are listed often.
        """
        short = [
            phrase
            for phrase in self.understanding.control_phrases()
            if len(phrase.split()) <= SHORT_PHRASE
        ]
        wake = self.pack.wake_phrases if self.settings.wake else ()
        return Recognizer(
            model,
            [*self.understanding.grammar_phrases(), *(*short, *wake) * SHORT_PHRASE_WEIGHT],
            interrupting=interrupting_phrases(self.pack.folder),
        )

    @contextmanager
    def speaker(self) -> Iterator[Speaker]:
        """The voice on the loudspeaker.

        Raises:
            LoudspeakerError: there is none that works.
            VoiceError: there is no synthesiser.
        """
        with synthesizer_for(self.settings.voice) as synthesizer:
            speaker = Speaker(
                synthesizer,
                Player(self.settings.loudspeaker, played=self.played),
                SpeechCache(places.speech_cache()),
                rate_wpm=self.rate,
                voice=self.settings.voice,
                spelling=self.spelling,
                on_ended=self.ended,
                on_trouble=self.troubled,
                on_mended=self.mended,
            )
            speaker.volume = self.settings.volume
            try:
                yield speaker
            finally:
                speaker.close()


def history() -> History:
    """The history of this data folder; nothing is made before something is kept."""
    return History(places.home() / "history.sqlite3")


def open_model(settings: Settings) -> Model:
    """Load the recognition model that is chosen or found.

    Raises:
        ModelError: there is none, or it is broken.
    """
    return load_model(find_model(settings.model, home=places.home()).path)


def hear_question(rooms: Rooms, recording: Path) -> str:
    """What is said in a recording; where nothing is within the grammar, as it was heard freely.

    Raises:
        AudioFileError: it is not a recording that can be read.
        ModelError: there is no model to hear with.
    """
    source = FileSource(recording, limit=LONGEST_QUESTION)
    recognizer = rooms.recognizer(open_model(rooms.settings))
    understanding = rooms.understanding
    heard = hear(
        source,
        recognizer,
        is_complete=understanding.is_complete,
        is_likely=understanding.is_likely,
    )
    return " ".join(utterance.text or utterance.free_text for utterance in heard).strip()


def answer(rooms: Rooms, question: str, *, out: Path | None, say: bool) -> Answer:
    """Answer one question: in words, as a recording, or aloud.

    Args:
        rooms: the pack and who understands it.
        question: the words.
        out: where the spoken answer is written as a WAV file.
        say: speak it on the loudspeaker.

    Raises:
        LoudspeakerError: `say`, and there is no loudspeaker.
        VoiceError: it is to be spoken, and there is no voice.
        OSError: `out` cannot be written.
    """
    said: list[str] = []
    troubles: list[Trouble] = []

    def note(event: Event) -> None:
        if isinstance(event, Saying):
            said.append(event.text)
        elif isinstance(event, Trouble) and event.part == "voice":
            troubles.append(event)

    with ExitStack() as stack:
        if out is not None:
            recorder = _recorder(rooms, stack)
            assistant = rooms.assistant(recorder, note, clock=recorder.clock)
            request = assistant.ask(question)
            _perform_at_once(assistant, recorder)
            if not troubles:
                recorder.write(out)
        elif say:
            speaker = stack.enter_context(rooms.speaker())
            assistant = rooms.assistant(speaker, note)
            request = assistant.ask(question)
            while _performing(assistant):
                assistant.step()
        else:
            written = WrittenVoice(rooms.ended)
            assistant = rooms.assistant(written, note, clock=written.clock)
            request = assistant.ask(question)
            _perform_at_once(assistant, written)
    if troubles:
        raise VoiceError(troubles[0].what, troubles[0].remedy)
    return Answer(question, request, tuple(said))


def _recorder(rooms: Rooms, stack: ExitStack) -> RecordingSpeaker:
    synthesizer = stack.enter_context(synthesizer_for(rooms.settings.voice))
    recorder = RecordingSpeaker(
        synthesizer,
        SpeechCache(places.speech_cache()),
        rate_wpm=rooms.rate,
        voice=rooms.settings.voice,
        spelling=rooms.spelling,
        on_ended=rooms.ended,
        on_trouble=rooms.troubled,
    )
    recorder.volume = rooms.settings.volume
    return recorder


def _performing(assistant: Assistant) -> bool:
    """It still has something to say before it would wait for an answer."""
    narrator = assistant.narrator
    return narrator.busy and narrator.phase is not Phase.ASKING


def _perform_at_once(assistant: Assistant, voice: RecordingSpeaker | WrittenVoice) -> None:
    while _performing(assistant):
        voice.advance(assistant.narrator.deadline)
        assistant.step(timeout=0.0)


def _keep_time(assistant: Assistant, voice: WrittenVoice) -> None:
    """Perform as it would be spoken: holds and rests take their time, and may be interrupted."""
    while _performing(assistant):
        until = assistant.narrator.deadline
        silence = until - voice.clock() if until is not None else 0.0
        if silence > BRIEF:
            began, before = time.monotonic(), voice.clock()
            assistant.step(timeout=silence)
            voice.advance(before + min(silence, time.monotonic() - began))
        else:
            voice.advance(until)
            assistant.step(timeout=0.0)


class Sleep:
    """Notices that the machine was asleep: its boot clock runs on then, the monotonic one does not.

    A process that was frozen, as a debugger or a paused virtual machine does it, is noticed by
    how long nobody asked. Where there is no boot clock (it is Linux's), only that is.
    """

    def __init__(
        self,
        boot: Callable[[], float] | None = None,
        awake: Callable[[], float] = time.monotonic,
    ) -> None:
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        since_boot = (lambda: time.clock_gettime(clock)) if clock is not None else awake
        self._boot = boot or since_boot
        self._awake = awake
        self._asleep = self._boot() - self._awake()
        self._asked = self._awake()

    def slept(self) -> bool:
        """Whether it was asleep since the last call, for longer than a nap.

        To be called every `LOOKS_EVERY` seconds.
        """
        now = self._awake()
        asleep = self._boot() - now
        slept = asleep - self._asleep > NAP
        frozen = now - self._asked > LOOKS_EVERY + NAP
        self._asleep, self._asked = asleep, now
        return slept or frozen


@contextmanager
def only_listener(home: Path) -> Iterator[None]:
    """Be the one assistant of a data folder that listens; where it cannot be written, one of many.

    Raises:
        AlreadyListeningError: another one is.
    """
    with ExitStack() as held:
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            held.enter_context(locked(home / LISTENING))
        except BlockingIOError:
            raise AlreadyListeningError(
                "Another assistant is listening on this machine already."
            ) from None
        except OSError:
            """Nobody can be told then; that nothing can be kept is said elsewhere."""
        yield


def is_listening(home: Path) -> bool:
    """Whether an assistant of a data folder is listening."""
    try:
        with locked(home / LISTENING):
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


class ListeningSession:
    """The hands-free assistant: microphone, conversation, loudspeaker."""

    def __init__(
        self,
        rooms: Rooms,
        show: Show,
        opening: Request | None = None,
        *,
        ends_after: float | None = None,
    ) -> None:
        """Prepare.

        Args:
            rooms: the pack and who understands it.
            show: shows what happens.
            opening: done at once, instead of the greeting.
            ends_after: seconds of having nothing to say after which it ends by itself;
                None: it stays.
        """
        self._rooms = rooms
        self._ends_after = ends_after
        self._show = show
        self._opening = opening
        self._listener: Listener | None = None
        self._failure: Exception | None = None
        self._quiet = False

    def run(self) -> None:
        """Talk until the session is ended by voice, or by `Quit`.

        The model is loaded while the greeting plays.

        Raises:
            MicrophoneError: there is no microphone that works.
            LoudspeakerError: there is no loudspeaker that works.
            VoiceError: there is no voice.
            ModelError: there is no model, or it is broken.
            AlreadyListeningError: another assistant is listening.
        """
        with hushed(), only_listener(places.home()):
            self._talk()

    def _talk(self) -> None:
        microphone = MicrophoneSource(self._rooms.settings.microphone)
        microphone.open()
        with self._rooms.speaker() as speaker, self._rooms.watch():
            assistant = self._rooms.assistant(
                speaker, self._show, duck=speaker.duck, lasts=speaker.lasts
            )
            opening = threading.Thread(
                target=self._begin_to_listen,
                args=(CancellingSource(microphone, self._rooms.played), speaker),
                name="model-loader",
            )
            opening.start()
            try:
                _open(assistant, self._opening)
                self._converse(assistant)
            finally:
                opening.join()
                if self._listener is not None:
                    self._listener.stop()
        if self._failure is not None:
            raise self._failure

    def _begin_to_listen(self, microphone: AudioSource, speaker: Speaker) -> None:
        try:
            recognizer = self._rooms.recognizer(open_model(self._rooms.settings))
            self._listener = Listener(
                recognizer,
                report=self._rooms.inbox.put,
                is_complete=self._rooms.understanding.is_complete,
                is_likely=self._rooms.understanding.is_likely,
            )
            self._listener.start(microphone)
        except Exception as failure:  # raised again where the session ends
            self._failure = failure
            self._rooms.inbox.put(Quit())
        else:
            speaker.earcon("listening")

    def _converse(self, assistant: Assistant) -> None:
        sleep = Sleep()
        busy_at = time.monotonic()
        while not (assistant.finished or self._is_over(busy_at)):
            assistant.step(timeout=LOOKS_EVERY)
            if assistant.narrator.busy:
                busy_at = time.monotonic()
            if sleep.slept():
                assistant.handle(Woke())
            if not self._rooms.settings.barge_in:
                self._be_deaf_while(assistant.narrator.audible)

    def _is_over(self, busy_at: float) -> bool:
        return self._ends_after is not None and time.monotonic() - busy_at > self._ends_after

    def _be_deaf_while(self, speaking: bool) -> None:
        if self._listener is None or speaking is self._quiet:
            return
        self._quiet = speaking
        if speaking:
            self._listener.pause()
        else:
            self._listener.resume()


class TypedSession:
    """The same conversation, typed and read."""

    def __init__(
        self,
        rooms: Rooms,
        show: Show,
        lines: Iterable[str],
        *,
        interactive: bool,
        opening: Request | None = None,
    ) -> None:
        """Prepare.

        Args:
            rooms: the pack and who understands it.
            show: shows what happens.
            lines: one sentence a line.
            interactive: a person types; else each line waits until the last is answered.
            opening: done at once, instead of the greeting.
        """
        self._rooms = rooms
        self._show = show
        self._lines = lines
        self._interactive = interactive
        self._opening = opening
        self._ready = threading.Event()

    def run(self) -> None:
        """Talk until the lines end or the session is ended by a word."""
        voice = WrittenVoice(self._rooms.ended)
        assistant = self._rooms.assistant(voice, self._show, clock=voice.clock)
        threading.Thread(target=self._read, name="typing", daemon=True).start()
        with self._rooms.watch():
            _open(assistant, self._opening)
            self._converse(assistant, voice)

    def _converse(self, assistant: Assistant, voice: WrittenVoice) -> None:
        perform = _keep_time if self._interactive else _perform_at_once
        perform(assistant, voice)
        while not assistant.finished:
            if self._rooms.inbox.empty():
                self._ready.set()
            assistant.step(timeout=None if _waits(assistant) else 0.0)
            perform(assistant, voice)

    def _read(self) -> None:
        for line in self._lines:
            self._wait_for_turn()
            self._rooms.inbox.put(Heard(line.strip()))
        self._wait_for_turn()
        self._rooms.inbox.put(Quit())

    def _wait_for_turn(self) -> None:
        if not self._interactive:
            self._ready.wait()
            self._ready.clear()


def _open(assistant: Assistant, opening: Request | None) -> None:
    if opening is None:
        assistant.greet()
    else:
        assistant.act(opening)


def _waits(assistant: Assistant) -> bool:
    return not _performing(assistant)
