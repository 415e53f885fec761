"""The screen alone: `unknot screen`, and the voice that is only shown."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from voice.screen import silent
from voice.screen.silent import ShownVoice

SHORT = 0.3
"""Seconds for which a sentence is shown at least, in these tests."""
UNKNOT = Path(sys.executable).with_name("unknot")


class Ended:
    """When each utterance ended."""

    def __init__(self) -> None:
        self.utterances: list[int] = []
        self.happened = threading.Event()

    def __call__(self, utterance: int, completed: bool) -> None:
        assert completed
        self.utterances.append(utterance)
        self.happened.set()

    def within(self, seconds: float) -> bool:
        return self.happened.wait(seconds)


@pytest.mark.realtime
def test_a_sentence_is_shown_as_long_as_it_takes_to_say() -> None:
    ended = Ended()
    voice = ShownVoice(ended, words_per_minute=600.0)
    began = time.monotonic()
    voice.say(1, "word " * 15)
    assert ended.within(5.0)
    assert time.monotonic() - began == pytest.approx(1.5, abs=0.2)
    assert ended.utterances == [1]


@pytest.mark.realtime
def test_it_pauses_goes_on_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent, "SHORTEST", SHORT)
    ended = Ended()
    voice = ShownVoice(ended, words_per_minute=600.0)
    voice.say(1, "stop")
    voice.pause()
    assert not ended.within(SHORT + 0.2)
    voice.resume()
    assert ended.within(SHORT + 0.5)
    ended.happened.clear()
    voice.say(2, "stop")
    voice.say(3, "stop")
    assert ended.within(SHORT + 0.5)
    ended.happened.clear()
    voice.say(4, "stop")
    voice.stop()
    voice.resume()
    assert not ended.within(SHORT + 0.2)
    assert ended.utterances == [1, 3]


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[int]:
    """The command in a process of its own; yields the port of its page."""
    process = subprocess.Popen(
        [UNKNOT, *arguments, "--port", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "UNKNOT_HOME": str(home)},
    )
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.fullmatch(r"unknot: the screen is at http://127.0.0.1:(\d+)/\n", line)
        assert found, line
        yield int(found[1])
    finally:
        process.kill()
        process.communicate()


def told(port: int) -> dict[str, Any]:
    """What a page that comes now is told first."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", "/events")
        for line in connection.getresponse():
            name, _, value = line.decode().partition(": ")
            if name == "data":
                message: dict[str, Any] = json.loads(value)
                return message
    pytest.fail("the stream ended")


def ask(port: int, name: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        headers = {"Origin": f"http://127.0.0.1:{port}", "Content-Type": "application/json"}
        connection.request("POST", "/ask", json.dumps({"do": name}), headers)
        assert connection.getresponse().status == 204


def until(port: int, **expected: object) -> dict[str, Any]:
    """What the page is told once the picture is as expected, within seconds."""
    for _ in range(100):
        message = told(port)
        if expected.items() <= message["picture"].items():
            return message
        time.sleep(0.1)
    pytest.fail(f"it never came to {expected}: {message}")


@pytest.mark.slow
def test_the_screen_alone_greets_and_does_what_is_asked(tmp_path: Path) -> None:
    with running(tmp_path, "screen", "--silent") as port:
        greeting = until(port, state="speaking")
        assert greeting["picture"]["words"]["now"].startswith("Hello")
        ask(port, "pause")
        until(port, state="paused")
        ask(port, "routine:overhead_reach")
        assert until(port, kind="stretching", state="speaking")["picture"]["coming"] is not None
        ask(port, "stop")
        until(port, state="ready", kind="")
        assert taken(tmp_path, port).returncode == 3


def taken(home: Path, port: int) -> subprocess.CompletedProcess[str]:
    """A second screen on the same port: it ends, and says what would help."""
    done = subprocess.run(
        [UNKNOT, "screen", "--silent", "--port", str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "UNKNOT_HOME": str(home)},
    )
    assert f"cannot be served on port {port}" in done.stderr
    assert "choose another with `--port`" in done.stderr
    return done


@pytest.mark.slow
def test_a_typed_conversation_has_its_page_too(tmp_path: Path) -> None:
    with running(tmp_path, "stretch", "--text", "--screen") as port:
        assert until(port, kind="stretching")["picture"]["coming"] is not None


@pytest.mark.slow
def test_without_a_loudspeaker_the_words_are_shown_all_the_same(tmp_path: Path) -> None:
    with running(tmp_path, "screen", "--device", "no such loudspeaker") as port:
        message = until(port, state="speaking")
    assert message["picture"]["words"]["now"].startswith("Hello")
    assert [trouble["part"] for trouble in message["troubles"]] == ["loudspeaker"]
