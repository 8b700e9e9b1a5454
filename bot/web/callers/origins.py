"""Which websites' pages may call the API from a browser, and what every answer says to browsers.

Callers carry a bearer and never a cookie, so a page of somebody else's can do nothing in a customer's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import hdrs, web

_OPEN_TO_PAGES = ("/v1/", "/widget.js", "/openapi.json")
_ALLOWED_HEADERS = "Authorization, Content-Type, Last-Event-ID"
_EXPOSED_HEADERS = "Retry-After"


class Origins:
    """`allowed` holds origins such as https://shop.example, or "*" for all."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._any = "*" in allowed
        self._allowed = frozenset(origin.rstrip("/") for origin in allowed)

    def preflight(self, request: web.Request) -> web.Response | None:
        """The answer to a browser that asks before it calls. None if this is not such a question."""
        if request.method != hdrs.METH_OPTIONS or hdrs.ACCESS_CONTROL_REQUEST_METHOD not in request.headers:
            return None
        if not request.path.startswith(_OPEN_TO_PAGES):
            return None
        return web.Response(
            status=204,
            headers={
                hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, POST",
                hdrs.ACCESS_CONTROL_ALLOW_HEADERS: _ALLOWED_HEADERS,
                hdrs.ACCESS_CONTROL_MAX_AGE: "7200",
            },
        )

    async def on_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        headers = response.headers
        headers.setdefault("X-Content-Type-Options", "nosniff")
        if not request.path.startswith(_OPEN_TO_PAGES):
            return
        headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
        if not self._any:
            headers.add(hdrs.VARY, hdrs.ORIGIN)
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and (self._any or origin in self._allowed):
            headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*" if self._any else origin
            headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED_HEADERS
