"""What the lists hold."""

from __future__ import annotations

import pytest

from bot.desk.errors import NoSuchTicket
from bot.desk.queries.lists import Lists
from storage.records import TicketNumber
from storage.tickets.ticket_filters import TicketFilter
from tests.clocks import HandClock
from tests.desk.conftest import ANA, BEN, Case, Office


async def test_a_conversation_is_live_until_a_day_after_its_last_message(
    case: Case, office: Office, clock: HandClock
) -> None:
    await case.customer("Hello?")
    silent = await office.case(name="Said nothing")
    clock.forward(hours=23, minutes=59)
    other = await office.case(name="Noor")
    await other.customer("Hi")
    live = await office.desk.live(limit=8)
    assert [row.conversation.id for row in live.rows] == [other.id, case.id]
    assert live.total == 2
    clock.forward(minutes=2)
    live = await office.desk.live(limit=8)
    assert [row.conversation.id for row in live.rows] == [other.id]
    assert live.total == 1
    await case.customer("Still there?")
    assert (await office.desk.live(limit=8)).total == 2
    assert silent.id not in [row.conversation.id for row in (await office.desk.live(limit=8)).rows]


async def test_a_closed_ticket_names_who_had_it_and_not_who_holds_the_conversation_now(held: Case) -> None:
    lists = Lists(held.desk.database)
    await held.hand_back()
    await held.customer("One more thing")
    await held.desk.take_over(held.id, by=BEN)
    (closed,) = (await lists.tickets(TicketFilter.CLOSED, by=BEN.id, limit=8)).rows
    (mine,) = (await lists.tickets(TicketFilter.MINE, by=BEN.id, limit=8)).rows
    assert closed.assignee == ANA
    assert closed.ticket.number < mine.ticket.number
    assert closed.waits_since is None
    assert not (await lists.tickets(TicketFilter.MINE, by=ANA.id, limit=8)).rows


async def test_one_ticket_comes_with_the_last_messages_as_they_read_now(held: Case) -> None:
    lists = Lists(held.desk.database)
    message = held.message()
    await held.types(ANA, "On its weigh", message=message)
    await held.edits(ANA, message, "On its way")
    await held.customer("Thanks")
    ticket = await held.ticket()
    assert ticket is not None
    shown = await lists.ticket(ticket.number, messages=2)
    assert [entry.text for entry in shown.last] == ["On its way", "Thanks"]
    with pytest.raises(NoSuchTicket, match="no ticket #99999"):
        await lists.ticket(TicketNumber(99999), messages=2)
