"""The bell wakes those who wait for what a commit touched, and loses no ring between a look and a wait."""

from __future__ import annotations

import asyncio

import pytest

from bot.notifier import ANYTHING, Notifier
from storage.engine.database import Database
from storage.transaction import Transaction
from tests.desk.conftest import Case


async def test_a_ring_between_the_look_and_the_wait_is_heard() -> None:
    notifier = Notifier()
    with notifier.listening("a") as listener:
        notifier.ring("a")
        assert await listener.heard(timeout=0)


async def test_rings_before_one_look_are_one_and_the_next_wait_is_quiet() -> None:
    notifier = Notifier()
    with notifier.listening("a") as listener:
        for _ in range(3):
            notifier.ring("a")
        assert await listener.heard(timeout=0)
        assert not await listener.heard(timeout=0)


async def test_a_ring_wakes_who_is_waiting_already_and_everybody_of_that_name() -> None:
    notifier = Notifier()
    with notifier.listening("a") as one, notifier.listening("a") as two, notifier.listening("b") as other:
        waiting = [asyncio.create_task(listener.heard(timeout=5)) for listener in (one, two)]
        await asyncio.sleep(0)
        notifier.ring("a")
        assert await asyncio.gather(*waiting) == [True, True]
        assert not await other.heard(timeout=0)


async def test_nobody_is_remembered_who_stopped_listening() -> None:
    notifier = Notifier()
    with pytest.raises(LookupError), notifier.listening("a") as listener:
        raise LookupError
    notifier.ring("a")
    assert not await listener.heard(timeout=0)
    assert not notifier._listeners


async def test_a_commit_rings_for_its_conversation_and_topics_and_a_failed_write_for_nobody(
    case: Case, database: Database
) -> None:
    notifier = Notifier()
    database.on_commit.append(notifier.after_commit)

    async def broken(tx: Transaction) -> None:
        await tx.outbox.owe("x", case.id, topic="slack", lane="a", priority=1)
        tx.touched.add(case.id)
        raise LookupError

    with (
        notifier.listening(case.id) as window,
        notifier.listening("slack") as slack,
        notifier.listening("ai") as ai,
        notifier.listening("another conversation") as other,
    ):
        with pytest.raises(LookupError):
            await database.write(broken)
        assert not any([await one.heard(timeout=0) for one in (window, slack, ai, other)])
        await case.customer("Hi")
        heard = [await one.heard(timeout=0) for one in (window, slack, ai, other)]
    assert heard == [True, True, True, False]


async def test_who_listens_for_anything_hears_of_entries_and_of_other_processes(case: Case) -> None:
    notifier = Notifier()
    case.desk.database.on_commit.append(notifier.after_commit)
    with notifier.listening(ANYTHING) as listener:
        await case.customer("Hello?")
        assert await listener.heard(timeout=1)
        notifier.ring(case.id)
        assert await listener.heard(timeout=1)
        assert not await listener.heard(timeout=0)
