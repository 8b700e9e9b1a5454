"""Slack's Web API, as this program calls it."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.clock import SlackClock

_STAMPED = "chat.postMessage"


class SlackClient(AsyncWebClient):
    """The SDK's client; what Slack says about its own time goes to `slack_clock`."""

    def __init__(self, slack_clock: SlackClock, **how: Any) -> None:
        super().__init__(**how)
        self._slack_clock = slack_clock

    async def api_call(self, api_method: str, **how: Any) -> AsyncSlackResponse:
        asked_at = self._slack_clock.here()
        answer = await super().api_call(api_method, **how)
        self._slack_clock.dated(str(answer.headers.get("Date") or ""))
        if api_method == _STAMPED:
            self._slack_clock.stamped(str(answer["ts"]), asked_at=asked_at)
        return answer
