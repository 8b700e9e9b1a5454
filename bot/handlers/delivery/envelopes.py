"""What Slack delivers beside events, presses and commands: acknowledged, said in the log, and acted upon."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse

log = logging.getLogger(__name__)

# Since when, by Slack's clock, it drops deliveries.
Dropped = Callable[[datetime], None]


def register(app: AsyncApp, *, dropped: Dropped) -> None:
    @app.middleware
    async def without_an_event(
        body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        if body.get("type") != "app_rate_limited":
            await next_()
            return None
        minute = body.get("minute_rate_limited")
        since = datetime.fromtimestamp(minute if isinstance(minute, int) else 0, UTC)
        log.error("Slack drops deliveries since %s: there are too many; looking for them", since)
        dropped(since)
        return BoltResponse(status=200)


def unanswered(error: BoltUnhandledRequestError) -> BoltResponse:
    """The answer to what no listener is for.

    It is acknowledged: Slack would only deliver it again, and counts what is not against the app. Only what
    should hold an event and holds none is refused.
    """
    body: dict[str, Any] = error.body
    kind = str(body.get("type") or ("command" if body.get("command") else ""))
    if kind in ("", "event_callback"):
        return BoltResponse(status=404)
    log.warning("Slack delivered something that nothing here is for: %s", kind[:40])
    return BoltResponse(status=200)
