"""Requests and spans of time in words, to be read or read out."""

from __future__ import annotations

from voice.events import Request

MINUTE, HOUR, DAY = 60, 3600, 86400


def in_words(request: Request) -> str:
    """A request without a sign that a screen reader would stumble over."""
    slots = [f"{name} {value}" for name, value in request.slots.items()]
    intent = "nothing" if request.intent == "none" else request.intent
    return ", ".join([intent, *slots]).replace("_", " ")


def span(seconds: float) -> str:
    """About how long: "40 s", "12 min", "3 h 5 min", "2 days"; a span that is over is none."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{round(whole / MINUTE)} min"
    if whole < DAY:
        hours, minutes = divmod(round(whole / MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days = round(whole / DAY)
    return f"{days} days" if days > 1 else "1 day"
