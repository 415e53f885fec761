"""What people see: the live view of the terminal, lines instead of it, and what they type in."""

from voice.screen.live import LiveView
from voice.screen.terminal import PlainView, View, describe, sentence
from voice.screen.typed import TypedView

__all__ = ["LiveView", "PlainView", "TypedView", "View", "describe", "sentence"]
