"""Reads `article.md`: headings with an id, and one sentence a line.

A line-based reader rather than a Markdown library: the format allows no inline
markup, and every problem must name its line.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.knowledge.ear import complaint_about_sentence
from voice.knowledge.pack import Sentence
from voice.knowledge.problems import Findings

TITLE, SECTION, QUESTION = 1, 2, 3
"""Levels of heading."""

_SOURCE = "source:"


@dataclass(slots=True)
class Passage:
    """A heading and the sentences under it."""

    level: int
    heading: str
    id: str
    """Empty where the heading only groups others."""
    line: int
    sentences: list[Sentence] = field(default_factory=list)


def read_article(text: str, file: str, findings: Findings) -> list[Passage]:
    """The passages of an article in their order; mistakes go to `findings`."""
    reader = _Reader(file, findings)
    for number, line in enumerate(text.split("\n"), start=1):
        reader.take(line.strip(), number)
    return reader.finish()


class _Reader:
    """Takes one line after the other."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self._passages: list[Passage] = []
        self._comment: list[str] | None = None
        self._comment_line = 0
        self._source: str | None = None
        self._source_line = 0

    def take(self, line: str, number: int) -> None:
        if self._comment is not None or line.startswith("<!--"):
            self._take_comment(line, number)
        elif line.startswith("#"):
            self._take_heading(line, number)
        elif line:
            self._take_sentence(line, number)

    def finish(self) -> list[Passage]:
        if self._comment is not None:
            self._wrong(self._comment_line, "this comment is never closed")
        self._refuse_source()
        return self._passages

    def _take_comment(self, line: str, number: int) -> None:
        if self._comment is None:
            self._comment = []
            self._comment_line = number
            line = line.removeprefix("<!--")
        inside, closed, after = line.partition("-->")
        self._comment.append(inside)
        if not closed:
            return
        comment = " ".join(self._comment).strip()
        self._comment = None
        if after.strip():
            self._wrong(number, "a comment needs lines of its own")
        if comment.startswith(_SOURCE):
            self._take_source(comment.removeprefix(_SOURCE).strip(), number)

    def _take_source(self, source: str, number: int) -> None:
        self._refuse_source()
        if source:
            self._source, self._source_line = source, number
        else:
            self._wrong(number, "this source names nothing")

    def _take_heading(self, line: str, number: int) -> None:
        self._refuse_source()
        heading = line.lstrip("#")
        level = len(line) - len(heading)
        heading = heading.strip()
        found_id = ""
        if heading.endswith("}") and "{#" in heading:
            heading, _, marked = heading.rpartition("{#")
            heading, found_id = heading.strip(), marked.removesuffix("}")
        if not heading:
            self._wrong(number, "this heading has no words")
        if level > QUESTION:
            self._wrong(number, "headings go three levels deep at most")
        self._passages.append(Passage(level, heading, found_id, number))

    def _take_sentence(self, line: str, number: int) -> None:
        source, self._source = self._source, None
        if not self._passages or not self._passages[-1].id:
            self._wrong(number, "this sentence stands under no heading with an id")
            return
        complaint = complaint_about_sentence(line)
        if complaint is not None:
            self._wrong(number, complaint)
        self._passages[-1].sentences.append(Sentence(line, source, number))

    def _refuse_source(self) -> None:
        if self._source is not None:
            self._wrong(self._source_line, "this source has no sentence on the line after it")
            self._source = None

    def _wrong(self, line: int, reason: str) -> None:
        self._findings.add(self._file, line, reason)
