"""What a rule leaves in the outbox: who is owed what, in which lane, and how urgent it is.

A row carries references, never text: what is shown is read from the ledger at the moment it is sent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.desk.attachments import Unfit
from bot.desk.signs import TeamSign
from storage.records import (
    Author,
    Call,
    Conversation,
    ConversationId,
    Entry,
    HeldReply,
    MessageRef,
    Parcel,
    PersonId,
    State,
    Ticket,
    TicketNumber,
)
from storage.transaction import Transaction

log = logging.getLogger(__name__)

SLACK = "slack"
AI = "ai"
# In a row's payload, what `bot.slack.forms` keeps there: how its post has to be made, and how far it got.
FORM = "form"


class Owed(StrEnum):
    """The kinds of rows."""

    CARD = "card"
    ENTRY = "entry"
    RECAP = "recap"
    POINTER = "pointer"
    SEEN = "seen"
    REFRESH = "refresh"
    FILE = "file"
    MARK = "mark"
    PROMPT = "prompt"
    ANNOUNCE = "announce"
    TAKE_DOWN = "take_down"
    DIRECT = "direct"
    ANSWER = "answer"
    SUMMARY = "summary"
    TRANSLATION = "translation"
    REPLY_TRANSLATION = "reply_translation"


class Priority(IntEnum):
    """Lower goes first, between lanes. Within a lane, order is all that counts.

    Whoever a person answers comes before those who wait for one: however many strangers ask for a person at
    the same moment, a conversation between two people goes on.
    """

    FEEDBACK = 0
    HELD_BY_PEOPLE = 1
    WAITING = 2
    WITH_AI = 3
    CARD = 4
    SEEN = 5


class Mark(StrEnum):
    """What became of a thread message, shown on the message itself."""

    SENT = "sent"
    NOTE = "note"
    HELD = "held"
    FAILED = "failed"


class Prompt(StrEnum):
    """What its author is asked or told about a thread message."""

    AI_ANSWERS = "ai_answers"
    SOMEBODY_HOLDS = "somebody_holds"
    # Called so in rows of earlier versions, which held nothing else for being unclear.
    UNCLEAR = "mentions"
    TRANSLATED = "translated"
    NOT_TRANSLATED = "not_translated"
    TRANSLATION_STAYS = "translation_stays"
    FOLLOWS = "follows"
    CHANGED_HANDS = "changed_hands"
    NOTHING_BEFORE = "nothing_before"
    JUST_ASSIGNED = "just_assigned"
    NO_WORDS = "no_words"
    THROUGH_APP = "through_app"
    # Named so in rows that earlier versions left.
    NOT_WHOLE = "files_unfit"
    EDIT_NOT_WHOLE = "edit_not_whole"
    EDIT_STAYS = "edit_stays"
    MAY_NOT_ACT = "may_not_act"
    MAY_NOT_EDIT = "may_not_edit"
    GIVEN_UP = "given_up"
    NOT_FOUND = "not_found"


# They ask for no decision, and say nothing of the customer or of another teammate.
ONLY_TELLS = frozenset(
    {
        Prompt.NO_WORDS,
        Prompt.NOT_WHOLE,
        Prompt.EDIT_NOT_WHOLE,
        Prompt.EDIT_STAYS,
        Prompt.TRANSLATION_STAYS,
        Prompt.MAY_NOT_ACT,
        Prompt.MAY_NOT_EDIT,
        Prompt.GIVEN_UP,
    }
)


class Told(StrEnum):
    """What a teammate is told in a direct message."""

    ASSIGNED = "assigned"
    STILL_WAITING = "still_waiting"


def urgency(conversation: Conversation) -> Priority:
    match conversation.state:
        case State.TEAMMATE:
            return Priority.HELD_BY_PEOPLE
        case State.WAITING:
            return Priority.WAITING
        case _:
            return Priority.WITH_AI


async def mirror(tx: Transaction, conversation: Conversation, entry: Entry) -> None:
    """Show the entry in the thread, and the thread's card first if there is none yet."""
    if not conversation.mirrored and await tx.conversations.begin_mirroring(conversation.id):
        await _in_thread(tx, conversation, Owed.CARD)
    await show(tx, conversation, entry.seq)
    if entry.author is Author.CUSTOMER:
        for file in entry.attachments:
            await show_file(tx, conversation, entry.seq, file["id"])


async def answer_press(tx: Transaction, conversation: Conversation, entry: Entry) -> None:
    """Show what a teammate's press did, before what others wait for: they are looking at the thread.

    The lane keeps its order, so everything in it is as urgent from now on.
    """
    await mirror(tx, conversation, entry)
    await tx.outbox.hurry(lane_of(conversation.id), Priority.FEEDBACK)


