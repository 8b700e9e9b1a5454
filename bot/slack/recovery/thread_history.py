"""What Slack shows in threads that the ledger does not know of.

What Slack does not show says nothing: it hides, forgets and moves messages without telling anybody. So what
is absent is not deleted (docs/decisions/0023-absence.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.replies.absent import KnownMessage, known
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.inbound.events import as_object, is_tombstone, moment
from storage.engine.database import Database
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


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """Messages that Slack shows in a thread, oldest first. Not `is_whole`: there are more than are read."""

    thread: MessageRef
    messages: Sequence[Message]
    is_whole: bool

    @property
    def sources(self) -> Collection[str]:
        where = self.thread
        return {MessageRef(where.team, where.channel, one["ts"]).source for one in self.messages}

    def events(self, known: Collection[str], *, since: datetime) -> list[Event]:
        """What would have been delivered since then about messages, of which those are `known`."""
        return [e for one in self.messages for e in _events(self.thread, one, known=known, since=since)]


class ThreadHistory:
    """Reads threads, at most one call every `spacing`, and finds the events that did not reach us.

    What reads a thread raises `Unreadable`.
    """

    def __init__(
        self, client: AsyncWebClient, database: Database, *, spacing: timedelta = timedelta(0)
    ) -> None:
        self._client = client
        self._database = database
        self._spacing = spacing

    async def known(self, conversation: Conversation) -> KnownMessage:
        """What we have. To be asked for before Slack is: what is written in between is not missing there."""
        async with self._database.read() as tx:
            return await known(tx, conversation.id)

    async def events(self, thread: MessageRef, conversation: Conversation, *, since: datetime) -> list[Event]:
        """What was written or changed since then, by Slack's clock, and what Slack says was deleted."""
        sources = (await self.known(conversation)).sources
        return (await self.shown(thread, since=since)).events(sources, since=since)

    async def shown(self, thread: MessageRef, *, since: datetime) -> ShownMessage:
        """What Slack shows there."""
        found: list[Message] = []
        cursor = None
        for _ in range(PAGES):
            messages, cursor = await self._page(thread, since, cursor)
            found += messages
            if not cursor:
                break
        return ShownMessage(thread, found, is_whole=not cursor)

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
    edited = as_object(message.get("edited")).get("ts")
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
