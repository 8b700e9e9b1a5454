"""Rules for what Slack does not show any more, and nobody said that it was deleted: the team decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.desk import enqueue, timeline
from bot.desk.errors import AlreadyTakenBack, MayNotAct, NotFound
from bot.desk.jobs import PromptKind
from bot.desk.replies.changes import take_back
from bot.desk.timeline import Event
from storage.records import Audience, Author, ConversationId, Entry, Kind, Person
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class KnownMessage:
    """The sources of a conversation's messages. `vouched`: those that Slack should still show.

    These are what teammates sent to the customer and what is held, unless the team was asked about it.
    """

    sources: Collection[str]
    vouched: Collection[str]


async def known(tx: Transaction, conversation_id: ConversationId) -> KnownMessage:
    """What the ledger has, and what is held."""
    entries = await tx.ledger.since(conversation_id)
    held = await tx.held.sources(conversation_id)
    gone = {entry.data["target"] for entry in entries if entry.kind is Kind.RETRACT}
    sent = {entry.source for entry in entries if _is_sent(entry) and entry.seq not in gone}
    asked = {source for entry in entries for source in _asked_about(entry)}
    sources = {*held, *(entry.source for entry in entries if entry.source is not None)}
    return KnownMessage(sources, {one for one in (*sent, *held) if one is not None} - asked)


async def not_found(tx: Transaction, conversation_id: ConversationId, sources: Collection[str]) -> None:
    """Ask about messages that Slack does not show, once for each. Nothing is taken back, and nothing sent.

    The team is told of those that the customer reads; the author of one that is held is asked again.
    """
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    vouched = (await known(tx, conversation_id)).vouched
    absent = sorted(set(sources) & set(vouched))
    if not absent:
        return
    found = [await tx.ledger.by_source(conversation_id, source) for source in absent]
    sent = sorted((one for one in found if one is not None), key=lambda one: one.seq)
    entry = await timeline.for_the_team(
        tx,
        conversation,
        Event.NOT_FOUND,
        sources=absent,
        replies=[{"seq": one.seq, "name": one.name, "at": int(one.created_at.timestamp())} for one in sent],
    )
    if sent:
        await enqueue.mirror(tx, conversation, entry)
    for source in absent:
        held = await tx.held.get(conversation_id, source)
        if held is not None and held.again is None:
            await enqueue.prompt(tx, held, PromptKind.NOT_FOUND)


async def take_back_absent(
    tx: Transaction, conversation_id: ConversationId, notice: int, *, by: Person
) -> None:
    """Take back from the customer what the notice of that number says Slack does not show; once."""
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.lock(conversation_id)
    entry = await tx.ledger.get(conversation_id, notice)
    if conversation is None or entry is None or entry.data.get("event") != Event.NOT_FOUND:
        raise NotFound
    source = f"absent:{notice}"
    if await tx.ledger.by_source(conversation_id, source) is not None:
        raise AlreadyTakenBack
    for reply in await tx.ledger.several([(conversation_id, one["seq"]) for one in entry.data["replies"]]):
        await take_back(tx, conversation, reply)
    done = await timeline.for_the_team(tx, conversation, Event.TAKEN_BACK, source=source, by=by.name)
    await enqueue.mirror(tx, conversation, done)


def _is_sent(entry: Entry) -> bool:
    """Whether a teammate typed it in Slack and the customer reads it."""
    is_reply = entry.kind is Kind.MESSAGE and entry.author is Author.TEAMMATE
    return is_reply and entry.audience is Audience.CUSTOMER


def _asked_about(entry: Entry) -> Collection[str]:
    return entry.data["sources"] if entry.data.get("event") == Event.NOT_FOUND else ()
