"""What stands between the page's server and whoever else may knock.

A page on any site can make a browser send requests to this machine. So a request must
name this server as its host, and if it comes from a page, that page must be ours.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS_A_SECOND, REQUESTS_AT_ONCE = 25.0, 200.0
"""How many requests are taken on average and at once, from all pages together."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Sent with every answer: nothing is kept, nothing is fetched from elsewhere or framed."""


class Allowance:
    """Lets so many through a second; what was not used is saved up to a limit."""

    def __init__(
        self, a_second: float, at_once: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._a_second = a_second
        self._at_once = at_once
        self._clock = clock
        self._left = at_once
        self._since = clock()

    def take(self) -> bool:
        """Whether one more may pass now."""
        now = self._clock()
        self._left = min(self._at_once, self._left + (now - self._since) * self._a_second)
        self._since = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Guard:
    """Refuses requests for another host, from another origin, and too many of them."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], allowance: Allowance) -> None:
        """Prepare.

        Args:
            app: what is guarded.
            hosts: what a Host header may say: name and port.
            allowance: how many requests it lets through.
        """
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = frozenset(f"http://{host}" for host in self._hosts)
        self._allowance = allowance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        refused = self._refusal(Headers(scope=scope), str(scope["method"]))
        app = refused or self._app
        await app(scope, receive, _with_headers(send))

    def _refusal(self, headers: Headers, method: str) -> PlainTextResponse | None:
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return PlainTextResponse("This is not the host you ask for.", 421)
        if not self._is_ours(headers, method):
            return PlainTextResponse("Only the page of this server may ask.", 403)
        if not self._allowance.take():
            return PlainTextResponse("Too many requests.", 429, {"Retry-After": "1"})
        return None

    def _is_ours(self, headers: Headers, method: str) -> bool:
        """Reading may go without an origin, as when somebody types the address; asking may not."""
        if headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return False
        origin = headers.get("origin")
        if origin is None:
            return method in {"GET", "HEAD"}
        return origin in self._origins


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sent
