"""What was said before decides between meanings."""

from __future__ import annotations

from collections.abc import Sequence

from voice.events import Request
from voice.understanding.graph import Match
from voice.understanding.state import State

CHOOSE = "choose"
"""The intent of "the second one"; it stands for a choice and never leaves this room."""

FILL = "fill"
"""The intent of "at seven" and "the heat": an answer to what was asked back."""
INNER = frozenset((CHOOSE, FILL))
"""Intents that never leave this room: they only mean something in their context."""

Chosen = tuple[Match, str, str]
"""A match, the layer that decided, and why."""


def by_context(matches: Sequence[Match], state: State) -> Chosen | None:
    """Pick the match that fits the moment.

    Args:
        matches: What the sentence may mean, likeliest first.
        state: What was said and done before.

    Returns:
        The pick, or None when nothing fits.
    """
    for match in matches:
        if match.intent == CHOOSE and (chosen := _choice(match, state)) is not None:
            return chosen
        if match.intent == FILL and (filled := _filled(match, state)) is not None:
            return filled
    plain = [match for match in matches if match.intent not in INNER]
    if not plain:
        return None
    return _in_the_moment(plain, state) or (plain[0], "template", plain[0].template)


def _in_the_moment(matches: Sequence[Match], state: State) -> Chosen | None:
    """Give the reading that only this moment suggests, if there is one."""
    first = matches[0]
    by_intent = {match.intent: match for match in reversed(matches)}
    if state.holding and "time_left" in by_intent:
        return by_intent["time_left"], "context", "asked while a position is held"
    if not state.holding and first.intent == "time_left" and "answer_faq" in by_intent:
        return by_intent["answer_faq"], "context", "asked while nothing is held"
    if first.intent == "resume" and state.offer is not None and not state.paused:
        return _as("yes", first), "context", "an answer to the offer just made"
    if first.intent == "yes" and state.paused and state.offer is None:
        return _as("resume", first), "context", "said while paused"
    return None


def _choice(match: Match, state: State) -> Chosen | None:
    place = match.slots["place"]
    count = len(state.choices)
    if not isinstance(place, int) or not count or place > count:
        return None
    choice: Request = state.choices[place - 1 if place > 0 else place]
    meant = Match(choice.intent, choice.slots, match.template)
    which = place if place > 0 else count
    return meant, "context", f"number {which} of the list just spoken"


def _filled(match: Match, state: State) -> Chosen | None:
    """Complete the reminder that was asked for, if it lacks what was said now."""
    asked = state.last
    if asked is None or asked.intent != "set_reminder" or not match.slots:
        return None
    timed = any(name in asked.slots for name in ("minutes", "every_minutes", "at"))
    wanted = {
        name: value
        for name, value in match.slots.items()
        if (name not in asked.slots if name == "about" else not timed)
    }
    if not wanted:
        return None
    whole = Match(asked.intent, {**asked.slots, **wanted}, match.template)
    return whole, "context", "completes the reminder just asked for"


def _as(intent: str, match: Match) -> Match:
    return Match(intent, {}, match.template)
