"""A past for a database: conversations long answered, their entries, tickets and finished outbox rows.

Written straight into the tables, so it can be large; every row is one that the bridge itself would have left.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from storage.schema import conversations, entries, outbox, tickets

TEAM, CHANNEL = "T1", "C1"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(minutes=2)
# Conversations are written in portions, so that a million entries need not be in memory at once.
PORTION = 500
# Every tenth conversation needed a person once.
TICKET_EVERY = 10
WORDS = (
    "My parcel with the blue backpack has not come yet.",
    "It left our store yesterday and is on its way.",
)

Rows = dict[Table, list[dict[str, Any]]]


async def written(url: str, *, count: int, entries_each: int) -> None:
    """Put so many conversations with so many messages into a database that has its tables."""
    engine = create_async_engine(url)
    for start in range(0, count, PORTION):
        rows: Rows = {conversations: [], entries: [], tickets: [], outbox: []}
        for number in range(start, min(start + PORTION, count)):
            _add_conversation(rows, number, entries_each)
        async with engine.begin() as connection:
            await _add(connection, rows)
    if not url.startswith("sqlite"):
        # The server does that by itself, a minute after so many rows came.
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("ANALYZE"))
    await engine.dispose()


async def _add(connection: AsyncConnection, rows: Rows) -> None:
    for table, some in rows.items():
        if some:
            await connection.execute(insert(table), some)


def _add_conversation(rows: Rows, number: int, entries_each: int) -> None:
    conversation_id = secrets.token_hex(16)
    began = BEGAN + number * APART
    times = [began + index * timedelta(seconds=20) for index in range(entries_each)]
    rows[conversations].append(
        {
            "id": conversation_id,
            "channel": "web",
            "customer_name": f"Customer {number}",
            "customer_metadata": {},
            "state": "ai",
            "epoch": 0,
            "last_seq": entries_each,
            "mirrored": True,
            "card_team": TEAM,
            "card_channel": CHANNEL,
            "card_ts": f"{began.timestamp():.6f}",
            "created_at": began,
            "last_message_at": times[-1],
        }
    )
    rows[entries] += _entries(conversation_id, times)
    rows[outbox] += _sent(conversation_id, times)
    if number % TICKET_EVERY == 0:
        rows[tickets].append(_ticket(conversation_id, number, times))


def _entries(conversation_id: str, times: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for index, at in enumerate(times):
        yield {
            "conversation_id": conversation_id,
            "seq": index + 1,
            "kind": "message",
            "author": ("customer", "ai")[index % 2],
            "audience": "customer",
            "epoch": 0,
            "text": WORDS[index % 2],
            "data": {},
            "source": f"past:{index}",
            "created_at": at,
        }


def _sent(conversation_id: str, times: Sequence[datetime]) -> Iterator[dict[str, Any]]:
    for index, at in enumerate(times):
        yield {
            "topic": "slack",
            "lane": f"thread:{conversation_id}",
            "kind": "entry",
            "conversation_id": conversation_id,
            "payload": {"seq": index + 1},
            "key": secrets.token_hex(16),
            "priority": 2,
            "state": "done",
            "attempts": 1,
            "fence": 1,
            "available_at": at,
            "lease_until": at,
            "first_sent_at": at,
            "created_at": at,
            "finished_at": at,
        }


def _ticket(conversation_id: str, number: int, times: Sequence[datetime]) -> dict[str, Any]:
    return {
        "type": "live_chat",
        "conversation_id": conversation_id,
        "channel": "web",
        "status": "closed",
        "subject": f"Parcel {number} has not come",
        "summary": WORDS[0],
        "assignee_team": TEAM,
        "assignee_user": "U1",
        "opened_at": times[0],
        "first_reply_at": times[-1],
        "closed_at": times[-1],
    }
