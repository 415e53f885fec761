"""The few phrases that are listened for above all while the product itself speaks."""

from __future__ import annotations

from pathlib import Path

from voice.understanding.errors import TemplateError
from voice.understanding.pack import read_yaml

FILE = "understanding/interrupting.yaml"


def interrupting_phrases(pack: Path) -> tuple[str, ...]:
    """Reads the phrases of a pack; a pack without that file has none.

    Args:
        pack: the folder of the content pack.

    Raises:
        TemplateError: the file is there and cannot be used.
    """
    file = pack / FILE
    if not file.exists():
        return ()
    phrases = read_yaml(file).get("phrases")
    if not isinstance(phrases, list) or not all(isinstance(one, str) for one in phrases):
        raise TemplateError(
            f"{file} has no list of phrases, or one of them is no text.",
            "Write `phrases:` and one phrase a line below it; put yes and no in quotes.",
        )
    return tuple(phrases)
