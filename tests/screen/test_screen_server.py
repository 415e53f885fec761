"""The page's door: who may knock, how much may be sent, and the stream of events."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.screen.stage import Stage
from voice.events import Heard, Level, Request
from voice.knowledge import Pack
from voice.screen import server
from voice.screen.board import LEVEL_EVERY
from voice.screen.controls import LONGEST_SENTENCE, controls, read
from voice.screen.guard import REQUESTS_AT_ONCE, Allowance
from voice.screen.server import (
    CLOSES_WITHIN,
    FILES,
    LARGEST_BODY,
    MOST_PAGES,
    ScreenError,
)
from voice.understanding import Understanding

JSON = {"Content-Type": "application/json"}
Headers = dict[str, str]


@pytest.fixture(scope="module")
def house(pack: Pack, understanding: Understanding) -> Iterator[Stage]:
    """One server for all requests that need none of their own."""
    with Stage(pack, understanding) as stage:
        yield stage


@pytest.fixture
def door(house: Stage) -> Stage:
    """That server, with nothing asked of it yet."""
    while not house.assistant.inbox.empty():
        house.assistant.inbox.get()
    return house


def request(
    stage: Stage, method: str, path: str, body: bytes | None = None, headers: Headers | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """One request on a connection of its own: status, headers and body."""
    with closing(http.client.HTTPConnection("127.0.0.1", stage.port, timeout=5)) as connection:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()


def ask(stage: Stage, body: object, **headers: str) -> int:
    """Ask as the page does; returns the status."""
    ours = {"Origin": stage.address.rstrip("/")} | JSON
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(stage, "POST", "/ask", content, ours | headers)[0]


@contextmanager
def following(stage: Stage) -> Iterator[Iterator[tuple[str, Any]]]:
    """The stream of events: each its kind and what it holds."""
    with closing(http.client.HTTPConnection("127.0.0.1", stage.port, timeout=5)) as connection:
        connection.request("GET", "/events")
        response = connection.getresponse()
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        yield _events(response)


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    kind = "message"
    while line := response.readline().decode():
        name, _, value = line.strip().partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)
            kind = "message"


@pytest.mark.parametrize("path", FILES)
def test_each_file_of_the_page_is_served_and_kept_nowhere(door: Stage, path: str) -> None:
    status, headers, body = request(door, "GET", path)
    assert (status, headers["Content-Type"]) == (200, FILES[path][1])
    assert body
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        "/page/",
        "/ask/",
        "/events/",
        "/../server.py",
        "/%2e%2e/server.py",
        "//etc/passwd",
        "/a?b=/etc",
    ],
)
def test_there_is_nothing_else_to_ask_for(door: Stage, path: str) -> None:
    assert request(door, "GET", path)[0] == 404


@pytest.mark.parametrize(
    ("host", "paths", "status"),
    [
        ("127.0.0.1:{port}", ["/"], 200),
        ("localhost:{port}", ["/"], 200),
        ("127.0.0.1", ["/", "/events", "/ask"], 421),
        ("127.0.0.1:1", ["/", "/events", "/ask"], 421),
        ("rebound.example:{port}", ["/", "/events", "/ask"], 421),
        ("192.168.0.7:{port}", ["/", "/events", "/ask"], 421),
        ("", ["/", "/events", "/ask"], 421),
    ],
)
def test_another_host_is_refused(door: Stage, host: str, paths: list[str], status: int) -> None:
    headers = {"Host": host.format(port=door.port)}
    assert {request(door, "GET", path, headers=headers)[0] for path in paths} == {status}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:{port}"}, 204),
        ({"Origin": "http://localhost:{port}"}, 204),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://rebound.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
        ({"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}, 204),
    ],
)
def test_only_the_page_itself_may_ask(door: Stage, headers: Headers, status: int) -> None:
    sent = {name: value.format(port=door.port) for name, value in headers.items()}
    assert request(door, "POST", "/ask", b'{"do":"help"}', JSON | sent)[0] == status
    assert door.assistant.inbox.empty() == (status != 204)


@pytest.mark.parametrize("path", ["/", "/events", "/poses.json"])
def test_another_page_may_not_even_read(door: Stage, path: str) -> None:
    for headers in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}):
        assert request(door, "GET", path, headers=headers)[0] == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"do": "pause"}, 204),
        ({"do": "section:heat"}, 204),
        ({"say": "how long does it take"}, 204),
        ({"say": "x" * LONGEST_SENTENCE}, 204),
        ({"say": "x" * (LONGEST_SENTENCE + 1)}, 400),
        ({"say": "  "}, 400),
        ({"say": "two\nlines"}, 400),
        ({"say": "\ud800"}, 400),
        ({"do": "read_section"}, 400),
        ({"do": "section:../../x"}, 400),
        ({"do": "pause", "slots": {}}, 400),
        ({"do": ["pause"]}, 400),
        ({}, 400),
        ([], 400),
        (None, 400),
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 900, 400),
        (b'{"do":"pause"}' + b" " * LARGEST_BODY, 413),
    ],
)
def test_a_request_is_one_of_the_table_or_one_sentence(
    door: Stage, body: object, status: int
) -> None:
    assert ask(door, body) == status
    assert door.assistant.inbox.empty() == (status != 204)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["do", "say"]) | st.text(), inner)
    ),
    max_leaves=5,
)


@given(st.binary(max_size=LARGEST_BODY) | ANYTHING.map(lambda body: json.dumps(body).encode()))
def test_whatever_is_sent_is_a_request_a_sentence_or_nothing(pack: Pack, body: bytes) -> None:
    asked = read(body, controls(pack))
    assert asked is None or asked in controls(pack).values() or isinstance(asked, Heard)


def test_what_is_asked_reaches_the_inbox_as_a_request_and_a_sentence_as_heard(door: Stage) -> None:
    ask(door, {"do": "pause"})
    asked = door.assistant.inbox.get(timeout=1.0)
    assert isinstance(asked, Request)
    assert asked.intent == "pause"
    ask(door, {"say": " how long does it take "})
    assert door.assistant.inbox.get(timeout=1.0) == Heard("how long does it take")


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 405),
        ("PUT", {}, 405),
        ("POST", {"Content-Type": "text/plain"}, 415),
        ("POST", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ("OPTIONS", {"Access-Control-Request-Method": "POST"}, 405),
    ],
)
def test_a_form_of_another_page_cannot_ask(
    door: Stage, method: str, headers: Headers, status: int
) -> None:
    ours = {"Origin": door.address.rstrip("/")}
    answered, sent, _ = request(door, method, "/ask", b'{"do":"stop"}', ours | headers)
    assert answered == status
    assert "Access-Control-Allow-Origin" not in sent


def raw(door: Stage, *pieces: bytes) -> bytes:
    """What is answered to bytes as they are; empty where the connection is closed."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        return connection.recv(65536)


