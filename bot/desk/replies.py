"""Rules for what a teammate types in a thread: sent, kept as a note, or held until they decide.

In doubt a message is held. Holding a reply costs its author one press; sending a note to a customer cannot
be undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot.desk import attachments, outgoing, tickets
from bot.desk.attachments import Unfit
from bot.desk.errors import (
    AlreadyDecided,
    FilesGone,
    MayNotAct,
    NobodyHolds,
    NotFound,
    NotTranslated,
    NotYours,
)
from bot.desk.outgoing import Mark, Priority, Prompt
from bot.desk.takeover import answers, hand_over, holder_name, take_over
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    Entry,
    File,
    FileId,
    HeldReply,
    Kind,
    MessageRef,
    Person,
    PersonId,
    State,
    Status,
)
from storage.transaction import Transaction

# The language of a text (ISO 639-1), or None if it does not show it; its writer's locale is a hint.
LanguageOf = Callable[[str, str | None], str | None]
# A customer's language is that of so many of their latest words.
_LATEST = 3
# For so long after a conversation was given to somebody they may not know yet that the customer reads them.
IS_NEWS_FOR = timedelta(seconds=10)


class Meant(StrEnum):
    """How a thread message reads before anybody knows who holds the conversation."""

    FOR_CUSTOMER = "for_customer"
    NOTE = "note"
    UNCLEAR = "unclear"
    NOTHING = "nothing"


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
    language_of: LanguageOf | None = None,
    files: Sequence[FileId] = (),
    unfit: Unfit | None = None,
) -> Fate:
    """Decide about a thread message, once for each (team, channel, ts). `html` is its text, formatted.

    It reaches the customer only if it is plainly meant for them and its author holds the conversation or
    joined its holder; with `anyone`, if some teammate holds it. In the first seconds after its holder was
    given it without a press of their own, it is held. Its `files` go where its words go. If some of them are
    `unfit` for a customer, nothing of it is sent: half a message would be another message. With
    `language_of`, one in another language than its customer's waits until its author saw it translated, and
    one that shows no language follows it.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    if await _is_known(tx, conversation, message):
        # Somebody else brought them too, and was quicker.
        await tx.files.forget(files)
        return Fate.KNOWN
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    await tx.files.settle(files, source=message.source)
    attached = await tx.files.with_message(conversation.id, message.source) if files else []
    if len(attached) < len(files):
        unfit = Unfit.GONE
    why = None if meant is Meant.NOTE and by.may_act else _why_it_stays(by, meant, unfit)
    if meant is Meant.NOTE or why is not None:
        await tx.files.forget(files)
        await _note(tx, reply, by)
        if why is not None:
            await outgoing.prompt(tx, reply, why, unfit=unfit)
        return Fate.NOTE
    is_theirs = await answers(tx, conversation, by) or (anyone and conversation.state is State.TEAMMATE)
    is_news = is_theirs and await _is_news(tx, conversation, message)
    is_plain = meant is Meant.FOR_CUSTOMER and is_theirs and not is_news
    other = await _other_language(tx, conversation, text, language_of) if is_plain else None
    follows = is_plain and other is None and await _follows(tx, reply, language_of)
    if is_plain and other is None and not follows:
        await _send(tx, conversation, reply, by, files=attached)
        return Fate.SENT
    reply = replace(
        reply, translated_first=other is not None, follows_since=conversation.epoch if follows else None
    )
    await tx.held.hold(reply)
    await outgoing.mark(tx, conversation.id, message, Mark.HELD)
    if follows:
        await outgoing.prompt(tx, reply, Prompt.FOLLOWS)
    elif is_news:
        await outgoing.prompt(tx, reply, Prompt.JUST_ASSIGNED)
    elif other is not None:
        await outgoing.reply_translation(tx, reply, to=other)
    elif is_theirs:
        await outgoing.prompt(tx, reply, Prompt.MENTIONS)
    else:
        await _ask(tx, conversation, reply)
    return Fate.HELD


async def _is_news(tx: Transaction, conversation: Conversation, message: MessageRef) -> bool:
    """Whether its holder was given it so shortly before that its author may still have typed for the team."""
    ticket = await tx.tickets.open_of(conversation.id)
    if ticket is None or ticket.assigned_at is None:
        return False
    return float(message.ts) < (ticket.assigned_at + IS_NEWS_FOR).timestamp()


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
    files = await tx.files.with_message(conversation_id, source)
    if not reply.text.strip() and not files:
        raise FilesGone
    if not taking_over and conversation.state is not State.TEAMMATE:
        raise NobodyHolds
    if taking_over:
        if epoch is None:
            await take_over(tx, conversation_id, by=by)
        else:
            await hand_over(tx, conversation_id, to=by, by=by, epoch=epoch)
        conversation = await tx.conversations.lock(conversation_id) or conversation
    await tx.held.release(conversation_id, source)
    await _send(tx, conversation, reply, by, files=files, instead_of=Mark.HELD)
    await _go_on(tx, conversation, reply.author, by)


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
        await outgoing.prompt(tx, reply, Prompt.NOT_TRANSLATED)
        return
    await tx.held.translate(conversation_id, source, translation)
    await outgoing.prompt(tx, reply, Prompt.TRANSLATED)


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
    if conversation.state is not State.TEAMMATE:
        raise NobodyHolds
    if reply.translation is None or fingerprint(reply.translation) != print_of:
        raise NotTranslated
    files = await tx.files.with_message(conversation_id, source)
    await tx.held.release(conversation_id, source)
    await _send(tx, conversation, reply, by, files=files, instead_of=Mark.HELD, translation=reply.translation)
    await _go_on(tx, conversation, reply.author, by)


