"""Rules for what teammates change in a thread: messages that were edited, and ones that were deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal

from bot.desk import attachments, enqueue
from bot.desk.attachments import FileRejection
from bot.desk.jobs import Priority, PromptKind
from bot.desk.ownership.takeover import answers
from bot.desk.replies.held import fails, go_on, mark_of
from bot.desk.replies.sending import formatted, note
from bot.desk.replies.signs import TeamSign
from bot.desk.replies.thread_messages import (
    Intent,
    LanguageOf,
    Outcome,
    other_language,
    thread_message,
)
from storage.records import (
    Audience,
    Author,
    Conversation,
    Entry,
    FileId,
    HeldReply,
    Kind,
    MessageRef,
    Person,
)
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction


async def message_edited(
    tx: Transaction,
    thread: MessageRef,
    message: MessageRef,
    *,
    by: Person,
    text: str,
    intent: Intent,
    sign: TeamSign | None = None,
    html: str | None = None,
    typed_at: datetime | None = None,
    edited_at: str | None = None,
    anyone: bool = False,
    language_of: LanguageOf | None = None,
    files: Sequence[FileId] = (),
    unfit: FileRejection | None = None,
    still_with_it: Collection[str] | None = None,
    delivery: SlackEvent | None = None,
) -> Outcome:
    """Let the customer read the new words of a message that was sent to them.

    `still_with_it` holds Slack's names of the files that the message still has; others are taken back.
    What the edit adds and a customer cannot be sent, `unfit` or a file that came later, is not left out of
    it: a held reply fails, and of one that was sent the customer keeps what they have. Its author is told.

    A held reply is reworded, or becomes the note it now reads like; one that failed is tried again in its new
    words, once its author wants it; one that follows another and may be meant
    for the team by now goes on only when its author says so. An edit that turns a sent message into
    something like a note is not shown to the customer: they keep the words they have, and the author is told.
    The same goes for an author who may not act any more.
    Slack promises no order, so an edit whose message is not known yet is that message, in its latest words,
    and one that is older by `edited_at`, Slack's time of it, than the latest known changes nothing.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Outcome.NO_CONVERSATION
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    entry = await tx.ledger.by_source(conversation.id, message.source)
    added = await attachments.added(tx, conversation.id, message.source, still_with_it)
    # Files are not fetched for a message that is known: only those count that it did not have before.
    of_files = FileRejection.ADDED if added else None
    more = of_files if unfit is None or unfit.is_of_files else unfit
    withdrawn = await attachments.withdrawn(tx, conversation.id, message.source, still_with_it)
    held = await tx.held.get(conversation.id, message.source)
    if held is not None:
        if withdrawn and intent is Intent.NOTHING:
            return await message_deleted(tx, thread, message, by=by)
        if intent is Intent.NOTE:
            await tx.held.release(conversation.id, message.source)
            await attachments.forget(tx, conversation.id, message.source)
            await note(tx, reply, by, instead_of=mark_of(held))
            await go_on(tx, conversation, reply.author, by)
            return Outcome.NOTE
        if held.again is not None and delivery is not None:
            if Decimal(delivery.event_ts) < Decimal(held.again["event_ts"]):
                return Outcome.HELD
            await tx.held.have_again(conversation.id, message.source, delivery.kept())
        if held.again is None and more is not None and delivery is not None:
            await fails(tx, conversation, reply, by, unfit=more, again=delivery)
            return Outcome.HELD
        await tx.held.reword(conversation.id, message.source, text, html=html)
        if held.again is not None:
            return Outcome.HELD
        if intent is Intent.UNCLEAR and await answers(tx, conversation, by):
            # What its author was asked about before was about other words.
            await tx.held.follow(conversation.id, message.source, since=None)
            await enqueue.prompt(tx, reply, PromptKind.UNCLEAR, sign=sign)
        other = await other_language(tx, conversation, text, language_of)
        if intent is Intent.FOR_CUSTOMER and other is not None and await answers(tx, conversation, by):
            await tx.held.translate_first(conversation.id, message.source)
            await enqueue.reply_translation(tx, reply, to=other)
        return Outcome.HELD
    if entry is None:
        return await thread_message(
            tx,
            thread,
            message,
            by=by,
            typed_at=typed_at,
            text=text,
            intent=intent,
            sign=sign,
            html=html,
            anyone=anyone,
            language_of=language_of,
            files=files,
            unfit=unfit,
            delivery=delivery,
        )
    before = await _words_of(tx, entry)
    await tx.files.forget(files)
    if before is None:
        return Outcome.KNOWN
    if withdrawn and intent is Intent.NOTHING:
        return await message_deleted(tx, thread, message, by=by)
    if intent is Intent.THROUGH_APP:
        more = more or FileRejection.APP
    if entry.kind is Kind.MESSAGE and more is not None:
        await enqueue.prompt(tx, reply, PromptKind.EDIT_NOT_WHOLE, unfit=more)
        if not withdrawn:
            return Outcome.NOTE
        text, html = before
    if entry.data.get("written") == text and not withdrawn:
        return Outcome.KNOWN
    if not withdrawn and (before == (text, html) or await _is_old(tx, entry, edited_at)):
        return Outcome.KNOWN
    if entry.kind is Kind.MESSAGE and not by.may_act and not withdrawn:
        await enqueue.prompt(tx, reply, PromptKind.MAY_NOT_EDIT)
        return Outcome.NOTE
    if "written" in entry.data:
        await enqueue.prompt(tx, reply, PromptKind.TRANSLATION_STAYS)
        return Outcome.NOTE
    if entry.kind is Kind.MESSAGE and intent is not Intent.FOR_CUSTOMER:
        await enqueue.prompt(tx, reply, PromptKind.EDIT_STAYS)
        if not withdrawn:
            return Outcome.NOTE
        text, html = before
    await tx.ledger.add(
        conversation.id,
        Kind.EDIT,
        Author.TEAMMATE,
        text,
        audience=entry.audience,
        person=by,
        data={"target": entry.seq}
        | ({"edited_at": edited_at} if edited_at else {})
        | formatted(html)
        | attachments.remembered(await tx.files.with_message(conversation.id, message.source)),
    )
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return Outcome.SENT if entry.audience is Audience.CUSTOMER else Outcome.NOTE


