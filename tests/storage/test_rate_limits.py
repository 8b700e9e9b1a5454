"""Rates that all processes share: what one takes the other does not have."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage.engine.database import Database
from storage.outbox.rate_limits import Grant, Rate
from storage.transaction import Transaction
from tests.clocks import HandClock

ONE = Rate(1)
SEVERAL = Rate(2, burst=3)


async def look(database: Database, rate: Rate, *, take: int = 0, name: str = "post") -> Grant:
    async def work(tx: Transaction) -> Grant:
        opening = (await tx.rate_limits.openings({name: rate}))[name]
        if take:
            await tx.rate_limits.take(name, rate, take)
        return opening

    return await database.write(work)


async def test_one_token_each_spacing(database: Database, clock: HandClock) -> None:
    assert (await look(database, ONE, take=1)).tokens == 1
    shut = await look(database, ONE)
    assert (shut.tokens, shut.opens_at) == (0, clock.now + timedelta(seconds=1))
    clock.forward(seconds=1)
    assert (await look(database, ONE, take=1)).tokens == 1
    clock.forward(seconds=100)
    assert (await look(database, ONE)).tokens == 1


async def test_a_burst_after_a_rest_and_then_the_long_run(database: Database, clock: HandClock) -> None:
    assert (await look(database, SEVERAL, take=2)).tokens == 3
    assert (await look(database, SEVERAL, take=1)).tokens == 1
    assert (await look(database, SEVERAL)).tokens == 0
    clock.forward(seconds=2)
    assert (await look(database, SEVERAL, take=1)).tokens == 1
    clock.forward(seconds=60)
    assert (await look(database, SEVERAL)).tokens == 3


async def test_closed_is_closed_however_much_is_left(database: Database, clock: HandClock) -> None:
    await look(database, SEVERAL)
    until = clock.now + timedelta(seconds=30)
    await database.write(lambda tx: tx.rate_limits.close("post", until))
    await database.write(lambda tx: tx.rate_limits.close("post", clock.now))
    shut = await look(database, SEVERAL)
    assert (shut.tokens, shut.opens_at) == (0, until)
    clock.forward(seconds=30)
    assert (await look(database, SEVERAL)).tokens == 3


async def test_names_do_not_share(database: Database) -> None:
    await look(database, ONE, take=1)
    assert (await look(database, ONE, name="update")).tokens == 1


async def test_processes_together_take_no_more_than_there_is(
    database: Database, address: str, clock: HandClock
) -> None:
    another = Database(address, clock=clock)

    async def grab(process: Database) -> int:
        async def work(tx: Transaction) -> int:
            opening = (await tx.rate_limits.openings({"post": SEVERAL})).get("post")
            tokens = min(1, opening.tokens) if opening else 0
            if tokens:
                await tx.rate_limits.take("post", SEVERAL, tokens)
            return tokens

        return await process.write(work)

    try:
        taken = 0
        for _ in range(10):
            taken += sum(await asyncio.gather(*(grab(one) for one in (database, another) for _ in range(3))))
        assert taken == 3
    finally:
        await another.close()
