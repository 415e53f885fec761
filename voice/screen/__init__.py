"""What people see: the live view in the terminal."""

from voice.screen.terminal import LiveView, PlainView, TypedView, View, describe

__all__ = ["LiveView", "PlainView", "TypedView", "View", "describe"]