async def message_deleted(
    tx: Transaction, thread: MessageRef, message: MessageRef, *, by: Person | None = None
) -> Outcome:
    """Take back what was sent, or forget what was held, files included; never send it from here on.

    `by` is its author as they are now, whoever deleted it; None if nobody could say in time.

    Slack promises no order: a message that comes after its own deletion finds its place taken.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Outcome.NO_CONVERSATION
    held = await tx.held.get(conversation.id, message.source)
    await tx.held.release(conversation.id, message.source)
    entry = await tx.ledger.by_source(conversation.id, message.source)
    if entry is None:
        await attachments.forget(tx, conversation.id, message.source)
        await tx.ledger.add(
            conversation.id,
            Kind.RETRACT,
            Author.TEAMMATE,
            "",
            audience=Audience.TEAM,
            data={"target": 0},
            source=message.source,
        )
        await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    elif not await take_back(tx, conversation, entry):
        return Outcome.KNOWN
    if held is not None:
        await go_on(tx, conversation, held.author, by)
        return Outcome.HELD
    return Outcome.SENT if entry is not None and entry.audience is Audience.CUSTOMER else Outcome.NOTE


async def take_back(tx: Transaction, conversation: Conversation, entry: Entry) -> bool:
    """Take a teammate's message back from whoever reads it, files included. False if it was already."""
    if entry.source is not None:
        await attachments.forget(tx, conversation.id, entry.source)
    if await _words_of(tx, entry) is None:
        return False
    await tx.ledger.add(
        conversation.id,
        Kind.RETRACT,
        Author.TEAMMATE,
        "",
        audience=entry.audience,
        name=entry.name,
        data={"target": entry.seq},
    )
    # The card quotes what was said last.
    await enqueue.refresh_card(tx, conversation, Priority.FEEDBACK)
    return True


async def _words_of(tx: Transaction, entry: Entry) -> tuple[str, str | None] | None:
    """What a message says now, after its edits, plain and formatted. None once it was taken back."""
    latest = [entry, *await tx.ledger.about(entry.conversation_id, entry.seq)][-1]
    return None if latest.kind is Kind.RETRACT else (latest.text, latest.data.get("html"))


async def _is_old(tx: Transaction, entry: Entry, edited_at: str | None) -> bool:
    """Whether a later edit of the message is known."""
    if edited_at is None:
        return False
    changes = await tx.ledger.about(entry.conversation_id, entry.seq)
    return any(Decimal(change.data.get("edited_at", 0)) > Decimal(edited_at) for change in changes)
