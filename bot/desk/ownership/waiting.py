"""Rules for the wait: what its customer may do meanwhile, and who is reminded of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from bot.desk import enqueue, timeline
from bot.desk.errors import NotFound, NotWaiting
from bot.desk.jobs import DirectMessageKind, Priority
from bot.desk.ownership.speaking import check_epoch
from bot.desk.phrases import to_customer
from bot.desk.timeline import Event
from storage.records import (
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Kind,
    Status,
    TeammateCall,
    TicketNumber,
)
from storage.transaction import Transaction


async def go_back(
    tx: Transaction,
    conversation_id: ConversationId,
    *,
    ai_answers: bool,
    by_program: bool = False,
    epoch: int | None = None,
) -> Conversation:
    """Let a waiting customer go on with the AI: their ticket is cancelled, and the AI holds it again.

    What they wrote while they waited the AI answers now. What came before it handed over was answered by
    that, so without anything new it keeps quiet until they write. If the AI has the conversation already,
    nothing changes. Raises `NotWaiting` where a teammate was quicker.

    The wait that ends may be named by its `epoch`; whoever names another gets `EpochOver`. `by_program`: not
    the customer pressed it, another program decided so, which must name it once somebody has taken over.
    """
    before = await _known(tx, conversation_id)
    if before.state is ConversationState.AI:
        return before
    if before.state is not ConversationState.WAITING:
        raise NotWaiting
    if by_program or epoch is not None:
        await check_epoch(tx, before, epoch=epoch)
    conversation = await tx.conversations.give_to_ai(conversation_id, epoch=before.epoch)
    ticket = await tx.tickets.open_of(conversation_id)
    if conversation is None or ticket is None:
        raise NotWaiting
    await tx.tickets.move(ticket.number, Status.CANCELLED)
    entry = await timeline.changed_hands(
        tx,
        conversation,
        Event.WENT_BACK,
        to_customer("resumed_unclaimed", locale=conversation.customer.locale),
        by=None,
        ticket=ticket.number,
    )
    await enqueue.mirror(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    last = await tx.ledger.latest_messages(conversation_id, 1)
    # Its epoch says whether it was written during the wait.
    wrote = bool(last) and last[0].author is Author.CUSTOMER and last[0].epoch == before.epoch
    if ai_answers and wrote:
        await enqueue.answer(tx, conversation_id)
    return conversation


async def leave_address(tx: Transaction, conversation_id: ConversationId, *, email: str) -> Conversation:
    """Keep where a customer who waits can be reached, and show it to the team. The same again does nothing.

    A teammate who takes over in the same moment may need it all the same. Raises `NotWaiting` where the AI
    answers.
    """
    conversation = await _known(tx, conversation_id)
    if conversation.state not in (ConversationState.WAITING, ConversationState.TEAMMATE):
        raise NotWaiting
    if await tx.ledger.by_source(conversation_id, _address_source(email)) is not None:
        return conversation
    conversation = await tx.conversations.reached_at(conversation_id, email) or conversation
    shown = await timeline.for_the_team(
        tx, conversation, Event.ADDRESS_LEFT, source=_address_source(email), email=email
    )
    await enqueue.mirror(tx, conversation, shown)
    await tx.ledger.add(
        conversation_id,
        Kind.SYSTEM,
        Author.SYSTEM,
        to_customer("address_left", locale=conversation.customer.locale, name=email),
        data={"event": Event.ADDRESS_LEFT},
    )
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return conversation


async def remind(tx: Transaction, conversation_id: ConversationId, *, after: timedelta) -> bool:
    """Remind those who should answer, if it is time: all of them in the channel, or the holder in private.

    The ticket remembers it in this transaction, so whoever else asks for the same finds it done. False then.
    """
    conversation = await _known(tx, conversation_id)
    ticket = await tx.tickets.open_of(conversation_id)
    if ticket is None or not tx.tickets.is_unanswered(ticket, after=after):
        return False
    ticket = await tx.tickets.reminded(ticket)
    if conversation.state is ConversationState.WAITING:
        since = conversation.escalated_at or ticket.opened_at
        entry = await timeline.for_the_team(
            tx,
            conversation,
            Event.STILL_WAITING,
            ticket=ticket.number,
            subject=ticket.subject,
            seconds=int((tx.now - since).total_seconds()),
        )
        await enqueue.announce(tx, conversation, ticket, entry)
    elif conversation.holder is not None:
        await enqueue.tell(tx, conversation, ticket, conversation.holder, DirectMessageKind.STILL_WAITING)
    return True


async def holder_not_told(tx: Transaction, conversation_id: ConversationId) -> None:
    """Say in the thread that a customer waits for their holder, who cannot be told directly."""
    conversation = await _known(tx, conversation_id)
    ticket = await tx.tickets.open_of(conversation_id)
    if ticket is None or conversation.state is not ConversationState.TEAMMATE:
        return
    since = ticket.status_since or ticket.opened_at
    entry = await timeline.for_the_team(
        tx,
        conversation,
        Event.STILL_WAITING,
        ticket=ticket.number,
        subject=ticket.subject,
        seconds=int((tx.now - since).total_seconds()),
    )
    await enqueue.mirror(tx, conversation, entry)


async def call_placed(tx: Transaction, conversation_id: ConversationId, call: TeammateCall) -> None:
    """The call stands in the channel. Of one conversation's only the latest does, and only while it waits."""
    await _known(tx, conversation_id)
    ticket = await tx.tickets.open_of(conversation_id)
    if ticket is None or ticket.status is not Status.NEW:
        await enqueue.take_down(tx, conversation_id, call)
        return
    if ticket.call is not None and ticket.call != call:
        await enqueue.take_down(tx, conversation_id, ticket.call)
    await tx.tickets.called(ticket.number, call)


async def call_answered(tx: Transaction, conversation_id: ConversationId, number: TicketNumber) -> None:
    """Take the call for that ticket down, once, if nobody has to be called for any more."""
    await _known(tx, conversation_id)
    ticket = await tx.tickets.get(number)
    if ticket is not None and ticket.call is not None and ticket.status is not Status.NEW:
        await enqueue.take_down(tx, conversation_id, ticket.call)
        await tx.tickets.called(number, None)


def _address_source(email: str) -> str:
    # A source has room for 200 characters, an address may have more.
    return f"address:{hashlib.sha256(email.encode()).hexdigest()}"


async def _known(tx: Transaction, conversation_id: ConversationId) -> Conversation:
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    return conversation
