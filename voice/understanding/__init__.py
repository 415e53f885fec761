"""Understands what people say: templates first, then what is alike, and what is not for us."""

from voice.understanding.errors import TemplateError
from voice.understanding.state import State
from voice.understanding.understanding import Understanding

__all__ = ["State", "TemplateError", "Understanding"]
