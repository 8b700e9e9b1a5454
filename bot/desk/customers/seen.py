"""The rule for what a customer has seen: the team is shown it on the last of their messages, and once."""

from __future__ import annotations

from bot.desk import enqueue
from bot.desk.errors import NotFound
from storage.records import ConversationId
from storage.transaction import Transaction


async def is_news(tx: Transaction, conversation_id: ConversationId, *, upto: int) -> bool:
    """Whether `customer_saw` would change anything. Raises `NotFound`."""
    if await tx.conversations.get(conversation_id) is None:
        raise NotFound
    known = (await tx.seen.of([conversation_id])).get(conversation_id, 0)
    return known < upto and known < await tx.seen.newest(conversation_id, upto=upto)


async def customer_saw(tx: Transaction, conversation_id: ConversationId, *, upto: int) -> None:
    """Everything up to that number was before the customer's eyes.

    What they see later than something newer changes nothing, and what only the AI wrote is nobody's to mark.
    """
    seq = await tx.seen.newest(conversation_id, upto=upto)
    if seq and await tx.seen.advance(conversation_id, seq):
        await enqueue.mark_seen(tx, conversation_id)
