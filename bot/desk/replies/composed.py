"""Rules for replies and notes that are written in a window instead of the thread."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk import enqueue
from bot.desk.errors import (
    AlreadyNoted,
    AlreadySent,
    Blank,
    MayNotAct,
    NotFound,
    NotTaken,
    SomebodyElseAnswers,
    Stale,
    TooLong,
)
from bot.desk.ownership.takeover import answers, hand_over, holder_name, take_over
from bot.desk.queries.views import ConversationView, conversation_view
from bot.desk.replies.sending import say_to_customer
from bot.desk.writing import LONGEST_NOTE
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Kind,
    Person,
)
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Composing:
    """A conversation as who writes a reply finds it. `is_theirs`: what they write is sent as it is."""

    view: ConversationView
    is_theirs: bool


async def composing(
    tx: Transaction, conversation_id: ConversationId, *, by: Person, anyone: bool = False
) -> Composing:
    """Look, for somebody who may act, whether their reply needs a take over. `anyone` is that of replies."""
    if not by.may_act:
        raise MayNotAct
    view = await conversation_view(tx, conversation_id)
    return Composing(view, await _is_theirs(tx, view.conversation, by, anyone=anyone))


async def send_composed(
    tx: Transaction,
    conversation_id: ConversationId,
    text: str,
    *,
    by: Person,
    source: str,
    taking_over: bool,
    epoch: int,
    anyone: bool = False,
) -> None:
    """Send it as the teammate, once for each `source`, and show it in the thread, where nobody typed it.

    Other words from the same source get `AlreadySent`: the first ones are with the customer.

    It goes by the rule for what is typed: only who holds the conversation or joined its holder sends. With
    `taking_over` they take it in the same step, if it is still where they saw it in `epoch`.
    """
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    known = await tx.ledger.by_source(conversation_id, source)
    if known is not None and known.text != text:
        raise AlreadySent
    if known is not None:
        return
    if not await _is_theirs(tx, conversation, by, anyone=anyone):
        conversation = await _taken(tx, conversation, by, epoch=epoch if taking_over else None)
    entry = await say_to_customer(tx, conversation, text, by=by, source=source, composed=True)
    await enqueue.answer_press(tx, conversation, entry)


async def write_note(
    tx: Transaction, conversation_id: ConversationId, text: str, *, by: Person, source: str
) -> None:
    """Write it down for the team, once for each `source`, and show it in the thread, where nobody typed it.

    Whoever may act may, whoever answers the customer. Nothing else changes: not who answers, not whose move
    the ticket is. Other words from the same source get `AlreadyNoted`.
    """
    if not by.may_act:
        raise MayNotAct
    if not text.strip():
        raise Blank
    if len(text) > LONGEST_NOTE:
        raise TooLong(limit=str(LONGEST_NOTE))
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    known = await tx.ledger.by_source(conversation_id, source)
    if known is not None and known.text != text:
        raise AlreadyNoted
    if known is not None:
        return
    entry = await tx.ledger.add(
        conversation_id, Kind.NOTE, Author.TEAMMATE, text, audience=Audience.TEAM, person=by, source=source
    )
    await enqueue.answer_press(tx, conversation, entry)


async def _taken(
    tx: Transaction, conversation: Conversation, by: Person, *, epoch: int | None
) -> Conversation:
    """Theirs from here on. Without the `epoch` in which they agreed to that, a refusal."""
    is_held = conversation.state is ConversationState.TEAMMATE
    if epoch is None:
        if is_held:
            raise SomebodyElseAnswers(holder=await holder_name(tx, conversation))
        raise NotTaken
    if is_held:
        await hand_over(tx, conversation.id, to=by, by=by, epoch=epoch)
    elif conversation.epoch != epoch:
        raise Stale
    else:
        await take_over(tx, conversation.id, by=by)
    return await tx.conversations.lock(conversation.id) or conversation


async def _is_theirs(tx: Transaction, conversation: Conversation, by: Person, *, anyone: bool) -> bool:
    return await answers(tx, conversation, by) or (
        anyone and conversation.state is ConversationState.TEAMMATE
    )
