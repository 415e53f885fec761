"""What all the fuzzing shares: how much of it, how bytes are spoilt, and what must never happen.

A normal run tries a few hundred inputs of each kind, the same each time. `UNKNOT_FUZZ=100000`
tries that many, others each time; `make fuzz` does so.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from voice.cli import main

CODES = frozenset((0, 1, 2, 3))
"""Exit codes of the contract."""

_MUCH = os.environ.get("UNKNOT_FUZZ")
LONGEST = timedelta(seconds=60 if _MUCH else 5)
"""After which something hangs; what tries so many inputs runs for days, beside other work."""


def fuzzed(few: int) -> settings:
    """How a kind of input is tried.

    Args:
        few: how many in a normal run.
    """
    return settings(
        max_examples=int(_MUCH) if _MUCH else few,
        derandomize=not _MUCH,
        database=None,
        deadline=LONGEST,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def spoilt(draw: st.DrawFn, whole: Sequence[bytes]) -> bytes:
    """Bytes of one of these, cut, changed, doubled or filled with others."""
    content = bytearray(draw(st.sampled_from(whole)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.sampled_from((0, 1, 2, 4, 64, 4096)))
        content[at : at + length] = draw(st.binary(max_size=16) | st.sampled_from(_TELLING))
    return bytes(content)


_TELLING = (
    *(b"", b"\0" * 8, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\n", b"---\n", b"[]"),
    *(b"{}", b"!!python/object/apply:os.system [id]", b"&a [*a]", b"<<: *a", b"\xef\xbb\xbf"),
    *(b"null", b"-1", b"1e999", b"2024-99-99", b".nan", b"../../etc/passwd", b"\xed\xa0\x80"),
    *(b"(a|", b"[", b"]", b"(a;b;c)", b"{x}", b"<y>", b"  - ", b": ", b"'", b'"', b"#", b"\t"),
)
"""Pieces that mean something to one reader or another."""


def texts(most: int = 40) -> st.SearchStrategy[str]:
    """What an argument or a variable may hold on this system."""
    return st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=most)


@contextlib.contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """What happens here either works or is refused by one sentence with a remedy."""
    try:
        yield
    except errors as refused:
        sentence, remedy = str(refused), getattr(refused, "remedy", "")
        if "\n" in sentence or not remedy:
            raise AssertionError(f"{sentence!r} {remedy!r}") from refused


def run(
    arguments: Sequence[str], home: Path, *, stdin: str = "", env: Mapping[str, str] | None = None
) -> Result:
    """The command line in this process, where a fault of ours is raised and not told."""
    places = {"UNKNOT_HOME": str(home), "UNKNOT_DEBUG": "1", "HOME": str(home)}
    done = CliRunner().invoke(main, arguments, input=stdin, env={**places, **(env or {})})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in CODES, (arguments, done.exit_code)
    assert "Traceback" not in done.output, (arguments, done.output)
    return done
