"""The product as a whole, in a conversation over the virtual sound card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sound.conversation import Conversation
from tests.sound.virtual_card import VirtualCard
from tests.sound.voices import Voices

Talk = Callable[..., Conversation]
"""Starts ``unknot listen --plain`` with more options and waits until it listens."""


@pytest.fixture
def talk(virtual_sound: VirtualCard, voices: Voices, tmp_path: Path) -> Iterator[Talk]:
    """Starts conversations; whatever still runs when the test ends is ended."""
    with ExitStack() as running:

        def start(*options: str) -> Conversation:
            conversation = running.enter_context(
                Conversation(virtual_sound, voices, tmp_path, ("listen", "--plain", *options))
            )
            conversation.wait_until_it_listens()
            return conversation

        yield start


@pytest.fixture
def conversation(talk: Talk) -> Conversation:
    """One conversation with the default settings, past the greeting."""
    return talk()
