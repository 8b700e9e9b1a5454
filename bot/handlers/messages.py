"""What teammates type, change and delete in conversations' threads."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.desk.desk import Desk
from bot.desk.replies import Fate
from bot.handlers.turns import Turns
from bot.slack.directory import Directory
from bot.slack.events import Deleted, Edited, Posted, ThreadEvent, thread_event
from bot.slack.from_slack import mentioned_users, read
from bot.slack.installation import Installation

log = logging.getLogger(__name__)


class ThreadNotReady(Exception):
    """Somebody answered a card whose place is not saved yet. Slack will deliver the message again."""


# Seconds between looks for a card whose place is being saved; in all well within Slack's three.
_PATIENCE = (0.05, 0.1, 0.2, 0.4, 0.8)
# A card's place is saved within this many seconds of its posting, or it is no card.
_CARD_SETTLES = 60.0


def register(app: AsyncApp, *, desk: Desk, directory: Directory, installation: Installation) -> None:
    turns = Turns()

    @app.event("message")
    async def message(event: dict[str, Any]) -> None:
        happened = thread_event(event, team=installation.team)
        if happened is None:
            return
        async with turns.of(happened.thread):
            fate = await decide(happened)
            for wait in _PATIENCE if _may_be_a_new_card(happened) else ():
                if fate is not Fate.NO_CONVERSATION:
                    return
                await asyncio.sleep(wait)
                fate = await decide(happened)
        if fate is Fate.NO_CONVERSATION and _may_be_a_new_card(happened):
            raise ThreadNotReady

    async def decide(happened: ThreadEvent) -> Fate:
        match happened:
            case Posted() | Edited():
                rule = desk.thread_message if isinstance(happened, Posted) else desk.message_edited
                names = await directory.names(mentioned_users(happened.text))
                words = read(happened.text, names=names, has_files=happened.has_files)
                return await rule(
                    happened.thread,
                    happened.message,
                    by=await directory.person(happened.author),
                    text=words.text,
                    meant=words.meant,
                )
            case Deleted():
                return await desk.message_deleted(happened.thread, happened.message)

    def _may_be_a_new_card(happened: ThreadEvent) -> bool:
        if not isinstance(happened, Posted) or happened.under != installation.bot_user:
            return False
        return float(happened.message.ts) - float(happened.thread.ts) < _CARD_SETTLES
