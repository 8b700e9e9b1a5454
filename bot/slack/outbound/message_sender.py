"""Makes each post once, and says what a failed call means.

A post cannot be asked for twice without being shown twice: Slack has no idempotency key. So a post whose
outcome nobody knows is first looked for by the key in its metadata, and sent again only when Slack has had
time to show it and does not (docs/decisions/0004-delivery.md).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements import budget
from bot.blocks.elements.budget import Room, cut_to
from bot.blocks.elements.message import LinkTo, Message
from bot.blocks.thread.prompts import cut_off
from bot.desk import enqueue, threads
from bot.desk.desk import Desk
from bot.desk.jobs import JobKind
from bot.desk.ownership import waiting
from bot.i18n import speaking
from bot.outbox.outcome import (
    CutOff,
    DeadLettered,
    Done,
    Effect,
    GoesOn,
    Indeterminate,
    NotYet,
    Outcome,
    Part,
    Throttled,
)
from bot.slack.api.backoff import Backoff
from bot.slack.api.clock import SlackClock
from bot.slack.api.errors import CALL_ERRORS, THREAD_GONE, Failure, Trouble
from bot.slack.api.message_metadata import find, label, label_in_blocks
from bot.slack.outbound.fallback_forms import FallbackForm
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.private import OWN_WORDS, Private
from bot.slack.outbound.troubles import Troubles
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.slack_channels import SlackChannels
from storage.records import Conversation, ConversationId, Job, MessageRef, PersonId, TeammateCall
from storage.transaction import Transaction

log = logging.getLogger(__name__)

# What Slack refuses here is given up where no other form of it is taken.
FOR_GOOD = (Trouble.REFUSED, Trouble.TOO_LONG, Trouble.METADATA, Trouble.GONE, Trouble.THREAD)
_HAS_A_NOTICE = (JobKind.ENTRY, JobKind.ANNOUNCE, JobKind.RECAP)
_WORKSPACE = "the workspace"
# Looking for a post is not allowed, so whether it arrived cannot be found out.
MAY_NOT_LOOK = {"missing_scope", "not_allowed_token_type", "no_permission", "method_not_supported"}
# A clock may have been set back since.
_CLOCK_SET = timedelta(minutes=15)
_LATELY = timedelta(minutes=1)
_SAID_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waits:
    """`look_after`: how long Slack takes to show a post; doubled at each try while Slack is in trouble, up to
    a minute. `quarantine`: how long a request may still land after its answer was lost. `while_closed`: how
    long until the next try where only an operator can mend it.
    """

    look_after: timedelta = timedelta(seconds=2)
    quarantine: timedelta = timedelta(seconds=15)
    while_closed: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Draft:
    """A post to be made.

    `carries`: so many of its job's rows are in it; with `upto`, none but the first part of the first one,
    up to that character. `made_at`: for a card, the number of the last entry it was made from. `in_channel`:
    the channel itself shows it as well. `seqs`: the entries it shows, which are missing where Slack takes it
    in no form. `is_notice`: it only says that others are missing, in our own words.
    """

    message: Message
    carries: int = 1
    upto: int | None = None
    made_at: int = 0
    in_channel: bool = False
    seqs: Sequence[int] = ()
    is_notice: bool = False


class MessageSender:
    """Posts in threads and starts them. `troubles`: what somebody has to mend before we can go on there."""

    def __init__(
        self,
        client: AsyncWebClient,
        outbound: Outbound,
        desk: Desk,
        installation: Installation,
        channels: SlackChannels,
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
        self._backoff = Backoff(waits.look_after)
        self.troubles = Troubles(desk.database.clock, lasts=10 * waits.while_closed)
        # What was given up lately, for readiness: whoever looks after this may find out why.
        self.given_up = Troubles(desk.database.clock, lasts=_SAID_FOR)
        self._warned: set[tuple[PersonId, str]] = set()
        # Whether Slack counts what JSON writes as \uXXXX as six: found out where it refuses a post.
        self._counts_escaped = False

    @property
    def link_to(self) -> LinkTo:
        return self._installation.link_to

    def home_of(self, conversation: Conversation, *, typed_in: str) -> str | None:
        """The name of the channel where the conversation goes on, if that is not the one it was typed in."""
        if conversation.home in (None, typed_in):
            return None
        return self._channels.name_of(conversation.home)

    def room(self, job: Job) -> Room:
        """What one post for it may hold."""
        return Room(FallbackForm.of(job.payload).largest or budget.LARGEST, escaped=self._counts_escaped)

    async def post(
        self, job: Job, draft: Draft, *, home: str | None, thread: MessageRef | None
    ) -> Outcome | Part:
        """Post in the thread; without one start the conversation's in its home channel."""
        settled = None
        if job.maybe_sent is not None:
            settled = await self._settled(job, draft, job.maybe_sent, thread, home=home)
        if settled is not None:
            return settled
        first = replace(job, items=job.items[: draft.carries])
        outcome = await self._posted(first, draft, thread, home=home)
        if isinstance(outcome, CutOff):
            await self._tell_holder(job.conversation_id, outcome.reason)
        return outcome if draft.carries >= len(job.items) else Part(outcome, draft.carries)

    async def _posted(
        self, job: Job, draft: Draft, thread: MessageRef | None, *, home: str | None
    ) -> Outcome:
        channel = _channel(home, thread)
        message, metadata = self._labelled(job, draft)
        try:
            answer = await self._outbound.post(
                message,
                channel=channel,
                thread_ts=thread.ts if thread else None,
                in_channel=draft.in_channel,
                metadata=metadata,
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is Trouble.MAYBE_SENT:
                # An earlier try's quarantine is over, and a look that finds nothing would post at once: the
                # next look waits out this one's.
                self._backoff.failed()
                soon = self.longer(job)
                after = soon if job.maybe_sent is None else max(soon, self._waits.quarantine)
                return Indeterminate(after, failure.reason)
            elsewhere = await self.goes_on_elsewhere(job, failure, home, thread)
            if elsewhere is not None:
                return elsewhere
            return await self._refused(job, draft, failure, thread)
        self._backoff.succeeded()
        was_cut_off = thread is not None and self.troubles.at(thread.source) is not None
        for place in (channel, _WORKSPACE, *([thread.source] if thread else [])):
            self.troubles.over(place)
        self._warned.clear()
        if thread is not None and _is_beside(answer, thread) and not await self._is_there(job, thread):
            await self.strayed(job, thread, MessageRef(thread.team, thread.channel, str(answer["ts"])))
            return Done()
        if draft.upto is not None:
            return _begun(job, draft.upto)
        form = FallbackForm.of(job.payload)
        if form.instead is not None and was_cut_off:
            # Nothing was taken here until now, so nothing is known of what stands there instead of.
            return GoesOn(FallbackForm(since=form.since).kept_in(job.payload), begun=True)
        if form.instead is not None:
            self.given_up.met(f"{job.kind} of conversation {job.conversation_id}", form.instead)
            return DeadLettered(
                form.instead,
                None if job.kind != JobKind.RECAP else self._told_of(job, draft, form.instead, certain=True),
            )
        return Done(self._placed(job, draft, answer["ts"], thread, home=home))

    def _labelled(self, job: Job, draft: Draft) -> tuple[Message, dict[str, Any] | None]:
        """The post as it goes out, and its metadata: what it is found by is in one of them."""
        form = FallbackForm.of(job.payload)
        message = replace(draft.message, blocks=cut_to(self.room(job), draft.message.blocks))
        shows = 0 if draft.upto is not None else len(job.items)
        labelled = label(form.key(job.key), shows=shows, upto=draft.upto, made_at=draft.made_at)
        if form.unlabelled and message.blocks:
            label_in_blocks(labelled, message.blocks)
            return message, None
        return message, labelled

    async def _settled(
        self,
        job: Job,
        draft: Draft,
        maybe_sent: datetime,
        thread: MessageRef | None,
        *,
        home: str | None,
    ) -> Outcome | Part | None:
        """What became of an earlier try whose outcome nobody knows; None if it surely never arrived.

        It may have been made by another version, in which another number of rows fitted, or more of the first
        one: the post itself says how much it shows, and until it is found the job stays whole.
        """
        waited = self._desk.database.clock() - maybe_sent
        may_land = Indeterminate(self._waits.quarantine - waited, "it may still land")
        try:
            found = await find(
                self._client,
                FallbackForm.of(job.payload).key(job.key),
                channel=_channel(home, thread),
                thread=thread,
                since=self._slack_clock.slacks(maybe_sent) - _CLOCK_SET,
            )
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.reason in THREAD_GONE and waited < self._waits.quarantine:
                return may_land
            elsewhere = await self.goes_on_elsewhere(job, failure, home, thread)
            if elsewhere is not None:
                return elsewhere
            if failure.reason in MAY_NOT_LOOK:
                return DeadLettered(failure.reason, self._told_of(job, draft, failure.reason, certain=False))
            # Looking is another method than posting, and waits by itself.
            if failure.trouble in (Trouble.MAYBE_SENT, Trouble.NOT_SENT):
                self._backoff.failed()
            return Indeterminate(max(failure.after, self.longer(job)), failure.reason)
        self._backoff.succeeded()
        if found is not None and found.is_beside and thread is not None:
            await self.strayed(job, thread, MessageRef(thread.team, thread.channel, found.ts))
            return Done()
        if found is not None and found.upto is not None:
            begun = _begun(job, found.upto)
            return begun if len(job.items) == 1 else Part(begun, 1)
        if found is not None:
            # What a card shows may be as old as the first try.
            as_found = replace(draft, made_at=found.made_at)
            done = Done(self._placed(job, as_found, found.ts, thread, home=home))
            rows = draft.carries if found.shows is None else found.shows
            return done if rows >= len(job.items) else Part(done, rows)
        return may_land if waited < self._waits.quarantine else None

    def in_another_form(self, job: Job, failure: Failure, message: Message) -> Outcome | None:
        """What a refused row goes on as, where another form of it may be taken."""
        room = self.room(job)
        if failure.trouble is Trouble.TOO_LONG and room.reads_otherwise(message.blocks):
            log.warning("Slack counts what is escaped in a post: fewer words travel together from now on")
            self._counts_escaped = True
            return NotYet(timedelta(0), failure.reason)
        if len(job.items) > 1:
            return None
        form = FallbackForm.of(job.payload).after(failure, message.blocks, room)
        if form is None:
            return None
        log.warning("conversation %s: %s: %s; another form", job.conversation_id, job.kind, failure.reason)
        return GoesOn(form.kept_in(job.payload), failure.reason)

    async def _refused(self, job: Job, draft: Draft, failure: Failure, thread: MessageRef | None) -> Outcome:
        """The outcome of a post that surely was not made."""
        other = self.in_another_form(job, failure, draft.message)
        if other is not None:
            return other
        form = FallbackForm.of(job.payload)
        if failure.trouble not in FOR_GOOD or len(job.items) > 1:
            return self.certain(job, failure, draft)
        if thread is None:
            # Under no card nothing of the conversation can be shown.
            return self._cut_off(job, job.channel or self._channels.configured_id, failure.reason)
        if form.instead is not None or draft.is_notice:
            # Nothing can be wrong with these words, so the thread takes nothing.
            return await self.moved(job, thread, failure.reason)
        if job.kind in _HAS_A_NOTICE:
            notice = FallbackForm(since=form.since, instead=failure.reason)
            return GoesOn(notice.kept_in(job.payload), failure.reason)
        return self.certain(job, failure, draft)

    async def _tell_holder(self, conversation_id: ConversationId, reason: str) -> None:
        """Whoever answers the customer does not see what they write: they should know."""
        async with self._desk.database.read() as tx:
            conversation = await tx.conversations.get(conversation_id)
        if conversation is not None and conversation.holder is not None:
            await self.warn(conversation.holder, reason, home=conversation.home)

    async def warn(self, holder: PersonId, trouble: str, *, home: str | None) -> None:
        """Tell a teammate who answers a customer, once and where they can read it, that they are cut off."""
        if (holder, trouble) in self._warned:
            return
        self._warned.add((holder, trouble))
        async with self._desk.database.read() as tx:
            reader = await tx.people.get(holder)
        with speaking(reader.locale if reader is not None else None):
            message = cut_off(self._channels.name_of(home or self._channels.configured_id), trouble)
        try:
            # Slack does not say who is in a channel that takes nothing from us; no customer is named here.
            await self._private.direct(holder, message, about=OWN_WORDS)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            log.warning("a teammate could not be told of the trouble: %s", failure.reason)
            if failure.trouble in (Trouble.THROTTLED, Trouble.NOT_SENT):
                self._warned.discard((holder, trouble))

    def _is_lost(self, failure: Failure, thread: MessageRef, home: str | None) -> bool:
        """Whether this thread takes no posts any more while the conversation's channel may."""
        if failure.trouble is Trouble.THREAD or failure.reason in THREAD_GONE:
            return True
        return failure.trouble is Trouble.CHANNEL and thread.channel != home

    async def goes_on_elsewhere(
        self, job: Job, failure: Failure, home: str | None, thread: MessageRef | None
    ) -> Outcome | None:
        """What became of the job if its thread has to start again; None if it has not."""
        is_apart = home not in (None, self._channels.configured_id)
        if home is not None and is_apart and failure.trouble is Trouble.CHANNEL:
            log.warning("conversation %s: its channel is gone; it comes home", job.conversation_id)
            came = await self._desk.come_home(job.conversation_id, away_from=home)
            # What waited for the thread waits again, for the new one. A card that is not posted yet stays the
            # same job, and so does everything where the channel only has another id since it was claimed.
            if not came:
                return NotYet(self.longer(job), failure.reason)
            return Done() if thread is not None else NotYet(timedelta(0), failure.reason)
        if thread is not None and self._is_lost(failure, thread, home):
            return await self.moved(job, thread, failure.reason)
        return None

    async def leave(self, job: Job, conversation: Conversation) -> Outcome:
        """What goes on in a channel that was the configured one, or in none, goes on in the one that is."""
        home = conversation.home
        if home is None:
            await self._desk.find_home(conversation.id)
            return NotYet(timedelta(0), "it had no channel")
        log.info("conversation %s: it goes on in the configured channel", conversation.id)
        came = await self._desk.come_home(conversation.id, away_from=home)
        if not came:
            return NotYet(self.longer(job), "its channel is another one already")
        # As in `goes_on_elsewhere`.
        return Done() if conversation.card is not None else NotYet(timedelta(0), "its channel moved")

    async def moved(self, job: Job, thread: MessageRef, reason: str) -> Outcome:
        """Let the conversation's thread start again; this job's rows wait for the new one.

        One that started again already and never took a reply is not left for yet another: then it is the
        channel that takes none, and everything waits.
        """
        if await self._moved_in_vain(job.conversation_id, thread):
            return self._cut_off(job, thread.source, reason)
        log.warning("conversation %s: its thread takes nothing (%s)", job.conversation_id, reason)
        await self._desk.move_thread(job.conversation_id, away_from=thread)
        return Done()

    async def begins_again(self, job: Job) -> Outcome:
        """The conversation's card was given up, by an older version: it is owed anew, before this job."""
        await self._desk.move_thread(job.conversation_id, away_from=None)
        return Done()

    async def _moved_in_vain(self, conversation_id: ConversationId, thread: MessageRef) -> bool:
        async with self._desk.database.read() as tx:
            if not await tx.conversations.has_moved(conversation_id):
                return False
        try:
            shown = await self._client.conversations_replies(channel=thread.channel, ts=thread.ts, limit=15)
        except CALL_ERRORS as error:
            # A card that somebody deleted took its thread with it.
            return Failure.of(error).trouble not in (Trouble.GONE, Trouble.THREAD)
        if self._installation.bot_id != shown["messages"][0].get("bot_id"):
            # Somebody deleted the card, and answers of others keep its place: so it was taken here.
            return False
        ours = [one for one in shown["messages"] if one.get("bot_id") == self._installation.bot_id]
        return len(ours) < 2

    async def _is_there(self, job: Job, thread: MessageRef) -> bool:
        """Whether the thread shows the post, although Slack's answer to it did not say so."""
        since = self._slack_clock.slacks(self._desk.database.clock()) - _LATELY
        try:
            key = FallbackForm.of(job.payload).key(job.key)
            found = await find(self._client, key, channel=thread.channel, thread=thread, since=since)
        except CALL_ERRORS:
            return False
        return found is not None and not found.is_beside

    async def strayed(self, job: Job, thread: MessageRef, beside: MessageRef) -> None:
        """Slack put what was for the thread into the channel: the thread is gone, and that is taken away.

        The job's rows wait for the new thread.
        """
        log.warning("conversation %s: Slack posted beside its thread, which is gone", job.conversation_id)
        await self._desk.thread_strayed(job.conversation_id, away_from=thread, beside=beside)

    def _told_of(self, job: Job, draft: Draft, reason: str, *, certain: bool) -> Effect | None:
        """Tell the thread that what the job holds is missing there."""
        shown = (
            [item.payload["seq"] for item in job.items]
            if job.kind in (JobKind.ENTRY, JobKind.ANNOUNCE)
            else draft.seqs
        )
        seqs = list(shown)
        if not seqs:
            return None

        async def tell(tx: Transaction) -> None:
            await threads.not_shown(tx, job.conversation_id, seqs, reason=reason, certain=certain)

        return tell

    def _placed(
        self, job: Job, draft: Draft, ts: str, thread: MessageRef | None, *, home: str | None
    ) -> Effect | None:
        if thread is not None:
            stays = job.payload.get("stays")
            call = TeammateCall(thread.channel, ts, job.payload["seq"] if stays else None)
            return partial(_called, job.conversation_id, call) if draft.in_channel else None
        where = MessageRef(self._installation.team, _channel(home, thread), ts)

        async def place(tx: Transaction) -> None:
            await enqueue.card_placed(tx, job.conversation_id, where, shows=draft.made_at)

        return place

    def again(self, job: Job, error: Exception) -> Outcome:
        """The outcome of a failed call that may be made twice."""
        failure = Failure.of(error)
        if failure.trouble is Trouble.MAYBE_SENT:
            return NotYet(self.longer(job), failure.reason)
        where = str(job.payload.get("channel") or job.channel or "")
        is_elsewhere = where[:1] in ("C", "G") and where != self._channels.configured_id
        is_gone = failure.trouble in (Trouble.GONE, Trouble.THREAD)
        if is_gone or (is_elsewhere and failure.trouble is Trouble.CHANNEL):
            log.info("conversation %s: nothing to show it on: %s", job.conversation_id, failure.reason)
            return Done()
        return self.certain(job, failure)

    def certain(self, job: Job, failure: Failure, draft: Draft | None = None) -> Outcome:
        """The outcome of a call that surely did nothing."""
        match failure.trouble:
            case Trouble.THROTTLED:
                return Throttled(failure.after, failure.reason)
            case Trouble.NOT_SENT:
                self._backoff.failed()
                return NotYet(self.longer(job), failure.reason)
            case Trouble.ALREADY_SO:
                return Done()
            case Trouble.CHANNEL:
                return self._cut_off(job, job.channel or self._channels.configured_id, failure.reason)
            case Trouble.TOKEN:
                return self._cut_off(job, _WORKSPACE, failure.reason)
            case _:
                self.given_up.met(f"{job.kind} of conversation {job.conversation_id}", failure.reason)
                told = None if draft is None else self._told_of(job, draft, failure.reason, certain=True)
                return DeadLettered(failure.reason, told)

    def _cut_off(self, job: Job, place: str, reason: str) -> Outcome:
        """For somebody to mend; until then everything is kept, in order, and then shown as it was made.

        What an entry has shown already stays shown.
        """
        self.troubles.met(place, reason)
        again = FallbackForm(since=FallbackForm.of(job.payload).since)
        return CutOff(self._waits.while_closed, reason, again.kept_in(job.payload))

    def kept(self, channel: str) -> Outcome:
        """Nothing of a customer's goes where strangers read it. It waits, in order, until they are gone."""
        if self._channels.exposure.is_unseen(channel):
            return NotYet(self._waits.look_after, "Slack is asked who reads the channel")
        return NotYet(self._waits.while_closed, "the channel is shared outside")

    def longer(self, job: Job) -> timedelta:
        """How long until the next try, longer with each while Slack is in trouble."""
        return self._backoff.after(job.attempts)


def _channel(home: str | None, thread: MessageRef | None) -> str:
    """Where a post goes. A conversation without a channel has no place that may be written to."""
    return thread.channel if thread is not None else home or ""


def _is_beside(answer: Mapping[str, Any], thread: MessageRef) -> bool:
    """Whether Slack says of a post that it is not in that thread.

    It does not refuse a post whose thread is gone, but posts it into the channel (slack-go/slack issue 1571).
    """
    message = answer.get("message")
    return isinstance(message, Mapping) and message.get("thread_ts") != thread.ts


def _begun(job: Job, upto: int) -> Outcome:
    """A part of the first row's entry is shown; the rest of it comes next."""
    form = replace(FallbackForm.of(job.payload), since=upto)
    return GoesOn(form.kept_in(job.payload), begun=True)


async def _called(conversation_id: ConversationId, call: TeammateCall, tx: Transaction) -> None:
    await waiting.call_placed(tx, conversation_id, call)
