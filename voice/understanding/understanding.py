"""From words to a request: the one door of this room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from voice.events import Request, Slot
from voice.understanding.classifier import Classifier, Guess
from voice.understanding.compiled import compiled, sampled
from voice.understanding.context import Chosen, by_context
from voice.understanding.graph import Match
from voice.understanding.misheard import Misheard, Near
from voice.understanding.safety import PERHAPS, Safety, Sign
from voice.understanding.state import State
from voice.understanding.times import Times, find_times
from voice.understanding.words import words_of

NOTHING = "none"
ANSWERS = frozenset(("yes", "no"))
"""Only taken from something alike when a question is open."""
SIGNS = frozenset(("pain", "red_flag"))
"""Not made of something alike in a sentence that denies them."""
REMINDING = frozenset(("set_reminder", "cancel_reminder", "list_reminders", "missed_reminders"))
TIMELESS = frozenset(("read_section", "answer_faq", "list_methods"))
"""Intents that a spoken time says nothing about: "can i use heat for an hour"."""
ALWAYS = frozenset(
    (
        *("pause", "resume", "next", "back", "repeat", "slower", "faster", "louder", "quieter"),
        *("stop", "time_left", "where_am_i", "yes", "no", "help", "pain", "red_flag"),
    )
)
"""Intents whose words must work whatever is going on."""
DANGLING = frozenset(
    (
        *("a", "an", "the", "to", "of", "in", "at", "for", "with", "about", "and", "or", "my"),
        *("on", "is", "are", "do", "does", "can", "how", "every", "i", "past", "half", "from"),
    )
)
"""A sentence that ends in one of these goes on."""

LIKE_IN = frozenset(("and", "an"))
"""What an unstressed "in" is taken for: "remind me to stretch and twenty minutes"."""
SURE_OF_IN = 0.9
"""How sure that is, 0 to 1."""
SURE = 0.35
"""A misheard template this near needs no second opinion."""
SECOND_OPINION = 0.15
"""Least probability at which the classifier bears a misheard template out."""
THRESHOLD = 0.6
"""Least probability at which the classifier decides alone; see docs/understanding.md."""
STRANGE_WORD = 0.2
"""Added to it for each word that no template knows: "how do i stretch pizza dough"."""
RED_FLAG_THRESHOLD = 0.85
"""The same for signs of an emergency: better one warning too many."""
_SHORTEST_ALONE = 3
"""Words below which the classifier does not decide alone."""

_SILENCE = State()


class Understanding:
    """Understands the sentences of one content pack."""

    def __init__(self, pack: Path, cache: Path | None = None) -> None:
        """Load the pack's templates, safety rules and classifier.

        Args:
            pack: The folder of the content pack; `intents/` and `understanding/` in it are read.
            cache: A folder in which what is worked out is kept, so that the next start is quick;
                None keeps nothing.

        Raises:
            TemplateError: Those files cannot be used.
        """
        self._pack, self._cache = pack, cache
        self._compiled = compiled(pack, cache)
        self._graph = self._compiled.graph
        self._known = self._graph.words()
        self._fillers = _any_of(self._compiled.fillers)
        self._misheard = Misheard(self._graph)
        folder = pack / "understanding"
        self._safety = Safety(folder / "safety.yaml") if (folder / "safety.yaml").exists() else None
        trained = folder / "classifier.npz"
        self._classifier = Classifier.load(trained) if trained.exists() else None

    def understand(self, text: str, state: State = _SILENCE) -> Request:
        """Work out what somebody wants.

        Args:
            text: What was heard or typed; any string.
            state: What was said and done before.

        Returns:
            The request, `none` where the sentence is not for this assistant.
        """
        words = words_of(text)
        if not words:
            return Request(NOTHING, score=0.0, text=text, reason="no words")
        sign = self._safety.sign(words) if self._safety else None
        if sign is not None:
            return _sign_request(sign, text)
        now = state.now or datetime.now()
        times = find_times(words, now)
        chosen = self._as_worded(words, times, state)
        if chosen is not None:
            match, layer, reason = chosen
            return _request(match, text, 1.0, layer, reason)
        meant = self._with_in(words, now)
        if meant is not None:
            return _request(meant, text, SURE_OF_IN, "fallback", 'as "in" a time')
        alike = self._fallback(list(times.words), text, times, state)
        half = self._safety.half_a_sign(words) if self._safety else None
        if half is not None and alike.intent not in SIGNS:
            return _sign_request(half, text)
        return alike

    def grammar_phrases(self) -> tuple[str, ...]:
        """Phrases for the recogniser's run-time grammar, drawn from every template."""
        return _together(self._phrases.values())

    def words(self) -> frozenset[str]:
        """Every word of the templates and of the spoken times."""
        spoken = {word for phrase in self.grammar_phrases() for word in phrase.split()}
        return frozenset(self._known | spoken)

    def control_phrases(self) -> tuple[str, ...]:
        """Phrases of the words that must work whatever is going on."""
        return _together(lines for intent, lines in self._phrases.items() if intent in ALWAYS)

    @cached_property
    def _phrases(self) -> Mapping[str, Sequence[str]]:
        return sampled(self._pack, self._cache)

    def is_complete(self, text: str) -> bool:
        """Tell whether somebody who said this has said all of it.

        True where it is a whole request that nothing need follow; "remind me to stretch" is
        none, because a time may follow. False says nothing: wait for the silence.
        """
        words = words_of(text)
        if not words or words[-1] in DANGLING:
            return False
        if self._safety and self._safety.sign(words):
            return True
        now = datetime.now()
        times = find_times(words, now)
        chosen = self._as_worded(words, times, _SILENCE)
        if chosen is not None:
            timed = times.slots.keys() - {"repeat"}
            return chosen[0].intent != "set_reminder" or bool(timed)
        return self._with_in(words, now) is not None

    def is_likely(self, text: str) -> bool:
        """Tell whether a sentence that is no whole request is understood by what it is like.

        Only where nobody would go on after it: no template begins with its words. Somebody who was
        misheard need not be waited for as long as somebody who has not finished.
        """
        words = words_of(text)
        if not words or words[-1] in DANGLING or self._graph.begins(words):
            return False
        return self.understand(text).intent not in {NOTHING, *REMINDING}

    def _with_in(self, words: list[str], now: datetime) -> Match | None:
        """The reminder that was asked for if an "and" was an unstressed "in"."""
        for place, word in enumerate(words):
            if word not in LIKE_IN:
                continue
            meant = [*words[:place], "in", *words[place + 1 :]]
            times = find_times(meant, now)
            chosen = self._as_worded(meant, times, _SILENCE) if times.slots else None
            if chosen is not None and chosen[0].intent == "set_reminder":
                return chosen[0]
        return None

    def _as_worded(self, words: list[str], times: Times, state: State) -> Chosen | None:
        """What the first reading that matches a template means."""
        chosen = (by_context(matches, state) for matches in self._readings(words, times))
        return next((one for one in chosen if one is not None), None)

    def _readings(self, words: list[str], times: Times) -> Iterator[list[Match]]:
        """Match the sentence as it is, then with its times cut out, then without fillers."""
        lasting, cut = list(times.lasting), list(times.words)
        yield self._graph.matches(words)
        for said in (lasting, cut, self._without_fillers(lasting), self._without_fillers(cut)):
            yield [_with_times(match, times) for match in self._graph.matches(said)]

    def _without_fillers(self, words: list[str]) -> list[str]:
        return self._fillers.sub(" ", " ".join(words)).split()

    def _fallback(self, cut: list[str], text: str, times: Times, state: State) -> Request:
        """Decide by what is alike: templates that sound the same, sentences that read the same."""
        bare = self._without_fillers(cut)
        near = self._misheard.nearest(cut) or (
            self._misheard.nearest(bare) if bare != cut else None
        )
        guess = self._guess(bare or cut)
        if near is not None and (near.cost <= SURE or _agrees(near, guess)):
            chosen = by_context([_with_times(near.match, times)], state)
            if chosen is not None and self._plausible(chosen[0].intent, cut, state):
                return _request(chosen[0], text, near.score, "fallback", f'as "{near.heard_as}"')
        if guess is not None and self._decides(guess, bare, times, state):
            slots = {**dict(guess.label.slots), **self._topic(guess, bare), **times.slots}
            match = Match(guess.label.intent, slots, "")
            return _request(match, text, guess.score, "fallback", "alike in its words")
        score = 0.0 if guess is None or guess.label.intent == NOTHING else guess.score
        return Request(NOTHING, score=score, text=text, reason=_why_not(guess))

    def _guess(self, words: Sequence[str]) -> Guess | None:
        return self._classifier.guess(words) if self._classifier else None

    def _decides(self, guess: Guess, words: list[str], times: Times, state: State) -> bool:
        """Tell whether the classifier is sure enough to decide alone."""
        intent = guess.label.intent
        if intent == "red_flag":
            return guess.score >= RED_FLAG_THRESHOLD and self._plausible(intent, words, state)
        strange = sum(word not in self._known for word in words)
        if intent == NOTHING or guess.score < THRESHOLD + STRANGE_WORD * strange:
            return False
        if len(words) < _SHORTEST_ALONE:
            return False
        if intent == "set_reminder" and not self._topic(guess, words):
            return False
        if times.slots and intent not in (*REMINDING, "snooze_reminder"):
            return False
        return self._plausible(intent, words, state)

    def _plausible(self, intent: str, words: Sequence[str], state: State) -> bool:
        if intent in SIGNS and self._safety is not None:
            return not self._safety.denied(words)
        asked = state.offer is not None or bool(state.choices)
        return intent not in ANSWERS or asked

    def _topic(self, guess: Guess, words: list[str]) -> Mapping[str, Slot]:
        """Find what a reminder is about: the longest phrase of the list `about`."""
        if guess.label.intent not in REMINDING:
            return {}
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                matches = self._compiled.topics.matches(words[start : start + length])
                if matches:
                    return matches[0].slots
        return {}


