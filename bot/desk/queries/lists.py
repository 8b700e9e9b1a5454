"""What `/bookbag` lists and shows. Reading only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.desk.errors import NoSuchTicket
from bot.desk.queries.views import ConversationView, said, views_of
from storage.engine.database import Database
from storage.records import (
    Author,
    Conversation,
    ConversationState,
    Entry,
    Person,
    PersonId,
    Status,
    Ticket,
    TicketNumber,
)
from storage.slack.slack_channels import Among
from storage.tickets.ticket_filters import COUNTED, TicketFilter
from storage.transaction import Transaction

# How many of a conversation's entries may have to be read to find its last few messages as they read now.
_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket with its conversation as it is now. The conversation may have a later ticket."""

    ticket: Ticket
    of: ConversationView
    assignee: Person | None

    @property
    def waits_since(self) -> datetime | None:
        """Since when the customer waits for a teammate. None if they do not."""
        if not self.ticket.status.is_open:
            return None
        if self.of.conversation.state is ConversationState.WAITING:
            return self.of.conversation.escalated_at
        last = self.of.last_message
        is_theirs = last is not None and last.author is Author.CUSTOMER
        on_us = self.ticket.status in (Status.NEW, Status.ON_YOU)
        return last.created_at if last is not None and is_theirs and on_us else None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One page of a list of tickets, how many the list has in all, and the moment it was read."""

    ticket_filter: TicketFilter
    rows: Sequence[TicketView]
    total: int
    at: datetime

    @property
    def is_counted(self) -> bool:
        """Whether `total` is all of them, or only says that there are more."""
        return self.total <= COUNTED


@dataclass(frozen=True, slots=True)
class TicketShown:
    """One ticket and what was said last, oldest first."""

    view: TicketView
    last: Sequence[Entry]
    at: datetime


class Lists:
    """Each list is read in one transaction, and has only what is at home in the channels `among`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tickets(
        self, ticket_filter: TicketFilter, *, by: PersonId, limit: int, offset: int = 0, among: Among = None
    ) -> TicketPage:
        async with self._database.read() as tx:
            numbers, total = await tx.ticket_filters.page(
                ticket_filter, by, limit=limit, offset=offset, among=among
            )
            return TicketPage(ticket_filter, await _views(tx, numbers), total, tx.now)

    async def ticket(self, number: TicketNumber, *, messages: int, among: Among = None) -> TicketShown:
        """The ticket and the last so many messages of its conversation. Raises `NoSuchTicket`."""
        async with self._database.read() as tx:
            view = await _readable(tx, number, among)
            conversation = view.of.conversation
            newest = max(0, conversation.last_seq - _LOOKED_AT)
            entries = said(await tx.ledger.since(conversation.id, newest))
            spoken = [entry for entry in entries if entry.author is not Author.SYSTEM]
            return TicketShown(view, spoken[-messages:], tx.now)

    async def conversation(self, number: TicketNumber, *, among: Among = None) -> Conversation:
        """Whose ticket that is. Raises `NoSuchTicket`."""
        async with self._database.read() as tx:
            return (await _readable(tx, number, among)).of.conversation


async def _readable(tx: Transaction, number: TicketNumber, among: Among) -> TicketView:
    """One that exists and that they may read. Raises `NoSuchTicket`: what one may not read is not there."""
    for view in await _views(tx, [number]):
        if among is None or view.of.conversation.home in among:
            return view
    raise NoSuchTicket(number=str(number))


async def _views(tx: Transaction, numbers: Sequence[TicketNumber]) -> Sequence[TicketView]:
    """The tickets that exist, in the order of `numbers`."""
    tickets = {ticket.number: ticket for ticket in await tx.tickets.several(numbers)}
    ids = {ticket.conversation_id for ticket in tickets.values()}
    views = await views_of(tx, await tx.conversations.several(ids))
    people = await tx.people.named({one.assignee for one in tickets.values() if one.assignee is not None})
    return [
        TicketView(
            ticket, views[ticket.conversation_id], people.get(ticket.assignee) if ticket.assignee else None
        )
        for number in numbers
        if (ticket := tickets.get(number)) is not None
    ]
