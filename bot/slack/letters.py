"""What is delivered about threads, named so that it counts once, and the rule that deals with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.desk import changes, replies
from bot.desk.attachments import Unfit
from bot.desk.replies import Fate, LanguageOf, Meant
from bot.slack.clock import SlackClock
from bot.slack.directory import Directory, UnknownPerson
from bot.slack.events import Deleted, Edited, Posted, thread_event
from bot.slack.files import Brought, FilesDelayed, SlackFiles
from bot.slack.from_slack import Reading, mentioned_users, read
from bot.slack.rights import SLACK_ANSWERS_WITHIN, Rights
from storage.database import Clock
from storage.inbox import Delivery
from storage.records import MessageRef, Person, PersonId
from storage.transaction import Transaction

Rule = Callable[[Transaction], Awaitable[Fate]]

# For so long a message waits for Slack to describe its author; then it is a stranger's.
AUTHOR_BECOMES_KNOWN = timedelta(minutes=15)
# For so long a message waits for its files, and what comes behind it in its thread waits too.
FILES_COME = timedelta(minutes=2)

# What a letter can wait for.
Delays = (UnknownPerson, FilesDelayed)


def delivery_of(event: Mapping[str, Any], *, team: str, ourselves: str) -> Delivery | None:
    """The inner event of a `message` delivery; None if it is about no thread, or nobody's words.

    `ourselves` is our own user: files that we share come back as a person's would.
    """
    written = event.get("message") or event.get("previous_message") or event
    if written.get("user") == ourselves:
        return None
    happened = thread_event(event, team=team)
    kind, change, event_ts = "posted", "", ""
    match happened:
        case None:
            return None
        case Posted():
            event_ts = happened.message.ts
        case Edited():
            edited = event["message"].get("edited") or {}
            kind, change = "edited", str(edited.get("ts") or event.get("event_ts") or "")
        case Deleted():
            kind = "deleted"
    return Delivery(
        kind=kind,
        thread=happened.thread,
        message=happened.message,
        change=change,
        event_ts=event_ts or str(event.get("event_ts") or event.get("ts") or happened.message.ts),
        event=dict(event),
    )


class RuleBook:
    """Finds the rule for a delivery, and whatever of Slack that has to be asked for first.

    `rights` says whether the author may act, `directory` what those they mention are called. With
    `anyone_replies`, whoever may act answers a customer whom a teammate has, by just typing. With
    `language_of` a reply in another language than its customer's is translated first.
    """

    def __init__(
        self,
        rights: Rights,
        directory: Directory,
        files: SlackFiles,
        clock: Clock,
        slack_clock: SlackClock,
        *,
        anyone_replies: bool,
        language_of: LanguageOf | None = None,
    ) -> None:
        self._rights = rights
        self._directory = directory
        self._files = files
        self._anyone_replies = anyone_replies
        self._language_of = language_of
        self._clock = clock
        self._slack_clock = slack_clock

    async def rule_for(self, delivery: Delivery, *, waits_since: datetime | None = None) -> Rule:
        """What to do in a transaction, with everything outside the database already known.

        Raises one of `Delays` while Slack cannot say who wrote it, or hand over its files. A message that has
        waited for that since long is a stranger's, or one whose files came too late: it stays with the team,
        and what came behind it can go on.
        """
        match thread_event(delivery.event, team=delivery.message.team):
            case Deleted() as gone:
                writer = None if gone.author is None else await self._author_in_time(gone.author, gone.thread)
                return lambda tx: changes.message_deleted(tx, gone.thread, gone.message, by=writer)
            case Posted() as new:
                by = await self._author(new.author, new.thread, waits_since)
                words = await self._read(new)
                brought = await self._brought(new, words, by, waits_since)
                return lambda tx: replies.thread_message(
                    tx,
                    new.thread,
                    new.message,
                    by=by,
                    typed_at=self._slack_clock.ours_at_the_earliest(new.message.ts),
                    text=words.text,
                    meant=words.meant,
                    html=words.html,
                    anyone=self._anyone_replies,
                    language_of=self._language_of,
                    files=brought.ids,
                    unfit=brought.unfit,
                    delivery=delivery,
                )
            case Edited() as edit:
                by = await self._author(edit.author, edit.thread, waits_since)
                words = await self._read(edit)
                # Where the message is not known yet, this is the message.
                brought = await self._brought(edit, words, by, waits_since)
                return lambda tx: changes.message_edited(
                    tx,
                    edit.thread,
                    edit.message,
                    by=by,
                    typed_at=self._slack_clock.ours_at_the_earliest(edit.message.ts),
                    text=words.text,
                    meant=words.meant,
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

    def takes_time(self, delivery: Delivery) -> bool:
        """Whether files have to be fetched first, perhaps: what came before it should not wait for them."""
        happened = thread_event(delivery.event, team=delivery.message.team)
        return not isinstance(happened, Deleted | None) and bool(happened.files)

    async def _brought(
        self, happened: Posted | Edited, words: Reading, by: Person, waits_since: datetime | None
    ) -> Brought:
        """The files of what may become a reply. Those of a note never leave Slack."""
        if not happened.files or words.meant is Meant.NOTE or not by.may_act:
            return Brought()
        try:
            return await self._files.bring(happened.thread, happened.message, happened.files)
        except FilesDelayed:
            if waits_since is None or self._clock() - waits_since < FILES_COME:
                raise
            return Brought(unfit=Unfit.LATE)

    async def _read(self, happened: Posted | Edited) -> Reading:
        names = await self._directory.names(mentioned_users(happened.text, happened.blocks))
        return read(happened.text, names=names, has_files=bool(happened.files), blocks=happened.blocks)

    async def _author(self, person: PersonId, thread: MessageRef, waits_since: datetime | None) -> Person:
        try:
            return await self._rights.in_thread(person, thread)
        except UnknownPerson:
            now = self._clock()
            if waits_since is None or now - waits_since < AUTHOR_BECOMES_KNOWN:
                raise
            return Person(person, "A teammate", None, may_act=False, fetched_at=now)

    async def _author_in_time(self, person: PersonId, thread: MessageRef) -> Person | None:
        """What was taken back does not stay with a customer until Slack says who wrote it."""
        try:
            async with asyncio.timeout(SLACK_ANSWERS_WITHIN):
                return await self._rights.in_thread(person, thread)
        except (UnknownPerson, TimeoutError):
            return None


def author_of(delivery: Delivery) -> PersonId | None:
    """Who wrote the message that it is about, where Slack says so."""
    event = thread_event(delivery.event, team=delivery.message.team)
    return None if event is None else event.author


async def _nothing(_tx: Transaction) -> Fate:
    return Fate.KNOWN
