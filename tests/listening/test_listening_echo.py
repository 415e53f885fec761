"""What is being said is not taken for a request when it comes back through the microphone."""

from __future__ import annotations

import pytest

from voice.events import Heard, SpeechBegan, Word
from voice.listening.echo import Echoes, is_echo, is_said_then, places

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
    ("saying", "where"),
    [
        ("Stop now.", [("stop", 0.0), ("now", 0.56)]),
        ("Say wait, or stop.", [("say", 0.0), ("wait", 0.24), ("or", 0.53), ("stop", 0.71)]),
        (
            "Say next, next or stop.",
            [("say", 0.0), ("next", 0.18), ("next", 0.41), ("or", 0.64), ("stop", 0.77)],
        ),
        ("", []),
    ],
)
def test_where_in_a_sentence_its_words_are_said(
    saying: str, where: list[tuple[str, float]]
) -> None:
    found = places(saying)
    assert [word for word, _ in found] == [word for word, _ in where]
    assert [share for _, share in found] == pytest.approx([share for _, share in where], abs=0.02)


OURS = [("say", 1.0), ("wait", 1.4), ("or", 1.9), ("stop", 2.2)]


@pytest.mark.parametrize(
    ("heard", "ours"),
    [
        ([("stop", 2.25)], True),
        ([("stop", 2.8)], True),
        ([("stop", 1.0)], False),
        ([("stop", 3.2)], False),
        ([("wait", 1.5), ("or", 2.0), ("shop", 2.3)], True),
        ([("wait", 1.5), ("a", 2.0), ("moment", 2.3)], False),
        ([("or", 2.4), ("stop", 2.9)], True),
        ([], False),
    ],
)
def test_a_word_is_ours_when_our_voice_says_it(heard: list[tuple[str, float]], ours: bool) -> None:
    assert is_said_then(heard, OURS) is ours


SENTENCE = "Say next, slower, faster, louder, pause, or stop."


class Saying:
    """Our voice says `SENTENCE` from the tenth second on, and takes four seconds."""

    def __init__(self, lasts: float | None = 4.0) -> None:
        self.now = 10.0
        self.echoes = Echoes(lambda: self.now, lambda _: 3.0, lambda _: lasts)
        self.echoes.note_saying(1, SENTENCE)

    def repeats(self, word: str, at: float, earlier: float = 0.5) -> bool:
        """Whether a word that is heard at a moment is taken for an echo of ours."""
        self.now = at
        self.echoes.note_began(SpeechBegan(1, earlier))
        heard = Heard(word, utterance=1, words=(Word(word, earlier, earlier + 0.4, 1.0),))
        return self.echoes.repeated_by(heard)


@pytest.mark.parametrize(
    ("word", "at", "echo"),
    [
        ("next", 10.4, True),
        ("next", 12.0, False),
        ("stop", 13.6, True),
        ("stop", 11.0, False),
        ("stop", 15.0, False),
        ("faster", 11.5, True),
        ("faster", 10.2, False),
        ("help", 11.0, False),
    ],
)
def test_a_word_of_the_sentence_is_an_echo_only_where_it_stands(
    word: str, at: float, echo: bool
) -> None:
    assert Saying().repeats(word, at) is echo


def test_after_a_pause_within_the_sentence_a_word_is_doubted_for_longer() -> None:
    ours = Saying()
    ours.now = 11.0
    ours.echoes.note_saying(1, "")
    ours.now = 15.0
    ours.echoes.note_saying(1, SENTENCE)
    assert ours.repeats("next", 16.2) is True
    assert ours.repeats("help", 16.2) is False


def test_where_the_length_is_not_known_a_word_is_doubted_for_longer() -> None:
    assert Saying().repeats("faster", 10.6) is False
    assert Saying(lasts=None).repeats("faster", 10.6) is True
