"""What a teammate typed, as an entry of the ledger: a message for the customer or a note for the team."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.desk import attachments, enqueue, tickets
from bot.desk.jobs import Priority, Reaction
from storage.records import (
    Audience,
    Author,
    Conversation,
    Entry,
    File,
    HeldReply,
    Kind,
    Person,
    Status,
)
from storage.transaction import Transaction


async def send(
    tx: Transaction,
    conversation: Conversation,
    reply: HeldReply,
    by: Person,
    *,
    files: Sequence[File],
    instead_of: Reaction | None = None,
    translation: str | None = None,
) -> None:
    text, data = reply.text, formatted(reply.html)
    if translation is not None:
        text, data = f"{translation}\n\n{reply.text}", {"written": reply.text}
    data |= attachments.remembered(files)
    entry = await say_to_customer(tx, conversation, text, by=by, source=reply.message.source, **data)
    await tx.files.settle([file.id for file in files], seq=entry.seq)
    await enqueue.mark(tx, conversation.id, reply.message, Reaction.SENT, instead_of=instead_of)


async def say_to_customer(
    tx: Transaction, conversation: Conversation, text: str, *, by: Person, source: str, **data: Any
) -> Entry:
    """A teammate's words reach the customer, and move the ticket on. That they may was decided before."""
    entry = await tx.ledger.add(
        conversation.id, Kind.MESSAGE, Author.TEAMMATE, text, person=by, data=data, source=source
    )
    ticket = await tx.tickets.open_of(conversation.id)
    if ticket is not None:
        if ticket.first_reply_at is None:
            await tx.tickets.replied(ticket.number)
        if ticket.status is not Status.ON_CUSTOMER:
            await tickets.goes_on(tx, conversation, ticket, Status.ON_CUSTOMER, by=by)
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return entry


async def note(
    tx: Transaction,
    reply: HeldReply,
    by: Person,
    *,
    marked: Reaction = Reaction.NOTE,
    instead_of: Reaction | None = None,
) -> None:
    """It stays with the team, `marked` as that or as what failed to go out."""
    await tx.ledger.add(
        reply.conversation_id,
        Kind.NOTE,
        Author.TEAMMATE,
        reply.text,
        audience=Audience.TEAM,
        person=by,
        data=formatted(reply.html),
        source=reply.message.source,
    )
    await enqueue.mark(tx, reply.conversation_id, reply.message, marked, instead_of=instead_of)


def formatted(html: str | None) -> dict[str, str]:
    return {} if html is None else {"html": html}