async def show(tx: Transaction, conversation: Conversation, seq: int) -> None:
    """Show the entry of that number behind what waits for the thread already."""
    await _in_thread(tx, conversation, Owed.ENTRY, seq=seq)


def is_still_so(parcel: Parcel, ticket: Ticket | None) -> bool:
    """Whether what somebody is told about a ticket is the latest thing they are: nobody moved it since."""
    return (
        ticket is not None and ticket.told_at is not None and parcel.payload["at"] == _moment(ticket.told_at)
    )


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


async def announce(
    tx: Transaction, conversation: Conversation, ticket: Ticket, entry: Entry, *, stays: bool = False
) -> None:
    """Show the entry in the thread and in the channel itself, where those look who have no part in it yet.

    Where nobody has to be called for by then it is not shown, or with `stays` in the thread alone.
    """
    await _in_thread(tx, conversation, Owed.ANNOUNCE, seq=entry.seq, at=_moment(ticket.told_at), stays=stays)
    await hurry(tx, conversation)


async def take_down(tx: Transaction, conversation_id: ConversationId, call: Call) -> None:
    """Nobody has to be called for any more: take a call out of the channel, or at least its button off it."""
    await tx.outbox.owe(
        Owed.TAKE_DOWN,
        conversation_id,
        topic=SLACK,
        lane=f"call:{call.channel}/{call.ts}",
        priority=Priority.CARD,
        channel=call.channel,
        payload={"ts": call.ts} if call.seq is None else {"ts": call.ts, "seq": call.seq},
    )


async def tell(
    tx: Transaction, conversation: Conversation, ticket: Ticket, person: PersonId, what: Told
) -> None:
    """Tell a teammate something about their ticket in a direct message, unless it moved on by then."""
    await tx.outbox.owe(
        Owed.DIRECT,
        conversation.id,
        topic=SLACK,
        lane=f"direct:{conversation.id}",
        priority=Priority.FEEDBACK,
        channel=person.user,
        payload={"told": what, "at": _moment(ticket.told_at)},
    )


async def show_file(tx: Transaction, conversation: Conversation, seq: int, file_id: str) -> None:
    """Put a file of the customer's entry `seq` into the thread, behind what waits for it already."""
    await _in_thread(tx, conversation, Owed.FILE, seq=seq, file=file_id)


async def start_thread_again(
    tx: Transaction,
    conversation: Conversation,
    *,
    unsent: Sequence[tuple[str, Mapping[str, Any]]],
    upto: int,
) -> None:
    """A new card, a recap of what was said up to number `upto`, and what the lost thread never showed.

    `unsent` holds the kinds and payloads of the rows for that, in their order.
    """
    await _in_thread(tx, conversation, Owed.CARD)
    await _in_thread(tx, conversation, Owed.RECAP, upto=upto)
    for kind, payload in unsent:
        await _in_thread(tx, conversation, Owed(kind), **payload)


async def point_from(tx: Transaction, conversation: Conversation, *, channel: str, ts: str) -> None:
    """Let the card that was there lead to the one that is posted before, in place of its buttons."""
    await _in_thread(tx, conversation, Owed.POINTER, channel=channel, ts=ts)


