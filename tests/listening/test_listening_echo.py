"""What is being said is not taken for a request when it comes back through the microphone."""

from __future__ import annotations

import pytest

from voice.listening.echo import is_echo, moments

SAYING = "Gentle stretching loosens the tight fibres and improves flexibility."


@pytest.mark.parametrize(
    ("heard", "echo"),
    [
        ("gentle stretching loosens the tight fibres", True),
        ("stretching loosens the", True),
        ("gentle stretching loses the tight fibers", True),
        ("flexibility", True),
        ("stop", False),
        ("how do i stretch my back", False),
        ("read the heat section", False),
        ("it hurts", False),
        ("next", False),
        ("the heat", False),
        ("", False),
    ],
)
def test_echo_is_told_from_a_request(heard: str, echo: bool) -> None:
    assert is_echo(heard, SAYING) is echo


@pytest.mark.parametrize("heard", ["stop", "gentle stretching"])
def test_nothing_is_an_echo_while_nothing_is_said(heard: str) -> None:
    assert not is_echo(heard, "")


def test_a_word_of_ours_is_an_echo_only_while_it_is_being_said() -> None:
    assert is_echo("stop", "Say stop at any time.")
    assert not is_echo("stop now", "Say next, or pause.")


@pytest.mark.parametrize(
    ("heard", "saying", "shares"),
    [
        ("stop", "Stop now.", [0.0]),
        ("stop", "Say wait, or stop.", [0.72]),
        ("next", "Say next, next or stop.", [0.18, 0.41]),
        ("pause", "Say next.", []),
        ("", "Say next.", []),
    ],
)
def test_where_in_a_sentence_a_word_is_said(heard: str, saying: str, shares: list[float]) -> None:
    assert moments(heard, saying) == pytest.approx(shares, abs=0.02)
