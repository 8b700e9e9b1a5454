"""Catches up on what was typed, changed and deleted in threads while no delivery could reach us."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.intake import Intake
from bot.slack.rounds import moment
from storage.database import Database
from storage.records import Author, Conversation, Entry, Kind, MessageRef, State

log = logging.getLogger(__name__)

SPACING = timedelta(seconds=1)
# What was heard just before a gap may not have been all.
MARGIN = timedelta(minutes=1)
LIVE_FOR = timedelta(hours=24)
LIVE_AT_MOST = 200
# Some workspaces hide old messages; what is hidden is not deleted.
LOOK_BACK = timedelta(days=30)
PAGE = 200
PAGES = 10
TRIES = 3


class Unreadable(Exception):
    """A thread could not be read; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.reason)


@dataclass(frozen=True, slots=True)
class Found:
    """Messages that Slack shows in a thread between two moments, oldest first."""

    messages: Sequence[Mapping[str, Any]]
    oldest: datetime
    latest: datetime | None

    def lacks(self, ts: str) -> bool:
        """Whether the message would be here if Slack still had it."""
        at = moment(ts)
        inside = at > self.oldest and (self.latest is None or at <= self.latest)
        return inside and all(message["ts"] != ts for message in self.messages)


class CatchUp:
    """Reads threads at most one call every `spacing`, and hands what it finds to the intake."""

    def __init__(
        self, client: AsyncWebClient, database: Database, intake: Intake, *, spacing: timedelta = SPACING
    ) -> None:
        self._client = client
        self._database = database
        self._intake = intake
        self._spacing = spacing

    async def sweep(self, *, since: datetime | None) -> bool:
        """Look for what happened since then, one day without a moment given. False if it has to be repeated.

        First all conversations that wait or are held by a teammate, then those live with the AI. Of the held
        ones also what was sent is compared: an edit or a deletion that was missed must reach the customer.
        """
        now = self._database.clock()
        since = (since or now - LIVE_FOR) - MARGIN
        async with self._database.read() as tx:
            escalated = await tx.conversations.escalated()
            live = await tx.conversations.with_ai(since=now - LIVE_FOR, limit=LIVE_AT_MOST)
        looked_at = taken = unreadable = 0
        complete = True
        # In another order each time: whoever is cut short again and again still gets round.
        for conversation in (*random.sample(escalated, len(escalated)), *live):
            try:
                taken += await self._look_at(conversation, since)
                looked_at += 1
            except Unreadable as error:
                unreadable += 1
                log.warning("conversation %s: its thread cannot be read: %s", conversation.id, error)
                if error.failure.trouble in (Trouble.CHANNEL, Trouble.TOKEN):
                    # Every other would fail alike until an operator has mended it.
                    complete = False
                    break
                complete = complete and error.failure.trouble is Trouble.GONE
        log.info(
            "caught up with Slack since %s: threads read %d, deliveries found %d, threads not readable %d",
            f"{since:%Y-%m-%d %H:%M:%S}",
            looked_at,
            taken,
            unreadable,
        )
        return complete

    async def _look_at(self, conversation: Conversation, since: datetime) -> int:
        thread = conversation.card
        if thread is None:
            return 0
        # Read before Slack is: what is written in between is not missing there.
        async with self._database.read() as tx:
            entries = await tx.ledger.since(conversation.id)
        events: list[Mapping[str, Any]] = []
        oldest = since
        if conversation.state is State.TEAMMATE:
            escalated_at = conversation.escalated_at or since
            oldest = min(since, max(escalated_at, self._database.clock() - LOOK_BACK))
        found = await self._first_page(thread, oldest)
        if conversation.state is State.TEAMMATE:
            events += await self._deletions(thread, entries, found)
        messages = found.messages
        if found.latest is not None:
            messages = await self._all(thread, since)
        known = {entry.source for entry in entries}
        for message in messages:
            events += _events(thread, message, known=known, since=since)
        return await self._intake.take_all(events)

    async def _deletions(
        self, thread: MessageRef, entries: Sequence[Entry], found: Found
    ) -> Sequence[Mapping[str, Any]]:
        """What was sent from Slack and is gone, at two looks: the first may have come too early."""
        missing = [ts for ts in _said_in_slack(thread, entries) if found.lacks(ts)]
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

    async def _all(self, thread: MessageRef, oldest: datetime) -> Sequence[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        cursor = None
        for _ in range(PAGES):
            messages, cursor = await self._page(thread, oldest, cursor)
            found += messages
            if not cursor:
                break
        return found

    async def _page(
        self, thread: MessageRef, oldest: datetime, cursor: str | None
    ) -> tuple[Sequence[Mapping[str, Any]], str | None]:
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
    thread: MessageRef, message: Mapping[str, Any], *, known: Collection[str | None], since: datetime
) -> Sequence[Mapping[str, Any]]:
    """What would have been delivered about a message since then."""
    events: list[Mapping[str, Any]] = []
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


def _said_in_slack(thread: MessageRef, entries: Sequence[Entry]) -> Sequence[str]:
    """The `ts` of the thread's messages that the ledger has and nobody took back."""
    taken_back = {entry.data["target"] for entry in entries if entry.kind is Kind.RETRACT}
    start = MessageRef(thread.team, thread.channel, "").source
    return [
        entry.source.removeprefix(start)
        for entry in entries
        if entry.kind in (Kind.MESSAGE, Kind.NOTE)
        and entry.author is Author.TEAMMATE
        and entry.source is not None
        and entry.source.startswith(start)
        and entry.seq not in taken_back
    ]
