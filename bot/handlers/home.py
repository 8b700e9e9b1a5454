"""Opening the app's Home. Its buttons are those of the lists; what they change the Home itself shows."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.homes import Homes
from bot.slack.installation import Installation
from storage.records import PersonId


def register(app: AsyncApp, *, homes: Homes, installation: Installation) -> None:
    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await homes.opened(PersonId(installation.team, event["user"]))
