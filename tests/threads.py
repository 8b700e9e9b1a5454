"""What teammates do in a thread, given to its rule at once, without Slack and the inbox."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.desk import changes, replies
from bot.desk.replies import Fate
from storage.database import Database
from storage.records import MessageRef
from storage.transaction import Expects


async def typed(database: Database, thread: MessageRef, message: MessageRef, **what: Any) -> Fate:
    """`what` is `by`, `text`, `meant` and perhaps `files`, as for the rule."""
    rule = partial(replies.thread_message, thread=thread, message=message, **what)
    return await database.write(rule, expects=Expects(thread=thread, source=message.source))


async def edited(database: Database, thread: MessageRef, message: MessageRef, **what: Any) -> Fate:
    rule = partial(changes.message_edited, thread=thread, message=message, **what)
    return await database.write(rule, expects=Expects(thread=thread, source=message.source))


async def deleted(database: Database, thread: MessageRef, message: MessageRef) -> Fate:
    rule = partial(changes.message_deleted, thread=thread, message=message)
    return await database.write(rule, expects=Expects(thread=thread, source=message.source))
