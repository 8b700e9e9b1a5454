"""Opening the app's Home and turning its pages. What its other buttons change the Home itself shows."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.home import read
from bot.blocks.ids import HOME_PAGE
from bot.handlers.press import Press
from bot.slack.homes import Homes
from bot.slack.installation import Installation
from storage.records import PersonId


def register(app: AsyncApp, *, homes: Homes, installation: Installation) -> None:
    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await homes.opened(PersonId(installation.team, event["user"]))

    @app.action(re.compile(rf"^{HOME_PAGE}:"))
    async def turn_page(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        places = read(press.value)
        await ack()
        await homes.opened(PersonId(installation.team, press.by.user), places)
