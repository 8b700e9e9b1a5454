"""How often a message asks its database: each time is a part of how long its reader waits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.databases import writing_engine
from tests.journeys.world import SENT, Chat, World, world

_CHANGES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM) (\w+)")
_ENDS = ("COMMIT", "ROLLBACK")


@dataclass
class Said:
    """Transactions in the order of their ends: each is all that the driver was asked, in its order."""

    transactions: list[list[str]] = field(default_factory=list)
    _open: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def heard(self, connection: int, words: str) -> None:
        said = self._open[connection]
        said.append(words)
        if words.startswith(_ENDS):
            self.transactions.append(self._open.pop(connection))

    def of_a_rule(self) -> list[Sequence[str]]:
        """Those that read a conversation and wrote what was said in it."""
        return [
            one
            for one in self.transactions
            if "entries" in _changed(one) and any("FROM conversations" in words for words in one)
        ]


def _changed(transaction: Sequence[str]) -> set[str]:
    return {match[2] for words in transaction for match in _CHANGES.finditer(words)}


def listen(engine: Any, said: Said) -> None:
    """Hear what asyncpg is asked on every connection of this engine; several rows of one are one trip.

    Its log leaves out what SQLAlchemy has prepared by itself.
    """
    known: set[int] = set()

    @event.listens_for(engine, "checkout")
    def once(connection: Any, _record: object, _proxy: object) -> None:
        driver = connection.driver_connection
        if id(driver) not in known:
            known.add(id(driver))
            driver.add_query_logger(lambda record: said.heard(id(driver), record.query))

    @event.listens_for(engine, "before_cursor_execute")
    def by_sqlalchemy(connection: Any, _cursor: object, words: str, *_: object) -> None:
        said.heard(id(connection.connection.driver_connection), words)


@pytest.fixture
async def heard(database_url: str) -> AsyncIterator[tuple[World, Said]]:
    """The program, and what it asks its database where it may write."""
    said = Said()
    async with world(database_url, ai="external", hold_back=timedelta(0)) as here:
        database = here.bridge.database
        if database.is_sqlite:
            await database.alter(
                lambda connection: connection.connection.dbapi_connection.set_trace_callback(  # type: ignore[union-attr]
                    lambda words: said.heard(0, words)
                )
            )
        else:
            listen(writing_engine(database), said)
        yield here, said


async def begun(here: World) -> Chat:
    chat = await here.chat(first="Where is my parcel?")
    await chat.shows("Where is my parcel?")
    await here.settled()
    return chat


def assert_at_most(transactions: list[Sequence[str]], *, sqlite: int, postgresql: int) -> None:
    """The only one of them asked no more than that, its beginning and its end included."""
    assert len(transactions) == 1, transactions
    (transaction,) = transactions
    most = sqlite if transaction[0] == "BEGIN IMMEDIATE" else postgresql
    assert len(transaction) <= most, "\n".join(transaction)


async def test_a_customers_message_on_its_way_to_slack(heard: tuple[World, Said]) -> None:
    here, said = heard
    chat = await begun(here)
    said.transactions.clear()
    await chat.customer.say("It is late.")
    await chat.shows("It is late.")
    await here.settled()
    assert_at_most(said.of_a_rule(), sqlite=14, postgresql=9)


async def test_a_take_over(heard: tuple[World, Said]) -> None:
    here, said = heard
    chat = await begun(here)
    said.transactions.clear()
    await chat.taken_over(here.ana)
    await here.settled()
    # The summary comes in a transaction of its own.
    taken = [one for one in said.of_a_rule() if any("INTO tickets" in words for words in one)]
    assert_at_most(taken, sqlite=21, postgresql=15)


async def test_a_reply_on_its_way_to_the_customer(heard: tuple[World, Said]) -> None:
    here, said = heard
    chat = await begun(here)
    await chat.taken_over(here.ana)
    await here.settled()
    said.transactions.clear()
    ts = await chat.reply(here.ana, "It comes today.")
    await chat.sees("It comes today.")
    await chat.marked(ts, SENT)
    await here.settled()
    assert_at_most(said.of_a_rule(), sqlite=20, postgresql=16)


async def test_a_look_asks_nothing_but_its_questions(heard: tuple[World, Said]) -> None:
    """Whether the connection works is not tried first."""
    here, _ = heard
    if here.bridge.database.is_sqlite:
        pytest.skip("SQLite's readers cross no wire")
    looks = Said()
    await begun(here)
    listen(here.bridge.database._pool.sync_engine, looks)
    await begun(here)
    assert looks.transactions
    for look in looks.transactions:
        # SQLAlchemy says what it is about to ask before it begins.
        assert len([words for words in look if words.startswith("BEGIN")]) == 1, look
        assert len(look) >= 3, look
        assert ";" not in look, look
