from __future__ import annotations

import pytest

from storage.engine.database import Database
from storage.records import ConversationId, Customer
from tests.databases import address, clock, database, empty_sqlite, shared_postgres

__all__ = ["address", "clock", "database", "empty_sqlite", "shared_postgres"]


async def started(database: Database, *, client_id: str | None = None) -> ConversationId:
    """A new conversation's id."""
    conversation, _ = await database.write(
        lambda tx: tx.conversations.start(
            channel="web", inbox=None, customer=Customer(name="Maya"), client_id=client_id
        )
    )
    return conversation.id


@pytest.fixture
async def conversation(database: Database) -> ConversationId:
    return await started(database)
