"""A connected channel with another id: whatever named the old one names the new one, and only that."""

from __future__ import annotations

from sqlalchemy import select

from bot.desk import threads
from storage.engine.database import Database
from storage.records import (
    Conversation,
    ConversationId,
    Customer,
    HeldReply,
    MessageRef,
    PersonId,
    Status,
    TeammateCall,
)
from storage.schema import attendance, outbox
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction

FIRST, OLD, NEW, OTHER = "C0FIRST", "C0OLD", "C0NEW", "C0OTHER"
EVE = PersonId("T1", "U0EVE")


async def started(tx: Transaction, inbox: str) -> Conversation:
    conversation, _ = await tx.conversations.start(
        channel="web", inbox=inbox, customer=Customer(name="Vera"), client_id=None
    )
    return conversation


async def furnished(tx: Transaction, channel: str, inbox: str) -> ConversationId:
    """A conversation with something of each kind in that channel, which is the inbox's."""
    await tx.slack_channels.connect(inbox, channel, by=EVE)
    conversation = await started(tx, inbox)
    former, card = (MessageRef("T1", channel, f"{number}.000000") for number in (1, 2))
    await tx.conversations.place_card(conversation.id, former)
    await tx.conversations.uproot(conversation.id, former)
    await tx.conversations.place_card(conversation.id, card)
    ticket = await tx.tickets.open_live_chat(conversation.id, channel="web", assignee=None, status=Status.NEW)
    await tx.tickets.called(ticket.number, TeammateCall(channel, "3.000000"))
    said = MessageRef("T1", channel, "4.000000")
    await tx.held.hold(HeldReply(conversation.id, said, EVE, "Or is it?", None))
    event = {"channel": channel, "text": f"/{OLD}/ {OLD}"}
    await tx.slack_events.put(SlackEvent("posted", card, said, "", "4.000000", event), due_at=tx.now)
    for payload in ({"channel": channel, "source": said.source, "text": OLD}, {"seq": 1}):
        await tx.outbox.owe(
            "mark", conversation.id, topic="slack", lane=f"mark:{channel}/4", priority=0, channel=channel,
            payload=payload,
        )  # fmt: skip
    return conversation.id


async def test_everything_of_a_channel_goes_by_its_new_id(database: Database) -> None:
    mine = await database.write(lambda tx: furnished(tx, OLD, "vip"))
    theirs = await database.write(lambda tx: furnished(tx, OTHER, "sales"))
    await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    await database.write(lambda tx: tx.slack_channels.attends(EVE, [FIRST, OLD, OTHER]))
    for expected in (True, False):
        moved = await database.write(lambda tx: threads.channel_renamed(tx, old=OLD, new=NEW))
        assert moved is expected
    for channel, inbox, conversation_id in ((NEW, "vip", mine), (OTHER, "sales", theirs)):
        async with database.read() as tx:
            assert await tx.slack_channels.of(inbox) == channel
            for ts in ("1.000000", "2.000000"):
                found = await tx.conversations.by_thread(MessageRef("T1", channel, ts))
                assert found is not None
                assert (found.id, found.home) == (conversation_id, channel)
            ticket = await tx.tickets.open_of(conversation_id)
            assert ticket is not None
            assert ticket.call == TeammateCall(channel, "3.000000")
            (queued,) = await tx.slack_events.of_thread(MessageRef("T1", channel, "2.000000"))
            said = MessageRef("T1", channel, "4.000000")
            assert queued.delivery.message == said
            assert queued.delivery.event == {"channel": channel, "text": f"/{OLD}/ {OLD}"}
            held = await tx.held.get(conversation_id, said.source)
            assert held is not None
            assert held.message == said
            owed = (
                await tx.connection.execute(
                    select(outbox).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.id)
                )
            ).all()
            assert {(row.channel, row.lane) for row in owed} == {(channel, f"mark:{channel}/4")}
            # Somebody's words are not looked into.
            expected_payload = {"channel": channel, "source": said.source, "text": OLD}
            assert [row.payload for row in owed] == [expected_payload, {"seq": 1}]
    fresh = await database.write(lambda tx: started(tx, "vip"))
    assert fresh.home == NEW
    async with database.read() as tx:
        assert list(await tx.slack_channels.known()) == [FIRST, NEW, OTHER]
        there = set(await tx.connection.scalars(select(attendance.c.channel)))
        assert there == {FIRST, NEW, OTHER}


async def exposed(database: Database) -> set[str]:
    async with database.read() as tx:
        return {one.id for one in await tx.slack_channels.health() if one.is_exposed}


async def test_a_look_from_before_something_was_heard_changes_nothing(database: Database) -> None:
    found = await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    assert await exposed(database) == set()
    await database.write(lambda tx: tx.slack_channels.doubted(FIRST, is_exposed=True))
    await database.write(lambda tx: tx.slack_channels.looked_at(FIRST, is_exposed=False, doubts=found.doubts))
    assert await exposed(database) == {FIRST}
    await database.write(
        lambda tx: tx.slack_channels.looked_at(FIRST, is_exposed=False, doubts=found.doubts + 1)
    )
    assert await exposed(database) == set()


async def test_a_channel_that_is_configured_anew_is_as_exposed_as_it_was_known_to_be(
    database: Database,
) -> None:
    await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    await database.write(lambda tx: tx.slack_channels.doubted(FIRST, is_exposed=True))
    again = await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    assert again.is_exposed


async def test_what_was_configured_is_a_former_channel_unless_an_inbox_is_connected(
    database: Database,
) -> None:
    async def former() -> set[str]:
        async with database.read() as tx:
            return {one.id for one in await tx.slack_channels.health() if one.is_former}

    await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    await database.write(lambda tx: tx.slack_channels.connect("vip", OTHER, by=EVE))
    await database.write(lambda tx: tx.slack_channels.configure(OTHER))
    assert await former() == {FIRST}
    await database.write(lambda tx: tx.slack_channels.configure(NEW))
    assert await former() == {FIRST}
    await database.write(lambda tx: tx.slack_channels.configure(FIRST))
    assert await former() == {NEW}
