"""What this room reads from a content pack: `intents/` and `understanding/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hassil import Intents, merge_dict
from hassil.parser import ParseError

from voice.understanding.errors import TemplateError

LARGEST = 1024 * 1024
"""Bytes of one file; ours have a twentieth of it, the classifier a fifth."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def own(file: Path) -> Path:
    """A file that lies in one of a pack's folders: `intents/`, `understanding/`.

    Raises:
        TemplateError: A link leads it out of the pack, or it is far larger than such files are.
    """
    try:
        inside = file.resolve().is_relative_to(file.parent.parent.resolve())
        small = not file.exists() or file.stat().st_size <= LARGEST
    except (OSError, RuntimeError) as trouble:
        raise TemplateError(f"{file} cannot be read: {trouble}", "Correct that file.") from trouble
    if not inside:
        raise TemplateError(f"{file} leads out of the pack's folder.", "Put the file itself there.")
    if not small:
        raise TemplateError(f"{file} is larger than {LARGEST // 1024} KiB.", "Make it smaller.")
    return file


def read_yaml(file: Path) -> dict[str, Any]:
    """Read one mapping from a YAML file of a pack.

    Raises:
        TemplateError: It is no YAML, no mapping, or not the pack's own.
    """
    try:
        content = yaml.load(own(file).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - safe loader
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as trouble:
        raise TemplateError(
            f"{file} cannot be read: {' '.join(str(trouble).split())}", "Correct that file."
        ) from trouble
    if not isinstance(content, dict):
        raise TemplateError(f"{file} holds no mapping.", "Begin it with `language: en`.")
    return content


@contextmanager
def made_of_data() -> Iterator[None]:
    """Makes one error of whatever happens to data that is of another shape than it should be.

    hassil expects what Home Assistant checks beforehand, and stumbles in many ways.

    Raises:
        TemplateError: The data is malformed.
    """
    try:
        yield
    except TemplateError:
        raise
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        AssertionError,
        ParseError,
    ) as trouble:
        raise _malformed(repr(trouble)) from trouble
    except RecursionError as trouble:
        raise _malformed("a rule contains itself") from trouble


def _malformed(why: str) -> TemplateError:
    return TemplateError(
        f"The intents of the pack are malformed: {' '.join(why.split())}",
        "Compare them with the Home Assistant sentence-template format.",
    )


def read_templates(folder: Path) -> dict[str, Any]:
    """Merge all intent files of a folder, in the order of their names.

    Raises:
        TemplateError: There is none, or one is broken.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise TemplateError(
            f"{folder} holds no sentence templates.", "Put at least one intent file into it."
        )
    merged: dict[str, Any] = {}
    for file in files:
        content = read_yaml(file)
        with made_of_data():
            merge_dict(merged, content)
    return merged


def parse_templates(merged: dict[str, Any]) -> Intents:
    """Let hassil parse what `read_templates` read.

    Raises:
        TemplateError: A template is malformed; the message quotes it.
    """
    with made_of_data():
        intents = Intents.from_dict(merged)
    for intent in intents.intents.values():
        for data in intent.data:
            _parse_sentences(intent.name, data)
    return intents


def _parse_sentences(name: str, data: Any) -> None:
    try:
        data.sentences  # noqa: B018 - hassil parses on first access
    except (ParseError, ValueError, AssertionError) as trouble:
        raise TemplateError(
            f"Intent {name}: a template cannot be parsed: {trouble}",
            "Close every bracket of that template.",
        ) from trouble