def fingerprint(translation: str) -> str:
    """By which a button tells the translation that it was shown beside from a later one."""
    return hashlib.sha256(translation.encode()).hexdigest()[:16]


async def keep_as_note(tx: Transaction, conversation_id: ConversationId, source: str, *, by: Person) -> None:
    """Keep a held reply with the team, as its author decided."""
    conversation, reply = await _held(tx, conversation_id, source, by)
    await tx.held.release(conversation_id, source)
    await attachments.forget(tx, conversation_id, source)
    await _note(tx, reply, by, instead_of=Mark.HELD)
    await _go_on(tx, conversation, reply.author, by)


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
    language_of: LanguageOf | None = None,
    files: Sequence[FileId] = (),
    unfit: Unfit | None = None,
    still_with_it: Collection[str] | None = None,
) -> Fate:
    """Let the customer read the new words of a message that was sent to them.

    `still_with_it` holds Slack's names of the files that the message still has; others are taken back.

    A held reply is reworded, or becomes the note it now reads like; one that follows another and may be meant
    for the team by now goes on only when its author says so. An edit that turns a sent message into
    something like a note is not shown to the customer: they keep the words they have, and the author is told.
    The same goes for an author who may not act any more.
    Slack promises no order, so an edit whose message is not known yet is that message, in its latest words,
    and one that is older by `edited_at`, Slack's time of it, than the latest known changes nothing.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    entry = await tx.ledger.by_source(conversation.id, message.source)
    withdrawn = await attachments.withdrawn(tx, conversation.id, message.source, still_with_it)
    held = await tx.held.get(conversation.id, message.source)
    if held is not None:
        if withdrawn and meant is Meant.NOTHING:
            return await message_deleted(tx, thread, message, by=by)
        if meant is Meant.NOTE:
            await tx.held.release(conversation.id, message.source)
            await attachments.forget(tx, conversation.id, message.source)
            await _note(tx, reply, by, instead_of=Mark.HELD)
            await _go_on(tx, conversation, reply.author, by)
            return Fate.NOTE
        await tx.held.reword(conversation.id, message.source, text, html=html)
        if meant is Meant.UNCLEAR and held.follows_since is not None:
            await tx.held.follow(conversation.id, message.source, since=None)
            await outgoing.prompt(tx, reply, Prompt.MENTIONS)
        other = await _other_language(tx, conversation, text, language_of)
        if meant is Meant.FOR_CUSTOMER and other is not None and await answers(tx, conversation, by):
            await tx.held.translate_first(conversation.id, message.source)
            await outgoing.reply_translation(tx, reply, to=other)
        return Fate.HELD
    if entry is None:
        return await thread_message(
            tx,
            thread,
            message,
            by=by,
            text=text,
            meant=meant,
            html=html,
            anyone=anyone,
            language_of=language_of,
            files=files,
            unfit=unfit,
        )
    before = await _words_of(tx, entry)
    await tx.files.forget(files)
    if before is None:
        return Fate.KNOWN
    if withdrawn and meant is Meant.NOTHING:
        return await message_deleted(tx, thread, message, by=by)
    if entry.data.get("written") == text and not withdrawn:
        return Fate.KNOWN
    if not withdrawn and (before == (text, html) or await _is_old(tx, entry, edited_at)):
        return Fate.KNOWN
    if entry.kind is Kind.MESSAGE and not by.may_act and not withdrawn:
        await outgoing.prompt(tx, reply, Prompt.MAY_NOT_EDIT)
        return Fate.NOTE
    if "written" in entry.data:
        await outgoing.prompt(tx, reply, Prompt.TRANSLATION_STAYS)
        return Fate.NOTE
    if entry.kind is Kind.MESSAGE and meant is not Meant.FOR_CUSTOMER:
        await outgoing.prompt(tx, reply, Prompt.EDIT_STAYS)
        if not withdrawn:
            return Fate.NOTE
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
        | _formatted(html)
        | attachments.remembered(await tx.files.with_message(conversation.id, message.source)),
    )
    return Fate.SENT if entry.audience is Audience.CUSTOMER else Fate.NOTE


async def message_deleted(
    tx: Transaction, thread: MessageRef, message: MessageRef, *, by: Person | None = None
) -> Fate:
    """Take back what was sent, or forget what was held, files included; never send it from here on.

    `by` is its author as they are now, whoever deleted it; None if nobody could say in time.

    Slack promises no order: a message that comes after its own deletion finds its place taken.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Fate.NO_CONVERSATION
    held = await tx.held.get(conversation.id, message.source)
    await tx.held.release(conversation.id, message.source)
    await attachments.forget(tx, conversation.id, message.source)
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
    if held is not None:
        await _go_on(tx, conversation, held.author, by)
        return Fate.HELD
    return Fate.SENT if audience is Audience.CUSTOMER else Fate.NOTE


