"""What the courier does with rows for Slack: each job shows what was read for it, and says how it went."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.card import card, moved_card
from bot.blocks.prompts import prompt_message
from bot.blocks.thread import entries_message, recap_message
from bot.desk.outgoing import Mark, Owed, Prompt
from bot.desk.views import ConversationView, views_of
from bot.relay.outcome import Done, Job, Outcome, Parked, Part
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.poster import Poster
from storage.records import Conversation, Entry, MessageRef, Parcel
from storage.transaction import Transaction

log = logging.getLogger(__name__)

REACTION_OF = {
    Mark.SENT: "white_check_mark",
    Mark.NOTE: "lock",
    Mark.HELD: "hourglass_flowing_sand",
}
SEEN_REACTION = "eyes"
METHOD_OF: Mapping[str, str] = {
    Owed.CARD: "chat.postMessage",
    Owed.ENTRY: "chat.postMessage",
    Owed.RECAP: "chat.postMessage",
    Owed.REFRESH: "chat.update",
    Owed.POINTER: "chat.update",
    Owed.MARK: "reactions.add",
    Owed.SEEN: "reactions.add",
    Owed.PROMPT: "chat.postEphemeral",
}

# What Slack puts in a deleted card's place is nobody's to update.
_CARD_GONE = {"message_not_found", "cant_update_message"}

# How many of a lane's entries may travel in one post; how many fit is found when they are put into blocks.
TOGETHER: Mapping[str, int] = {Owed.ENTRY: 48}
# What a thread that starts again shows of what was said before.
RECAP_LENGTH = 15


class SlackPosts:
    """The jobs for the outbox's Slack rows."""

    def __init__(self, client: AsyncWebClient, poster: Poster) -> None:
        self._client = client
        self._poster = poster

    async def prepare(self, tx: Transaction, parcels: Sequence[Parcel]) -> Mapping[int, Job]:
        """Read what the parcels show, for all of them at once, and say how each is done."""
        found = {one.id: one for one in await tx.conversations.several({p.conversation_id for p in parcels})}
        shown = [
            (parcel.conversation_id, item.payload["seq"])
            for parcel in parcels
            if parcel.kind == Owed.ENTRY
            for item in parcel.items
        ]
        entries = {(e.conversation_id, e.seq): e for e in await tx.ledger.several(shown)}
        cards = [found[p.conversation_id] for p in parcels if p.kind in (Owed.CARD, Owed.REFRESH)]
        views = await views_of(tx, cards) if cards else {}
        farthest = await tx.seen.of({p.conversation_id for p in parcels if p.kind == Owed.SEEN})
        far = {(e.conversation_id, e.seq): e for e in await tx.ledger.several(list(farthest.items()))}
        jobs: dict[int, Job] = {}
        for parcel in parcels:
            conversation = found[parcel.conversation_id]
            match parcel.kind:
                case Owed.CARD:
                    jobs[parcel.id] = partial(self.card, parcel, views[conversation.id])
                case Owed.ENTRY:
                    own = [entries[conversation.id, item.payload["seq"]] for item in parcel.items]
                    jobs[parcel.id] = partial(self.entry, parcel, conversation, own)
                case Owed.RECAP:
                    said = await tx.ledger.messages_before(
                        conversation.id, parcel.payload["upto"] + 1, limit=RECAP_LENGTH
                    )
                    jobs[parcel.id] = partial(self.recap, parcel, conversation, said)
                case Owed.REFRESH:
                    jobs[parcel.id] = partial(self.refresh, parcel, views[conversation.id])
                case Owed.POINTER:
                    jobs[parcel.id] = partial(self.pointer, parcel, conversation)
                case Owed.MARK:
                    jobs[parcel.id] = partial(self.mark, parcel)
                case Owed.SEEN:
                    last = far.get((conversation.id, farthest.get(conversation.id, 0)))
                    jobs[parcel.id] = partial(self.seen, parcel, last)
                case Owed.PROMPT:
                    jobs[parcel.id] = partial(self.prompt, parcel, conversation)
        return jobs

    async def card(self, parcel: Parcel, view: ConversationView) -> Outcome:
        """Start the conversation's thread and remember where it is."""
        if view.conversation.card is not None:
            return Done()
        return await self._poster.post(parcel, card(view), thread=None, shows=view.conversation.last_seq)

    async def entry(
        self, parcel: Parcel, conversation: Conversation, entries: Sequence[Entry]
    ) -> Outcome | Part:
        """Post entries in the thread, as many as fit into one message."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        message, carried = entries_message(conversation, entries)
        outcome = await self._poster.post(parcel, message, thread=conversation.card)
        if self._poster.trouble is not None and conversation.holder is not None:
            await self._poster.warn(conversation.holder, self._poster.trouble)
        return outcome if carried == len(entries) else Part(outcome, carried)

    async def recap(self, parcel: Parcel, conversation: Conversation, said: Sequence[Entry]) -> Outcome:
        """Open a thread that starts again with what was said last."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        return await self._poster.post(parcel, recap_message(conversation, said), thread=conversation.card)

    async def refresh(self, parcel: Parcel, view: ConversationView) -> Outcome:
        """Bring the card up to date."""
        where = view.conversation.card
        if where is None:
            return Done()
        if self._poster.is_exposed:
            return self._poster.kept()
        try:
            await self._client.chat_update(channel=where.channel, ts=where.ts, **card(view).arguments())
        except CALL_ERRORS as error:
            if Failure.of(error).reason in _CARD_GONE:
                await self._poster.moved(parcel, where)
                return Done()
            return self._poster.again(parcel, error)
        return Done()

    async def pointer(self, parcel: Parcel, conversation: Conversation) -> Outcome:
        """Let a former card lead to the present one. Where it cannot be changed, it stays as it is."""
        if conversation.card is None:
            return Done()
        if self._poster.is_exposed:
            return self._poster.kept()
        message = moved_card(conversation, self._poster.link_to)
        try:
            await self._client.chat_update(
                channel=parcel.payload["channel"], ts=parcel.payload["ts"], **message.arguments()
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble not in (Trouble.THROTTLED, Trouble.NOT_SENT, Trouble.MAYBE_SENT):
                log.info("conversation %s: its former card stays: %s", conversation.id, failure.reason)
                return Done()
            return self._poster.again(parcel, error)
        return Done()

    async def mark(self, parcel: Parcel) -> Outcome:
        """Show on a teammate's message what became of it."""
        at = {"channel": parcel.payload["channel"], "timestamp": parcel.payload["ts"]}
        before = parcel.payload["instead_of"]
        try:
            await self._client.reactions_add(name=REACTION_OF[Mark(parcel.payload["mark"])], **at)
        except CALL_ERRORS as error:
            outcome = self._poster.again(parcel, error)
            if not isinstance(outcome, Done):
                return outcome
        if before is None:
            return Done()
        try:
            await self._client.reactions_remove(name=REACTION_OF[Mark(before)], **at)
        except CALL_ERRORS as error:
            return self._poster.again(parcel, error)
        return Done()

    async def seen(self, parcel: Parcel, last: Entry | None) -> Outcome:
        """Show on the last message that the customer has seen that they have, and so all before it."""
        where = MessageRef.of(last.source) if last is not None and last.source else None
        if where is None:
            return Done()
        try:
            await self._client.reactions_add(name=SEEN_REACTION, channel=where.channel, timestamp=where.ts)
        except CALL_ERRORS as error:
            return self._poster.again(parcel, error)
        return Done()

    async def prompt(self, parcel: Parcel, conversation: Conversation) -> Outcome:
        """Ask or tell the author of a message; nobody else sees it. Shown twice it does no harm."""
        payload = parcel.payload
        message = prompt_message(
            Prompt(payload["prompt"]),
            parcel.conversation_id,
            source=payload["source"],
            holder=payload["holder"],
            # Rows from before this was kept have none.
            epoch=payload.get("epoch"),
        )
        where = conversation.card
        try:
            await self._client.chat_postEphemeral(
                channel=payload["channel"],
                user=payload["user"],
                thread_ts=where.ts if where else None,
                **message.arguments(),
            )
        except CALL_ERRORS as error:
            return self._poster.again(parcel, error)
        return Done()
