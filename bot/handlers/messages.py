"""What teammates type, change and delete in conversations' threads."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.inbound.event_queue import EventQueue
from bot.slack.workspace.slack_channels import SlackChannels


def register(app: AsyncApp, *, event_queue: EventQueue, channels: SlackChannels) -> None:
    @app.event("message")
    async def message(event: dict[str, Any], body: dict[str, Any], request: AsyncBoltRequest) -> None:
        # docs.slack.dev/apis/events-api says so of each event.
        if body.get("is_ext_shared_channel"):
            await channels.heard_outside(str(event.get("channel")))
        tries_before = request.headers.get("x-slack-retry-num", ["0"])
        await event_queue.take(event, again=tries_before != ["0"])
