"""What the database itself refuses, whatever the code above it does."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from storage.engine.database import Database
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Kind,
    MessageRef,
    PersonId,
    Status,
    Ticket,
)
from storage.schema import conversations, entries, tickets
from storage.transaction import Transaction
from tests.storage.conftest import started


async def claim(tx: Transaction, *, conversation: ConversationId, who: PersonId) -> Conversation | None:
    return await tx.conversations.claim_from_ai(conversation, who)


async def keep(tx: Transaction, *, value: str) -> str:
    return await tx.key_values.keep("secret", value)


ANA, BEN = PersonId("T1", "U1"), PersonId("T1", "U2")


async def open_ticket(database: Database, conversation: ConversationId) -> Ticket:
    return await database.write(
        lambda tx: tx.tickets.open_live_chat(conversation, channel="web", assignee=None, status=Status.NEW)
    )


async def test_a_conversation_has_one_open_ticket_at_most(
    database: Database, conversation: ConversationId
) -> None:
    first = await open_ticket(database, conversation)
    with pytest.raises(IntegrityError):
        await open_ticket(database, conversation)
    await open_ticket(database, await started(database))
    await database.write(lambda tx: tx.tickets.move(first.number, Status.CLOSED))
    second = await open_ticket(database, conversation)
    assert second.number > first.number
    with pytest.raises(IntegrityError):
        await database.write(
            lambda tx: tx.connection.execute(
                update(tickets).where(tickets.c.number == first.number).values(status="new", closed_at=None)
            )
        )


async def test_of_many_tickets_opened_at_once_one_is_left(
    database: Database, conversation: ConversationId
) -> None:
    outcomes = await asyncio.gather(
        *(open_ticket(database, conversation) for _ in range(8)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Ticket) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 7


@pytest.mark.parametrize(
    "values",
    [
        {"state": "teammate"},
        {"state": "ai", "holder_team": "T1", "holder_user": "U1"},
        {"state": "waiting", "holder_team": "T1", "holder_user": "U1"},
        {"state": "ended", "holder_team": "T1", "holder_user": "U1"},
        {"state": "paused"},
    ],
)
async def test_a_state_and_its_holder_cannot_contradict_each_other(
    database: Database, conversation: ConversationId, values: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.connection.execute(update(conversations).values(**values)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "note", "audience": "customer"},
        {"audience": "everyone"},
        {"kind": "whisper"},
        {"author": "agent"},
    ],
)
async def test_an_entry_that_breaks_the_ledgers_words_is_refused(
    database: Database, conversation: ConversationId, wrong: dict[str, Any]
) -> None:
    values = {
        "conversation_id": conversation, "seq": 1, "kind": "message", "author": "teammate",
        "audience": "customer", "epoch": 0, "text": "psst", "data": {}, "created_at": database.clock(),
    }  # fmt: skip
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.connection.execute(insert(entries).values(**{**values, **wrong})))


async def test_a_note_for_the_customer_cannot_be_written_by_any_query(
    database: Database, conversation: ConversationId
) -> None:
    with pytest.raises(IntegrityError):
        await database.write(
            lambda tx: tx.ledger.add(
                conversation, Kind.NOTE, Author.TEAMMATE, "psst", audience=Audience.CUSTOMER
            )
        )


@pytest.mark.parametrize(("status", "closed"), [("closed", False), ("new", True), ("paused", False)])
async def test_a_tickets_status_and_closing_time_agree(
    database: Database, conversation: ConversationId, status: str, closed: bool
) -> None:
    await open_ticket(database, conversation)
    with pytest.raises(IntegrityError):
        await database.write(
            lambda tx: tx.connection.execute(
                update(tickets).values(status=status, closed_at=tx.now if closed else None)
            )
        )


async def test_two_conversations_cannot_share_a_card(
    database: Database, conversation: ConversationId
) -> None:
    card = MessageRef("T1", "C1", "1.000001")
    other = await started(database)
    await database.write(lambda tx: tx.conversations.place_card(conversation, card))
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.conversations.place_card(other, card))
    found = await database.write(lambda tx: tx.conversations.lock_by_thread(card))
    assert found is not None
    assert found.id == conversation


async def test_one_client_id_starts_one_conversation_however_often_it_asks(database: Database) -> None:
    started_ids = await asyncio.gather(*(started(database, client_id="page-1") for _ in range(10)))
    assert len(set(started_ids)) == 1
    assert len({await started(database), await started(database)}) == 2


async def test_of_many_claims_one_wins_and_the_epoch_moves_once(
    database: Database, conversation: ConversationId
) -> None:
    people = [PersonId("T1", f"U{n}") for n in range(8)]
    won = await asyncio.gather(
        *(database.write(partial(claim, conversation=conversation, who=who)) for who in people)
    )
    winners = [claimed for claimed in won if claimed is not None]
    assert len(winners) == 1
    assert winners[0].epoch == 1
    assert winners[0].holder in people


async def test_ownership_moves_only_for_the_epoch_that_asked(
    database: Database, conversation: ConversationId
) -> None:
    assert await database.write(lambda tx: tx.conversations.claim_for_nobody(conversation, epoch=1)) is None
    waiting = await database.write(lambda tx: tx.conversations.claim_for_nobody(conversation, epoch=0))
    assert waiting is not None
    assert (waiting.state, waiting.epoch, waiting.holder) == (ConversationState.WAITING, 1, None)
    held = await database.write(lambda tx: tx.conversations.claim_from_ai(conversation, ANA))
    assert held is not None
    assert (held.state, held.epoch, held.holder) == (ConversationState.TEAMMATE, 2, ANA)
    assert await database.write(lambda tx: tx.conversations.claim_from_ai(conversation, BEN)) is None
    assert await database.write(lambda tx: tx.conversations.give_to_ai(conversation, epoch=1)) is None
    back = await database.write(lambda tx: tx.conversations.give_to_ai(conversation, epoch=2))
    assert back is not None
    assert (back.state, back.epoch, back.holder, back.escalated_at) == (ConversationState.AI, 3, None, None)


async def test_a_fact_keeps_its_first_value(database: Database) -> None:
    kept = await asyncio.gather(*(database.write(partial(keep, value=str(n))) for n in range(6)))
    assert len(set(kept)) == 1
    async with database.read() as tx:
        assert await tx.key_values.get("secret") == kept[0]
        assert await tx.key_values.get("nothing") is None


async def test_a_customer_comes_back_as_they_were_described(database: Database) -> None:
    customer = Customer(
        name="Łukasz ✨", email="l@example.com", user_id="7", locale="pl-PL",
        proven=frozenset({"user_id", "email", "metadata.plan"}),
        metadata={"plan": "pro", "seats": [1, {"a": None}]},
    )  # fmt: skip
    made, is_new = await database.write(
        lambda tx: tx.conversations.start(channel="api", inbox="vip", customer=customer, client_id="c")
    )
    async with database.read() as tx:
        assert await tx.conversations.get(made.id) == made
    assert is_new
    assert made.customer == customer
