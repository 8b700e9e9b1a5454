"""What the courier does with rows for Slack: each job shows what was read for it, and says how it went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.card import card, moved_card
from bot.blocks.prompts import prompt_message
from bot.blocks.thread import entries_message, entry_message, recap_message
from bot.desk.attachments import Unfit
from bot.desk.outgoing import Mark, Owed, Prompt, is_still_so
from bot.desk.views import ConversationView, views_of
from bot.relay.outcome import Done, Job, Outcome, Parked, Part
from bot.slack.direct import DirectMessages
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.poster import Poster
from bot.slack.uploads import Uploads
from bot.tongues import speaking
from storage.records import Conversation, Entry, HeldReply, MessageRef, Parcel, PersonId
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
    Owed.ANNOUNCE: "chat.postMessage",
    Owed.DIRECT: "chat.postMessage",
    Owed.TAKE_DOWN: "chat.delete",
    Owed.REFRESH: "chat.update",
    # A file in a channel is a post like any other.
    Owed.FILE: "chat.postMessage",
    Owed.POINTER: "chat.update",
    Owed.MARK: "reactions.add",
    Owed.SEEN: "reactions.add",
    Owed.PROMPT: "chat.postEphemeral",
}

_SHOW_A_VIEW = (Owed.CARD, Owed.REFRESH, Owed.ANNOUNCE, Owed.DIRECT)
_READ_ALONE = (Owed.PROMPT, Owed.DIRECT)

# What Slack puts in a deleted card's place is nobody's to update.
_CARD_GONE = {"message_not_found", "cant_update_message"}

# How many of a lane's entries may travel in one post; how many fit is found when they are put into blocks.
TOGETHER: Mapping[str, int] = {Owed.ENTRY: 48}
# What a thread that starts again shows of what was said before.
RECAP_LENGTH = 15


class SlackPosts:
    """The jobs for the outbox's Slack rows.

    What the channel reads is in `language`; what one teammate reads alone, in theirs.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        poster: Poster,
        direct: DirectMessages,
        uploads: Uploads,
        *,
        language: str,
    ) -> None:
        self._client = client
        self._uploads = uploads
        self._poster = poster
        self._direct = direct
        self._language = language

    async def prepare(self, tx: Transaction, parcels: Sequence[Parcel]) -> Mapping[int, Job]:
        """Read what the parcels show, for all of them at once, and say how each is done."""
        found = {one.id: one for one in await tx.conversations.several({p.conversation_id for p in parcels})}
        shown = [
            (parcel.conversation_id, item.payload["seq"])
            for parcel in parcels
            if parcel.kind in (Owed.ENTRY, Owed.ANNOUNCE)
            for item in parcel.items
        ]
        entries = {(e.conversation_id, e.seq): e for e in await tx.ledger.several(shown)}
        cards = [found[p.conversation_id] for p in parcels if p.kind in _SHOW_A_VIEW]
        views = await views_of(tx, cards) if cards else {}
        readers = {p.id: _reader(p, found[p.conversation_id]) for p in parcels if p.kind in _READ_ALONE}
        people = await tx.people.named({one for one in readers.values() if one is not None})
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
                case Owed.ANNOUNCE:
                    entry = entries[conversation.id, parcel.payload["seq"]]
                    jobs[parcel.id] = partial(self.announce, parcel, views[conversation.id], entry)
                case Owed.TAKE_DOWN:
                    jobs[parcel.id] = partial(self.take_down, parcel)
                case Owed.DIRECT:
                    jobs[parcel.id] = partial(self._direct.send, parcel, views[conversation.id], now=tx.now)
                case Owed.RECAP:
                    said = await tx.ledger.messages_before(
                        conversation.id, parcel.payload["upto"] + 1, limit=RECAP_LENGTH
                    )
                    jobs[parcel.id] = partial(self.recap, parcel, conversation, said)
                case Owed.FILE:
                    found_files = await tx.files.whole(conversation.id, [parcel.payload["file"]])
                    file = found_files[0] if found_files else None
                    jobs[parcel.id] = partial(self._uploads.share, parcel, conversation, file)
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
                    held = await tx.held.get(parcel.conversation_id, parcel.payload["source"])
                    jobs[parcel.id] = partial(self.prompt, parcel, conversation, held)
        for parcel in parcels:
            who = readers.get(parcel.id)
            reader = None if who is None else people.get(who)
            language = self._language if reader is None else reader.locale
            jobs[parcel.id] = partial(_spoken, jobs[parcel.id], language)
        return jobs

    async def card(self, parcel: Parcel, view: ConversationView) -> Outcome | Part:
        """Start the conversation's thread and remember where it is."""
        if view.conversation.card is not None:
            return Done()
        return await self._poster.post(
            parcel,
            card(view),
            home=view.conversation.home,
            thread=None,
            shows=view.conversation.last_seq,
        )

    async def entry(
        self, parcel: Parcel, conversation: Conversation, entries: Sequence[Entry]
    ) -> Outcome | Part:
        """Post entries in the thread, as many as fit into one message."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        message, carried = entries_message(conversation, entries)
        outcome = await self._poster.post(
            parcel, message, home=conversation.home, thread=conversation.card, carries=carried
        )
        if self._poster.trouble is not None and conversation.holder is not None:
            await self._poster.warn(conversation.holder, self._poster.trouble)
        return outcome

    async def announce(self, parcel: Parcel, view: ConversationView, entry: Entry) -> Outcome | Part:
        """Call for a teammate, unless somebody came meanwhile, or a later call is on its way already."""
        conversation = view.conversation
        if not is_still_so(parcel, view.ticket):
            return Done()
        if conversation.card is None:
            return Parked("its thread could not be started")
        message = entry_message(conversation, entry)
        return await self._poster.post(
            parcel, message, home=conversation.home, thread=conversation.card, in_channel=True
        )

    async def take_down(self, parcel: Parcel) -> Outcome:
        """Take a call for a teammate out of the channel."""
        try:
            await self._client.chat_delete(channel=parcel.channel or "", ts=parcel.payload["ts"])
        except CALL_ERRORS as error:
            return self._poster.again(parcel, error)
        return Done()

    async def recap(
        self, parcel: Parcel, conversation: Conversation, said: Sequence[Entry]
    ) -> Outcome | Part:
        """Open a thread that starts again with what was said last."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        return await self._poster.post(
            parcel, recap_message(conversation, said), home=conversation.home, thread=conversation.card
        )

    async def refresh(self, parcel: Parcel, view: ConversationView) -> Outcome:
        """Bring the card up to date."""
        where = view.conversation.card
        if where is None:
            return Done()
        if await self._poster.is_exposed(view.conversation.home):
            return self._poster.kept()
        # Putting a card together takes half a millisecond, and what was claimed with it is on its way to its
        # socket: that goes first.
        await asyncio.sleep(0)
        try:
            await self._client.chat_update(channel=where.channel, ts=where.ts, **card(view).arguments())
        except CALL_ERRORS as error:
            if Failure.of(error).reason in _CARD_GONE:
                await self._poster.moved(parcel, where)
                return Done()
            failure = Failure.of(error)
            elsewhere = await self._poster.goes_on_elsewhere(parcel, failure, view.conversation.home, where)
            return elsewhere or self._poster.again(parcel, error)
        return Done()

    async def pointer(self, parcel: Parcel, conversation: Conversation) -> Outcome:
        """Let a former card lead to the present one. Where it cannot be changed, it stays as it is."""
        if conversation.card is None:
            return Done()
        if await self._poster.is_exposed(conversation.home):
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

    async def prompt(self, parcel: Parcel, conversation: Conversation, held: HeldReply | None) -> Outcome:
        """Ask or tell the author of a message; nobody else sees it. Shown twice it does no harm."""
        payload = parcel.payload
        translation = held.translation if held is not None else None
        if payload["prompt"] == Prompt.TRANSLATED and translation is None:
            # Decided already, or reworded: then there will be another.
            return Done()
        message = prompt_message(
            Prompt(payload["prompt"]),
            parcel.conversation_id,
            source=payload["source"],
            holder=payload["holder"],
            # Rows from before this was kept have none.
            epoch=payload.get("epoch"),
            translation=translation,
            unfit=Unfit(payload["unfit"]) if payload.get("unfit") else None,
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


def _reader(parcel: Parcel, conversation: Conversation) -> PersonId | None:
    """The one teammate who reads it: a direct message the holder, a prompt the message's author."""
    if parcel.kind == Owed.DIRECT:
        return conversation.holder
    # A prompt's source starts with the team they wrote in.
    team = str(parcel.payload["source"]).removeprefix("slack:").partition("/")[0]
    return PersonId(team, str(parcel.payload["user"]))


async def _spoken(job: Job, language: str | None) -> Outcome | Part:
    with speaking(language):
        return await job()
