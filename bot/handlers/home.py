"""Opening the app's Home and turning its pages. What its other buttons change the Home itself shows."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.elements.ids import HOME_PAGE
from bot.blocks.home import read
from bot.handlers.interactions.interaction import Interaction
from bot.slack.outbound.homes import Homes
from bot.slack.outbound.private import Private
from bot.slack.workspace.identity import person_in


def register(app: AsyncApp, *, homes: Homes, private: Private) -> None:
    @app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        if event.get("tab") == "home":
            await homes.opened(person_in(event, team=private.team))

    @app.action(re.compile(rf"^{HOME_PAGE}:"))
    async def turn_page(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = Interaction(body, private)
        places = read(interaction.value)
        await ack()
        await homes.opened(interaction.by, places)
