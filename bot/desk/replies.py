"""Rules for what a teammate types in a thread: sent, kept as a note, or held until they decide.

In doubt a message is held. Holding a reply costs its author one press; sending a note to a customer cannot
be undone.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from bot.desk import outgoing, tickets
from bot.desk.errors import AlreadyDecided, MayNotAct, NobodyHolds, NotFound, NotYours
from bot.desk.outgoing import Mark, Priority, Prompt
from bot.desk.takeover import answers, hand_over, holder_name, take_over
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    Entry,
    HeldReply,
    Kind,
    MessageRef,
    Person,
    State,
    Status,
)
from storage.transaction import Transaction


class Meant(StrEnum):
    """How a thread message reads before anybody knows who holds the conversation."""

    FOR_CUSTOMER = "for_customer"
    NOTE = "note"
    UNCLEAR = "unclear"
    FILES = "files"


class Fate(StrEnum):
    """What became of it."""

    SENT = "sent"
    NOTE = "note"
    HELD = "held"
    KNOWN = "known"
    NO_CONVERSATION = "no_conversation"


async def thread_message(
    tx: Transaction,
    thread: MessageRef,
    message: MessageRef,
    *,
    by: Person,
    text: str,
    meant: Meant,
    html: str | None = None,
    anyone: bool = False,
) -> Fate:
    """Decide about a thread message, once for each (team, channel, ts). `html` is its text, formatted.

    It reaches the customer only if it is plainly meant for them and its author holds the conversation or
    joined its holder; with `anyone`, if some teammate holds it.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    if await _is_known(tx, conversation, message):
        return Fate.KNOWN
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    if not by.may_act:
        await _note(tx, reply, by)
        await outgoing.prompt(tx, reply, Prompt.MAY_NOT_ACT)
        return Fate.NOTE
    if meant is Meant.NOTE:
        await _note(tx, reply, by)
        return Fate.NOTE
    if meant is Meant.FILES:
        await _note(tx, reply, by)
        await outgoing.prompt(tx, reply, Prompt.FILES_STAY)
        return Fate.NOTE
    is_theirs = await answers(tx, conversation, by) or (anyone and conversation.state is State.TEAMMATE)
    if meant is Meant.FOR_CUSTOMER and is_theirs:
        await _send(tx, conversation, reply, by)
        return Fate.SENT
    await tx.held.hold(reply)
    await outgoing.mark(tx, conversation.id, message, Mark.HELD)
    if is_theirs:
        await outgoing.prompt(tx, reply, Prompt.MENTIONS)
    else:
        await _ask(tx, conversation, reply)
    return Fate.HELD


async def send_held(
    tx: Transaction,
    conversation_id: ConversationId,
    source: str,
    *,
    by: Person,
    taking_over: bool,
    epoch: int | None = None,
) -> None:
    """Send a held reply as its author decided; `taking_over` also takes the conversation, in the same step.

    It is taken from the AI, or with `epoch` from the teammate who has held it since then. Raises
    `AlreadyTaken` if somebody else took it since, and without `taking_over` `NobodyHolds` if it went back to
    the AI: a reply never talks beside the AI. In both cases it stays held.
    """
    if not by.may_act:
        raise MayNotAct
    conversation, reply = await _held(tx, conversation_id, source, by)
    if not taking_over and conversation.state is not State.TEAMMATE:
        raise NobodyHolds
    if taking_over:
        if epoch is None:
            await take_over(tx, conversation_id, by=by)
        else:
            await hand_over(tx, conversation_id, to=by, by=by, epoch=epoch)
        conversation = await tx.conversations.lock(conversation_id) or conversation
    await tx.held.release(conversation_id, source)
    await _send(tx, conversation, reply, by, instead_of=Mark.HELD)


async def keep_as_note(tx: Transaction, conversation_id: ConversationId, source: str, *, by: Person) -> None:
    """Keep a held reply with the team, as its author decided."""
    _, reply = await _held(tx, conversation_id, source, by)
    await tx.held.release(conversation_id, source)
    await _note(tx, reply, by, instead_of=Mark.HELD)


