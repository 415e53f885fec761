"""What is wrong with a pack, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

WHOLE_FILE = 0
"""The line of a problem that is not on any one line."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a pack."""

    file: str
    """Path within the pack, with forward slashes."""
    line: int
    """Counts from 1; 0 is the file as a whole."""
    reason: str
    """What is wrong, without file and line."""

    def __str__(self) -> str:
        place = self.file if self.line == WHOLE_FILE else f"{self.file}, line {self.line}"
        return f"{place}: {self.reason}"


class PackError(ValueError):
    """A pack that cannot be used."""

    def __init__(self, folder: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__(folder, problems)
        self.folder = folder
        self.problems = problems
        """Every mistake found, at least one, in order of file and line."""
        self.remedy = f"Run `unknot pack check {folder}`, which lists every mistake, and mend them."

    def __str__(self) -> str:
        more = len(self.problems) - 1
        rest = f" (and {more} more)" if more else ""
        return f"The pack {self.folder} cannot be used: {self.problems[0]}{rest}."


class Findings:
    """The mistakes found so far, so that one check can name them all."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, file: str, line: int, reason: str) -> None:
        """Note one mistake."""
        self._found.append(Problem(file, line, reason))

    def all(self) -> tuple[Problem, ...]:
        """Every mistake once, in order of file and line."""
        return tuple(sorted(set(self._found)))