def _agrees(near: Near, guess: Guess | None) -> bool:
    """Tell whether the classifier bears a misheard template out."""
    if guess is None:
        return False
    same = guess.label.intent == near.match.intent and all(
        near.match.slots.get(name) == value for name, value in guess.label.slots
    )
    return same and guess.score >= SECOND_OPINION


def _any_of(phrases: Sequence[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True) or ["(?!)"]
    escaped = map(re.escape, longest_first) if phrases else longest_first
    return re.compile(r"(?<!\S)(?:" + "|".join(escaped) + r")(?!\S)")


def _together(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({line for lines in groups for line in lines}))


def _with_times(match: Match, times: Times) -> Match:
    if match.intent in TIMELESS:
        return match
    template = f"{match.template} ({times.reason})" if times.reason else match.template
    return Match(match.intent, {**match.slots, **times.slots}, template)


def _request(match: Match, text: str, score: float, layer: str, reason: str) -> Request:
    slots: Mapping[str, Slot] = MappingProxyType(dict(match.slots))
    return Request(match.intent, slots, score, text, layer, reason)


def _sign_request(sign: Sign, text: str) -> Request:
    """What a sign asks for; half of one is no more sure than what is only alike."""
    layer, score = ("fallback", 0.5) if sign.intent == PERHAPS else ("safety", 1.0)
    return Request(sign.intent, sign.slots, score, text, layer, sign.about)


def _why_not(guess: Guess | None) -> str:
    if guess is None or guess.label.intent == NOTHING:
        return "no template, nothing alike"
    return f"no template; {guess.label.intent} is alike, not enough"
