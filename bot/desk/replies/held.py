"""Rules for held replies: what their authors decide, and what goes on by itself once they did."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.desk import attachments, enqueue
from bot.desk.attachments import FileRejection
from bot.desk.errors import (
    AlreadyDecided,
    ChangedSince,
    FilesGone,
    MayNotAct,
    NobodyHolds,
    NotFound,
    NotTranslated,
    NotYours,
)
from bot.desk.jobs import PromptKind, Reaction
from bot.desk.ownership.takeover import hand_over, holder_name, take_over
from bot.desk.replies.sending import note, send
from storage.records import (
    Conversation,
    ConversationId,
    ConversationState,
    HeldReply,
    Person,
    PersonId,
)
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction


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
    if reply.again is not None:
        raise ChangedSince
    files = await tx.files.with_message(conversation_id, source)
    if not reply.text.strip() and not files:
        raise FilesGone
    if not taking_over and conversation.state is not ConversationState.TEAMMATE:
        raise NobodyHolds
    if taking_over:
        if epoch is None:
            await take_over(tx, conversation_id, by=by)
        else:
            await hand_over(tx, conversation_id, to=by, by=by, epoch=epoch)
        conversation = await tx.conversations.lock(conversation_id) or conversation
    await tx.held.release(conversation_id, source)
    await send(tx, conversation, reply, by, files=files, instead_of=Reaction.HELD)
    await go_on(tx, conversation, reply.author, by)


async def fails(
    tx: Transaction,
    conversation: Conversation,
    reply: HeldReply,
    by: Person,
    *,
    unfit: FileRejection,
    again: SlackEvent,
) -> None:
    """Something was added to a held reply that is `unfit` for a customer: it cannot be sent as it was held.

    Where that may be had, its author can have it dealt with `again`, as it is now.
    """
    source = reply.message.source
    if unfit.may_be_had:
        await tx.held.reword(conversation.id, source, reply.text, html=reply.html)
        await tx.held.have_again(conversation.id, source, again.kept())
        await tx.held.follow(conversation.id, source, since=None)
        await enqueue.mark(tx, conversation.id, reply.message, Reaction.FAILED, instead_of=Reaction.HELD)
    else:
        await tx.held.release(conversation.id, source)
        await attachments.forget(tx, conversation.id, source)
        await note(tx, reply, by, marked=Reaction.FAILED, instead_of=Reaction.HELD)
        await go_on(tx, conversation, reply.author, by)
    await enqueue.prompt(tx, reply, PromptKind.NOT_WHOLE, unfit=unfit)


async def translated(
    tx: Transaction, conversation_id: ConversationId, source: str, *, text: str, translation: str | None
) -> None:
    """Show a held reply's author what `text` is in the customer's language, or that nobody can say it.

    Nothing happens where they decided already, or where it says something else by now.
    """
    if await tx.conversations.lock(conversation_id) is None:
        raise NotFound
    reply = await tx.held.get(conversation_id, source)
    if reply is None or reply.text != text:
        return
    if translation is None:
        await enqueue.prompt(tx, reply, PromptKind.NOT_TRANSLATED)
        return
    await tx.held.translate(conversation_id, source, translation)
    await enqueue.prompt(tx, reply, PromptKind.TRANSLATED)


async def send_translation(
    tx: Transaction, conversation_id: ConversationId, source: str, *, by: Person, print_of: str
) -> None:
    """Send a held reply in the customer's language, with what its author wrote under it.

    `print_of` is the fingerprint of the translation that the author saw. Raises `NotTranslated` if it is not
    that of what the reply says now, and what `send_held` raises; in all cases it stays held.
    """
    if not by.may_act:
        raise MayNotAct
    conversation, reply = await _held(tx, conversation_id, source, by)
    if conversation.state is not ConversationState.TEAMMATE:
        raise NobodyHolds
    if reply.again is not None:
        raise ChangedSince
    if reply.translation is None or fingerprint(reply.translation) != print_of:
        raise NotTranslated
    files = await tx.files.with_message(conversation_id, source)
    await tx.held.release(conversation_id, source)
    await send(
        tx, conversation, reply, by, files=files, instead_of=Reaction.HELD, translation=reply.translation
    )
    await go_on(tx, conversation, reply.author, by)


def fingerprint(translation: str) -> str:
    """By which a button tells the translation that it was shown beside from a later one."""
    return hashlib.sha256(translation.encode()).hexdigest()[:16]


async def keep_as_note(tx: Transaction, conversation_id: ConversationId, source: str, *, by: Person) -> None:
    """Keep a held reply with the team, as its author decided."""
    conversation, reply = await _held(tx, conversation_id, source, by)
    await tx.held.release(conversation_id, source)
    await attachments.forget(tx, conversation_id, source)
    await note(tx, reply, by, instead_of=mark_of(reply))
    await go_on(tx, conversation, reply.author, by)


async def author_may_not(
    tx: Transaction, conversation_id: ConversationId, source: str, *, author: PersonId
) -> None:
    """A held reply's author may not answer customers any more: it becomes a note, and they are told.

    Nothing where it was decided already.
    """
    known = await tx.people.get(author)
    if known is None or await tx.conversations.lock(conversation_id) is None:
        return
    reply = await tx.held.get(conversation_id, source)
    if reply is None or reply.author != author:
        return
    await keep_as_note(tx, conversation_id, source, by=replace(known, may_act=False))
    await enqueue.prompt(tx, reply, PromptKind.MAY_NOT_ACT)


async def try_again(tx: Transaction, conversation_id: ConversationId, source: str, *, by: Person) -> None:
    """Deal with a message that failed as if its author had just typed it: fetch its files, then decide.

    From this commit on it is a delivery in the inbox, so nothing forgets it and it counts once.
    """
    if not by.may_act:
        raise MayNotAct
    _, reply = await _held(tx, conversation_id, source, by)
    if reply.again is None:
        raise AlreadyDecided
    await tx.held.release(conversation_id, source)
    await enqueue.mark(tx, conversation_id, reply.message, None, instead_of=Reaction.FAILED)
    await tx.slack_events.put(SlackEvent.again(reply.message, reply.again), due_at=tx.now)


def mark_of(reply: HeldReply) -> Reaction:
    """What the message of a held reply carries."""
    return Reaction.HELD if reply.again is None else Reaction.FAILED


async def go_on(tx: Transaction, conversation: Conversation, author: PersonId, by: Person | None) -> None:
    """Something of theirs is decided: what only followed it goes to the customer, in the order it was typed.

    `by` is the author as they are now: who may not act any more says nothing to a customer. If nobody knows,
    or if the conversation changed hands since they typed it, they are asked instead.
    """
    held = await tx.held.of(conversation.id, author)
    for reply in held:
        if reply.follows_since is None or is_before(held, reply):
            continue
        source = reply.message.source
        files = await tx.files.with_message(conversation.id, source)
        if by is not None and not by.may_act:
            await tx.held.release(conversation.id, source)
            await attachments.forget(tx, conversation.id, source)
            await note(tx, reply, by, instead_of=Reaction.HELD)
            await enqueue.prompt(tx, reply, PromptKind.MAY_NOT_ACT)
        elif conversation.state is not ConversationState.TEAMMATE:
            await tx.held.follow(conversation.id, source, since=None)
            await ask(tx, conversation, reply)
        elif by is None or conversation.epoch != reply.follows_since:
            await tx.held.follow(conversation.id, source, since=None)
            await enqueue.prompt(tx, reply, PromptKind.CHANGED_HANDS if by else PromptKind.NOTHING_BEFORE)
        elif not reply.text.strip() and not files:
            await tx.held.release(conversation.id, source)
            await note(tx, reply, by, marked=Reaction.FAILED, instead_of=Reaction.HELD)
            await enqueue.prompt(tx, reply, PromptKind.NOT_WHOLE, unfit=FileRejection.GONE)
        else:
            await tx.held.release(conversation.id, source)
            await send(tx, conversation, reply, by, files=files, instead_of=Reaction.HELD)


def is_before(held: Sequence[HeldReply], reply: HeldReply) -> bool:
    at = Decimal(reply.message.ts)
    return any(one.translated_first and Decimal(one.message.ts) < at for one in held)


async def ask(tx: Transaction, conversation: Conversation, reply: HeldReply) -> None:
    if conversation.state is not ConversationState.TEAMMATE:
        await enqueue.prompt(tx, reply, PromptKind.AI_ANSWERS)
    else:
        name = await holder_name(tx, conversation)
        await enqueue.prompt(tx, reply, PromptKind.SOMEBODY_HOLDS, holder=name, epoch=conversation.epoch)


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
