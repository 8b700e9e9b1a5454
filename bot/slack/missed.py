"""What Slack shows in a thread that the ledger does not know of."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.events import moment
from storage.database import Database
from storage.records import Author, Conversation, Entry, Kind, MessageRef, State

# What was heard just before a gap may not have been all.
MARGIN = timedelta(minutes=1)
# Some workspaces hide old messages; what is hidden is not deleted.
LOOK_BACK = timedelta(days=30)
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
class Found:
    """Messages that Slack shows in a thread between two moments, oldest first."""

    messages: Sequence[Message]
    oldest: datetime
    latest: datetime | None

    def lacks(self, ts: str) -> bool:
        """Whether the message would be here if Slack still had it."""
        at = moment(ts)
        inside = at > self.oldest and (self.latest is None or at <= self.latest)
        return inside and all(message["ts"] != ts for message in self.messages)


class Missed:
    """Reads threads, at most one call every `spacing`, and finds the events that did not reach us.

    Every method raises `Unreadable`.
    """

    def __init__(
        self, client: AsyncWebClient, database: Database, *, spacing: timedelta = timedelta(0)
    ) -> None:
        self._client = client
        self._database = database
        self._spacing = spacing

    async def typed(self, thread: MessageRef, conversation: Conversation, *, since: datetime) -> list[Event]:
        """What was written or changed in the thread since then."""
        known = {entry.source for entry in await self._entries(conversation)}
        return _all_events(thread, await self._all(thread, since), known=known, since=since)

    async def everything(
        self, thread: MessageRef, conversation: Conversation, *, since: datetime
    ) -> list[Event]:
        """The same, and where a teammate holds the conversation also what was deleted: sent, kept or held."""
        # Read before Slack is: what is written in between is not missing there.
        entries = await self._entries(conversation)
        async with self._database.read() as tx:
            held = await tx.held.sources(conversation.id)
        known = {entry.source for entry in entries}
        events: list[Event] = []
        oldest = since
        if conversation.state is State.TEAMMATE:
            escalated_at = conversation.escalated_at or since
            oldest = min(since, max(escalated_at, self._database.clock() - LOOK_BACK))
        found = await self._first_page(thread, oldest)
        if conversation.state is State.TEAMMATE:
            said = [*_said_in_slack(entries), *held]
            events += await self._deletions(thread, said, found)
        messages = found.messages
        if found.latest is not None:
            messages = await self._all(thread, since)
        return events + _all_events(thread, messages, known=known, since=since)

    async def _entries(self, conversation: Conversation) -> Sequence[Entry]:
        async with self._database.read() as tx:
            return await tx.ledger.since(conversation.id)

    async def _deletions(self, thread: MessageRef, said: Sequence[str], found: Found) -> Sequence[Event]:
        """Which of these sources are gone, at two looks: the first may have come too early."""
        start = MessageRef(thread.team, thread.channel, "").source
        in_thread = [source.removeprefix(start) for source in said if source.startswith(start)]
        missing = [ts for ts in in_thread if found.lacks(ts)]
        if missing:
            again = await self._first_page(thread, found.oldest)
            missing = [ts for ts in missing if again.lacks(ts)]
        now = f"{self._database.clock().timestamp():.6f}"
        return [
            {
                "type": "message",
                "subtype": "message_deleted",
                "channel": thread.channel,
                "deleted_ts": ts,
                "event_ts": now,
                "previous_message": {"ts": ts, "thread_ts": thread.ts},
            }
            for ts in missing
        ]

    async def _first_page(self, thread: MessageRef, oldest: datetime) -> Found:
        messages, cursor = await self._page(thread, oldest, None)
        return Found(messages, oldest, moment(messages[-1]["ts"]) if cursor and messages else None)

    async def _all(self, thread: MessageRef, oldest: datetime) -> Sequence[Message]:
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


def _all_events(
    thread: MessageRef, messages: Sequence[Message], *, known: Collection[str | None], since: datetime
) -> list[Event]:
    return [event for message in messages for event in _events(thread, message, known=known, since=since)]


def _events(
    thread: MessageRef, message: Message, *, known: Collection[str | None], since: datetime
) -> Sequence[Event]:
    """What would have been delivered about a message since then."""
    events: list[Event] = []
    said = {"type": "message", **message, "channel": thread.channel}
    source = MessageRef(thread.team, thread.channel, message["ts"]).source
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


def _said_in_slack(entries: Sequence[Entry]) -> Sequence[str]:
    """The sources of what teammates said that the ledger has and nobody took back."""
    taken_back = {entry.data["target"] for entry in entries if entry.kind is Kind.RETRACT}
    return [
        entry.source
        for entry in entries
        if entry.kind in (Kind.MESSAGE, Kind.NOTE)
        and entry.author is Author.TEAMMATE
        and entry.source is not None
        and entry.seq not in taken_back
    ]