def test_a_body_of_unknown_length_is_not_read_to_its_end(stage: Stage) -> None:
    head = (
        f"POST /ask HTTP/1.1\r\nHost: 127.0.0.1:{stage.port}\r\n"
        f"Origin: http://127.0.0.1:{stage.port}\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    chunk = b"400\r\n" + b" " * 0x400 + b"\r\n"
    assert raw(stage, head.encode(), chunk, chunk).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_does_not_come_is_not_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BODY_WITHIN", 0.2)
    head = (
        f"POST /ask HTTP/1.1\r\nHost: 127.0.0.1:{stage.port}\r\n"
        f"Origin: http://127.0.0.1:{stage.port}\r\nContent-Type: application/json\r\n"
        "Content-Length: 14\r\n\r\n"
    )
    assert raw(stage, head.encode(), b'{"do":').startswith(b"HTTP/1.1 408 ")
    assert stage.assistant.inbox.empty()


def test_more_who_knock_at_once_than_a_few_are_refused_until_they_leave(stage: Stage) -> None:
    with ExitStack() as waiting:
        for _ in range(5 * MOST_PAGES):
            address = ("127.0.0.1", stage.port)
            waiting.enter_context(socket.create_connection(address, timeout=5))
        assert request(stage, "GET", "/")[0] == 503
    deadline = time.monotonic() + 5.0
    while request(stage, "GET", "/")[0] != 200:
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_good_http_is_refused(door: Stage, sent: bytes) -> None:
    answered = raw(door, sent + b"\r\n\r\n")
    assert answered[:12] in {b"HTTP/1.1 400", b"HTTP/1.1 421", b"HTTP/1.1 431"}
    assert request(door, "GET", "/")[0] == 200


def test_too_many_requests_are_refused_for_a_while(stage: Stage) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", stage.port, timeout=5)) as connection:
        statuses = [_status(connection) for _ in range(4 * int(REQUESTS_AT_ONCE))]
    assert set(statuses) == {200, 429}
    assert statuses.index(429) >= REQUESTS_AT_ONCE


def _status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/icon.svg")
    response = connection.getresponse()
    response.read()
    return response.status


def test_an_allowance_comes_back_with_time() -> None:
    now = 0.0
    allowance = Allowance(2.0, 3.0, clock=lambda: now)
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [allowance.take() for _ in range(2)] == [True, False]
    now = 100.0
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]


