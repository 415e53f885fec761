"""Reminders outside a conversation: the command line's, and the daemon that rings them.

The daemon waits for weeks and rings for seconds, so what speaks and hears is a
process of its own (`voice.bell`) that lives for a ring; and a guided stretch that a
ring has offered is led by an assistant, in a process of its own too.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path

from voice import places
from voice.events import Request
from voice.reminders import FILE_NAME, Reminders, Store, load_wording
from voice.reminders.daemon import Daemon, Notice, QuietHours, Utterance
from voice.speaking.frames import Head
from voice.speaking.helper import Helper, HelperLostError

STARTS = 30.0
"""Seconds that a bell may take to be ready, or to come to the end of what it does."""
SECONDS_PER_CHARACTER = 0.25
"""Added to that for what is said, which takes about a third of it."""
ENDS = 5.0
"""Seconds that a bell has to end in order."""


def open_reminders(pack: str | None = None) -> Reminders:
    """The reminders of this data folder, in the words of a pack.

    Raises:
        PackError: the pack's words for reminders cannot be used.
        StoreError: the store cannot be used.
    """
    return Reminders(Store(places.home() / FILE_NAME), load_wording(places.pack(pack)))


def ring(
    *,
    pack: str | None,
    device: str | None,
    model: Path | None,
    quiet: str | None,
    tell: Callable[[str], None],
) -> None:
    """Ring reminders until the process is told to end.

    Args:
        pack: a content pack's folder or name.
        device: microphone and loudspeaker.
        model: a recognition model's folder.
        quiet: hours such as "22:00-07:00" in which what recurs is only shown.
        tell: told in one line of what goes wrong.

    Raises:
        AlreadyRunning: another daemon rings already.
        QuietHoursError: the quiet hours cannot be read.
        StoreError: the store cannot be opened.
    """
    from voice.reminders import desktop

    bell = Bell(bell_command(pack, device, model), tell)
    guide = Guide(pack, device, model, tell)

    def lead(offered: Request) -> None:
        bell.close()
        guide.lead(offered)

    daemon = Daemon(
        open_reminders(pack),
        speak=bell.speak,
        listen=bell.listen,
        notify=in_background(desktop.show),
        near=bell.be_near,
        lead=lead,
        trouble=lambda error: tell(f"{error} {error.remedy}"),
        quiet=QuietHours.parse(quiet) if quiet else None,
    )

    def end(*_: object) -> None:
        daemon.stopping.set()
        bell.stop()
        guide.stop()

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, end)
    with closing(bell), closing(guide):
        daemon.run()


def in_background(show: Callable[[Notice], object]) -> Callable[[Notice], None]:
    """Show notices without waiting for the desktop, which may take its time to answer."""

    def notify(notice: Notice) -> None:
        threading.Thread(target=show, args=(notice,), daemon=True).start()

    return notify


def bell_command(pack: str | None, device: str | None, model: Path | None) -> tuple[str, ...]:
    """What starts the process that rings."""
    return (sys.executable, "-m", "voice.bell", pack or "", device or "", str(model or ""))


def guide_command(
    offered: Request, pack: str | None, device: str | None, model: Path | None
) -> tuple[str, ...]:
    """What starts the assistant that leads a stretch, and ends when it is over.

    Raises:
        ValueError: something else is offered.
    """
    if offered.intent != "start_stretch":
        raise ValueError(f"no assistant does {offered.intent!r} by itself")
    options = {"--pack": pack, "--device": device, "--model": model}
    routine = offered.slots.get("routine")
    return (
        *(sys.executable, "-m", "voice", "stretch", "--plain", "--once"),
        *(f"{option}={value}" for option, value in options.items() if value is not None),
        *(() if routine is None else (str(routine),)),
    )


class Guide:
    """The assistant that leads the stretch that a ring has offered; one at a time."""

    def __init__(
        self,
        pack: str | None,
        device: str | None,
        model: Path | None,
        tell: Callable[[str], None],
    ) -> None:
        """Prepare; no process is started yet. The arguments are those of `ring`."""
        self._chosen = (pack, device, model)
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None

    def lead(self, offered: Request) -> None:
        """Start it, and return; what it prints are the words of a conversation, and not kept."""
        self.stop()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                guide_command(offered, *self._chosen),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        except OSError as error:
            self._tell(f"The stretch cannot be led: {error}. Run `unknot stretch` yourself.")
            return
        threading.Thread(target=self._process.wait, daemon=True).start()

    def stop(self) -> None:
        """End it, if it goes on; may be called by a signal's handler."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """End it, and wait for it."""
        self.stop()
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(ENDS)


class Bell:
    """The process that speaks and hears, as the daemon sees it.

    It is started shortly before it is needed and ended afterwards. One that
    hangs, dies or has no loudspeaker is told of, and costs that one ring: the
    reminder stays, and its next ring has a new process.
    """

    def __init__(self, command: Sequence[str], tell: Callable[[str], None]) -> None:
        """Prepare; no process is started yet.

        Args:
            command: see `bell_command`.
            tell: told in one line of what goes wrong.
        """
        self._command = command
        self._tell = tell
        self._process: Helper | None = None
        self._stopped = False

    @property
    def pid(self) -> int | None:
        """The process id; None while there is no process."""
        return None if self._process is None else self._process.pid

    def be_near(self, near: bool) -> None:
        """Have a process ready, as a ring is near; or have none."""
        if not near:
            self.close()
        elif self._process is None:
            with suppress(OSError):  # It is tried again, and told, when there is something to say.
                self._start()

    def speak(self, utterance: Utterance) -> bool:
        """Say it, and return when it has been said; False when it could not be."""
        characters = sum(map(len, utterance.sentences))
        patience = STARTS + SECONDS_PER_CHARACTER * characters
        return self._ask({"do": "speak", **asdict(utterance)}, patience) is not None

    def listen(self, seconds: float) -> Request | None:
        """What somebody answers to a ring within so many seconds."""
        found = self._ask({"do": "listen", "seconds": seconds}, STARTS + seconds)
        if not found or "intent" not in found:
            return None
        return Request(found["intent"], found["slots"], text=found["text"])

    def stop(self) -> None:
        """Interrupt whatever is said or heard, for good; may be called by a signal's handler."""
        self._stopped = True
        if self._process is not None:
            self._process.interrupt(ENDS)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._process is not None:
            self._process.close(ENDS)
            self._process = None

    def _ask(self, request: Head, seconds: float) -> Head | None:
        """The answer of a live process; None, and told, when there is none."""
        if self._stopped:
            return None
        if self._process is not None and not self._process.alive:
            self.close()
        try:
            answer = self._answer(request, seconds)
        except (HelperLostError, OSError) as error:
            self.close()
            answer = {"trouble": f"What rings is lost: {error}. The next ring has a new one."}
        if "trouble" not in answer:
            return answer
        if not self._stopped:
            self._tell(answer["trouble"])
        return None

    def _answer(self, request: Head, seconds: float) -> Head:
        process = self._process or self._start()
        if not process.greeted:
            process.greet(STARTS)
        return process.ask(request, seconds)[0]

    def _start(self) -> Helper:
        self._process = Helper(self._command, stderr=None)
        return self._process
