"""`/bookbag`, and turning the pages of its lists."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.ids import PAGE
from bot.blocks.lists import (
    CONVERSATIONS,
    PAGE_SIZE,
    TICKETS,
    conversations_list,
    help_message,
    tickets_list,
    unknown_command,
)
from bot.blocks.message import Message
from bot.desk.desk import Desk
from bot.handlers.press import Press
from bot.slack.installation import Installation

COMMAND = "/bookbag"


def register(app: AsyncApp, *, desk: Desk, installation: Installation) -> None:
    @app.command(COMMAND)
    async def bookbag(ack: AsyncAck, command: dict[str, Any]) -> None:
        word = str(command.get("text") or "").strip().lower()
        if word in ("", "help"):
            message = await overview()
        elif word in (CONVERSATIONS, TICKETS):
            message = await listing(word, offset=0)
        else:
            message = unknown_command(word)
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")

    @app.action(re.compile(rf"^{PAGE}:"))
    async def turn_page(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        which, _, offset = press.value.partition(".")
        await ack()
        await press.replace(await listing(which, offset=int(offset)))

    async def overview() -> Message:
        live = await desk.live(limit=0)
        tickets = await desk.open_tickets(limit=0)
        return help_message(live=live.total, tickets=tickets.total, waiting=await desk.waiting())

    async def listing(which: str, *, offset: int) -> Message:
        if which == TICKETS:
            found = await desk.open_tickets(limit=PAGE_SIZE, offset=offset)
            return tickets_list(found, offset=offset, link_to=installation.link_to)
        found = await desk.live(limit=PAGE_SIZE, offset=offset)
        return conversations_list(found, offset=offset, link_to=installation.link_to)
