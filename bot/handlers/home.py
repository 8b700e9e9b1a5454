"""Opening the app's Home and turning its pages. What its other buttons change the Home itself shows."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.home import read
from bot.blocks.ids import HOME_PAGE
from bot.handlers.press import Press
from bot.slack.homes import Homes
from bot.slack.identity import person_in
from bot.slack.private import Private


def register(app: AsyncApp, *, homes: Homes, private: Private) -> None:
    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await homes.opened(person_in(event, team=private.team))

    @app.action(re.compile(rf"^{HOME_PAGE}:"))
    async def turn_page(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = Press(body, private)
        places = read(press.value)
        await ack()
        await homes.opened(press.by, places)
