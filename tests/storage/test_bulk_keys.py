"""Looking up rows by several columns together."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select, text

from storage.engine.bulk_keys import MOST_ALTERNATIVES, one_of, rows_of
from storage.engine.database import Database
from storage.records import Author, ConversationId, Kind
from storage.schema import entries

SEVERAL = [("a" * 32, 1), ("b" * 32, 2), ("c" * 32, 3)]


async def test_sqlite_finds_each_row_in_an_index(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL chooses by what it knows of the table")
    wanted = select(entries.c.seq).where(one_of((entries.c.conversation_id, entries.c.seq), SEVERAL))

    def plan(connection: Connection) -> list[str]:
        said = str(wanted.compile(connection, compile_kwargs={"literal_binds": True}))
        return [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {said}"))]

    steps = await database.look(plan)
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")]
    columns = (entries.c.conversation_id, entries.c.seq)
    several = rows_of(entries, columns)
    await database.look(lambda connection: several.run(connection, [{"wanted": SEVERAL}]))


@pytest.mark.parametrize("others", [1, MOST_ALTERNATIVES, 3 * MOST_ALTERNATIVES])
async def test_however_many_are_asked_for_those_that_exist_are_found(
    database: Database, conversation: ConversationId, others: int
) -> None:
    await database.write(
        lambda tx: tx.ledger.add(conversation, Kind.MESSAGE, Author.CUSTOMER, "Hi", source="c:1")
    )
    wanted = [(conversation, 1), *((ConversationId("f" * 32), seq) for seq in range(others))]
    async with database.read() as tx:
        assert [entry.text for entry in await tx.ledger.several(wanted)] == ["Hi"]
