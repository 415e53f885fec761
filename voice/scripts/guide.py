"""What one conversation knows of its guided stretching: where it is, and what hurt."""

from __future__ import annotations

from dataclasses import dataclass

from voice.knowledge import Pack
from voice.scripts import stretching
from voice.scripts.script import Script
from voice.scripts.stretching import Place

ENOUGH = 2
"""How often it may hurt before a session ends."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in a session."""

    subject: str
    """The routine, or `stretching.ALL`."""
    seconds: float
    """From its beginning to its end."""
    holds: int
    held: float
    """Seconds of all holds that were kept to their end."""


class Guide:
    """Keeps the thread of the guided sessions of one conversation.

    It is told what happens and asked for scripts; it never speaks itself.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self.forbidden = False
        """An emergency sign was named: there is no stretching in this conversation any more."""
        self.pains = 0
        """How often it hurt."""
        self.under_way = False
        self.place: Place | None = None
        """Where the session is, or was when it was interrupted."""
        self._settled = False
        self._gentle = False
        self._subject = stretching.ALL
        self._began = 0.0
        self._holds = 0
        self._held = 0.0

    def begin(self, subject: str, now: float, *, safety: bool) -> Script:
        """A session from its beginning.

        Args:
            subject: the routine, or `stretching.ALL`.
            now: seconds on the conversation's clock.
            safety: begin with the words about safety.

        Raises:
            KeyError: the pack has no such routine.
        """
        script = stretching.session(self._pack, subject, safety=safety)
        self._note_beginning(subject, now)
        return script

    def go_on(self, there: Place, now: float) -> Script:
        """The rest of a session that broke off, another time.

        Raises:
            KeyError: the pack has no such place.
        """
        script = stretching.rest_of(self._pack, there)
        self._note_beginning(there.subject, now)
        return script

    def back_to(self, there: Place) -> Script:
        """The session that was interrupted, from a place of it on.

        Raises:
            KeyError: the pack has no such place.
        """
        return stretching.rest_of(self._pack, there, gentle=self._gentle, settled=self._settled)

    def go_on_gently(self) -> Script | None:
        """The rest of the session that was interrupted, more gently; None where none was."""
        if self.place is None:
            return None
        self._gentle = True
        return stretching.rest_of(self._pack, self.place, gentle=True, settled=self._settled)

    def hurt(self) -> Script:
        """It hurts during a session: what is said to that."""
        self.pains += 1
        if self.pains < ENOUGH:
            return stretching.pain(self._pack)
        self.place = None
        return stretching.pain_ends_it(self._pack)

    def forbid(self) -> None:
        """Offer and start no stretching any more."""
        self.forbidden = True
        self.place = None

    def reached(self, script: Script, step: int) -> bool:
        """A step of the session begins; tells whether that is another place than before."""
        self._settled = stretching.settled(script, step)
        there = stretching.place(script, step) or self.place
        moved = there != self.place
        self.place = there
        return moved

    def held(self, seconds: float) -> None:
        """A hold was kept to its end."""
        self._holds += 1
        self._held += seconds

    def end(self, now: float) -> Done | None:
        """The session is over; None when nothing was held."""
        self.under_way = False
        self.place = None
        done = Done(self._subject, now - self._began, self._holds, self._held)
        self._holds, self._held = 0, 0.0
        return done if done.holds else None

    def _note_beginning(self, subject: str, now: float) -> None:
        self._subject, self._began = subject, now
        self._holds, self._held = 0, 0.0
        self._gentle = False
        self.under_way = True
        self.place = None