def test_the_stream_tells_what_happens_at_once(stage: Stage) -> None:
    with following(stage) as events:
        kind, first = next(events)
        assert (kind, first["picture"]["state"]) == ("message", "listening")
        stage.hear("read the heat section")
        _, told = next(events)
        assert told["picture"]["state"] == "speaking"
        assert told["exchange"]["heard"] == "read the heat section"
        stage.board.show(Level(-31.4))
        assert next(events) == ("level", -31)


def test_everything_is_told_again_while_the_microphone_is_heard(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REFRESH_EVERY", 0.3)
    with following(stage) as events:
        assert next(events)
        for _ in range(10):
            stage.board.show(Level(-120.0))
            time.sleep(LEVEL_EVERY)
        assert [kind for kind, _ in itertools.islice(events, 3)] == ["level", "message", "message"]


def test_a_page_that_comes_later_gets_everything(stage: Stage) -> None:
    stage.hear("read the heat section")
    with following(stage) as events:
        _, told = next(events)
    assert told["picture"]["words"]["now"]
    assert told["pack"] == {"name": "Knot in your back", "language": "en"}
    assert {"name": "section:heat", "label": "heat"} in told["starts"]


def test_more_pages_than_a_few_may_not_follow(stage: Stage) -> None:
    with (
        closing(http.client.HTTPConnection("127.0.0.1", stage.port, timeout=5)) as one_more,
        _pages(stage, MOST_PAGES),
    ):
        one_more.request("GET", "/events")
        assert one_more.getresponse().status == 503


@contextmanager
def _pages(stage: Stage, number: int) -> Iterator[None]:
    if number == 0:
        yield
        return
    with following(stage) as events, _pages(stage, number - 1):
        assert next(events)
        yield


def test_the_end_ends_the_stream_of_each_page(pack: Pack, understanding: Understanding) -> None:
    with Stage(pack, understanding) as door, following(door) as events:
        assert next(events)
        began = time.monotonic()
        door.__exit__(None, None, None)
        assert list(events) == []
        assert time.monotonic() - began < CLOSES_WITHIN


def test_a_port_that_is_taken_is_told_with_a_remedy(
    stage: Stage, pack: Pack, understanding: Understanding
) -> None:
    with pytest.raises(ScreenError, match=f"port {stage.port}") as refused:
        Stage(pack, understanding, port=stage.port).__enter__()
    assert "--port" in refused.value.remedy


def test_it_listens_on_loopback_alone(stage: Stage) -> None:
    assert stage.address == f"http://127.0.0.1:{stage.port}/"
    with socket.socket(socket.AF_INET6) as other:
        other.settimeout(1)
        assert other.connect_ex(("::1", stage.port)) != 0