async def message_edited(
    tx: Transaction,
    thread: MessageRef,
    message: MessageRef,
    *,
    by: Person,
    text: str,
    meant: Meant,
    html: str | None = None,
    edited_at: str | None = None,
    anyone: bool = False,
) -> Fate:
    """Let the customer read the new words of a message that was sent to them.

    A held reply is reworded, or becomes the note it now reads like. An edit that turns a sent message into
    something like a note is not shown to the customer: they keep the words they have, and the author is told.
    The same goes for an author who may not act any more.
    Slack promises no order, so an edit whose message is not known yet is that message, in its latest words,
    and one that is older by `edited_at`, Slack's time of it, than the latest known changes nothing.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    if await tx.held.get(conversation.id, message.source) is not None:
        if meant is Meant.NOTE:
            await tx.held.release(conversation.id, message.source)
            await _note(tx, reply, by, instead_of=Mark.HELD)
            return Fate.NOTE
        await tx.held.reword(conversation.id, message.source, text, html=html)
        return Fate.HELD
    entry = await tx.ledger.by_source(conversation.id, message.source)
    if entry is None:
        return await thread_message(
            tx, thread, message, by=by, text=text, meant=meant, html=html, anyone=anyone
        )
    if await _words_of(tx, entry) in ((text, html), None) or await _is_old(tx, entry, edited_at):
        return Fate.KNOWN
    if entry.kind is Kind.MESSAGE and not by.may_act:
        await outgoing.prompt(tx, reply, Prompt.MAY_NOT_EDIT)
        return Fate.NOTE
    if entry.kind is Kind.MESSAGE and meant is not Meant.FOR_CUSTOMER:
        await outgoing.prompt(tx, reply, Prompt.EDIT_STAYS)
        return Fate.NOTE
    await tx.ledger.add(
        conversation.id,
        Kind.EDIT,
        Author.TEAMMATE,
        text,
        audience=entry.audience,
        person=by,
        data={"target": entry.seq} | ({"edited_at": edited_at} if edited_at else {}) | _formatted(html),
    )
    return Fate.SENT if entry.audience is Audience.CUSTOMER else Fate.NOTE


async def message_deleted(tx: Transaction, thread: MessageRef, message: MessageRef) -> Fate:
    """Take back what was sent, or forget what was held; never send it from here on.

    Slack promises no order: a message that comes after its own deletion finds its place taken.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    held = await tx.held.get(conversation.id, message.source) is not None
    await tx.held.release(conversation.id, message.source)
    entry = await tx.ledger.by_source(conversation.id, message.source)
    if entry is not None and await _words_of(tx, entry) is None:
        return Fate.KNOWN
    audience = Audience.TEAM if entry is None else entry.audience
    await tx.ledger.add(
        conversation.id,
        Kind.RETRACT,
        Author.TEAMMATE,
        "",
        audience=audience,
        name=entry.name if entry else None,
        data={"target": entry.seq if entry else 0},
        source=None if entry else message.source,
    )
    if held:
        return Fate.HELD
    return Fate.SENT if audience is Audience.CUSTOMER else Fate.NOTE


async def _is_known(tx: Transaction, conversation: Conversation, message: MessageRef) -> bool:
    if await tx.ledger.by_source(conversation.id, message.source) is not None:
        return True
    return await tx.held.get(conversation.id, message.source) is not None


async def _words_of(tx: Transaction, entry: Entry) -> tuple[str, str | None] | None:
    """What a message says now, after its edits, plain and formatted. None once it was taken back."""
    latest = [entry, *await tx.ledger.about(entry.conversation_id, entry.seq)][-1]
    return None if latest.kind is Kind.RETRACT else (latest.text, latest.data.get("html"))


def _formatted(html: str | None) -> dict[str, str]:
    return {} if html is None else {"html": html}


async def _is_old(tx: Transaction, entry: Entry, edited_at: str | None) -> bool:
    """Whether a later edit of the message is known."""
    if edited_at is None:
        return False
    changes = await tx.ledger.about(entry.conversation_id, entry.seq)
    return any(Decimal(change.data.get("edited_at", 0)) > Decimal(edited_at) for change in changes)


async def _held(
    tx: Transaction, conversation_id: ConversationId, source: str, by: Person
) -> tuple[Conversation, HeldReply]:
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    reply = await tx.held.get(conversation_id, source)
    if reply is None:
        raise AlreadyDecided
    if reply.author != by.id:
        raise NotYours
    return conversation, reply


async def _send(
    tx: Transaction,
    conversation: Conversation,
    reply: HeldReply,
    by: Person,
    *,
    instead_of: Mark | None = None,
) -> None:
    await tx.ledger.add(
        conversation.id,
        Kind.MESSAGE,
        Author.TEAMMATE,
        reply.text,
        person=by,
        data=_formatted(reply.html),
        source=reply.message.source,
    )
    ticket = await tx.tickets.open_of(conversation.id)
    if ticket is not None:
        await tx.tickets.replied(ticket.number)
        if ticket.status is not Status.ON_CUSTOMER:
            await tickets.goes_on(tx, conversation, ticket, Status.ON_CUSTOMER, by=by)
    await outgoing.mark(tx, conversation.id, reply.message, Mark.SENT, instead_of=instead_of)
    await outgoing.refresh_card(tx, conversation, Priority.CARD)


async def _note(tx: Transaction, reply: HeldReply, by: Person, *, instead_of: Mark | None = None) -> None:
    await tx.ledger.add(
        reply.conversation_id,
        Kind.NOTE,
        Author.TEAMMATE,
        reply.text,
        audience=Audience.TEAM,
        person=by,
        data=_formatted(reply.html),
        source=reply.message.source,
    )
    await outgoing.mark(tx, reply.conversation_id, reply.message, Mark.NOTE, instead_of=instead_of)


async def _ask(tx: Transaction, conversation: Conversation, reply: HeldReply) -> None:
    if conversation.state is not State.TEAMMATE:
        await outgoing.prompt(tx, reply, Prompt.AI_ANSWERS)
    else:
        name = await holder_name(tx, conversation)
        await outgoing.prompt(tx, reply, Prompt.SOMEBODY_HOLDS, holder=name, epoch=conversation.epoch)
