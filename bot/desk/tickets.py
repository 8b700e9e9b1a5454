"""Rules for the ticket's own words."""

from __future__ import annotations

from enum import StrEnum

from bot.desk import outgoing, timeline
from bot.desk.errors import NotFound
from bot.desk.outgoing import Priority
from bot.desk.timeline import Event
from storage.records import ConversationId, Ticket, TicketNumber
from storage.transaction import Transaction


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
    """Give the ticket its subject and summary, once, and show them in the thread."""
    conversation = await tx.conversations.lock(conversation_id)
    ticket = await tx.tickets.get(number)
    if conversation is None or ticket is None:
        raise NotFound
    if ticket.subject is not None:
        return ticket
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
    await outgoing.mirror(tx, conversation, entry)
    await outgoing.refresh_card(tx, conversation, Priority.FEEDBACK)
    return ticket
