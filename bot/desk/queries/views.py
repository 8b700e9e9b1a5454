"""What the ledger looks like from each side. Reading only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.errors import NotFound
from bot.desk.timeline import Event
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Entry,
    Kind,
    Person,
    Ticket,
)
from storage.slack.slack_channels import Among
from storage.transaction import Transaction

# What an AI is shown of a long conversation, and what the page of a customer asks for at most.
LATEST_MESSAGES = 200
# How long after its last message a conversation with the AI counts as live.
LIVE_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as a card or a customer's window shows it."""

    conversation: Conversation
    holder: Person | None
    ticket: Ticket | None
    last_message: Entry | None
    joined: Sequence[Person] = ()


@dataclass(frozen=True, slots=True)
class TicketListing:
    """One page of a list, and how many there are in all."""

    rows: Sequence[ConversationView]
    total: int


@dataclass(frozen=True, slots=True)
class News:
    """Entries for the customer, and the number up to which there are no others."""

    entries: Sequence[Entry]
    upto: int


@dataclass(frozen=True, slots=True)
class Question:
    """What the AI was asked: the conversation so far, fenced by its epoch.

    `covers` is the number of the last entry in it; `is_owed` says whether anything in it waits for an answer.
    """

    conversation: Conversation
    entries: Sequence[Entry]
    covers: int
    is_owed: bool


async def conversation_view(tx: Transaction, conversation_id: ConversationId) -> ConversationView:
    conversation = await tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound
    return await _view(tx, conversation)


async def live(tx: Transaction, *, limit: int, offset: int = 0, among: Among = None) -> TicketListing:
    """Conversations the AI answers that are not tickets, latest message first: those of the last day.

    An older one is not live any more; it is again with its customer's next message.
    """
    ids, total = await tx.ticket_filters.live(
        since=tx.now - LIVE_FOR, limit=limit, offset=offset, among=among
    )
    known = {one.id: one for one in await tx.conversations.several(ids)}
    return await _listing(tx, [known[one] for one in ids], total)


async def open_tickets(tx: Transaction, *, limit: int, offset: int = 0, among: Among = None) -> TicketListing:
    """Conversations with an open ticket, longest open first."""
    found, total = await tx.tickets.all_open(limit=limit, offset=offset, among=among)
    ids = [ticket.conversation_id for ticket in found]
    known = {one.id: one for one in await tx.conversations.several(ids)}
    return await _listing(tx, [known[one] for one in ids], total)


async def _listing(tx: Transaction, found: Sequence[Conversation], total: int) -> TicketListing:
    views = await views_of(tx, found)
    return TicketListing([views[one.id] for one in found], total)


async def for_customer(
    tx: Transaction, conversation_id: ConversationId, *, after: int, limit: int
) -> Sequence[Entry]:
    """What the customer may see, from the entry after number `after` on, oldest first.

    Words that were changed or taken back since are not in it any more: who reads the conversation again finds
    the last words in every place, and none where a message was taken back.
    """
    return await tx.ledger.since(conversation_id, after, audience=Audience.CUSTOMER, limit=limit)


async def news(tx: Transaction, conversation_id: ConversationId, *, after: int, limit: int) -> News:
    """What the customer may see from the entry after number `after` on."""
    conversation = await tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound
    if conversation.last_seq <= after:
        return News([], conversation.last_seq)
    entries = await for_customer(tx, conversation_id, after=after, limit=limit)
    return News(entries, entries[-1].seq if len(entries) == limit else conversation.last_seq)


async def question(tx: Transaction, conversation_id: ConversationId) -> Question:
    """What the AI should think about now.

    Of what only the team sees, it is told nothing but what was agreed, as a teammate wrote it down for it.
    """
    conversation = await tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound
    newest = max(0, conversation.last_seq - LATEST_MESSAGES)
    entries = [e for e in await tx.ledger.since(conversation_id, newest) if _is_for_ai(e)]
    covers = entries[-1].seq if entries else 0
    asked = max((e.seq for e in entries if _is_from(e, Author.CUSTOMER)), default=0)
    answered = max((e.data.get("covers", e.seq) for e in entries if _settles(e)), default=0)
    owed = conversation.state is ConversationState.AI and asked > answered
    return Question(conversation, said(entries), covers, owed)


def said(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The messages and system events that still stand."""
    return [one for one in entries if one.kind in (Kind.MESSAGE, Kind.SYSTEM) and not one.is_taken_back]


def _is_for_ai(entry: Entry) -> bool:
    return entry.audience is Audience.CUSTOMER or entry.data.get("event") == Event.AGREED


def _settles(entry: Entry) -> bool:
    """Whether what came before waits for no answer any more: it has one, or a teammate said to leave it."""
    return _is_from(entry, Author.AI, Author.TEAMMATE) or entry.data.get("event") == Event.CLOSED


def _is_from(entry: Entry, *authors: Author) -> bool:
    return entry.kind is Kind.MESSAGE and entry.author in authors


async def _view(tx: Transaction, conversation: Conversation) -> ConversationView:
    return (await views_of(tx, [conversation]))[conversation.id]


async def views_of(
    tx: Transaction, conversations: Sequence[Conversation]
) -> Mapping[ConversationId, ConversationView]:
    """How several conversations look now, in a few queries for all of them."""
    ids = [one.id for one in conversations]
    last = await _last_messages(tx, conversations)
    tickets = {ticket.conversation_id: ticket for ticket in await tx.tickets.latest_of_each(ids)}
    held = [one for one in conversations if one.holder is not None]
    joined = await tx.joined.of(held) if held else {}
    known = await tx.people.named(
        {one.holder for one in held if one.holder} | {person for each in joined.values() for person in each}
    )
    return {
        one.id: ConversationView(
            one,
            known.get(one.holder) if one.holder else None,
            tickets.get(one.id),
            last.get(one.id),
            [known[person] for person in joined.get(one.id, ()) if person in known],
        )
        for one in conversations
    }


async def _last_messages(
    tx: Transaction, conversations: Sequence[Conversation]
) -> Mapping[ConversationId, Entry]:
    """The last message of each that still stands."""
    said = await tx.ledger.several([(one.id, one.last_message_seq) for one in conversations])
    last = {entry.conversation_id: entry for entry in said}
    for taken_back in [entry for entry in said if entry.is_taken_back]:
        before = await tx.ledger.latest_messages(taken_back.conversation_id, 1)
        del last[taken_back.conversation_id]
        last |= {entry.conversation_id: entry for entry in before}
    return last
