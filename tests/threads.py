"""What teammates do in a thread, given to its rule at once, without Slack and the inbox."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.desk.replies import changes, thread_messages
from bot.desk.replies.thread_messages import Outcome
from storage.engine.database import Database
from storage.records import MessageRef
from storage.transaction import LockHint


async def typed(database: Database, thread: MessageRef, message: MessageRef, **what: Any) -> Outcome:
    """`what` is `by`, `text`, `meant` and perhaps `files`, as for the rule."""
    rule = partial(thread_messages.thread_message, thread=thread, message=message, **what)
    return await database.write(rule, lock_hint=LockHint(thread=thread, source=message.source))


async def edited(database: Database, thread: MessageRef, message: MessageRef, **what: Any) -> Outcome:
    rule = partial(changes.message_edited, thread=thread, message=message, **what)
    return await database.write(rule, lock_hint=LockHint(thread=thread, source=message.source))


async def deleted(database: Database, thread: MessageRef, message: MessageRef) -> Outcome:
    rule = partial(changes.message_deleted, thread=thread, message=message)
    return await database.write(rule, lock_hint=LockHint(thread=thread, source=message.source))
