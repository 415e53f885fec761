"""Serves the page on loopback: fixed files, a stream of events, and one place for requests.

Starlette and uvicorn: kept, small, pure Python (3.6 MB with all they need), and HTTP is
read by h11, which is fuzzed; the standard library's server is not meant to be relied on.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from voice.events import Heard, Request
from voice.screen.board import Board
from voice.screen.controls import read
from voice.screen.guard import REQUESTS_A_SECOND, REQUESTS_AT_ONCE, Allowance, Guard

HOST = "127.0.0.1"

LARGEST_BODY = 1024
"""Bytes of a request's body."""
BODY_WITHIN = 5.0
"""Seconds in which a request's body must have come."""
MOST_PAGES = 8
"""Pages that may follow at once."""
REFRESH_EVERY = 5.0
"""Seconds after which everything is sent again: the reminders' times, and a sign of life."""
TRY_AGAIN_MS = 500
"""After how long a page that lost the stream asks for it again."""
CLOSES_WITHIN = 2
"""Seconds that the server has to end."""

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/screen.css": ("screen.css", "text/css; charset=utf-8"),
    "/screen.js": ("screen.js", "text/javascript; charset=utf-8"),
    "/figure.js": ("figure.js", "text/javascript; charset=utf-8"),
    "/poses.json": ("poses.json", "application/json"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
"""Every file there is to ask for, and its type."""


class ScreenError(RuntimeError):
    """The page cannot be served."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy
        """What the user should do, in one sentence."""


class ScreenServer:
    """The page's server; runs in a thread of its own between `__enter__` and `__exit__`."""

    def __init__(
        self,
        board: Board,
        message: Callable[[], dict[str, Any]],
        controls: Mapping[str, Request],
        hear: Callable[[Request | Heard], None],
        *,
        port: int,
    ) -> None:
        """Prepare.

        Args:
            board: tells when there is news, and how loud the microphone is.
            message: what a page is sent; called in a thread of its own, as it may read files.
            controls: what a page may ask for, by name.
            hear: takes what was asked for or typed, from any thread.
            port: on loopback; 0 lets the system choose.
        """
        self._board = board
        self._message = message
        self._controls = controls
        self._hear = hear
        self._port = port
        self._wake: set[Callable[[], object]] = set()
        """One for each page that follows."""
        self._closing = False
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self._port}/"

    def __enter__(self) -> Self:
        """Begin to serve.

        Raises:
            ScreenError: the port is taken, or may not be used.
        """
        self._socket = self._listen()
        self._port = self._socket.getsockname()[1]
        self._server = uvicorn.Server(_config(self._app()))
        self._thread = threading.Thread(
            target=self._server.run,
            kwargs={"sockets": [self._socket]},
            name="screen",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; pages that follow are let go."""
        if self._server is None or self._thread is None or self._socket is None:
            return
        self._closing = True
        for wake in tuple(self._wake):
            wake()
        self._server.should_exit = True
        self._thread.join(2 * CLOSES_WITHIN)
        self._socket.close()

    def _listen(self) -> socket.socket:
        # asyncio sends small messages at once only where the socket names its protocol.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, self._port))
            listening.listen()
        except OSError as error:
            listening.close()
            raise ScreenError(
                f"The screen cannot be served on port {self._port}: {error.strerror}.",
                "End the other program that uses it, or choose another with `--port`.",
            ) from error
        return listening

    def _app(self) -> Starlette:
        hosts = {f"{name}:{self._port}" for name in (HOST, "localhost")}
        allowance = Allowance(REQUESTS_A_SECOND, REQUESTS_AT_ONCE)
        app = Starlette(
            routes=[
                *(Route(path, _serving(*what)) for path, what in FILES.items()),
                Route("/events", self._events),
                Route("/ask", self._ask, methods=["POST"]),
            ],
            middleware=[Middleware(Guard, hosts=hosts, allowance=allowance)],
        )
        app.router.redirect_slashes = False  # what there is not is not here, and nowhere else
        return app

    # Pages that follow

    async def _events(self, _: HttpRequest) -> Response:
        if len(self._wake) >= MOST_PAGES:
            return PlainTextResponse("Too many pages follow already.", 503)
        return StreamingResponse(self._stream(), media_type="text/event-stream")

    async def _stream(self) -> AsyncIterator[str]:
        """News as it comes, for one page; everything once more after a while."""
        loop = asyncio.get_running_loop()
        news = asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        self._wake.add(wake)
        try:
            with self._board.followed(wake):
                yield f"retry: {TRY_AGAIN_MS}\n\n"
                version, level, again_at = -1, None, loop.time()
                while not self._closing:
                    shown = self._board.shown
                    if shown.version != version or loop.time() >= again_at:
                        version, again_at = shown.version, loop.time() + REFRESH_EVERY
                        message = await asyncio.to_thread(self._message)
                        yield f"data: {json.dumps(message)}\n\n"
                    if shown.level != level:
                        level = shown.level
                        yield f"event: level\ndata: {level}\n\n"
                    with suppress(TimeoutError):
                        async with asyncio.timeout_at(again_at):
                            await news.wait()
                    news.clear()
        finally:
            self._wake.remove(wake)

    # What pages ask for

    async def _ask(self, request: HttpRequest) -> Response:
        if request.headers.get("content-type") != "application/json":
            return PlainTextResponse("Send JSON.", 415)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                body = await _body(request)
        except TimeoutError:
            return PlainTextResponse("That took too long.", 408)
        if body is None:
            return PlainTextResponse("That is too much.", 413)
        asked = read(body, self._controls)
        if asked is None:
            return PlainTextResponse("There is no such request.", 400)
        self._hear(asked)
        return Response(status_code=204)


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=4 * MOST_PAGES,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=CLOSES_WITHIN,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _serving(name: str, media_type: str) -> Callable[[HttpRequest], Awaitable[Response]]:
    """Answers with a file of the page, which is read now: no request names a file."""
    content = (files("voice.screen") / "page" / name).read_bytes()

    async def serve(_: HttpRequest) -> Response:
        return Response(content, media_type=media_type)

    return serve


async def _body(request: HttpRequest) -> bytes | None:
    """The body of a request; None where it is too large, without reading it to its end."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > LARGEST_BODY:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body
