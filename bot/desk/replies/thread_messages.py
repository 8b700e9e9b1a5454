"""Rules for what a teammate types in a thread: sent, kept as a note, or held until they decide.

In doubt a message is held. Holding a reply costs its author one press; sending a note to a customer cannot
be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.desk import enqueue
from bot.desk.attachments import FileRejection
from bot.desk.jobs import PromptKind, Reaction
from bot.desk.ownership.takeover import answers
from bot.desk.replies.held import ask, is_before
from bot.desk.replies.sending import note, send
from bot.desk.replies.signs import TeamSign
from storage.records import (
    Author,
    Conversation,
    ConversationState,
    FileId,
    HeldReply,
    MessageRef,
    Person,
    PersonId,
)
from storage.slack.slack_events import SlackEvent
from storage.transaction import Transaction

# The language of a text (ISO 639-1), or None if it does not show it; its writer's locale is a hint.
LanguageOf = Callable[[str, str | None], str | None]
# A customer's language is that of so many of their latest words.
_LATEST = 3
# For so long after a conversation was given to somebody they may not know yet that the customer reads them.
IS_NEWS_FOR = timedelta(seconds=10)


class Intent(StrEnum):
    """How a thread message reads before anybody knows who holds the conversation."""

    FOR_CUSTOMER = "for_customer"
    NOTE = "note"
    UNCLEAR = "unclear"
    # An app posted it in a person's name, who may not have typed it at all.
    THROUGH_APP = "through_app"
    NOTHING = "nothing"


class Outcome(StrEnum):
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
    intent: Intent,
    sign: TeamSign | None = None,
    html: str | None = None,
    typed_at: datetime | None = None,
    anyone: bool = False,
    language_of: LanguageOf | None = None,
    files: Sequence[FileId] = (),
    unfit: FileRejection | None = None,
    delivery: SlackEvent | None = None,
) -> Outcome:
    """Decide about a thread message, once for each (team, channel, ts). `html` is its text, formatted;
    `typed_at` is by our clock, rather too early than too late; None where that is what its `ts` says.

    `sign` is what makes it unclear for whom it is meant.

    It reaches the customer only if it is plainly meant for them and its author holds the conversation or
    joined its holder; with `anyone`, if some teammate holds it. In the first seconds after its holder was
    given it without a press of their own, it is held. Its `files` go where its words go. If something is
    `unfit` for a customer, nothing of it is sent: half a message would be another message. If that may be had
    yet, it fails until its author wants its `delivery` dealt with again. With
    `language_of`, one in another language than its customer's waits until its author saw it translated, and
    one that shows no language follows it.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return Outcome.NO_CONVERSATION
    if await _is_known(tx, conversation, message):
        # Somebody else brought them too, and was quicker.
        await tx.files.forget(files)
        return Outcome.KNOWN
    reply = HeldReply(conversation_id=conversation.id, message=message, author=by.id, text=text, html=html)
    await tx.files.settle(files, source=message.source)
    attached = await tx.files.with_message(conversation.id, message.source) if files else []
    if len(attached) < len(files):
        unfit = FileRejection.GONE
    is_note = intent is Intent.NOTE and (by.may_act or unfit is FileRejection.AUTHOR)
    why = None if is_note else _why_it_stays(by, intent, unfit)
    if intent is Intent.NOTE or why is not None:
        await tx.files.forget(files)
        return await _stays(tx, reply, by, why, unfit=unfit, delivery=delivery)
    is_theirs = await answers(tx, conversation, by) or (
        anyone and conversation.state is ConversationState.TEAMMATE
    )
    is_news = is_theirs and await _is_news(tx, conversation, typed_at or _stamped(message))
    is_plain = intent is Intent.FOR_CUSTOMER and is_theirs and not is_news
    other = await other_language(tx, conversation, text, language_of) if is_plain else None
    follows = is_plain and other is None and await _follows(tx, reply, language_of)
    if is_plain and other is None and not follows:
        await send(tx, conversation, reply, by, files=attached)
        return Outcome.SENT
    reply = replace(
        reply, translated_first=other is not None, follows_since=conversation.epoch if follows else None
    )
    await tx.held.hold(reply)
    await enqueue.mark(tx, conversation.id, message, Reaction.HELD)
    if follows:
        await enqueue.prompt(tx, reply, PromptKind.FOLLOWS)
    elif is_news:
        await enqueue.prompt(tx, reply, PromptKind.JUST_ASSIGNED)
    elif other is not None:
        await enqueue.reply_translation(tx, reply, to=other)
    elif is_theirs:
        says = PromptKind.THROUGH_APP if intent is Intent.THROUGH_APP else PromptKind.UNCLEAR
        await enqueue.prompt(tx, reply, says, sign=sign)
    else:
        await ask(tx, conversation, reply)
    return Outcome.HELD


