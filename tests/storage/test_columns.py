"""Times are aware and in UTC on both databases, or refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import StatementError

from storage.engine.database import Database
from storage.records import ConversationId
from storage.schema import conversations


async def set_time(database: Database, moment: datetime | None) -> None:
    await database.write(
        lambda tx: tx.connection.execute(update(conversations).values(last_message_at=moment))
    )


async def test_a_time_without_a_zone_is_refused(database: Database, conversation: ConversationId) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        await set_time(database, datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
        datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        None,
    ],
)
async def test_a_time_comes_back_as_the_same_moment_in_utc(
    database: Database, conversation: ConversationId, moment: datetime | None
) -> None:
    await set_time(database, moment)
    async with database.read() as tx:
        found = await tx.connection.scalar(select(conversations.c.last_message_at))
    assert found == moment
    assert found is None or found.tzinfo is UTC