def _why_it_stays(by: Person, meant: Meant, unfit: Unfit | None) -> Prompt | None:
    if not by.may_act:
        return Prompt.MAY_NOT_ACT
    if meant is Meant.NOTHING:
        return Prompt.NO_WORDS
    return None if unfit is None else Prompt.FILES_UNFIT


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
    files: Sequence[File],
    instead_of: Mark | None = None,
    translation: str | None = None,
) -> None:
    text, data = reply.text, _formatted(reply.html)
    if translation is not None:
        text, data = f"{translation}\n\n{reply.text}", {"written": reply.text}
    data |= attachments.remembered(files)
    entry = await say_to_customer(tx, conversation, text, by=by, source=reply.message.source, **data)
    await tx.files.settle([file.id for file in files], seq=entry.seq)
    await outgoing.mark(tx, conversation.id, reply.message, Mark.SENT, instead_of=instead_of)


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
    await outgoing.refresh_card(tx, conversation, Priority.CARD)
    return entry


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


async def _other_language(
    tx: Transaction, conversation: Conversation, text: str, language_of: LanguageOf | None
) -> str | None:
    """The customer's language, where a reply is plainly in another."""
    written = None if language_of is None else language_of(text, None)
    if language_of is None or written is None:
        return None
    said = await tx.ledger.messages_before(conversation.id, None, limit=20)
    theirs = [entry.text for entry in said if entry.author is Author.CUSTOMER][-_LATEST:]
    spoken = language_of("\n".join(theirs), conversation.customer.locale)
    return spoken if spoken != written else None


async def _follows(tx: Transaction, reply: HeldReply, language_of: LanguageOf | None) -> bool:
    """Whether it shows no language and its author typed something before it that is still to be translated.

    What is in the customer's own language does not wait: its author may have written anew what is held.
    """
    if language_of is None or language_of(reply.text, None) is not None:
        return False
    return _is_before(await tx.held.of(reply.conversation_id, reply.author), reply)


def _is_before(held: Sequence[HeldReply], reply: HeldReply) -> bool:
    at = Decimal(reply.message.ts)
    return any(one.translated_first and Decimal(one.message.ts) < at for one in held)


async def _go_on(tx: Transaction, conversation: Conversation, author: PersonId, by: Person | None) -> None:
    """Something of theirs is decided: what only followed it goes to the customer, in the order it was typed.

    `by` is the author as they are now: who may not act any more says nothing to a customer. If nobody knows,
    or if the conversation changed hands since they typed it, they are asked instead.
    """
    held = await tx.held.of(conversation.id, author)
    for reply in held:
        if reply.follows_since is None or _is_before(held, reply):
            continue
        source = reply.message.source
        files = await tx.files.with_message(conversation.id, source)
        if by is not None and not by.may_act:
            await tx.held.release(conversation.id, source)
            await attachments.forget(tx, conversation.id, source)
            await _note(tx, reply, by, instead_of=Mark.HELD)
            await outgoing.prompt(tx, reply, Prompt.MAY_NOT_ACT)
        elif conversation.state is not State.TEAMMATE:
            await tx.held.follow(conversation.id, source, since=None)
            await _ask(tx, conversation, reply)
        elif by is None or conversation.epoch != reply.follows_since:
            await tx.held.follow(conversation.id, source, since=None)
            await outgoing.prompt(tx, reply, Prompt.CHANGED_HANDS if by else Prompt.NOTHING_BEFORE)
        elif not reply.text.strip() and not files:
            await tx.held.release(conversation.id, source)
            await _note(tx, reply, by, instead_of=Mark.HELD)
            await outgoing.prompt(tx, reply, Prompt.FILES_UNFIT, unfit=Unfit.GONE)
        else:
            await tx.held.release(conversation.id, source)
            await _send(tx, conversation, reply, by, files=files, instead_of=Mark.HELD)


async def _ask(tx: Transaction, conversation: Conversation, reply: HeldReply) -> None:
    if conversation.state is not State.TEAMMATE:
        await outgoing.prompt(tx, reply, Prompt.AI_ANSWERS)
    else:
        name = await holder_name(tx, conversation)
        await outgoing.prompt(tx, reply, Prompt.SOMEBODY_HOLDS, holder=name, epoch=conversation.epoch)
