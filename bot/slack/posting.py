"""What the courier does with rows for Slack: each performer reads the ledger, calls Slack, says how it went.

A post cannot be asked for twice without being shown twice: Slack has no idempotency key. So a post whose
outcome nobody knows is first looked for by the key in its metadata, and sent again only when Slack has had
time to show it and does not (docs/decisions/0004-delivery.md).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.card import card
from bot.blocks.message import Message
from bot.blocks.prompts import cut_off, prompt_message
from bot.blocks.thread import entries_message, recap_message
from bot.desk import outgoing, threads
from bot.desk.desk import Desk
from bot.desk.outgoing import Mark, Owed, Prompt
from bot.desk.views import ConversationView, views_of
from bot.relay.outcome import Done, Effect, Job, NotYet, Outcome, Parked, Part, Throttled, Unknown
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.installation import Installation
from storage.records import Conversation, Entry, MessageRef, Parcel, PersonId
from storage.transaction import Transaction

log = logging.getLogger(__name__)

REACTION_OF = {
    Mark.SENT: "white_check_mark",
    Mark.NOTE: "lock",
    Mark.HELD: "hourglass_flowing_sand",
}
METHOD_OF: Mapping[str, str] = {
    Owed.CARD: "chat.postMessage",
    Owed.ENTRY: "chat.postMessage",
    Owed.RECAP: "chat.postMessage",
    Owed.REFRESH: "chat.update",
    Owed.MARK: "reactions.add",
    Owed.PROMPT: "chat.postEphemeral",
}
METADATA_TYPE = "bookbag"

# The card itself, or the thread under it, is not there any more. What Slack puts in a deleted card's place is
# nobody's to update.
_CARD_GONE = {"message_not_found", "cant_update_message"}
_THREAD_GONE = {"thread_not_found", "message_not_found", "cannot_reply_to_message"}
# Looking for a post is not allowed, so whether it arrived cannot be found out.
_MAY_NOT_LOOK = {"missing_scope", "not_allowed_token_type", "no_permission", "method_not_supported"}
_CLOCK_SKEW = timedelta(seconds=5)
_LOOK_PAGES = 10
_LONGEST_WAIT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Waits:
    """`look_after`: how long Slack takes to show a post; doubled at each try while Slack is in trouble, up to
    a minute. `quarantine`: how long a request may still land after its answer was lost. `while_closed`: how
    long until the next try where only an operator can mend it.
    """

    look_after: timedelta = timedelta(seconds=2)
    quarantine: timedelta = timedelta(seconds=15)
    while_closed: timedelta = timedelta(seconds=30)


# How many of a lane's entries may travel in one post; how many fit is found when they are put into blocks.
TOGETHER: Mapping[str, int] = {Owed.ENTRY: 30}
# What a thread that starts again shows of what was said before.
RECAP_LENGTH = 15


class SlackPosts:
    """The jobs for the outbox's Slack rows. `trouble`: what an operator has to mend, or None."""

    def __init__(
        self,
        client: AsyncWebClient,
        desk: Desk,
        installation: Installation,
        *,
        waits: Waits,
    ) -> None:
        self._client = client
        self._desk = desk
        self._installation = installation
        self._waits = waits
        self.trouble: str | None = None
        self._warned: set[tuple[PersonId, str]] = set()

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
                case Owed.MARK:
                    jobs[parcel.id] = partial(self.mark, parcel)
                case Owed.PROMPT:
                    jobs[parcel.id] = partial(self.prompt, parcel, conversation)
        return jobs

    async def card(self, parcel: Parcel, view: ConversationView) -> Outcome:
        """Start the conversation's thread and remember where it is."""
        if view.conversation.card is not None:
            return Done()
        return await self._post(parcel, card(view), thread=None, shows=view.conversation.last_seq)

    async def entry(
        self, parcel: Parcel, conversation: Conversation, entries: Sequence[Entry]
    ) -> Outcome | Part:
        """Post entries in the thread, as many as fit into one message."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        message, carried = entries_message(conversation, entries)
        outcome = await self._post(parcel, message, thread=conversation.card)
        if self.trouble is not None and conversation.holder is not None:
            await self._warn(conversation.holder, self.trouble)
        return outcome if carried == len(entries) else Part(outcome, carried)

    async def recap(self, parcel: Parcel, conversation: Conversation, said: Sequence[Entry]) -> Outcome:
        """Open a thread that starts again with what was said last."""
        if conversation.card is None:
            return Parked("its thread could not be started")
        return await self._post(parcel, recap_message(conversation, said), thread=conversation.card)

    async def refresh(self, parcel: Parcel, view: ConversationView) -> Outcome:
        """Bring the card up to date."""
        where = view.conversation.card
        if where is None:
            return Done()
        try:
            await self._client.chat_update(channel=where.channel, ts=where.ts, **card(view).arguments())
        except CALL_ERRORS as error:
            if Failure.of(error).reason in _CARD_GONE:
                await self._moved(parcel, where)
                return Done()
            return self._again(parcel, error)
        return Done()

    async def mark(self, parcel: Parcel) -> Outcome:
        """Show on a teammate's message what became of it."""
        at = {"channel": parcel.payload["channel"], "timestamp": parcel.payload["ts"]}
        before = parcel.payload["instead_of"]
        try:
            await self._client.reactions_add(name=REACTION_OF[Mark(parcel.payload["mark"])], **at)
        except CALL_ERRORS as error:
            outcome = self._again(parcel, error)
            if not isinstance(outcome, Done):
                return outcome
        if before is None:
            return Done()
        try:
            await self._client.reactions_remove(name=REACTION_OF[Mark(before)], **at)
        except CALL_ERRORS as error:
            return self._again(parcel, error)
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
            return self._again(parcel, error)
        return Done()

    async def _post(
        self, parcel: Parcel, message: Message, *, thread: MessageRef | None, shows: int = 0
    ) -> Outcome:
        if parcel.maybe_sent is not None:
            settled = await self._settled(parcel, parcel.maybe_sent, thread)
            if settled is not None:
                return settled
        try:
            answer = await self._client.chat_postMessage(
                channel=thread.channel if thread else self._installation.channel,
                thread_ts=thread.ts if thread else None,
                metadata={"event_type": METADATA_TYPE, "event_payload": {"key": parcel.key}},
                mrkdwn=False,
                unfurl_links=False,
                unfurl_media=False,
                **message.arguments(),
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is Trouble.MAYBE_SENT:
                return Unknown(self._longer(parcel), failure.reason)
            if thread is not None and self._is_lost(failure, thread):
                await self._moved(parcel, thread)
                return Done()
            return self._certain(parcel, failure)
        self.trouble = None
        self._warned.clear()
        return Done(self._placed(parcel, answer["ts"], thread, shows=shows))

    async def _settled(
        self, parcel: Parcel, maybe_sent: datetime, thread: MessageRef | None
    ) -> Outcome | None:
        """What became of an earlier try whose outcome nobody knows; None if it surely never arrived."""
        try:
            ts = await self._find(parcel, thread)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if thread is not None and self._is_lost(failure, thread):
                await self._moved(parcel, thread)
                return Done()
            if failure.reason in _MAY_NOT_LOOK:
                return Parked(failure.reason, self._told_of(parcel, failure.reason, certain=False))
            # Looking is another method than posting, and waits by itself.
            return Unknown(max(failure.after, self._longer(parcel)), failure.reason)
        if ts is not None:
            # What it shows may be as old as the first try.
            return Done(self._placed(parcel, ts, thread, shows=0))
        waited = self._desk.database.clock() - maybe_sent
        if waited < self._waits.quarantine:
            return Unknown(self._waits.quarantine - waited, "it may still land")
        return None

    async def _warn(self, holder: PersonId, trouble: str) -> None:
        """Tell a teammate who answers a customer, once and where they can read it, that they are cut off."""
        if (holder, trouble) in self._warned:
            return
        self._warned.add((holder, trouble))
        message = cut_off(self._installation.channel_name, trouble)
        try:
            await self._client.chat_postMessage(channel=holder.user, **message.arguments())
        except CALL_ERRORS as error:
            log.warning("a teammate could not be told of the trouble: %s", Failure.of(error).reason)

    def _is_lost(self, failure: Failure, thread: MessageRef) -> bool:
        """Whether this thread takes no posts any more while the configured channel may."""
        if failure.reason in _THREAD_GONE:
            return True
        return failure.trouble is Trouble.CHANNEL and thread.channel != self._installation.channel

    async def _moved(self, parcel: Parcel, thread: MessageRef) -> None:
        """Let the conversation's thread start again; this parcel's rows wait for the new one."""
        log.warning("conversation %s: its thread is gone; it starts again", parcel.conversation_id)
        await self._desk.move_thread(parcel.conversation_id, away_from=thread)

    def _told_of(self, parcel: Parcel, reason: str, *, certain: bool) -> Effect | None:
        """Tell the thread that what the parcel holds is missing there."""
        if parcel.kind != Owed.ENTRY:
            return None
        seqs = [item.payload["seq"] for item in parcel.items]

        async def tell(tx: Transaction) -> None:
            await threads.not_shown(tx, parcel.conversation_id, seqs, reason=reason, certain=certain)

        return tell

    def _placed(self, parcel: Parcel, ts: str, thread: MessageRef | None, *, shows: int) -> Effect | None:
        if thread is not None:
            return None
        where = MessageRef(self._installation.team, self._installation.channel, ts)

        async def place(tx: Transaction) -> None:
            await outgoing.card_placed(tx, parcel.conversation_id, where, shows=shows)

        return place

    async def _find(self, parcel: Parcel, thread: MessageRef | None) -> str | None:
        """The `ts` of the post that carries the parcel's key, if Slack shows one."""
        since = (parcel.maybe_sent or parcel.created_at) - _CLOCK_SKEW
        arguments: dict[str, Any] = {
            "oldest": f"{since.timestamp():.6f}",
            "include_all_metadata": True,
            "limit": 200,
        }
        cursor = None
        for _ in range(_LOOK_PAGES):
            if thread is None:
                page = await self._client.conversations_history(
                    channel=self._installation.channel, cursor=cursor, **arguments
                )
            else:
                page = await self._client.conversations_replies(
                    channel=thread.channel, ts=thread.ts, cursor=cursor, **arguments
                )
            for message in page["messages"]:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == parcel.key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    def _again(self, parcel: Parcel, error: Exception) -> Outcome:
        """The outcome of a failed call that may be made twice."""
        failure = Failure.of(error)
        if failure.trouble is Trouble.MAYBE_SENT:
            return NotYet(self._longer(parcel), failure.reason)
        if failure.trouble is Trouble.GONE:
            log.info("conversation %s: nothing to show it on: %s", parcel.conversation_id, failure.reason)
            return Done()
        return self._certain(parcel, failure)

    def _certain(self, parcel: Parcel, failure: Failure) -> Outcome:
        match failure.trouble:
            case Trouble.THROTTLED:
                return Throttled(failure.after, failure.reason)
            case Trouble.NOT_SENT:
                return NotYet(self._longer(parcel), failure.reason)
            case Trouble.ALREADY_SO:
                return Done()
            case Trouble.CHANNEL | Trouble.TOKEN:
                # For an operator to mend; until then everything is kept, in order.
                if self.trouble != failure.reason:
                    log.error("Slack takes no posts from us any more: %s", failure.reason)
                self.trouble = failure.reason
                return NotYet(self._waits.while_closed, failure.reason)
            case _:
                return Parked(failure.reason, self._told_of(parcel, failure.reason, certain=True))

    def _longer(self, parcel: Parcel) -> timedelta:
        return min(self._waits.look_after * (1 << min(parcel.attempts - 1, 8)), _LONGEST_WAIT)
