"""Whatever knocks at the page's door, it answers or hangs up, and asks for nothing unheard of."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.fuzzing import fuzzed, spoilt, texts
from tests.screen.stage import Stage
from voice.events import Heard
from voice.knowledge import load_pack
from voice.screen import server
from voice.screen.controls import LONGEST_SENTENCE, controls
from voice.understanding import Understanding

pytestmark = pytest.mark.slow

PACK = Path(__file__).parents[2] / "prompts" / "knot-in-your-back"
ANSWERS = frozenset((100, 200, 204, 400, 403, 404, 405, 408, 413, 415, 421, 431, 501, 503))
"""Statuses that the door may answer with; 100 where it is asked for, and 500 would be our fault."""
AFTER = 5.0
"""Seconds after which no answer is a hang."""
PORT = b"54321"
"""Stands for the port in the examples; the real one is put in when they are sent."""


@pytest.fixture(scope="module")
def door() -> Iterator[Stage]:
    """A server that lets as many knock as come."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "REQUESTS_A_SECOND", 1e9)
        patch.setattr(server, "REQUESTS_AT_ONCE", 1e9)
        with Stage(load_pack(PACK), Understanding(PACK)) as stage:
            yield stage


def knock(door: Stage, sent: bytes) -> int:
    """Send bytes and say no more; the status that is answered, 0 where it hangs up."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", door.port), timeout=AFTER) as connection:
        answered = b""
        with suppress(ConnectionError):
            connection.sendall(sent.replace(PORT, str(door.port).encode()))
            connection.shutdown(socket.SHUT_WR)
            answered = connection.recv(64)
    assert time.monotonic() - began < AFTER, sent
    if not answered:
        return 0
    assert answered.startswith(b"HTTP/1.1 "), (sent, answered)
    return int(answered[9:12])


def has_asked_only_for_what_there_is(door: Stage) -> bool:
    """Whether all that has come in is of the table, or a short sentence; takes it out."""
    table = list(controls(door.room.pack).values())
    with suppress(Empty):
        while True:
            asked = door.assistant.inbox.get_nowait()
            is_sentence = isinstance(asked, Heard) and 0 < len(asked.text) <= LONGEST_SENTENCE
            if not is_sentence and asked not in table:
                return False
    return True


def is_still_open(door: Stage) -> bool:
    """Whether somebody else is served as ever."""
    return knock(door, b"GET /icon.svg HTTP/1.1\r\nHost: 127.0.0.1:" + PORT + b"\r\n\r\n") == 200


def _request(method: bytes, path: bytes, headers: Sequence[bytes], body: bytes) -> bytes:
    return b"\r\n".join((method + b" " + path + b" HTTP/1.1", *headers, b"", body))


HOST = b"Host: 127.0.0.1:" + PORT
ORIGIN = b"Origin: http://127.0.0.1:" + PORT
JSON = b"Content-Type: application/json"
DO = b'{"do":"pause"}'
WHOLE = (
    _request(b"GET", b"/", [HOST], b""),
    _request(b"GET", b"/events", [HOST, b"Accept: text/event-stream"], b""),
    _request(b"POST", b"/ask", [HOST, ORIGIN, JSON, b"Content-Length: 14"], DO),
    _request(
        b"POST",
        b"/ask",
        [HOST, ORIGIN, JSON, b"Transfer-Encoding: chunked"],
        b"e\r\n" + DO + b"\r\n0\r\n\r\n",
    ),
    _request(
        b"POST", b"/ask", [HOST, ORIGIN, JSON, b"Content-Length: 21"], b'{"say":"how long is"}'
    ),
)


@fuzzed(300)
@given(sent=spoilt(WHOLE) | st.binary(max_size=300))
def test_any_bytes_are_answered_or_hung_up_on(door: Stage, sent: bytes) -> None:
    assert knock(door, sent) in {0, *ANSWERS}
    assert has_asked_only_for_what_there_is(door)


_METHODS = st.sampled_from((b"GET", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"CONNECT", b"TRACE"))
_PATHS = st.sampled_from(
    (
        *(b"/", b"/ask", b"/events", b"/screen.js", b"/../server.py", b"/%2e%2e/%2e%2e/etc/passwd"),
        *(b"//etc/passwd", b"/ask/", b"/ask?do=stop", b"*", b"http://127.0.0.1:1/ask", b"/%00"),
    )
) | texts(30).map(lambda path: b"/" + path.encode())
_HOSTS = st.sampled_from(
    (HOST, HOST, b"Host: localhost:" + PORT, b"Host: rebound.example", b"X: y")
)
_ORIGINS = st.sampled_from(
    (ORIGIN, ORIGIN, b"Origin: null", b"Origin: http://elsewhere.example", b"Y: z")
)
_KINDS = st.sampled_from((JSON, JSON, b"Content-Type: text/plain", b"content-type:"))
_LENGTHS = st.sampled_from((b"14", b"0", b"-1", b"1025", b"99999999999999999999", b"x", b"14, 14"))
_MORE = st.sampled_from(
    (
        *(b"Transfer-Encoding: chunked", b"Expect: 100-continue", b"Upgrade: websocket"),
        *(b"Connection: Upgrade", b"Sec-Fetch-Site: cross-site", b"Range: bytes=0-", b"Cookie: a"),
        *(b"X-Forwarded-Host: 127.0.0.1", b"X-HTTP-Method-Override: POST", b"Forwarded: for=1"),
    )
)


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """Something like a request, its parts well or badly chosen."""
    body = draw(st.just(DO) | st.binary(max_size=40) | texts(250).map(lambda said: said.encode()))
    told = draw(_LENGTHS | st.just(str(len(body)).encode()))
    headers = [draw(_HOSTS), draw(_ORIGINS), draw(_KINDS), b"Content-Length: " + told]
    headers += draw(st.lists(_MORE, max_size=2))
    return _request(draw(_METHODS), draw(_PATHS), draw(st.permutations(headers)), body)


@fuzzed(300)
@given(sent=requests())
def test_any_request_is_answered_or_hung_up_on(door: Stage, sent: bytes) -> None:
    status = knock(door, sent)
    assert status in {0, *ANSWERS}
    if status == 204:
        assert HOST.replace(PORT, b"") in sent or b"Host: localhost:" in sent
        assert ORIGIN in sent
    assert has_asked_only_for_what_there_is(door)


def test_after_all_that_somebody_else_is_served_as_ever(door: Stage) -> None:
    assert is_still_open(door)
