"""From words to a request: the one door of this room."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from voice.events import Request, Slot
from voice.understanding.context import by_context
from voice.understanding.graph import Graph, Match
from voice.understanding.pack import parse_templates, read_templates
from voice.understanding.safety import Safety
from voice.understanding.sampling import sample_templates
from voice.understanding.state import State
from voice.understanding.times import Times, find_times
from voice.understanding.words import words_of

NOTHING = "none"

PHRASES_EACH = 12
"""Most phrases that one template gives to the recogniser's grammar."""

ALWAYS = frozenset(
    [
        "pause",
        "resume",
        "next",
        "back",
        "repeat",
        "slower",
        "faster",
        "louder",
        "quieter",
        "stop",
        "time_left",
        "where_am_i",
        "yes",
        "no",
        "help",
        "pain",
        "red_flag",
    ]
)
"""Intents whose words must work whatever is going on."""

_SILENCE = State()


class Understanding:
    """Understands the sentences of one content pack."""

    def __init__(self, pack: Path) -> None:
        """Load the pack's templates.

        Args:
            pack: The folder of the content pack; `intents/` and `understanding/` in it are read.

        Raises:
            TemplateError: Those files cannot be used.
        """
        merged = read_templates(pack / "intents")
        self._skip = _skipper(merged.get("skip_words", []))
        self._intents = parse_templates(merged)
        self._graph = Graph(self._intents)
        self._safety = Safety(pack / "understanding" / "safety.yaml")

    def understand(self, text: str, state: State = _SILENCE) -> Request:
        """Work out what somebody wants.

        Args:
            text: What was heard or typed; any string.
            state: What was said and done before.

        Returns:
            The request, `none` where the sentence is not for this assistant.
        """
        words = words_of(text)
        sign = self._safety.sign(words)
        if sign is not None:
            return Request(sign.intent, score=1.0, text=text, layer="safety", reason=sign.about)
        times = find_times(words, state.now or datetime.now())
        matches = self._timed_matches(words, times)
        chosen = by_context(matches, state)
        if chosen is None:
            return Request(NOTHING, score=0.0, text=text, reason="no template, nothing alike")
        match, layer, reason = chosen
        return _request(match, text, 1.0, layer, reason)

    def is_complete(self, text: str) -> bool:
        """Whether `text` is a whole request, so that a short silence ends the utterance."""
        request = self.understand(text)
        if request.intent == "set_reminder":
            return bool({"minutes", "every_minutes", "at"} & request.slots.keys())
        return request.intent != NOTHING

    def grammar_phrases(self) -> tuple[str, ...]:
        """Phrases for the recogniser's run-time grammar, drawn from every template."""
        return self._phrases(None)

    def control_phrases(self) -> tuple[str, ...]:
        """Phrases of the words that must work whatever is going on."""
        return self._phrases(ALWAYS)

    def _phrases(self, only: frozenset[str] | None) -> tuple[str, ...]:
        drawn = sample_templates(self._intents, PHRASES_EACH)
        wanted = (one for one in drawn if only is None or one.intent in only)
        return tuple(sorted({one.text for one in wanted if "{" not in one.text}))

    def _timed_matches(self, words: list[str], times: Times) -> list[Match]:
        """Match the sentence with its times cut out; without them if no template wants any."""
        matches = self._matches(list(times.words))
        if matches:
            return [_with_times(match, times) for match in matches]
        return self._matches(words) if times.slots else []

    def _matches(self, words: list[str]) -> list[Match]:
        """Templates that the sentence follows as it is, else without words that may be left out."""
        return self._graph.matches(words) or self._graph.matches(self._without_fillers(words))

    def _without_fillers(self, words: list[str]) -> list[str]:
        return self._skip.sub(" ", " ".join(words)).split()


def _skipper(skip_words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(skip_words, key=len, reverse=True)
    return re.compile(r"(?<!\S)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\S)")


def _with_times(match: Match, times: Times) -> Match:
    template = f"{match.template} ({times.reason})" if times.reason else match.template
    return Match(match.intent, {**match.slots, **times.slots}, template)


def _request(match: Match, text: str, score: float, layer: str, reason: str) -> Request:
    slots: Mapping[str, Slot] = MappingProxyType(dict(match.slots))
    return Request(match.intent, slots, score, text, layer, reason)
