"""What the tests of the listening room share: the real model, and a small language."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.listening.model import Model, load_model
from voice.listening.recognizer import Recognizer

EMBEDDED = Path(__file__).parents[2] / "models" / "en-small"

PHRASES = (
    "how do i stretch my back",
    "what are my options",
    "tell me about massage",
    "read the heat section",
    "how long does it take to get rid of a knot",
    "can knots be prevented",
    "remind me to stretch",
    "remind me to stretch in ten minutes",
    "stop",
    "pause",
    "next",
    "go back",
    "slower",
    "yes",
    "no",
    "help",
    "it hurts",
)


@pytest.fixture(scope="session")
def model() -> Model:
    return load_model(EMBEDDED)


@pytest.fixture
def recognizer(model: Model) -> Recognizer:
    return Recognizer(model, PHRASES)