async def automatons_message(tx: Transaction, thread: MessageRef, message: MessageRef) -> Outcome:
    """An app or a bot posted in the thread: it stays with the team, and says so. There is nobody to tell."""
    conversation = await tx.conversations.by_thread(thread)
    if conversation is None:
        return Outcome.NO_CONVERSATION
    await enqueue.mark(tx, conversation.id, message, Reaction.NOTE)
    return Outcome.NOTE


async def other_language(
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


async def _is_news(tx: Transaction, conversation: Conversation, typed_at: datetime) -> bool:
    """Whether its holder was given it so shortly before that its author may still have typed for the team."""
    ticket = await tx.tickets.open_of(conversation.id)
    if ticket is None or ticket.assigned_at is None:
        return False
    return typed_at < ticket.assigned_at + IS_NEWS_FOR


def _stamped(message: MessageRef) -> datetime:
    return datetime.fromtimestamp(float(message.ts), UTC)


async def given_up(
    tx: Transaction, thread: MessageRef, message: MessageRef, *, by: PersonId, is_new: bool
) -> None:
    """Tell its author that what they did with a thread message was given up. `is_new`: they typed it.

    It is known from then on: delivered again, it does not go out beside what its author did about that.
    """
    conversation = await tx.conversations.lock_by_thread(thread)
    if conversation is None:
        return
    reply = HeldReply(conversation.id, message, by, text="")
    if is_new and not await _is_known(tx, conversation, message):
        # Its words may be what could not be dealt with.
        nobody = Person(by, "A teammate", None, may_act=False, fetched_at=tx.now)
        await note(tx, reply, await tx.people.get(by) or nobody, marked=Reaction.FAILED)
    await enqueue.prompt(tx, reply, PromptKind.GIVEN_UP)


def _why_it_stays(by: Person, intent: Intent, unfit: FileRejection | None) -> PromptKind | None:
    if unfit is FileRejection.AUTHOR:
        return PromptKind.NOT_WHOLE
    if not by.may_act:
        return PromptKind.MAY_NOT_ACT
    if unfit is not None:
        return PromptKind.NOT_WHOLE
    return PromptKind.NO_WORDS if intent is Intent.NOTHING else None


async def _stays(
    tx: Transaction,
    reply: HeldReply,
    by: Person,
    why: PromptKind | None,
    *,
    unfit: FileRejection | None,
    delivery: SlackEvent | None,
) -> Outcome:
    """Nothing of it goes to the customer, and its author is told `why`. None: they meant it so."""
    outcome = Outcome.NOTE
    if why is not PromptKind.NOT_WHOLE:
        await note(tx, reply, by)
    elif unfit is None or not unfit.may_be_had or delivery is None:
        await note(tx, reply, by, marked=Reaction.FAILED)
    else:
        await tx.held.hold(replace(reply, again=delivery.kept()))
        await enqueue.mark(tx, reply.conversation_id, reply.message, Reaction.FAILED)
        outcome = Outcome.HELD
    if why is not None:
        await enqueue.prompt(tx, reply, why, unfit=unfit)
    return outcome


async def _is_known(tx: Transaction, conversation: Conversation, message: MessageRef) -> bool:
    if await tx.ledger.by_source(conversation.id, message.source) is not None:
        return True
    return await tx.held.get(conversation.id, message.source) is not None


async def _follows(tx: Transaction, reply: HeldReply, language_of: LanguageOf | None) -> bool:
    """Whether it shows no language and its author typed something before it that is still to be translated.

    What is in the customer's own language does not wait: its author may have written anew what is held.
    """
    if language_of is None or language_of(reply.text, None) is not None:
        return False
    return is_before(await tx.held.of(reply.conversation_id, reply.author), reply)
