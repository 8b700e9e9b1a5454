"""What teammates type, change and delete in conversations' threads."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.intake import Intake


def register(app: AsyncApp, *, intake: Intake) -> None:
    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        await intake.take(event)