def as_made(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A row's payload without what became of it in one thread: for another thread."""
    return {name: value for name, value in payload.items() if name != FORM}


def lane_of(conversation_id: ConversationId) -> str:
    """The lane of a conversation's thread."""
    return f"thread:{conversation_id}"


async def _in_thread(tx: Transaction, conversation: Conversation, what: Owed, **payload: Any) -> None:
    await tx.outbox.owe(
        what,
        conversation.id,
        topic=SLACK,
        lane=lane_of(conversation.id),
        priority=urgency(conversation),
        channel=channel_of(conversation),
        payload=payload,
    )


def channel_of(conversation: Conversation) -> str | None:
    """Where the conversation's thread is, or is to be."""
    return conversation.card.channel if conversation.card else conversation.home


async def hurry(tx: Transaction, conversation: Conversation) -> None:
    """A person looks at the thread, or should: what still waits for it is as urgent as what comes next."""
    await tx.outbox.hurry(lane_of(conversation.id), urgency(conversation))


async def refresh_card(tx: Transaction, conversation: Conversation, priority: Priority) -> None:
    """Bring the card up to date; of several such rows only one waits.

    A card that is not posted yet needs none: it is made from what the ledger holds when it is posted, and
    `card_placed` looks whether more came since.
    """
    if conversation.card is None:
        return
    lane = f"card:{conversation.id}"
    await tx.outbox.owe(
        Owed.REFRESH,
        conversation.id,
        topic=SLACK,
        lane=lane,
        priority=priority,
        channel=channel_of(conversation),
        coalesce=lane,
    )


async def card_placed(
    tx: Transaction, conversation_id: ConversationId, card: MessageRef, *, shows: int
) -> None:
    """The card is posted there, made when `shows` was the number of the last entry."""
    conversation = await tx.conversations.place_card(conversation_id, card)
    # The card itself stands in the channel and says who waits: nobody is called for twice.
    waiting = await tx.outbox.waiting_in(lane_of(conversation_id), Owed.ANNOUNCE)
    rung = [row for row, payload in waiting if payload.get("stays") and payload["seq"] <= shows]
    await tx.outbox.becomes(rung, Owed.ENTRY)
    # Somebody may have typed under it before this was known.
    await tx.inbox.wake(card)
    if conversation is not None and conversation.last_seq > shows:
        await refresh_card(tx, conversation, Priority.FEEDBACK)


async def mark(
    tx: Transaction,
    conversation_id: ConversationId,
    message: MessageRef,
    what: Mark | None,
    *,
    instead_of: Mark | None = None,
) -> None:
    """Show on a thread message what became of it, `instead_of` what it showed before.

    With None it shows nothing any more, as one that was just typed.
    """
    log.debug("conversation %s: message %s is %s", conversation_id, message.ts, what or "to be decided")
    await tx.outbox.owe(
        Owed.MARK,
        conversation_id,
        topic=SLACK,
        lane=f"mark:{message.channel}/{message.ts}",
        priority=Priority.FEEDBACK,
        channel=message.channel,
        payload={"channel": message.channel, "ts": message.ts, "mark": what, "instead_of": instead_of},
    )


async def mark_seen(tx: Transaction, conversation_id: ConversationId) -> None:
    """Show how far the customer has seen, after everything else; however far that is by then."""
    lane = f"seen:{conversation_id}"
    await tx.outbox.owe(
        Owed.SEEN, conversation_id, topic=SLACK, lane=lane, priority=Priority.SEEN, coalesce=lane
    )


async def prompt(
    tx: Transaction,
    reply: HeldReply,
    what: Prompt,
    *,
    holder: str | None = None,
    epoch: int | None = None,
    unfit: Unfit | None = None,
    sign: TeamSign | None = None,
) -> None:
    """Ask or tell the author of a thread message something that nobody else sees.

    `holder` is the name of who answers the customer, since `epoch`; `unfit` is what cannot be passed on;
    `sign` is what makes it unclear for whom it is meant.
    """
    why = sign or unfit
    log.debug(
        "conversation %s: the author of message %s is told %s%s",
        reply.conversation_id,
        reply.message.ts,
        what,
        f" ({why})" if why else "",
    )
    payload: Mapping[str, Any] = {
        "prompt": what,
        "channel": reply.message.channel,
        "ts": reply.message.ts,
        "user": reply.author.user,
        "source": reply.message.source,
        "holder": holder,
        "epoch": epoch,
        "unfit": unfit,
        "sign": sign,
    }
    await tx.outbox.owe(
        Owed.PROMPT,
        reply.conversation_id,
        topic=SLACK,
        lane=f"prompt:{reply.message.channel}/{reply.message.ts}",
        priority=Priority.FEEDBACK,
        channel=reply.message.channel,
        payload=payload,
    )


async def answer(tx: Transaction, conversation_id: ConversationId) -> None:
    """The AI owes the customer an answer; one row waits however many messages came."""
    lane = f"answer:{conversation_id}"
    await tx.outbox.owe(
        Owed.ANSWER, conversation_id, topic=AI, lane=lane, priority=Priority.WITH_AI, coalesce=lane
    )


async def translation(tx: Transaction, conversation_id: ConversationId, seq: int) -> None:
    """The team may need that message in its own language. The message itself does not wait for it."""
    await tx.outbox.owe(
        Owed.TRANSLATION,
        conversation_id,
        topic=AI,
        lane=f"translation:{conversation_id}",
        priority=Priority.HELD_BY_PEOPLE,
        payload={"seq": seq},
    )


async def reply_translation(tx: Transaction, reply: HeldReply, *, to: str) -> None:
    """A held reply's author needs it in the language `to`, to decide about."""
    await tx.outbox.owe(
        Owed.REPLY_TRANSLATION,
        reply.conversation_id,
        topic=AI,
        lane=f"reply:{reply.message.channel}/{reply.message.ts}",
        priority=Priority.FEEDBACK,
        payload={"source": reply.message.source, "to": to},
    )


async def summary(tx: Transaction, conversation_id: ConversationId, ticket: TicketNumber) -> None:
    await tx.outbox.owe(
        Owed.SUMMARY,
        conversation_id,
        topic=AI,
        lane=f"summary:{ticket}",
        priority=Priority.FEEDBACK,
        payload={"ticket": ticket},
    )
