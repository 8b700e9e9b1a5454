"""The chat window's script, and a page that embeds it."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import re
from pathlib import Path

import rjsmin
from aiohttp import hdrs, web

STATIC = Path(__file__).parent / "static"


class Asset:
    """Served from memory, compressed where the browser takes that."""

    def __init__(self, content: bytes, content_type: str, headers: dict[str, str]) -> None:
        self._plain = content
        self._packed = gzip.compress(self._plain, mtime=0)
        self._etag = hashlib.sha256(self._plain).hexdigest()[:32]
        self._content_type = content_type
        self._headers = headers

    async def serve(self, request: web.Request) -> web.Response:
        headers = {hdrs.VARY: hdrs.ACCEPT_ENCODING, **self._headers}
        known = request.if_none_match or ()
        if any(tag.value in (self._etag, "*") for tag in known):
            response = web.Response(status=304, headers=headers)
        elif "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            response = web.Response(body=self._packed, content_type=self._content_type, headers=headers)
        else:
            response = web.Response(body=self._plain, content_type=self._content_type, headers=headers)
        if response.status != 304:
            response.charset = "utf-8"
        response.etag = self._etag
        return response


@functools.cache
def widget() -> Asset:
    """The parts of the script in the order of their names, within one scope that the page cannot see.

    Comments and spaces are for readers of the source, and are not sent.
    """
    parts = [path.read_text(encoding="utf-8") for path in sorted((STATIC / "widget").glob("*.js"))]
    script = '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
    return Asset(
        rjsmin.jsmin(script).encode(),
        "text/javascript",
        {hdrs.CACHE_CONTROL: "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"},
    )


@functools.cache
def demo_page() -> Asset:
    page = (STATIC / "page.html").read_text(encoding="utf-8")
    return Asset(
        page.encode(),
        "text/html",
        {
            hdrs.CACHE_CONTROL: "no-cache",
            "Content-Security-Policy": _policy(page),
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
        },
    )


def _policy(html: str) -> str:
    """Nothing runs or loads but the chat window, this server's API and teammates' pictures."""
    styles = [
        base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        for style in re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    ]
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "connect-src 'self'",
            "img-src 'self' https: http: data: blob:",
            "style-src " + " ".join(f"'sha256-{digest}'" for digest in styles),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
