"""What is delivered about threads, named so that it counts once, and the rule that deals with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.desk.attachments import FileRejection
from bot.desk.replies import changes, thread_messages
from bot.desk.replies.signs import TeamSign
from bot.desk.replies.thread_messages import Intent, LanguageOf, Outcome
from bot.slack.api.clock import SlackClock
from bot.slack.api.downloads import Brought, FilesDelayed, SlackFiles
from bot.slack.inbound.events import (
    Deleted,
    Edited,
    Posted,
    as_object,
    is_app,
    message_of,
    thread_event,
)
from bot.slack.text.from_slack import Reading, mentioned_users, read
from bot.slack.text.markers.folding import folded
from bot.slack.workspace.permissions import SLACK_ANSWERS_WITHIN, Permissions
from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from storage.engine.database import Clock
from storage.records import MessageRef, Person, PersonId
from storage.slack.slack_events import QueuedEvent, SlackEvent
from storage.transaction import Transaction

Rule = Callable[[Transaction], Awaitable[Outcome]]

# For so long a message waits for what Slack has to say about it, and what comes behind it waits too. The
# attempt that is under way by then comes on top, and then it is decided: within a minute of its delivery.
DECIDED_WITHIN = timedelta(seconds=40)
# So often it is tried all the same: it may have been there for long when nobody was there to try.
TRIED_AT_LEAST = 2
# For so long it waits where Slack answers nothing at all.
SLACK_COMES_BACK = timedelta(minutes=15)
# Seconds. What one attempt takes at most to hear who the author is, and whether Slack answers at all.
AUTHOR_TAKES = 8.0
ANSWER_TAKES = 3.0
# Seconds. What asking for its author or its files takes at most once its time is up.
IN_A_HURRY = 1.5
# In so many threads at most it is remembered since when nothing has to wait any more.
THREADS_REMEMBERED = 1_000

# What a letter can wait for.
Delays = (UnknownPerson, FilesDelayed)


def delivery_of(event: Mapping[str, Any], *, team: str, ourselves: frozenset[str]) -> SlackEvent | None:
    """The inner event of a `message` delivery; None if it is about no thread, or nobody's words.

    `ourselves` are our own user and our own app: what we post comes back as anybody's would.
    """
    written = message_of(event)
    if not ourselves.isdisjoint((str(written.get("user")), str(written.get("bot_id")))):
        return None
    happened = thread_event(event, team=team)
    kind, change, event_ts = "posted", "", ""
    match happened:
        case None:
            return None
        case Posted():
            event_ts = happened.message.ts
        case Edited():
            edited = as_object(event["message"].get("edited"))
            kind, change = "edited", str(edited.get("ts") or event.get("event_ts") or "")
        case Deleted():
            kind = "deleted"
    return SlackEvent(
        kind=kind,
        thread=happened.thread,
        message=happened.message,
        change=change,
        event_ts=event_ts or str(event.get("event_ts") or event.get("ts") or happened.message.ts),
        event=dict(event),
    )


class EventRouter:
    """Finds the rule for a delivery, and whatever of Slack that has to be asked for first.

    `permissions` says whether the author may act, `users` what those they mention are called,
    `channel_names` what our Slack channels are called, `customer_in` what the customer of a thread is called.
    With `anyone_replies`, whoever may act answers a customer whom a teammate has, by just typing. With
    `language_of` a reply in another language than its customer's is translated first.
    """

    def __init__(
        self,
        permissions: Permissions,
        users: UserCache,
        files: SlackFiles,
        clock: Clock,
        slack_clock: SlackClock,
        *,
        anyone_replies: bool,
        channel_names: Callable[[], Collection[str]],
        customer_in: Callable[[MessageRef], Awaitable[str | None]],
        language_of: LanguageOf | None = None,
    ) -> None:
        self._permissions = permissions
        self._users = users
        self._files = files
        self._anyone_replies = anyone_replies
        self._channel_names = channel_names
        self._customer_in = customer_in
        self._language_of = language_of
        self._clock = clock
        self._slack_clock = slack_clock
        # When something was last given up in a thread. What waited behind it has waited long enough, too.
        self._gave_up: dict[MessageRef, datetime] = {}

    async def rule_for(self, delivery: SlackEvent, *, kept: QueuedEvent | None = None) -> Rule:
        """What to do in a transaction, with everything outside the database already known.

        Raises one of `Delays` while Slack cannot say who wrote it, or hand over its files. One that is `kept`
        and overdue fails, and its author can have it tried again: what came behind it goes on.
        """
        match thread_event(delivery.event, team=delivery.message.team):
            case Deleted() as gone:
                if gone.author is not None and is_app(gone.author):
                    # It was never the customer's.
                    return _nothing
                writer = None if gone.author is None else await self._author_in_time(gone.author, gone.thread)
                return lambda tx: changes.message_deleted(tx, gone.thread, gone.message, by=writer)
            case Posted() as new:
                by = await self._author(new, kept)
                if by is not None and by.is_automaton:
                    return partial(thread_messages.automatons_message, thread=new.thread, message=new.message)
                words = await self._read(new)
                brought = await self._brought(new, words, by, kept)
                words = _with_files(words, brought)
                return lambda tx: thread_messages.thread_message(
                    tx,
                    new.thread,
                    new.message,
                    by=by or _nobody(new.author, tx.now),
                    typed_at=self._slack_clock.ours_at_the_earliest(new.message.ts),
                    text=words.text,
                    intent=words.intent,
                    sign=words.sign.kind if words.sign else None,
                    html=words.html,
                    anyone=self._anyone_replies,
                    language_of=self._language_of,
                    files=brought.ids,
                    unfit=brought.unfit,
                    delivery=delivery,
                )
            case Edited() as edit:
                by = await self._author(edit, kept)
                if by is not None and by.is_automaton:
                    return _nothing
                words = await self._read(edit)
                # Where the message is not known yet, this is the message.
                brought = await self._brought(edit, words, by, kept)
                words = _with_files(words, brought)
                return lambda tx: changes.message_edited(
                    tx,
                    edit.thread,
                    edit.message,
                    by=by or _nobody(edit.author, tx.now),
                    typed_at=self._slack_clock.ours_at_the_earliest(edit.message.ts),
                    text=words.text,
                    intent=words.intent,
                    sign=words.sign.kind if words.sign else None,
                    html=words.html,
                    edited_at=delivery.event_ts,
                    anyone=self._anyone_replies,
                    language_of=self._language_of,
                    files=brought.ids,
                    unfit=brought.unfit,
                    still_with_it=[str(file.get("id")) for file in edit.files],
                    delivery=delivery,
                )
            case None:
                # Kept by a version that read Slack's events in another way.
                return _nothing

    def is_overdue(self, queued: QueuedEvent) -> bool:
        """Whether it is to be decided now, by what is known."""
        given_up_at = self._gave_up.get(queued.delivery.thread)
        was_tried = queued.attempts >= TRIED_AT_LEAST
        waited_behind = given_up_at is not None and queued.received_at < given_up_at
        return self._waited(queued) >= DECIDED_WITHIN and (was_tried or waited_behind)

    def gave_up(self, thread: MessageRef) -> None:
        if len(self._gave_up) >= THREADS_REMEMBERED:
            self._gave_up.clear()
        self._gave_up[thread] = self._clock()

    def takes_time(self, delivery: SlackEvent) -> bool:
        """Whether files have to be fetched first, perhaps: what came before it should not wait for them."""
        happened = thread_event(delivery.event, team=delivery.message.team)
        return not isinstance(happened, Deleted | None) and bool(happened.files)

    async def _brought(
        self, happened: Posted | Edited, words: Reading, by: Person | None, kept: QueuedEvent | None
    ) -> Brought:
        """The files of what may become a reply, or why it cannot. Those of a note never leave Slack."""
        if by is None:
            return Brought(unfit=FileRejection.AUTHOR)
        if happened.more is not None:
            return Brought(unfit=happened.more)
        if not happened.files or words.intent is Intent.NOTE or not by.may_act:
            return Brought()
        left = (DECIDED_WITHIN - self._waited(kept)).total_seconds()
        try:
            async with asyncio.timeout(max(left, IN_A_HURRY)):
                return await self._files.bring(happened.thread, happened.message, happened.files)
        except (FilesDelayed, TimeoutError) as error:
            if kept is None or not self.is_overdue(kept):
                raise FilesDelayed(str(error)) from error
            self.gave_up(happened.thread)
            return Brought(unfit=FileRejection.LATE)

    async def _read(self, happened: Posted | Edited) -> Reading:
        names = await self._users.names(mentioned_users(happened.text, happened.blocks))
        reading = partial(
            read,
            happened.text,
            names=names,
            has_files=bool(happened.files),
            blocks=happened.blocks,
            channels=self._channel_names(),
        )
        is_colleague = partial(self._users.is_colleague, of=happened.author)
        words = reading(is_colleague=is_colleague)
        if words.sign is not None and words.sign.kind is TeamSign.COLLEAGUE:
            # A customer may have a colleague's name.
            customers = folded(await self._customer_in(happened.thread) or "").split()
            words = reading(is_colleague=lambda name: name not in customers and is_colleague(name))
        if happened.through_app and words.intent in (Intent.FOR_CUSTOMER, Intent.UNCLEAR):
            return replace(words, intent=Intent.THROUGH_APP)
        return words

    async def _author(self, happened: Posted | Edited, kept: QueuedEvent | None) -> Person | None:
        """Who wrote it; None once it has waited for that long enough."""
        if is_app(happened.author):
            return replace(_nobody(happened.author, self._clock()), is_automaton=True)
        is_due = kept is not None and self.is_overdue(kept)
        try:
            async with asyncio.timeout(IN_A_HURRY if is_due else AUTHOR_TAKES):
                return await self._permissions.in_thread(happened.author, happened.thread)
        except (UnknownPerson, TimeoutError) as error:
            if is_due and (self._waited(kept) >= SLACK_COMES_BACK or await self._slack_answers()):
                self.gave_up(happened.thread)
                return None
            raise UnknownPerson(str(error) or "no answer in time") from error

    async def _slack_answers(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_TAKES):
                return await self._users.slack_answers()
        except TimeoutError:
            return False

    def _waited(self, kept: QueuedEvent | None) -> timedelta:
        return timedelta(0) if kept is None else self._clock() - kept.received_at

    async def _author_in_time(self, person: PersonId, thread: MessageRef) -> Person | None:
        """What was taken back does not stay with a customer until Slack says who wrote it."""
        try:
            async with asyncio.timeout(SLACK_ANSWERS_WITHIN):
                return await self._permissions.in_thread(person, thread)
        except (UnknownPerson, TimeoutError):
            return None


def author_of(delivery: SlackEvent) -> PersonId | None:
    """Who wrote the message that it is about, where Slack says so."""
    event = thread_event(delivery.event, team=delivery.message.team)
    return None if event is None else event.author


def _with_files(words: Reading, brought: Brought) -> Reading:
    """The message with its files: one of them that looks like a note makes all of it unclear."""
    if brought.sign is None or words.intent is not Intent.FOR_CUSTOMER:
        return words
    return replace(words, intent=Intent.UNCLEAR, sign=brought.sign)


def _nobody(person: PersonId, now: datetime) -> Person:
    """Somebody of whom Slack says nothing."""
    return Person(person, "A teammate", None, may_act=False, fetched_at=now)


async def _nothing(_tx: Transaction) -> Outcome:
    return Outcome.KNOWN
