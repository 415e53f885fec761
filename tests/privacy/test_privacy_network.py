"""Nothing that runs speaks with another machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.privacy.watching import NETWORK, UNKNOT, can_watch, reaching_outside, watched

QUESTION = "prompts/knot-in-your-back/examples/can-knots-be-prevented.flac"
TALK = "how do i stretch my back\nremind me to use heat in an hour\nit hurts\nstop\nstop\n"

RUNS = [
    pytest.param(("ask", "how do i stretch my back"), id="ask"),
    pytest.param(("ask", "--wav", QUESTION, "--out", "{folder}/answer.wav"), id="ask with a voice"),
    pytest.param(("ask", "--say", "what is a knot"), id="ask aloud"),
    pytest.param(("listen", "--text"), id="a conversation"),
    pytest.param(("listen",), id="the microphone"),
    pytest.param(("transcribe", QUESTION), id="transcribe"),
    pytest.param(("understand",), id="understand"),
    pytest.param(("remind", "use heat in twenty minutes"), id="remind"),
    pytest.param(("reminders",), id="reminders"),
    pytest.param(("models", "verify"), id="models"),
    pytest.param(("pack", "check", "prompts/knot-in-your-back"), id="pack"),
    pytest.param(("doctor",), id="doctor"),
]


@pytest.fixture(autouse=True)
def _watching() -> None:
    can_watch()


@pytest.mark.slow
@pytest.mark.parametrize("arguments", RUNS)
def test_no_address_beyond_this_machine_is_named(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "here"
    command = [UNKNOT, *(one.format(folder=folder) for one in arguments)]
    calls = watched(command, NETWORK, folder, stdin=TALK, codes=(0, 1, 3))
    assert reaching_outside(calls) == []


@pytest.mark.slow
def test_the_daemon_of_reminders_names_none_while_it_waits(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    watched([UNKNOT, "remind", "use heat in one minute"], NETWORK, folder)
    command = ["timeout", "--signal", "TERM", "5", UNKNOT, "reminders", "run"]
    calls = watched(command, NETWORK, folder, codes=(0, 3, 124, 143))
    assert reaching_outside(calls) == []


@pytest.mark.parametrize(
    "does",
    [
        "socket.socket(type=socket.SOCK_DGRAM).connect(('192.0.2.7', 9))",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).bind(('::', 0))",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.53', 53))",
    ],
)
def test_the_watch_sees_what_it_is_there_to_see(tmp_path: Path, does: str) -> None:
    attempt = f"import contextlib, socket\nwith contextlib.suppress(OSError):\n    {does}"
    calls = watched([sys.executable, "-c", attempt], NETWORK, tmp_path / "here")
    assert len(reaching_outside(calls)) == 1
