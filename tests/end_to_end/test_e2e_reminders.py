"""A reminder is heard when its time comes: from the daemon, and within a conversation."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from tests.sound.conversation import UNKNOT, Conversation
from tests.sound.ears import likeness
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import RMS, SLT, Voices
from voice.reminders import load_wording

KINDS = load_wording(Path(__file__).parents[2] / "prompts" / "knot-in-your-back").kinds
LATEST = 2.5
"""Seconds from the moment to the first sound: the second that is promised, plus starting the
voice and the recorder's look at what it has."""


def unknot(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [UNKNOT, *arguments],
        env=os.environ | {"UNKNOT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _said(kind: str) -> str:
    offer = KINDS[kind].offer
    return " ".join([*KINDS[kind].rings, offer.ask if offer is not None else ""])


def what_rings(heard: str) -> str:
    """The kind of reminder whose words are nearest to what was heard."""
    return max(KINDS, key=lambda kind: likeness(_said(kind), heard))


def only_reminder(home: Path) -> dict[str, object]:
    rows = [json.loads(line) for line in unknot(home, "reminders", "--json").splitlines()]
    assert len(rows) == 1
    return dict(rows[0])


def seconds_until(row: dict[str, object]) -> float:
    return datetime.fromisoformat(str(row["due"])).timestamp() - time.time()


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_the_daemon_rings_in_time_and_understands_the_answer(
    virtual_sound: VirtualCard, voices: Voices, tmp_path: Path
) -> None:
    unknot(tmp_path, "remind", "use my heating pad in one minute")
    with Conversation(virtual_sound, voices, tmp_path, ("reminders", "run")) as daemon:
        due = daemon.recording.seconds + seconds_until(only_reminder(tmp_path))
        began = daemon.recording.wait_for_speaker(timeout=90.0)
        assert -1.0 <= began - due <= LATEST
        reply = daemon.listen(began - 0.1, pause=1.0)
        assert what_rings(reply.text) == "heat"
        assert only_reminder(tmp_path)["state"] == "ringing"
        answered = daemon.ask("snooze for ten minutes", SLT)
        assert answered.text
    row = only_reminder(tmp_path)
    assert row["state"] == "snoozed"


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_a_reminder_that_is_asked_for_aloud_comes_aloud(
    talk: Callable[..., Conversation],
) -> None:
    conversation = talk()
    conversation.say("remind me to use my heating pad in one minute", RMS)
    conversation.wait_for_line("understood  set_reminder about=heat minutes=1")
    asked = conversation.recording.seconds
    conversation.recording.wait_for_silence(2.0, after=asked, timeout=30.0)
    began = conversation.recording.wait_for_speaker(
        after=conversation.recording.seconds, timeout=90.0
    )
    reply = conversation.listen(began - 0.1, pause=1.0)
    assert what_rings(reply.text) == "heat"
