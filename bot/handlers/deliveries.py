"""Slack's deliveries over HTTP, handed to Bolt, which checks their signature."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

log = logging.getLogger(__name__)

PATH = "/slack/events"
# Seconds. Anybody can send a wrong signature, so one line a minute is enough.
SAY_AGAIN = 60.0
# Slack delivers again after 1 and after 5 minutes.
LASTS = 600.0


class Signatures:
    """Whether what arrives is signed with our secret. `clock` gives seconds that only grow."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accepted_at: float | None = None
        self._refused_at: float | None = None
        self._said_at: float | None = None

    def accepted(self) -> None:
        self._accepted_at = self._clock()

    def refused(self) -> None:
        now = self._refused_at = self._clock()
        if self._said_at is None or now - self._said_at >= SAY_AGAIN:
            self._said_at = now
            log.error("a delivery was refused: its signature is not made with SLACK_SIGNING_SECRET")

    @property
    def trouble(self) -> str | None:
        """What an operator has to mend; None while a delivery was accepted lately, whatever else arrives."""
        now = self._clock()
        if self._refused_at is None or now - self._refused_at > LASTS:
            return None
        if self._accepted_at is not None and now - self._accepted_at <= LASTS:
            return None
        return (
            "what Slack delivers is refused: its signature is not made with SLACK_SIGNING_SECRET. "
            "Copy it anew from “Basic Information” → “App Credentials”"
        )


def deliveries(app: AsyncApp, signatures: Signatures) -> Handler:
    """Answers at `PATH`: events, actions and commands alike. What cannot be read is refused with 400."""

    async def deliver(request: web.Request) -> web.StreamResponse:
        try:
            delivery = await to_bolt_request(request)
        except ValueError:
            # No JSON, no form or no UTF-8: not from Slack, and nothing to look into.
            return web.json_response({"error": "unreadable"}, status=400)
        answer = await app.async_dispatch(delivery)
        if answer.status == 401:
            signatures.refused()
        elif answer.status < 300:
            signatures.accepted()
        return await to_aiohttp_response(answer)

    return deliver
