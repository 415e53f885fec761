"""A reminder is heard when its time comes: from the daemon, and within a conversation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks import bench_reminders as bench
from tests.sound.conversation import UNKNOT, Conversation
from tests.sound.ears import likeness, share_heard
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import RMS, SLT, Voices
from voice.cli import SILENCE_ENDS
from voice.knowledge import load_pack
from voice.reminders import FILE_NAME, Reminder, Store, load_wording, moments
from voice.reminders.daemon import LEAD

PACK = load_pack(Path(__file__).parents[2] / "prompts" / "knot-in-your-back")
KINDS = load_wording(PACK.folder).kinds
LIKE = 0.5
"""How much of what was said is recognised, at least."""
LATEST = 1.0
"""Seconds from the moment to the first sound."""
EARLIEST = -0.1
"""How well the recording and the clock of the machine agree, in seconds."""
MOST_MEGABYTES = 40.0
"""Resident, of a daemon that waits."""


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


def seconds_until_the_next(home: Path) -> float:
    """From now; the command line tells it in whole seconds only."""
    store = Store(home / FILE_NAME)
    (reminder,) = store.live()
    store.close()
    return (reminder.ring_ms - moments.now_ms()) / moments.SECOND


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_the_daemon_rings_in_time_and_understands_the_answer(
    virtual_sound: VirtualCard,
    voices: Voices,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    unknot(tmp_path, "remind", "use my heating pad in one minute")
    with Conversation(virtual_sound, voices, tmp_path, ("reminders", "run")) as daemon:
        due = daemon.recording.seconds + seconds_until_the_next(tmp_path)
        began = daemon.recording.wait_for_speaker(timeout=90.0)
        record_property("seconds from the moment to the first sound", round(began - due, 3))
        assert EARLIEST <= began - due <= LATEST
        reply = daemon.listen(began - 0.1, pause=1.0)
        assert what_rings(reply.text) == "heat"
        assert only_reminder(tmp_path)["state"] == "ringing"
        answered = daemon.ask("snooze for ten minutes", SLT)
        assert answered.text
    row = only_reminder(tmp_path)
    assert row["state"] == "snoozed"


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.parametrize(
    "notice", [LEAD + 2, bench.SHORT_NOTICE], ids=["the voice is ready", "at short notice"]
)
def test_the_daemon_is_small_before_and_after_a_ring_and_rings_in_time(
    virtual_sound: VirtualCard,
    tmp_path: Path,
    notice: float,
    record_property: Callable[[str, object], None],
) -> None:
    found = bench.rings(virtual_sound, tmp_path, 1, notice)
    record_property("what came of a ring", found)
    (error,) = found.errors
    assert EARLIEST <= error / 1000 <= LATEST
    assert found.before <= MOST_MEGABYTES
    assert found.after <= MOST_MEGABYTES
    assert found.children == 0


def wait_for_end(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def ring_soon(home: Path, kind: str) -> Store:
    """A store with one reminder that is due soon."""
    store = Store(home / FILE_NAME)
    due = moments.now_ms() + 6 * moments.SECOND
    store.add(Reminder(kind, due, "UTC", ring_ms=due))
    return store


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_the_daemon_offers_a_stretch_and_has_it_led(
    virtual_sound: VirtualCard,
    voices: Voices,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    store = ring_soon(tmp_path, "stretching")
    with Conversation(virtual_sound, voices, tmp_path, ("reminders", "run")) as daemon:
        rings = daemon.recording.wait_for_speaker(timeout=30.0)
        ring = daemon.listen(rings - 0.1, pause=1.0)
        assert what_rings(ring.text) == "stretching"
        opening = daemon.ask("yes please", SLT, pause=1.5, patience=15.0)
        advice = " ".join(sentence.text for sentence in PACK.safety.before_stretching)
        record_property("heard of the stretch", opening.text)
        assert share_heard(advice, opening.text) > LIKE
        (guide,) = bench.children(daemon.process.pid)
        daemon.ask("stop", SLT)
        assert wait_for_end(guide, seconds=SILENCE_ENDS + 20)
    assert daemon.process.returncode == 0
    assert not store.live()
    store.close()


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_a_voice_that_is_killed_in_the_middle_of_a_ring_is_there_again_for_the_next(
    virtual_sound: VirtualCard, voices: Voices, tmp_path: Path
) -> None:
    store = ring_soon(tmp_path, "heat")
    with Conversation(virtual_sound, voices, tmp_path, ("reminders", "run")) as daemon:
        first = daemon.recording.wait_for_speaker(timeout=30.0)
        (voice,) = bench.children(daemon.process.pid)
        os.kill(voice, signal.SIGKILL)
        daemon.wait_for_line("What rings is lost: it died.")
        (kept,) = store.live()
        assert (kept.state, kept.heard) == ("ringing", False)
        quiet = daemon.recording.wait_for_silence(1.0, after=first)
        again = daemon.recording.wait_for_speaker(after=quiet, timeout=90.0)
        assert again - first == pytest.approx(60.0, abs=1.5)
        assert what_rings(daemon.listen(again - 0.1, pause=1.0).text) == "heat"
    store.close()


@pytest.mark.slow
@pytest.mark.sound
def test_the_voice_falls_silent_with_the_daemon_and_the_ring_is_kept(
    virtual_sound: VirtualCard, voices: Voices, tmp_path: Path
) -> None:
    store = ring_soon(tmp_path, "heat")
    with Conversation(virtual_sound, voices, tmp_path, ("reminders", "run")) as daemon:
        began = daemon.recording.wait_for_speaker(timeout=30.0)
        daemon.recording.wait_until(began + 1.5)
        daemon.process.terminate()
        told = daemon.recording.seconds
        assert daemon.process.wait(5.0) == 0
        ended = daemon.recording.wait_for_silence(1.0, after=began)
        assert ended - told <= 1.0
        assert daemon.lines == []
    (kept,) = store.live()
    assert (kept.state, kept.heard) == ("ringing", False)
    store.close()


@pytest.mark.slow
@pytest.mark.sound
@pytest.mark.timeout(240)
def test_a_reminder_that_is_asked_for_aloud_comes_aloud(
    talk: Callable[..., Conversation],
) -> None:
    conversation = talk()
    conversation.say("remind me to use my heating pad in one minute", RMS)
    conversation.wait_for_line("understood  set reminder, about heat, minutes 1")
    asked = conversation.recording.seconds
    conversation.recording.wait_for_silence(2.0, after=asked, timeout=30.0)
    began = conversation.recording.wait_for_speaker(
        after=conversation.recording.seconds, timeout=90.0
    )
    reply = conversation.listen(began - 0.1, pause=1.0)
    assert what_rings(reply.text) == "heat"
