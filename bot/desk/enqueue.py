"""What a rule leaves in the outbox. Each function here adds a job; the outbox does it after the commit."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk.attachments import FileRejection
from bot.desk.jobs import (
    AI,
    SLACK,
    DirectMessageKind,
    JobKind,
    Priority,
    PromptKind,
    Reaction,
    channel_of,
    lane_of,
    moment_in_words,
    urgency,
)
from bot.desk.replies.signs import TeamSign
from storage.records import (
    Author,
    Conversation,
    ConversationId,
    Entry,
    HeldReply,
    MessageRef,
    PersonId,
    TeammateCall,
    Ticket,
    TicketNumber,
)
from storage.transaction import Transaction

log = logging.getLogger(__name__)


async def mirror(tx: Transaction, conversation: Conversation, entry: Entry) -> None:
    """Show the entry in the thread, and the thread's card first if there is none yet."""
    if not conversation.mirrored and await tx.conversations.begin_mirroring(conversation.id):
        await _in_thread(tx, conversation, JobKind.CARD)
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
    await _in_thread(tx, conversation, JobKind.ENTRY, seq=seq)


async def announce(
    tx: Transaction, conversation: Conversation, ticket: Ticket, entry: Entry, *, stays: bool = False
) -> None:
    """Show the entry in the thread and in the channel itself, where those look who have no part in it yet.

    Where nobody has to be called for by then it is not shown, or with `stays` in the thread alone.
    """
    await _in_thread(
        tx, conversation, JobKind.ANNOUNCE, seq=entry.seq, at=moment_in_words(ticket.told_at), stays=stays
    )
    await hurry(tx, conversation)


async def take_down(tx: Transaction, conversation_id: ConversationId, call: TeammateCall) -> None:
    """Nobody has to be called for any more: take a call out of the channel, or at least its button off it."""
    await tx.outbox.owe(
        JobKind.TAKE_DOWN,
        conversation_id,
        topic=SLACK,
        lane=f"call:{call.channel}/{call.ts}",
        priority=Priority.CARD,
        channel=call.channel,
        payload={"ts": call.ts} if call.seq is None else {"ts": call.ts, "seq": call.seq},
    )


async def tell(
    tx: Transaction, conversation: Conversation, ticket: Ticket, person: PersonId, what: DirectMessageKind
) -> None:
    """Tell a teammate something about their ticket in a direct message, unless it moved on by then."""
    await tx.outbox.owe(
        JobKind.DIRECT,
        conversation.id,
        topic=SLACK,
        lane=f"direct:{conversation.id}",
        priority=Priority.FEEDBACK,
        channel=person.user,
        payload={"told": what, "at": moment_in_words(ticket.told_at)},
    )


async def show_file(tx: Transaction, conversation: Conversation, seq: int, file_id: str) -> None:
    """Put a file of the customer's entry `seq` into the thread, behind what waits for it already."""
    await _in_thread(tx, conversation, JobKind.FILE, seq=seq, file=file_id)


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
    await _in_thread(tx, conversation, JobKind.CARD)
    await _in_thread(tx, conversation, JobKind.RECAP, upto=upto)
    for kind, payload in unsent:
        await _in_thread(tx, conversation, JobKind(kind), **payload)


async def point_from(tx: Transaction, conversation: Conversation, *, channel: str, ts: str) -> None:
    """Let the card that was there lead to the one that is posted before, in place of its buttons."""
    await _in_thread(tx, conversation, JobKind.POINTER, channel=channel, ts=ts)


async def _in_thread(tx: Transaction, conversation: Conversation, what: JobKind, **payload: Any) -> None:
    await tx.outbox.owe(
        what,
        conversation.id,
        topic=SLACK,
        lane=lane_of(conversation.id),
        priority=urgency(conversation),
        channel=channel_of(conversation),
        payload=payload,
    )


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
        JobKind.REFRESH,
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
    waiting = await tx.outbox.waiting_in(lane_of(conversation_id), JobKind.ANNOUNCE)
    rung = [row for row, payload in waiting if payload.get("stays") and payload["seq"] <= shows]
    await tx.outbox.becomes(rung, JobKind.ENTRY)
    # Somebody may have typed under it before this was known.
    await tx.slack_events.wake(card)
    if conversation is not None and conversation.last_seq > shows:
        await refresh_card(tx, conversation, Priority.FEEDBACK)


async def mark(
    tx: Transaction,
    conversation_id: ConversationId,
    message: MessageRef,
    what: Reaction | None,
    *,
    instead_of: Reaction | None = None,
) -> None:
    """Show on a thread message what became of it, `instead_of` what it showed before.

    With None it shows nothing any more, as one that was just typed.
    """
    log.debug("conversation %s: message %s is %s", conversation_id, message.ts, what or "to be decided")
    await tx.outbox.owe(
        JobKind.MARK,
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
        JobKind.SEEN, conversation_id, topic=SLACK, lane=lane, priority=Priority.SEEN, coalesce=lane
    )


async def prompt(
    tx: Transaction,
    reply: HeldReply,
    what: PromptKind,
    *,
    holder: str | None = None,
    epoch: int | None = None,
    unfit: FileRejection | None = None,
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
        JobKind.PROMPT,
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
        JobKind.ANSWER, conversation_id, topic=AI, lane=lane, priority=Priority.WITH_AI, coalesce=lane
    )


async def translation(tx: Transaction, conversation_id: ConversationId, seq: int) -> None:
    """The team may need that message in its own language. The message itself does not wait for it."""
    await tx.outbox.owe(
        JobKind.TRANSLATION,
        conversation_id,
        topic=AI,
        lane=f"translation:{conversation_id}",
        priority=Priority.HELD_BY_PEOPLE,
        payload={"seq": seq},
    )


async def reply_translation(tx: Transaction, reply: HeldReply, *, to: str) -> None:
    """A held reply's author needs it in the language `to`, to decide about."""
    await tx.outbox.owe(
        JobKind.REPLY_TRANSLATION,
        reply.conversation_id,
        topic=AI,
        lane=f"reply:{reply.message.channel}/{reply.message.ts}",
        priority=Priority.FEEDBACK,
        payload={"source": reply.message.source, "to": to},
    )


async def summary(tx: Transaction, conversation_id: ConversationId, ticket: TicketNumber) -> None:
    await tx.outbox.owe(
        JobKind.SUMMARY,
        conversation_id,
        topic=AI,
        lane=f"summary:{ticket}",
        priority=Priority.FEEDBACK,
        payload={"ticket": ticket},
    )
