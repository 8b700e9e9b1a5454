"""Rules for a teammate who cannot answer customers any more: whoever they leave behind waits and is heard."""

from __future__ import annotations

from bot.desk import enqueue, timeline
from bot.desk.jobs import Priority
from bot.desk.ownership.assignment import Assignment, assign
from bot.desk.phrases import to_customer
from bot.desk.tickets import waits_again
from bot.desk.timeline import Event
from storage.records import ConversationId, ConversationState, PersonId
from storage.transaction import Transaction


async def holder_left(
    tx: Transaction, conversation_id: ConversationId, *, holder: PersonId, why: str, assignment: Assignment
) -> bool:
    """Let a conversation whose holder is gone wait for another teammate, call for one, and tell its customer.

    The AI stays silent, and the ticket is New again and nobody's. Where somebody is available, `assignment`
    says who has it from this commit on. `why` is what the timeline says happened to the holder. False, and
    nothing changed, where they do not hold it any more: whoever noticed first has done this.
    """
    before = await tx.conversations.lock(conversation_id)
    if before is None or before.state is not ConversationState.TEAMMATE or before.holder != holder:
        return False
    conversation = await tx.conversations.let_wait(conversation_id, epoch=before.epoch)
    if conversation is None:
        return False
    person = await tx.people.get(holder)
    name = person.name if person is not None else ""
    ticket, is_new = await waits_again(tx, conversation)
    entry = await timeline.changed_hands(
        tx,
        conversation,
        Event.HOLDER_LEFT,
        to_customer("holder_left", locale=conversation.customer.locale, name=name),
        by=None,
        ticket=ticket.number,
        holder_name=name,
        why=why,
    )
    await enqueue.announce(tx, conversation, ticket, entry, stays=True)
    if is_new:
        await enqueue.summary(tx, conversation_id, ticket.number)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    await assign(tx, conversation, assignment)
    return True


async def joined_left(tx: Transaction, conversation_id: ConversationId, *, person: PersonId) -> bool:
    """Somebody who joined a holder is gone: what they type reaches the customer no more, should they be back.

    False where they had not joined.
    """
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or not await tx.joined.remove(conversation, person):
        return False
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return True
