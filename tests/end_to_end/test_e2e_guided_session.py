"""A whole guided session through microphone and loudspeaker, with forty interruptions.

Somebody lies there and talks: waits, goes back, wants it longer, skips a side,
asks, is hurt, goes on gently. What the product prints tells when to speak; what
it does is judged by what it prints, says and keeps. A person who is not obeyed
says it once more, and no more than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.sound.conversation import Conversation
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import Voices
from voice.history import History

PATIENCE = 6.0
"""Seconds after which somebody who was not obeyed says it again."""
AT_ONCE = 0.9
"""Share of the interruptions that must be obeyed at the first time."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """What is said, when, and what must come of it."""

    after: str
    """Printed before; it must come anew."""
    delay: float
    """Seconds to wait then."""
    words: str
    brings: str
    """Printed soon after."""


SESSION = [
    Interruption("Please leave this stretch out", 1.0, "wait a moment", "I will wait"),
    Interruption("I will wait", 4.0, "go on", "understood  resume"),
    Interruption("saying      For this one you lie", 1.5, "louder", "understood  louder"),
    Interruption("saying      If not, hold on to", 1.5, "repeat that", "If not, hold on to"),
    Interruption("saying      Lie down on your side", 1.0, "next", "saying      Bend both knees"),
    Interruption("I am waiting for you", 5.0, "i'm ready", "Now your right knee"),
    Interruption("saying      Slowly bring it towards", 1.2, "go back", "Now your right knee"),
    Interruption("saying      your right knee", 5.5, "how much longer", "About"),
    Interruption("saying      About", 4.5, "hold it longer", "We hold for twenty-five"),
    Interruption("Slowly let it down again", 3.0, "where am i", "We are at your right knee"),
    Interruption("And once more", 1.0, "slow down", "understood  slower"),
    Interruption("saying      your right knee", 5.5, "pause", "I will wait"),
    Interruption("I will wait", 4.0, "continue", "Back to your right knee"),
    Interruption("saying      One.", 8.0, "a bit shorter", "We hold for twenty seconds"),
    Interruption("Slowly let it down again", 3.5, "next", "One more on this side"),
    Interruption("saying      your right knee", 7.0, "skip this side", "Now your left knee"),
    Interruption("saying      Go only to a mild pull", 1.0, "faster", "understood  faster"),
    Interruption("saying      your left knee", 6.0, "louder", "understood  louder"),
    Interruption("Slowly let it down again", 3.0, "what can i say", "You can say wait, go on"),
    Interruption("saying      your left knee", 6.0, "it hurts", "slowly ease out"),
    Interruption("Shall we go on more gently", 10.0, "yes please", "Then we go on gently"),
    Interruption("saying      your left knee", 1.0, "how much longer", "understood  time left"),
    Interruption("Slowly let it down again", 3.0, "say that again", "Slowly let it down again"),
    Interruption(
        "One more on this side", 1.5, "can knots be prevented", "answer faq, question prevention"
    ),
    Interruption("Shall we go on with the stretch", 4.0, "yes please", "Now your left knee"),
    Interruption(
        "saying      your left knee", 2.0, "which step is this", "We are at your left knee"
    ),
    Interruption("Now both knees together", 1.2, "wait a moment", "I will wait"),
    Interruption("I will wait", 12.0, "carry on", "understood  resume"),
    Interruption("saying      both knees", 2.0, "longer", "We hold for fifteen"),
    Interruption("Slowly put your feet down", 5.0, "skip", "And once more"),
    Interruption("saying      both knees", 4.5, "quieter", "I will speak more quietly"),
    Interruption("saying      both knees", 3.5, "pause", "I will wait"),
    Interruption("I will wait", 3.0, "resume", "Back to both knees"),
    Interruption("saying      Rest a moment", 1.2, "say it again", "understood  repeat"),
    Interruption("Say ready when you are", 5.0, "what can i say", "You can say wait, go on"),
    Interruption("I am waiting for you", 5.0, "ready", "Slowly raise both arms"),
    Interruption("saying      your arms above", 4.5, "how much longer", "About"),
    Interruption("Slowly let your arms down", 3.5, "quieter please", "more quietly"),
    Interruption("And once more", 1.0, "slower", "understood  slower"),
    Interruption("Shall I remind you of the next time", 4.0, "no thank you", "All right"),
]


class Follower:
    """Reads what is printed."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self._read = 0

    def wait_for(self, words: str, timeout: float) -> bool:
        """Whether a line with these words comes in time; it is passed, and what came before it."""
        found = self._find(words, self._read, timeout)
        if found is not None:
            self._read = found + 1
        return found is not None

    def say(self, words: str, brings: str) -> bool:
        """Says something; whether it soon brings a line with these words."""
        printed = len(self._talk.lines)
        self._talk.say(words)
        return self._find(brings, printed, PATIENCE) is not None

    def _find(self, words: str, begin: int, timeout: float) -> int | None:
        until = time.monotonic() + timeout
        while True:
            late = time.monotonic() > until
            for number, line in enumerate(self._talk.lines[begin:], begin):
                if words in line:
                    return number
            if late:
                return None
            time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(1500)
def test_forty_interruptions_and_the_session_ends_rightly(
    virtual_sound: VirtualCard,
    voices: Voices,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    again: list[str] = []
    began = time.monotonic()
    with Conversation(virtual_sound, voices, tmp_path, ("stretch", "--plain")) as talk:
        follower = Follower(talk)
        for interruption in SESSION:
            assert follower.wait_for(interruption.after, 120.0), interruption
            time.sleep(interruption.delay)
            if not follower.say(interruption.words, interruption.brings):
                again.append(interruption.words)
                assert follower.say(interruption.words, interruption.brings), interruption
    minutes = (time.monotonic() - began) / 60
    record_property("interruptions of a guided session", f"{len(SESSION)} in {minutes:.1f} minutes")
    record_property("obeyed at the first time", f"{len(SESSION) - len(again)} of {len(SESSION)}")
    assert len(SESSION) >= 40
    assert len(again) <= (1 - AT_ONCE) * len(SESSION)
    (kept,) = History(tmp_path / "history.sqlite3").sessions()
    assert (kept.routine, kept.completed) == ("all", True)
    assert kept.minutes == pytest.approx(minutes, abs=1.0)
