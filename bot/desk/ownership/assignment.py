"""Rules for who gets a conversation that waits for a teammate, without anybody pressing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.desk import enqueue, timeline
from bot.desk.errors import MayNotAct
from bot.desk.jobs import DirectMessageKind, Priority
from bot.desk.phrases import to_customer
from bot.desk.timeline import Event
from storage.records import Conversation, ConversationId, ConversationState, Person
from storage.transaction import Transaction

# What is rung when somebody comes or goes.
ROSTER = "roster"


class Order(StrEnum):
    """Who is next: nobody, who has the fewest open tickets, or who was assigned one longest ago."""

    MANUAL = "manual"
    BALANCED = "balanced"
    ROUND_ROBIN = "round_robin"


@dataclass(frozen=True, slots=True)
class Assignment:
    """`cap`: with so many open tickets nobody is assigned another one. They can still take them over."""

    order: Order = Order.MANUAL
    cap: int = 5

    @property
    def is_on(self) -> bool:
        return self.order is not Order.MANUAL


async def free_in(tx: Transaction, assignment: Assignment) -> Sequence[str]:
    """The Slack channels where `assign` would find somebody. Only looks."""
    if not assignment.is_on:
        return []
    homes = await tx.slack_channels.known()
    return [home for home in homes if await _next(tx, assignment, lock=False, home=home) is not None]


async def assign_waiting(tx: Transaction, conversation_id: ConversationId, *, assignment: Assignment) -> bool:
    """Assign a conversation that waits, if it still does. False if it does not or nobody is free."""
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or conversation.state is not ConversationState.WAITING:
        return False
    return await assign(tx, conversation, assignment) is not None


async def assign(tx: Transaction, conversation: Conversation, assignment: Assignment) -> Conversation | None:
    """Give a conversation that waits, and is locked, to whoever is next in its channel. None if nobody is.

    Who is available is what they said and what Slack last said about them: this cannot ask.
    """
    ticket = await tx.tickets.open_of(conversation.id)
    person = await _next(tx, assignment, lock=True, home=conversation.home)
    if ticket is None or person is None:
        return None
    given = await tx.conversations.give_to(conversation.id, person.id, epoch=conversation.epoch)
    if given is None:
        return None
    ticket = await tx.tickets.assign(ticket.number, person.id, unasked=True)
    await tx.availability.assigned(person.id)
    entry = await timeline.changed_hands(
        tx,
        given,
        Event.ASSIGNED,
        to_customer("assigned", locale=given.customer.locale, name=person.name),
        by=None,
        holder=person,
        ticket=ticket.number,
        to={"team": person.id.team, "user": person.id.user, "name": person.name},
    )
    await enqueue.mirror(tx, given, entry)
    await enqueue.tell(tx, given, ticket, person.id, DirectMessageKind.ASSIGNED)
    await enqueue.refresh_card(tx, given, Priority.FEEDBACK)
    return given


async def be_available(tx: Transaction, *, by: Person, available: bool, among: Collection[str]) -> None:
    """What a teammate says of themselves, who is in the channels `among`. What they hold stays theirs."""
    if available and not by.may_act:
        raise MayNotAct
    await tx.availability.put(by.id, available=available)
    await tx.slack_channels.attends(by.id, among)
    # Their Home shows it.
    tx.topics.add(ROSTER)


async def _next(tx: Transaction, assignment: Assignment, *, lock: bool, home: str | None) -> Person | None:
    if not assignment.is_on:
        return None
    by_load = assignment.order is Order.BALANCED
    return await tx.availability.next(cap=assignment.cap, by_load=by_load, lock=lock, home=home)
