"""What Slack shows in threads that the ledger does not know of.

What Slack does not show says nothing: it hides, forgets and moves messages without telling anybody. So what
is absent is not deleted (docs/decisions/0023-absence.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.events import is_tombstone, moment
from storage.database import Database
from storage.records import Conversation, MessageRef

# A thread is read from so long before what is wanted: what was heard last may not have been all, and a clock
# may have been set back. What is known is not dealt with again.
MARGIN = timedelta(minutes=15)
PAGE = 200
PAGES = 10
TRIES = 3

Event = Mapping[str, Any]
Message = Mapping[str, Any]


class Unreadable(Exception):
    """A thread could not be read; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.reason)


class Missed:
    """Reads threads, at most one call every `spacing`, and finds the events that did not reach us."""

    def __init__(
        self, client: AsyncWebClient, database: Database, *, spacing: timedelta = timedelta(0)
    ) -> None:
        self._client = client
        self._database = database
        self._spacing = spacing

    async def events(self, thread: MessageRef, conversation: Conversation, *, since: datetime) -> list[Event]:
        """What was written or changed since then, by Slack's clock, and what Slack says was deleted.

        Raises `Unreadable`.
        """
        # Read before Slack is: what is written in between is not missing there.
        known = await self._known(conversation)
        messages = await self._messages(thread, since)
        return [event for one in messages for event in _events(thread, one, known=known, since=since)]

    async def _known(self, conversation: Conversation) -> Collection[str]:
        """The sources of what the ledger has, and of what is held."""
        async with self._database.read() as tx:
            entries = await tx.ledger.since(conversation.id)
            held = await tx.held.sources(conversation.id)
        return {*held, *(entry.source for entry in entries if entry.source is not None)}

    async def _messages(self, thread: MessageRef, oldest: datetime) -> Sequence[Message]:
        found: list[Message] = []
        cursor = None
        for _ in range(PAGES):
            messages, cursor = await self._page(thread, oldest, cursor)
            found += messages
            if not cursor:
                break
        return found

    async def _page(
        self, thread: MessageRef, oldest: datetime, cursor: str | None
    ) -> tuple[Sequence[Message], str | None]:
        tries = 0
        while True:
            await asyncio.sleep(self._spacing.total_seconds())
            try:
                page = await self._client.conversations_replies(
                    channel=thread.channel,
                    ts=thread.ts,
                    oldest=f"{oldest.timestamp():.6f}",
                    limit=PAGE,
                    cursor=cursor,
                )
            except CALL_ERRORS as error:
                failure = Failure.of(error)
                if failure.trouble is Trouble.THROTTLED:
                    await asyncio.sleep(failure.after.total_seconds())
                    continue
                tries += 1
                if tries >= TRIES or failure.trouble not in (Trouble.MAYBE_SENT, Trouble.NOT_SENT):
                    raise Unreadable(failure) from error
                continue
            # The thread's first message leads every page.
            messages = [message for message in page["messages"] if message["ts"] != thread.ts]
            return messages, (page.get("response_metadata") or {}).get("next_cursor") or None


def _events(
    thread: MessageRef, message: Message, *, known: Collection[str], since: datetime
) -> Sequence[Event]:
    """What would have been delivered about a message since then."""
    source = MessageRef(thread.team, thread.channel, message["ts"]).source
    if is_tombstone(message):
        return [_deletion(thread, message)] if source in known else []
    events: list[Event] = []
    said = {"type": "message", **message, "channel": thread.channel}
    if source not in known and moment(message["ts"]) >= since:
        events.append(said)
    edited = (message.get("edited") or {}).get("ts")
    if edited and moment(edited) >= since:
        events.append(
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": thread.channel,
                "event_ts": edited,
                "message": said,
            }
        )
    return events


def _deletion(thread: MessageRef, tombstone: Message) -> Event:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": thread.channel,
        "deleted_ts": tombstone["ts"],
        # Slack does not say when; it stands where the message stood.
        "event_ts": tombstone["ts"],
        "previous_message": {"ts": tombstone["ts"], "thread_ts": thread.ts},
    }
