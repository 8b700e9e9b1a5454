"""The bell wakes those who wait for what a commit touched, and loses no ring between a look and a wait."""

from __future__ import annotations

import asyncio

import pytest

from bot.desk.bell import ANYTHING, Bell
from storage.database import Database
from storage.transaction import Transaction
from tests.desk.conftest import Case


async def test_a_ring_between_the_look_and_the_wait_is_heard() -> None:
    bell = Bell()
    with bell.listening("a") as listener:
        bell.ring("a")
        assert await listener.heard(timeout=0)


async def test_rings_before_one_look_are_one_and_the_next_wait_is_quiet() -> None:
    bell = Bell()
    with bell.listening("a") as listener:
        for _ in range(3):
            bell.ring("a")
        assert await listener.heard(timeout=0)
        assert not await listener.heard(timeout=0)


async def test_a_ring_wakes_who_is_waiting_already_and_everybody_of_that_name() -> None:
    bell = Bell()
    with bell.listening("a") as one, bell.listening("a") as two, bell.listening("b") as other:
        waiting = [asyncio.create_task(listener.heard(timeout=5)) for listener in (one, two)]
        await asyncio.sleep(0)
        bell.ring("a")
        assert await asyncio.gather(*waiting) == [True, True]
        assert not await other.heard(timeout=0)


async def test_nobody_is_remembered_who_stopped_listening() -> None:
    bell = Bell()
    with pytest.raises(LookupError), bell.listening("a") as listener:
        raise LookupError
    bell.ring("a")
    assert not await listener.heard(timeout=0)
    assert not bell._listeners


async def test_a_commit_rings_for_its_conversation_and_topics_and_a_failed_write_for_nobody(
    case: Case, database: Database
) -> None:
    bell = Bell()
    database.on_commit.append(bell.after_commit)

    async def broken(tx: Transaction) -> None:
        await tx.outbox.owe("x", case.id, topic="slack", lane="a", priority=1)
        tx.touched.add(case.id)
        raise LookupError

    with (
        bell.listening(case.id) as window,
        bell.listening("slack") as slack,
        bell.listening("ai") as ai,
        bell.listening("another conversation") as other,
    ):
        with pytest.raises(LookupError):
            await database.write(broken)
        assert not any([await one.heard(timeout=0) for one in (window, slack, ai, other)])
        await case.customer("Hi")
        heard = [await one.heard(timeout=0) for one in (window, slack, ai, other)]
    assert heard == [True, True, True, False]


async def test_who_listens_for_anything_hears_of_entries_and_of_other_processes(case: Case) -> None:
    bell = Bell()
    case.desk.database.on_commit.append(bell.after_commit)
    with bell.listening(ANYTHING) as listener:
        await case.customer("Hello?")
        assert await listener.heard(timeout=1)
        bell.ring(case.id)
        assert await listener.heard(timeout=1)
        assert not await listener.heard(timeout=0)
