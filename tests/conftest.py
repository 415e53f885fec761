"""Fixtures that every room's tests may use."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.sound.virtual_card import VirtualCard, missing_programs
from tests.sound.voices import Voices, missing_voices


@pytest.fixture(scope="session")
def sound_server() -> Iterator[VirtualCard]:
    """One private sound server for the whole run; tests take `virtual_sound`."""
    missing = missing_programs()
    if missing:
        lack(f"the virtual sound card needs {', '.join(missing)}")
    with VirtualCard() as card:
        yield card


@pytest.fixture
def virtual_sound(sound_server: VirtualCard) -> Iterator[VirtualCard]:
    """A virtual microphone and loudspeaker, plugged in before and after each test."""
    sound_server.start()
    sound_server.connect()
    yield sound_server
    sound_server.start()
    sound_server.connect()


@pytest.fixture
def sound_here(virtual_sound: VirtualCard, monkeypatch: pytest.MonkeyPatch) -> VirtualCard:
    """The virtual card, and PortAudio in this very process sees it."""
    for name, value in virtual_sound.env.items():
        monkeypatch.setenv(name, value)
    virtual_sound.use_in_this_process()
    return virtual_sound


@pytest.fixture(scope="session")
def voices(request: pytest.FixtureRequest) -> Voices:
    """People who speak to the product; what they say is kept between runs."""
    missing = missing_voices()
    if missing:
        lack(f"the voices need {', '.join(missing)}")
    cache = request.config.cache
    assert cache is not None
    return Voices(cache.mkdir("voices"))


def lack(what: str) -> None:
    """Skips a test for want of a program; `make test`, which installs them all, fails it."""
    if os.environ.get("UNKNOT_TESTS_COMPLETE"):
        pytest.fail(what)
    pytest.skip(what)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gives what runs in real time two more chances: a busy machine tears holes into sound.

    What fails three times fails. The summary tells how many were run again.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "sound_server" in fixtures or item.get_closest_marker("realtime"):
            item.add_marker(pytest.mark.flaky(reruns=2))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have measured (`record_property`), whether they passed or failed."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                terminalreporter.write_line(f"measured: {name} = {value}")
