"""Rules for the ticket: its words, and where it stands."""

from __future__ import annotations

from enum import StrEnum

from bot.desk import enqueue, jobs, timeline
from bot.desk.errors import Blank, MayNotAct, NotFound, Stale, TooLong
from bot.desk.jobs import Priority
from bot.desk.timeline import Event
from storage.records import (
    Conversation,
    ConversationId,
    ConversationState,
    Person,
    Status,
    Ticket,
    TicketNumber,
)
from storage.transaction import Transaction

# Characters of a subject, and of the reason for a hold.
LONGEST_LINE = 200


class SummaryOrigin(StrEnum):
    """Whose words a summary is made of."""

    AI = "ai"
    QUOTED = "quoted"
    AI_FAILED = "ai_failed"


async def summarised(
    tx: Transaction,
    conversation_id: ConversationId,
    number: TicketNumber,
    *,
    subject: str,
    summary: str,
    language: str,
    origin: SummaryOrigin,
) -> Ticket:
    """Give the ticket its subject and summary, once, and show them in the thread.

    A subject that a teammate gave it meanwhile stays.
    """
    conversation = await tx.conversations.lock(conversation_id)
    ticket = await tx.tickets.get(number)
    if conversation is None or ticket is None:
        raise NotFound
    if ticket.summary is not None:
        return ticket
    subject = ticket.subject or subject
    ticket = await tx.tickets.describe(number, subject=subject, summary=summary, language=language)
    entry = await timeline.for_the_team(
        tx,
        conversation,
        Event.SUMMARISED,
        ticket=number,
        subject=subject,
        summary=summary,
        language=language,
        origin=origin,
    )
    await enqueue.mirror(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def put_on_hold(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int, reason: str
) -> Ticket:
    """Let the ticket wait for something outside, and say for what. On one that waits already, a new reason.

    `epoch` is the one the menu was made in, as with every press: a later one gets `Stale`.
    """
    conversation, ticket = await held_ticket(tx, conversation_id, by=by, epoch=epoch)
    reason = one_line(reason)
    ticket = await tx.tickets.move(ticket.number, Status.ON_HOLD, hold_reason=reason)
    entry = await timeline.for_the_team(
        tx, conversation, Event.ON_HOLD, ticket=ticket.number, by=by.name, reason=reason
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def take_off_hold(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int
) -> Ticket:
    """Put a ticket on hold back on its teammate."""
    conversation, ticket = await held_ticket(tx, conversation_id, by=by, epoch=epoch)
    if ticket.status is not Status.ON_HOLD:
        raise Stale
    ticket = await goes_on(tx, conversation, ticket, Status.ON_YOU, by=by)
    await tx.outbox.hurry(jobs.lane_of(conversation_id), Priority.FEEDBACK)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def rename(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int, subject: str
) -> Ticket:
    """Give an open ticket another subject. The same again changes nothing."""
    conversation, ticket = await _open_ticket(tx, conversation_id, by=by, epoch=epoch)
    subject = one_line(subject)
    if subject == ticket.subject:
        return ticket
    ticket = await tx.tickets.rename(ticket.number, subject)
    entry = await timeline.for_the_team(
        tx, conversation, Event.RENAMED, ticket=ticket.number, by=by.name, subject=subject
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def waits_again(tx: Transaction, conversation: Conversation) -> tuple[Ticket, bool]:
    """The New ticket of a conversation that waits for a teammate, and whether it was opened for that.

    One that was kept open at a hand back is New again, whoever had it before.
    """
    ticket = await tx.tickets.open_of(conversation.id)
    if ticket is not None:
        return await tx.tickets.unassign(ticket.number), False
    opened = await tx.tickets.open_live_chat(
        conversation.id, channel=conversation.channel, assignee=None, status=Status.NEW
    )
    return opened, True


async def end(
    tx: Transaction, conversation_id: ConversationId, status: Status, *, by: Person, epoch: int
) -> Ticket:
    """Close or cancel a ticket that was kept open while the AI answers. Nothing changes for the customer."""
    conversation, ticket = await _open_ticket(tx, conversation_id, by=by, epoch=epoch)
    ticket = await tx.tickets.move(ticket.number, status)
    entry = await timeline.for_the_team(
        tx, conversation, Event.TICKET_ENDED, ticket=ticket.number, by=by.name, status=status
    )
    await enqueue.answer_press(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket


async def goes_on(
    tx: Transaction, conversation: Conversation, ticket: Ticket, status: Status, *, by: Person | None
) -> Ticket:
    """Move an open ticket on. One on hold comes back from it, which the timeline says.

    `by`: the teammate whose press or reply did it; None where the customer wrote.
    """
    moved = await tx.tickets.move(ticket.number, status)
    if ticket.status is Status.ON_HOLD:
        entry = await timeline.for_the_team(
            tx,
            conversation,
            Event.BACK_FROM_HOLD,
            ticket=ticket.number,
            by=by.name if by else None,
            status=status,
        )
        await enqueue.mirror(tx, conversation, entry)
    return moved


async def held_ticket(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int
) -> tuple[Conversation, Ticket]:
    """What a teammate holds since `epoch`, locked, and its open ticket, for somebody who may act."""
    conversation, ticket = await _open_ticket(tx, conversation_id, by=by, epoch=epoch)
    if conversation.state is not ConversationState.TEAMMATE:
        raise Stale
    return conversation, ticket


async def _open_ticket(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, epoch: int
) -> tuple[Conversation, Ticket]:
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    ticket = await tx.tickets.open_of(conversation_id)
    if conversation.epoch != epoch or ticket is None:
        raise Stale
    return conversation, ticket


def one_line(text: str) -> str:
    """What somebody typed, on one line. Raises `Blank` or `TooLong`."""
    line = " ".join(text.split())
    if not line:
        raise Blank
    if len(line) > LONGEST_LINE:
        raise TooLong(limit=str(LONGEST_LINE))
    return line
