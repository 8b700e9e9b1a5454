"""Makes each post once, and says what a failed call means.

A post cannot be asked for twice without being shown twice: Slack has no idempotency key. So a post whose
outcome nobody knows is first looked for by the key in its metadata, and sent again only when Slack has had
time to show it and does not (docs/decisions/0004-delivery.md).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.message import LinkTo, Message
from bot.blocks.prompts import cut_off
from bot.desk import outgoing, threads, waiting
from bot.desk.desk import Desk
from bot.desk.outgoing import Owed
from bot.relay.outcome import Done, Effect, NotYet, Outcome, Parked, Part, Throttled, Unknown
from bot.slack.channels import Channels
from bot.slack.clock import SlackClock
from bot.slack.errors import CALL_ERRORS, THREAD_GONE, Failure, Trouble
from bot.slack.installation import Installation
from bot.slack.labels import find, label
from bot.slack.outbound import Outbound
from bot.slack.private import WORDS, Private
from bot.tongues import speaking
from storage.records import Call, Conversation, ConversationId, MessageRef, Parcel, PersonId
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# Looking for a post is not allowed, so whether it arrived cannot be found out.
MAY_NOT_LOOK = {"missing_scope", "not_allowed_token_type", "no_permission", "method_not_supported"}
# A clock may have been set back since.
_CLOCK_SET = timedelta(minutes=15)
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


class Poster:
    """Posts in threads and starts them. `trouble`: what an operator has to mend, or None."""

    def __init__(
        self,
        client: AsyncWebClient,
        outbound: Outbound,
        desk: Desk,
        installation: Installation,
        channels: Channels,
        slack_clock: SlackClock,
        private: Private,
        *,
        waits: Waits,
    ) -> None:
        self._client = client
        self._outbound = outbound
        self._desk = desk
        self._installation = installation
        self._channels = channels
        self._slack_clock = slack_clock
        self._private = private
        self._waits = waits
        self.trouble: str | None = None
        self._warned: set[tuple[PersonId, str]] = set()

    @property
    def link_to(self) -> LinkTo:
        return self._installation.link_to

    async def post(
        self,
        parcel: Parcel,
        message: Message,
        *,
        home: str | None,
        thread: MessageRef | None,
        carries: int = 1,
        shows: int = 0,
        in_channel: bool = False,
    ) -> Outcome | Part:
        """Post in the thread; without one start the conversation's in its home channel, with a card made at
        its entry `shows`.

        `carries`: so many of the parcel's rows are in the message. `in_channel`: the channel itself shows it
        as well.
        """
        if parcel.maybe_sent is not None:
            settled = await self._settled(
                parcel, parcel.maybe_sent, thread, home=home, carries=carries, in_channel=in_channel
            )
            if settled is not None:
                return settled
        first = replace(parcel, items=parcel.items[:carries])
        outcome = await self._posted(first, message, thread, home=home, shows=shows, in_channel=in_channel)
        return outcome if carries >= len(parcel.items) else Part(outcome, carries)

    async def _posted(
        self,
        parcel: Parcel,
        message: Message,
        thread: MessageRef | None,
        *,
        home: str | None,
        shows: int,
        in_channel: bool,
    ) -> Outcome:
        try:
            answer = await self._outbound.post(
                message,
                channel=_channel(home, thread),
                thread_ts=thread.ts if thread else None,
                in_channel=in_channel,
                metadata=label(parcel.key, shows=len(parcel.items)),
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is Trouble.MAYBE_SENT:
                # An earlier try's quarantine is over, and a look that finds nothing would post at once: the
                # next look waits out this one's.
                soon = self.longer(parcel)
                after = soon if parcel.maybe_sent is None else max(soon, self._waits.quarantine)
                return Unknown(after, failure.reason)
            elsewhere = await self.goes_on_elsewhere(parcel, failure, home, thread)
            return elsewhere or self.certain(parcel, failure)
        self.trouble = None
        self._warned.clear()
        if thread is not None and _is_beside(answer, thread) and not await self._is_there(parcel, thread):
            await self.strayed(parcel, thread, MessageRef(thread.team, thread.channel, str(answer["ts"])))
            return Done()
        return Done(self._placed(parcel, answer["ts"], thread, home=home, shows=shows, in_channel=in_channel))

    async def _settled(
        self,
        parcel: Parcel,
        maybe_sent: datetime,
        thread: MessageRef | None,
        *,
        home: str | None,
        carries: int,
        in_channel: bool,
    ) -> Outcome | Part | None:
        """What became of an earlier try whose outcome nobody knows; None if it surely never arrived.

        It may have been made by another version, in which another number of rows fitted: the post itself says
        how many it shows, and until it is found the parcel stays whole.
        """
        waited = self._desk.database.clock() - maybe_sent
        may_land = Unknown(self._waits.quarantine - waited, "it may still land")
        try:
            found = await find(
                self._client,
                parcel.key,
                channel=_channel(home, thread),
                thread=thread,
                since=self._slack_clock.slacks(maybe_sent) - _CLOCK_SET,
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.reason in THREAD_GONE and waited < self._waits.quarantine:
                return may_land
            elsewhere = await self.goes_on_elsewhere(parcel, failure, home, thread)
            if elsewhere is not None:
                return elsewhere
            if failure.reason in MAY_NOT_LOOK:
                return Parked(failure.reason, self._told_of(parcel, failure.reason, certain=False))
            # Looking is another method than posting, and waits by itself.
            return Unknown(max(failure.after, self.longer(parcel)), failure.reason)
        if found is not None and found.is_beside and thread is not None:
            await self.strayed(parcel, thread, MessageRef(thread.team, thread.channel, found.ts))
            return Done()
        if found is not None:
            # What a card shows may be as old as the first try.
            done = Done(self._placed(parcel, found.ts, thread, home=home, shows=0, in_channel=in_channel))
            rows = carries if found.shows is None else found.shows
            return done if rows >= len(parcel.items) else Part(done, rows)
        return may_land if waited < self._waits.quarantine else None

    async def warn(self, holder: PersonId, trouble: str) -> None:
        """Tell a teammate who answers a customer, once and where they can read it, that they are cut off."""
        if (holder, trouble) in self._warned:
            return
        self._warned.add((holder, trouble))
        async with self._desk.database.read() as tx:
            reader = await tx.people.get(holder)
        with speaking(reader.locale if reader is not None else None):
            message = cut_off(self._installation.channel_name, trouble)
        try:
            # Slack does not say who is in a channel that takes nothing from us; no customer is named here.
            await self._private.direct(holder, message, about=WORDS)
        except CALL_ERRORS as error:
            log.warning("a teammate could not be told of the trouble: %s", Failure.of(error).reason)

    def _is_lost(self, failure: Failure, thread: MessageRef, home: str | None) -> bool:
        """Whether this thread takes no posts any more while the conversation's channel may."""
        if failure.reason in THREAD_GONE:
            return True
        return failure.trouble is Trouble.CHANNEL and thread.channel != home

    async def goes_on_elsewhere(
        self, parcel: Parcel, failure: Failure, home: str | None, thread: MessageRef | None
    ) -> Outcome | None:
        """What became of the parcel if its thread has to start again; None if it has not."""
        is_apart = home not in (None, self._channels.configured_id)
        if home is not None and is_apart and failure.trouble is Trouble.CHANNEL:
            log.warning("conversation %s: its channel is gone; it comes home", parcel.conversation_id)
            came = await self._desk.come_home(parcel.conversation_id, away_from=home)
            # What waited for the thread waits again, for the new one. A card that is not posted yet stays the
            # same parcel, and so does everything where the channel only has another id since it was claimed.
            return Done() if came and thread is not None else NotYet(timedelta(0), failure.reason)
        if thread is not None and self._is_lost(failure, thread, home):
            await self.moved(parcel, thread)
            return Done()
        return None

    async def leave(self, parcel: Parcel, conversation: Conversation) -> Outcome:
        """What goes on in a channel that was the configured one goes on in the one that is."""
        home = str(conversation.home)
        log.info("conversation %s: it goes on in the configured channel", conversation.id)
        came = await self._desk.come_home(conversation.id, away_from=home)
        # As in `goes_on_elsewhere`.
        return Done() if came and conversation.card is not None else NotYet(timedelta(0), "its channel moved")

    async def moved(self, parcel: Parcel, thread: MessageRef) -> None:
        """Let the conversation's thread start again; this parcel's rows wait for the new one."""
        log.warning("conversation %s: its thread is gone; it starts again", parcel.conversation_id)
        await self._desk.move_thread(parcel.conversation_id, away_from=thread)

    async def _is_there(self, parcel: Parcel, thread: MessageRef) -> bool:
        """Whether the thread shows the post, although Slack's answer to it did not say so."""
        since = self._slack_clock.slacks(self._desk.database.clock()) - _LONGEST_WAIT
        try:
            found = await find(self._client, parcel.key, channel=thread.channel, thread=thread, since=since)
        except CALL_ERRORS:
            return False
        return found is not None and not found.is_beside

    async def strayed(self, parcel: Parcel, thread: MessageRef, beside: MessageRef) -> None:
        """Slack put what was for the thread into the channel: the thread is gone, and that is taken away.

        The parcel's rows wait for the new thread.
        """
        log.warning("conversation %s: Slack posted beside its thread, which is gone", parcel.conversation_id)
        await self._desk.thread_strayed(parcel.conversation_id, away_from=thread, beside=beside)

    def _told_of(self, parcel: Parcel, reason: str, *, certain: bool) -> Effect | None:
        """Tell the thread that what the parcel holds is missing there."""
        if parcel.kind != Owed.ENTRY:
            return None
        seqs = [item.payload["seq"] for item in parcel.items]

        async def tell(tx: Transaction) -> None:
            await threads.not_shown(tx, parcel.conversation_id, seqs, reason=reason, certain=certain)

        return tell

    def _placed(
        self,
        parcel: Parcel,
        ts: str,
        thread: MessageRef | None,
        *,
        home: str | None,
        shows: int,
        in_channel: bool,
    ) -> Effect | None:
        if thread is not None:
            call = Call(thread.channel, ts)
            return partial(_called, parcel.conversation_id, call) if in_channel else None
        where = MessageRef(self._installation.team, _channel(home, thread), ts)

        async def place(tx: Transaction) -> None:
            await outgoing.card_placed(tx, parcel.conversation_id, where, shows=shows)

        return place

    def again(self, parcel: Parcel, error: Exception) -> Outcome:
        """The outcome of a failed call that may be made twice."""
        failure = Failure.of(error)
        if failure.trouble is Trouble.MAYBE_SENT:
            return NotYet(self.longer(parcel), failure.reason)
        where = str(parcel.payload.get("channel") or parcel.channel or "")
        is_elsewhere = where[:1] in ("C", "G") and where != self._channels.configured_id
        if failure.trouble is Trouble.GONE or (is_elsewhere and failure.trouble is Trouble.CHANNEL):
            log.info("conversation %s: nothing to show it on: %s", parcel.conversation_id, failure.reason)
            return Done()
        return self.certain(parcel, failure)

    def certain(self, parcel: Parcel, failure: Failure) -> Outcome:
        """The outcome of a call that surely did nothing."""
        match failure.trouble:
            case Trouble.THROTTLED:
                return Throttled(failure.after, failure.reason)
            case Trouble.NOT_SENT:
                return NotYet(self.longer(parcel), failure.reason)
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

    def kept(self) -> Outcome:
        """Nothing of a customer's goes where strangers read it. It waits, in order, until they are gone."""
        return NotYet(self._waits.while_closed, "the channel is shared outside")

    def longer(self, parcel: Parcel) -> timedelta:
        """How long until the next try, longer with each."""
        return min(self._waits.look_after * (1 << min(parcel.attempts - 1, 8)), _LONGEST_WAIT)


def _channel(home: str | None, thread: MessageRef | None) -> str:
    """Where a post goes. A conversation without a channel has no place that may be written to."""
    return thread.channel if thread is not None else home or ""


def _is_beside(answer: Mapping[str, Any], thread: MessageRef) -> bool:
    """Whether Slack says of a post that it is not in that thread.

    It does not refuse a post whose thread is gone, but posts it into the channel (slack-go/slack issue 1571).
    """
    message = answer.get("message")
    return isinstance(message, Mapping) and message.get("thread_ts") != thread.ts


async def _called(conversation_id: ConversationId, call: Call, tx: Transaction) -> None:
    await waiting.call_placed(tx, conversation_id, call)
