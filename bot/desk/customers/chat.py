"""Rules for what the customer and the AI say."""

from __future__ import annotations

from collections.abc import Sequence

from bot.desk import enqueue, tickets, timeline
from bot.desk.attachments import is_customers, remembered
from bot.desk.errors import NoSuchFile, NotFound
from bot.desk.jobs import Priority
from bot.desk.ownership.speaking import check_epoch, check_not_paused, still_owns
from bot.desk.timeline import Event
from bot.text.markdown import markdown_as_html
from storage.records import (
    ANYONE,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    File,
    Kind,
    StartedBy,
    Status,
)
from storage.transaction import Transaction


def customer_source(client_id: str) -> str:
    return f"customer:{client_id}"


def outside_ai_source(client_id: str) -> str:
    return f"ai:{client_id}"


def ai_source(covers: int) -> str:
    return f"ai:seq-{covers}"


async def start(
    tx: Transaction,
    *,
    channel: str,
    inbox: str | None,
    customer: Customer,
    client_id: str | None,
    by: StartedBy = ANYONE,
) -> tuple[Conversation, bool]:
    """Begin a conversation, once for each `client_id` that `by` sends. True if it is new.

    Slack hears of it with the first words.
    """
    return await tx.conversations.start(
        channel=channel, inbox=inbox, customer=customer, client_id=client_id, by=by
    )


async def customer_says(
    tx: Transaction,
    conversation_id: ConversationId,
    text: str,
    *,
    client_id: str,
    ai_answers: bool,
    translates: bool = False,
    attachments: Sequence[str] = (),
) -> tuple[Entry, bool]:
    """Write the customer's message down, once for each `client_id`. True if it is new.

    `attachments` are files they uploaded before and sent with no other message; else it raises `NoSuchFile`.

    While the AI holds the conversation and `ai_answers`, an answer is owed from this commit on. While a
    teammate does, their ticket is on them again, also if it was on hold; one that was kept open beside the AI
    stays as it is. While the AI does not hold it and `translates`, a translation may be owed to the team.
    """
    conversation = await _locked(tx, conversation_id)
    source = customer_source(client_id)
    known = await tx.ledger.by_source(conversation_id, source)
    if known is not None:
        return known, False
    sent = await _uploaded(tx, conversation_id, attachments) if attachments else []
    entry = await tx.ledger.add(
        conversation_id,
        Kind.MESSAGE,
        Author.CUSTOMER,
        text,
        name=conversation.customer.name,
        data=remembered(sent),
        source=source,
    )
    await tx.files.settle([file.id for file in sent], seq=entry.seq)
    await enqueue.mirror(tx, conversation, entry)
    if conversation.state is ConversationState.AI and ai_answers:
        await enqueue.answer(tx, conversation_id)
    if conversation.state is not ConversationState.AI and translates:
        await enqueue.translation(tx, conversation_id, entry.seq)
    ticket = None if conversation.state is ConversationState.AI else await tx.tickets.open_of(conversation_id)
    if ticket is not None and ticket.status in (Status.ON_CUSTOMER, Status.ON_HOLD):
        await tickets.goes_on(tx, conversation, ticket, Status.ON_YOU, by=None)
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return entry, True


async def outside_ai_says(
    tx: Transaction,
    conversation_id: ConversationId,
    text: str,
    *,
    client_id: str,
    epoch: int | None = None,
) -> tuple[Entry, bool]:
    """Write down what another program's AI answered, once for each `client_id`. True if it is new.

    `epoch` is that of the entry it answers. Raises `AIPaused` from the moment a teammate takes over, or a
    customer waits for one; later `EpochOver` or `EpochMissing`, for what it thought of before that.
    """
    conversation = await _locked(tx, conversation_id)
    source = outside_ai_source(client_id)
    known = await tx.ledger.by_source(conversation_id, source)
    if known is not None:
        return known, False
    check_not_paused(conversation, epoch=epoch)
    await check_epoch(tx, conversation, epoch=epoch)
    return await _ai_entry(tx, conversation, text, source=source, covers=conversation.last_seq), True


async def ai_answers(
    tx: Transaction, conversation_id: ConversationId, text: str, *, epoch: int, covers: int
) -> Entry | None:
    """Say the AI's answer to the entries up to `covers`, if it still holds the conversation of `epoch`.

    If somebody took over since the AI began to think, nothing reaches the customer and the timeline says
    that a draft was discarded. Returns None then. The same `covers` twice says it once.
    """
    conversation = await _locked(tx, conversation_id)
    source = ai_source(covers)
    known = await tx.ledger.by_source(conversation_id, source)
    if known is not None:
        return known
    if not still_owns(conversation, epoch=epoch):
        await draft_discarded(tx, conversation)
        return None
    return await _ai_entry(tx, conversation, text, source=source, covers=covers)


async def draft_discarded(tx: Transaction, conversation: Conversation) -> None:
    """Show the team that the AI had an answer and was silenced."""
    entry = await timeline.for_the_team(tx, conversation, Event.DRAFT_DISCARDED)
    await enqueue.mirror(tx, conversation, entry)


async def _ai_entry(
    tx: Transaction, conversation: Conversation, text: str, *, source: str, covers: int
) -> Entry:
    # Read once, where it is written, and not by each who shows it.
    data = {"covers": covers, "html": markdown_as_html(text)}
    entry = await tx.ledger.add(conversation.id, Kind.MESSAGE, Author.AI, text, source=source, data=data)
    await enqueue.mirror(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return entry


async def _uploaded(
    tx: Transaction, conversation_id: ConversationId, attachments: Sequence[str]
) -> Sequence[File]:
    """The customer's own files that no message carries yet. What a teammate's held reply brought is none."""
    files = [one for one in await tx.files.whole(conversation_id, attachments) if is_customers(one)]
    if len(files) < len(attachments):
        raise NoSuchFile
    return files


async def _locked(tx: Transaction, conversation_id: ConversationId) -> Conversation:
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    return conversation
