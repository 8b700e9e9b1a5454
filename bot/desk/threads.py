"""Rules for a conversation's thread in Slack: what could not be shown there, and where it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk import enqueue, jobs, timeline
from bot.desk.errors import AlreadyShown, MayNotAct, NotFound, NoThread
from bot.desk.jobs import JobKind
from bot.desk.queries.views import LIVE_FOR
from bot.desk.timeline import Event
from storage.records import Conversation, ConversationId, MessageRef, Person, TeammateCall
from storage.transaction import Transaction


async def not_shown(
    tx: Transaction,
    conversation_id: ConversationId,
    seqs: Sequence[int],
    *,
    reason: str,
    certain: bool,
    file: str | None = None,
) -> None:
    """Say in the thread that entries did not get there, or, where nobody can tell, that they may not have.

    With `file` it is that file of the one entry which did not. An entry that only says so itself is not
    mourned in turn.
    """
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None:
        raise NotFound
    entries = await tx.ledger.several([(conversation_id, seq) for seq in seqs])
    missing = sorted(entry.seq for entry in entries if entry.data.get("event") != Event.NOT_SHOWN)
    if missing:
        entry = await timeline.for_the_team(
            tx,
            conversation,
            Event.NOT_SHOWN,
            seqs=missing,
            reason=reason,
            certain=certain,
            **({} if file is None else {"file": file}),
        )
        await enqueue.mirror(tx, conversation, entry)


async def show_again(tx: Transaction, conversation_id: ConversationId, notice: int, *, by: Person) -> None:
    """Post the entries that the notice of that number is about, once however often it is asked for.

    A notice that stands in the place of one entry has its number.
    """
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.lock(conversation_id)
    entry = await tx.ledger.get(conversation_id, notice)
    if conversation is None or entry is None:
        raise NotFound
    is_notice = entry.data.get("event") == Event.NOT_SHOWN
    about: Mapping[str, Any] = entry.data if is_notice else {"seqs": [notice]}
    source = f"again:{notice}"
    if await tx.ledger.by_source(conversation_id, source) is not None:
        raise AlreadyShown
    done = await timeline.for_the_team(tx, conversation, Event.SHOWN_AGAIN, source=source, by=by.name)
    await enqueue.mirror(tx, conversation, done)
    for seq in about["seqs"]:
        if about.get("file") is not None:
            await enqueue.show_file(tx, conversation, seq, about["file"])
        else:
            await enqueue.show(tx, conversation, seq)


async def card_seen(tx: Transaction, conversation_id: ConversationId, card: MessageRef) -> None:
    """Somebody pressed a button of the card there, so that is where it is, if nobody knew that yet.

    Its post may have lost its answer; what is typed under it meanwhile should not wait until it is found. A
    card that the conversation had before is not the one that is on its way.
    """
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or not conversation.mirrored or conversation.card is not None:
        return
    if await tx.conversations.by_thread(card) is None:
        await enqueue.card_placed(tx, conversation_id, card, shows=0)


async def card_stays(tx: Transaction, conversation_id: ConversationId, card: MessageRef) -> None:
    """Say in the thread, once for each card, that Slack does not let its card be changed any more."""
    conversation = await tx.conversations.lock(conversation_id)
    source = f"card-stays:{card.source}"
    if conversation is None or await tx.ledger.by_source(conversation_id, source) is not None:
        return
    ticket = await tx.tickets.open_of(conversation_id)
    number = None if ticket is None else ticket.number
    entry = await timeline.for_the_team(tx, conversation, Event.CARD_STAYS, source=source, ticket=number)
    await enqueue.mirror(tx, conversation, entry)


async def rebuild(tx: Transaction, conversation_id: ConversationId, *, by: Person) -> None:
    """Start the conversation's thread again, from the ledger. The old one stays, and is still listened to.

    Its card becomes a pointer to the new one: two with buttons would be one too many.
    """
    if not by.may_act:
        raise MayNotAct
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or conversation.card is None:
        raise NoThread
    await move(tx, conversation_id, away_from=conversation.card)


async def move(tx: Transaction, conversation_id: ConversationId, *, away_from: MessageRef | None) -> bool:
    """Start the conversation's thread again in its home channel: the one it had cannot be used.

    What waited for the old thread waits for the new one, in its order, and so does what the old one refused
    and would not even take a notice about. `away_from` is None where its card could not be posted. False if
    it moved already.
    """
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or conversation.card != away_from:
        return False
    if away_from is not None:
        conversation = await tx.conversations.uproot(conversation_id, away_from) or conversation
    waiting = await tx.outbox.cancel_lane(jobs.lane_of(conversation_id))
    unsent = await _unsent(tx, conversation_id, waiting)
    said = [payload["seq"] for kind, payload in unsent if kind == JobKind.ENTRY]
    upto = min(said, default=conversation.last_seq + 1) - 1
    await enqueue.start_thread_again(tx, conversation, unsent=unsent, upto=upto)
    former = [] if away_from is None else [{"channel": away_from.channel, "ts": away_from.ts}]
    for old in (*(payload for kind, payload in waiting if kind == JobKind.POINTER), *former):
        await enqueue.point_from(tx, conversation, channel=old["channel"], ts=old["ts"])
    return True


async def strayed(
    tx: Transaction, conversation_id: ConversationId, *, away_from: MessageRef, beside: MessageRef
) -> bool:
    """Slack put a post for the thread `away_from` beside it, into the channel: start the thread again.

    The post is taken away. Until it is, and where that cannot be done, an answer under it is the
    conversation's, as in any thread that it had before. False if the thread started again already.
    """
    if await tx.conversations.lock(conversation_id) is None:
        return False
    await tx.conversations.had_thread(conversation_id, beside)
    await tx.slack_events.wake(beside)
    await enqueue.take_down(tx, conversation_id, TeammateCall(beside.channel, beside.ts))
    return await move(tx, conversation_id, away_from=away_from)


async def _unsent(
    tx: Transaction, conversation_id: ConversationId, waiting: Sequence[tuple[str, Mapping[str, Any]]]
) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """What the new thread owes, of what waited for the old one. For a notice stands what it is about."""
    shown = (JobKind.ENTRY, JobKind.FILE, JobKind.ANNOUNCE)
    seqs = [(conversation_id, payload["seq"]) for kind, payload in waiting if kind == JobKind.ENTRY]
    missed = {
        entry.seq: entry.data
        for entry in await tx.ledger.several(seqs)
        if entry.data.get("event") == Event.NOT_SHOWN
    }
    unsent: list[tuple[str, Mapping[str, Any]]] = []
    for kind, payload in waiting:
        about = missed.get(payload["seq"]) if kind == JobKind.ENTRY else None
        if about is None:
            unsent += [(kind, jobs.without_thread(payload))] if kind in shown else []
        elif about.get("file") is not None:
            unsent += [(JobKind.FILE, {"seq": seq, "file": about["file"]}) for seq in about["seqs"]]
        else:
            unsent += [(JobKind.ENTRY, {"seq": seq}) for seq in about["seqs"]]
    return unsent


async def come_home(tx: Transaction, conversation_id: ConversationId, *, away_from: str) -> bool:
    """Let a conversation whose Slack channel is left go on in the configured one, and stay there.

    From this commit on it belongs to the people of that one. False if it is at home elsewhere already.
    """
    conversation = await tx.conversations.lock(conversation_id)
    home = await tx.slack_channels.configured()
    if conversation is None or conversation.home != away_from or home in (None, away_from):
        return False
    await tx.conversations.move_home(conversation_id, home)
    if conversation.card is None:
        await tx.outbox.redirect(jobs.lane_of(conversation_id), home)
    else:
        await move(tx, conversation_id, away_from=conversation.card)
    return True


async def find_home(tx: Transaction, conversation_id: ConversationId) -> None:
    """Give a conversation its Slack channel that has none: a process of an older version started it."""
    conversation = await tx.conversations.lock(conversation_id)
    if conversation is None or conversation.home is not None:
        return
    home = (
        conversation.card.channel if conversation.card is not None else await tx.slack_channels.configured()
    )
    if home is not None:
        await tx.conversations.move_home(conversation_id, home)
        await tx.outbox.redirect(jobs.lane_of(conversation_id), home)


async def left_behind(tx: Transaction, *, limit: int) -> Sequence[Conversation]:
    """Conversations that go on and whose thread is in a channel that was configured and is not any more."""
    return await tx.conversations.left_behind(since=tx.now - LIVE_FOR, limit=limit)


async def channel_renamed(tx: Transaction, *, old: str, new: str) -> bool:
    """A channel of ours has another id for good: everything of it stays where it is, under that one.

    False if the old one is none of ours.
    """
    await tx.conversations.renamed(old, new)
    return await tx.slack_channels.renamed(old, new)
