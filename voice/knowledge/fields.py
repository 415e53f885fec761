"""Reads values out of YAML without losing the lines they stand on."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from voice.knowledge.ear import complaint_about_phrase, complaint_about_sentence
from voice.knowledge.problems import Findings

_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)
_TEXT = "tag:yaml.org,2002:str"
_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
LIKE_AN_ID = "small letters, digits and underscores"
_NOTHING: Mapping[str, Node] = {}


def is_id(name: str) -> bool:
    """Whether it can be the id of something within a pack."""
    return _ID.fullmatch(name) is not None


class YamlFile:
    """One YAML file of a pack.

    Each reader notes what is wrong and then returns something empty, so that one
    pass finds all mistakes; a node of None is passed over, as `entries` has
    already said that it is missing.
    """

    def __init__(self, text: str, file: str, findings: Findings) -> None:
        self.file = file
        self._findings = findings
        self.root = self._compose(text)

    def _compose(self, text: str) -> Node | None:
        try:
            root: Node | None = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._findings.add(
                self.file, mark.line + 1 if mark else 0, f"not YAML: {error.problem}"
            )
            return None
        except (yaml.YAMLError, RecursionError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            self._findings.add(self.file, 0, f"not YAML: {reason}")
            return None
        if root is None:
            self._findings.add(self.file, 0, "the file is empty")
        return root

    def wrong(self, node: Node | None, reason: str) -> None:
        """Note a mistake at the place where a node begins."""
        line = node.start_mark.line + 1 if node is not None else 0
        self._findings.add(self.file, line, reason)

    def entries(
        self,
        node: Node | None,
        what: str,
        required: frozenset[str] = frozenset(),
        optional: frozenset[str] | None = frozenset(),
    ) -> Mapping[str, Node]:
        """The values of a mapping by key.

        Args:
            node: The mapping.
            what: How a mistake calls it.
            required: Keys that must be there.
            optional: Keys that may be there; None allows any.
        """
        if node is None:
            return _NOTHING
        if not isinstance(node, MappingNode):
            self.wrong(node, f"{what} must be a mapping of names to values")
            return _NOTHING
        found: dict[str, Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node, "a name")
            if key in found:
                self.wrong(key_node, f"{key} is there twice")
            elif optional is not None and key not in required | optional:
                self.wrong(key_node, f"{what} does not know {key}")
            else:
                found[key] = value
        for key in sorted(required - found.keys()):
            self.wrong(node, f"{what} lacks {key}")
        return found

    def items(self, node: Node | None, what: str, least: int = 1) -> Iterator[Node]:
        """The items of a list of `least` items or more."""
        if node is None:
            return
        if not isinstance(node, SequenceNode) or len(node.value) < least:
            self.wrong(node, f"{what} must be a list of {least} or more")
            return
        yield from node.value

    def text(self, node: Node | None, what: str) -> str:
        """A text that must not be empty."""
        if node is None:
            return ""
        if not isinstance(node, ScalarNode) or node.tag != _TEXT or not node.value.strip():
            self.wrong(
                node, f"{what} must be text; put it in quotes if it looks like something else"
            )
            return ""
        return str(node.value).strip()

    def sentence(self, node: Node | None, what: str) -> str:
        """One sentence as it is spoken."""
        text = self.text(node, what)
        complaint = complaint_about_sentence(text) if text else None
        if complaint is not None:
            self.wrong(node, complaint)
        return text

    def phrase(self, node: Node | None, what: str) -> str:
        """Words said inside a sentence."""
        text = self.text(node, what)
        complaint = complaint_about_phrase(text) if text else None
        if complaint is not None:
            self.wrong(node, complaint)
        return text

    def matching(self, node: Node | None, what: str, pattern: re.Pattern[str], like: str) -> str:
        """A text of a fixed form; `like` tells a person which."""
        text = self.text(node, what)
        if text and not pattern.fullmatch(text):
            self.wrong(node, f"{what} must be {like}")
        return text

    def id(self, node: Node | None) -> str:
        """The id of something within the pack."""
        return self.matching(node, "an id", _ID, LIKE_AN_ID)

    def number(self, node: Node | None, what: str, low: float, high: float) -> float:
        """A number from `low` to `high`."""
        if node is None:
            return low
        try:
            number = float(node.value) if isinstance(node, ScalarNode) else math.nan
        except ValueError:
            number = math.nan
        if low <= number <= high:
            return number
        self.wrong(node, f"{what} must be a number from {low:g} to {high:g}")
        return low
