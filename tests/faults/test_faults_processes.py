"""Processes that hang, die or are frozen, and a second assistant beside the first."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.benchmarks.process import family
from tests.end_to_end.conftest import Talk
from tests.faults.conftest import count
from tests.sound.conversation import UNKNOT, Conversation
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import RMS, SLT, Voices
from tests.waiting import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.sound]

FROZEN = 8.0
"""Seconds; a nap is shorter."""
REFUSED = 3
"""The exit code where the machine lacks something, a free microphone for one."""


def worker_of(conversation: Conversation) -> int:
    """The process that renders speech."""
    return next(
        pid
        for pid in family(conversation.process.pid)
        if b"voice.speaking.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_voice_that_fails_is_replaced_and_the_answer_comes(
    talk: Talk, fault: signal.Signals
) -> None:
    conversation = talk()
    failed = worker_of(conversation)
    os.kill(failed, fault)
    reply = conversation.ask("can knots be prevented", RMS, patience=20.0)
    assert "prevent" in reply.text
    assert worker_of(conversation) != failed
    assert not Path(f"/proc/{failed}").exists()


@pytest.mark.timeout(240)
def test_a_machine_that_is_frozen_in_the_midst_of_a_hold(
    virtual_sound: VirtualCard, voices: Voices, tmp_path: Path
) -> None:
    command = ("stretch", "overhead_reach", "--plain", "--rate", "300")
    with Conversation(virtual_sound, voices, tmp_path, command) as conversation:
        conversation.wait_for_line("Say ready when you are.", timeout=90.0)
        conversation.recording.wait_until(conversation.recording.seconds + 4.0)
        conversation.say("ready", SLT)
        conversation.wait_for_line("saying      Breathe", timeout=40.0)
        held = count(conversation, "hold        ")
        for_everybody(conversation, signal.SIGSTOP)
        time.sleep(FROZEN)
        for_everybody(conversation, signal.SIGCONT)
        conversation.wait_for_line("saying      We were interrupted.")
        wait_for(lambda: count(conversation, "mended") == count(conversation, "trouble"))
        silent = conversation.recording.wait_for_silence(3.0)
        conversation.recording.wait_until(silent + 6.0)
        assert "Three." not in conversation.lines[-1], "it went on counting by itself"
        conversation.say("go on", SLT)
        wait_for(lambda: count(conversation, "hold        ") > held, 30.0)


def for_everybody(conversation: Conversation, sign: signal.Signals) -> None:
    """Sends a signal to the product and to every process that it has started."""
    for pid in family(conversation.process.pid):
        os.kill(pid, sign)


def listening(card: VirtualCard, home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [UNKNOT, "listen", "--plain"],
        env=os.environ | card.env | {"UNKNOT_HOME": str(home), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_two_assistants_that_start_at_once_one_says_that_the_other_listens(
    virtual_sound: VirtualCard, tmp_path: Path
) -> None:
    both = [listening(virtual_sound, tmp_path) for _ in range(2)]
    try:
        wait_for(lambda: any(process.poll() is not None for process in both), 20.0)
        time.sleep(1.0)
        (refused,) = [process for process in both if process.poll() is not None]
        (stays,) = [process for process in both if process.poll() is None]
        out, error = refused.communicate(timeout=10)
        assert refused.returncode == REFUSED
        assert out == ""
        assert error.startswith("unknot: Another assistant is listening on this machine already.")
        assert error.count("\n") == 1
        stays.kill()
        stays.wait()
        both.append(listening(virtual_sound, tmp_path))
        time.sleep(4.0)
        assert both[-1].poll() is None, "a killed assistant keeps nobody out"
    finally:
        for process in both:
            process.kill()
            process.communicate()
