"""What the courier does with rows for Slack: each performer reads the ledger, calls Slack, says how it went.

A post cannot be asked for twice without being shown twice: Slack has no idempotency key. So a post whose
outcome nobody knows is first looked for by the key in its metadata, and sent again only when Slack has had
time to show it and does not (docs/decisions/0004-delivery.md).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.card import card
from bot.blocks.message import Message
from bot.blocks.prompts import prompt_message
from bot.blocks.thread import entry_message
from bot.desk import outgoing
from bot.desk.desk import Desk
from bot.desk.outgoing import Mark, Owed, Prompt
from bot.relay.outcome import Done, Effect, NotYet, Outcome, Parked, Performer, Throttled, Unknown
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.installation import Installation
from storage.records import MessageRef, Parcel
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
    Owed.REFRESH: "chat.update",
    Owed.MARK: "reactions.add",
    Owed.PROMPT: "chat.postEphemeral",
}
METADATA_TYPE = "bookbag"

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


class SlackPosts:
    """The performers for the outbox's Slack rows. `trouble`: what an operator has to mend, or None."""

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

    def performers(self) -> Mapping[str, Performer]:
        return {
            Owed.CARD: self.card,
            Owed.ENTRY: self.entry,
            Owed.REFRESH: self.refresh,
            Owed.MARK: self.mark,
            Owed.PROMPT: self.prompt,
        }

    async def card(self, parcel: Parcel) -> Outcome:
        """Start the conversation's thread and remember where it is."""
        view = await self._desk.view(parcel.conversation_id)
        if view.conversation.card is not None:
            return Done()
        return await self._post(parcel, card(view), thread=None, shows=view.conversation.last_seq)

    async def entry(self, parcel: Parcel) -> Outcome:
        """Post one entry in the thread."""
        async with self._desk.database.read() as tx:
            conversation = await tx.conversations.get(parcel.conversation_id)
            entry = await tx.ledger.get(parcel.conversation_id, parcel.payload["seq"])
        if conversation is None or entry is None or conversation.card is None:
            return Parked("its thread could not be started")
        return await self._post(parcel, entry_message(conversation, entry), thread=conversation.card)

    async def refresh(self, parcel: Parcel) -> Outcome:
        """Bring the card up to date."""
        view = await self._desk.view(parcel.conversation_id)
        where = view.conversation.card
        if where is None:
            return Done()
        try:
            await self._client.chat_update(channel=where.channel, ts=where.ts, **card(view).arguments())
        except CALL_ERRORS as error:
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

    async def prompt(self, parcel: Parcel) -> Outcome:
        """Ask or tell the author of a message; nobody else sees it. Shown twice it does no harm."""
        payload = parcel.payload
        view = await self._desk.view(parcel.conversation_id)
        message = prompt_message(
            Prompt(payload["prompt"]),
            parcel.conversation_id,
            source=payload["source"],
            holder=payload["holder"],
        )
        where = view.conversation.card
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
        try:
            if parcel.maybe_sent is not None:
                ts = await self._find(parcel, thread)
                if ts is not None:
                    # What it shows may be as old as the first try.
                    return Done(self._placed(parcel, ts, thread, shows=0))
                waited = self._desk.database.clock() - parcel.maybe_sent
                if waited < self._waits.quarantine:
                    return Unknown(self._waits.quarantine - waited, "it may still land")
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
            return self._once(parcel, error)
        self.trouble = None
        return Done(self._placed(parcel, answer["ts"], thread, shows=shows))

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

    def _once(self, parcel: Parcel, error: Exception) -> Outcome:
        """The outcome of a failed call that must not be made twice."""
        failure = Failure.of(error)
        if failure.trouble is Trouble.MAYBE_SENT:
            return Unknown(self._longer(parcel), failure.reason)
        return self._certain(parcel, failure)

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
                return Parked(failure.reason)

    def _longer(self, parcel: Parcel) -> timedelta:
        return min(self._waits.look_after * (1 << min(parcel.attempts - 1, 8)), _LONGEST_WAIT)
