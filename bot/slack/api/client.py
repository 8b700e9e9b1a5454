"""Slack's Web API, as this program calls it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.api.clock import SlackClock

log = logging.getLogger(__name__)

_STAMPED = "chat.postMessage"


@contextmanager
def timed(method: str) -> Iterator[None]:
    """Log at DEBUG what became of a call to Slack and how long it took; nothing of what was in it."""
    begun = time.monotonic()
    outcome = "ok"
    try:
        yield
    except SlackApiError as error:
        data = getattr(error.response, "data", None)
        code = data.get("error") if isinstance(data, dict) else None
        outcome = str(code or f"HTTP {getattr(error.response, 'status_code', '')}")
        raise
    except BaseException as error:
        outcome = type(error).__name__
        raise
    finally:
        log.debug("Slack: %s: %s after %d ms", method, outcome, (time.monotonic() - begun) * 1000)


class SlackClient(AsyncWebClient):
    """The SDK's client; what Slack says about its own time goes to `slack_clock`."""

    def __init__(self, slack_clock: SlackClock, **how: Any) -> None:
        super().__init__(**how)
        self._slack_clock = slack_clock

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        asked_at = self._slack_clock.here()
        with timed(api_method):
            answer = await super().api_call(api_method, **how)
        self._slack_clock.dated(str(answer.headers.get("Date") or ""))
        if api_method == _STAMPED:
            self._slack_clock.stamped(str(answer["ts"]), asked_at=asked_at)
        return answer
