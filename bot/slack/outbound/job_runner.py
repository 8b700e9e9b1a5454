"""Prepares the outbox's jobs for Slack: what all of them show is read in the transaction that claims them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from bot.desk.desk import Desk
from bot.desk.jobs import JobKind
from bot.desk.queries.views import views_of
from bot.i18n import speaking
from bot.outbox.outcome import Attempt, Done, Outcome, Part
from bot.slack.outbound.direct_messages import DirectMessages
from bot.slack.outbound.gate import Outbound, Withheld
from bot.slack.outbound.message_sender import MessageSender
from bot.slack.outbound.message_updates import MessageUpdates, author_of
from bot.slack.outbound.private import Private
from bot.slack.outbound.thread_posts import ThreadPosts
from bot.slack.outbound.uploads import Uploads
from bot.slack.workspace.exposure import Exposure
from bot.slack.workspace.installation import Installation
from storage.records import Conversation, Job, PersonId
from storage.transaction import Transaction

log = logging.getLogger(__name__)

METHOD_OF: Mapping[str, str] = {
    JobKind.CARD: "chat.postMessage",
    JobKind.ENTRY: "chat.postMessage",
    JobKind.RECAP: "chat.postMessage",
    JobKind.ANNOUNCE: "chat.postMessage",
    JobKind.DIRECT: "chat.postMessage",
    JobKind.TAKE_DOWN: "chat.delete",
    JobKind.REFRESH: "chat.update",
    # A file in a channel is a post like any other.
    JobKind.FILE: "chat.postMessage",
    JobKind.POINTER: "chat.update",
    JobKind.MARK: "reactions.add",
    JobKind.SEEN: "reactions.add",
    JobKind.PROMPT: "chat.postEphemeral",
}

_SHOW_A_VIEW = (JobKind.CARD, JobKind.REFRESH, JobKind.ANNOUNCE, JobKind.DIRECT)
_READ_ALONE = (JobKind.PROMPT, JobKind.DIRECT)
# What changes what stands in a channel and says nothing new.
_TOUCHES = (JobKind.REFRESH, JobKind.MARK, JobKind.SEEN)
# What begins a conversation's thread or goes on in it.
_IN_THREAD = (JobKind.CARD, JobKind.ENTRY, JobKind.RECAP, JobKind.FILE, JobKind.ANNOUNCE)

# How many of a lane's entries may travel in one post; how many fit is found when they are put into blocks.
TOGETHER: Mapping[str, int] = {JobKind.ENTRY: 48}
# What a thread that starts again shows of what was said before.
RECAP_LENGTH = 15


class SlackJobs:
    """The jobs for the outbox's Slack rows.

    What the channel reads is in `language`; what one teammate reads alone, in theirs.
    """

    def __init__(
        self,
        outbound: Outbound,
        exposure: Exposure,
        sender: MessageSender,
        private: Private,
        desk: Desk,
        installation: Installation,
        uploads: Uploads,
        *,
        language: str,
    ) -> None:
        self._posts = ThreadPosts(sender)
        self._updates = MessageUpdates(outbound, sender, private, desk)
        self._sender = sender
        self._exposure = exposure
        self._uploads = uploads
        self._direct = DirectMessages(private, installation)
        self._language = language

    async def prepare(self, tx: Transaction, jobs: Sequence[Job]) -> Mapping[int, Attempt]:
        """Read what the jobs show, for all of them at once, and say how each is done.

        What any process knows of our channels at this moment, the gate goes by from here on.
        """
        self._exposure.learn(await tx.slack_channels.health())
        found = {one.id: one for one in await tx.conversations.several({p.conversation_id for p in jobs})}
        shown = [
            (job.conversation_id, item.payload["seq"])
            for job in jobs
            if job.kind in (JobKind.ENTRY, JobKind.ANNOUNCE, JobKind.TAKE_DOWN)
            for item in job.items
            if "seq" in item.payload
        ]
        entries = {(e.conversation_id, e.seq): e for e in await tx.ledger.several(shown)}
        cards = [found[p.conversation_id] for p in jobs if p.kind in _SHOW_A_VIEW]
        views = await views_of(tx, cards) if cards else {}
        readers = {p.id: _reader(p, found[p.conversation_id]) for p in jobs if p.kind in _READ_ALONE}
        people = await tx.people.named({one for one in readers.values() if one is not None})
        farthest = await tx.seen.of({p.conversation_id for p in jobs if p.kind == JobKind.SEEN})
        far = {(e.conversation_id, e.seq): e for e in await tx.ledger.several(list(farthest.items()))}
        attempts: dict[int, Attempt] = {}
        for job in jobs:
            conversation = found[job.conversation_id]
            if job.kind in _IN_THREAD and self._exposure.is_left(conversation.home):
                attempts[job.id] = partial(self._sender.leave, job, conversation)
                continue
            match job.kind:
                case JobKind.CARD:
                    attempts[job.id] = partial(self._posts.card, job, views[conversation.id])
                case JobKind.ENTRY:
                    own = [entries[conversation.id, item.payload["seq"]] for item in job.items]
                    attempts[job.id] = partial(self._posts.entry, job, conversation, own)
                case JobKind.ANNOUNCE:
                    entry = entries[conversation.id, job.payload["seq"]]
                    attempts[job.id] = partial(self._posts.announce, job, views[conversation.id], entry)
                case JobKind.TAKE_DOWN:
                    stays = entries.get((conversation.id, job.payload.get("seq", 0)))
                    attempts[job.id] = partial(self._updates.take_down, job, conversation, stays)
                case JobKind.DIRECT:
                    attempts[job.id] = partial(self._direct.send, job, views[conversation.id], now=tx.now)
                case JobKind.RECAP:
                    said = await tx.ledger.messages_before(
                        conversation.id, job.payload["upto"] + 1, limit=RECAP_LENGTH
                    )
                    attempts[job.id] = partial(self._posts.recap, job, conversation, said)
                case JobKind.FILE:
                    found_files = await tx.files.whole(conversation.id, [job.payload["file"]])
                    file = found_files[0] if found_files else None
                    attempts[job.id] = partial(self._uploads.share, job, conversation, file)
                case JobKind.REFRESH:
                    attempts[job.id] = partial(self._updates.refresh, job, views[conversation.id])
                case JobKind.POINTER:
                    attempts[job.id] = partial(self._updates.pointer, job, conversation)
                case JobKind.MARK:
                    attempts[job.id] = partial(self._updates.mark, job, conversation)
                case JobKind.SEEN:
                    last = far.get((conversation.id, farthest.get(conversation.id, 0)))
                    attempts[job.id] = partial(self._updates.seen, job, last)
                case JobKind.PROMPT:
                    held = await tx.held.get(job.conversation_id, job.payload["source"])
                    attempts[job.id] = partial(self._updates.prompt, job, conversation, held)
        for job in jobs:
            who = readers.get(job.id)
            reader = None if who is None else people.get(who)
            language = self._language if reader is None else reader.locale
            attempts[job.id] = partial(self._spoken, job, attempts[job.id], language)
        return attempts

    async def _spoken(self, job: Job, attempt: Attempt, language: str | None) -> Outcome | Part:
        with speaking(language):
            try:
                return await attempt()
            except Withheld as withheld:
                log.debug(
                    "conversation %s: %s is not written to %s, which outsiders may read",
                    job.conversation_id,
                    job.kind,
                    withheld.channel,
                )
                if job.kind in _TOUCHES and self._exposure.is_left(withheld.channel):
                    # Nobody works there any more, and what is only shown again has nobody to see it.
                    return Done()
                return self._sender.kept(withheld.channel)


def _reader(job: Job, conversation: Conversation) -> PersonId | None:
    """The one teammate who reads it: a direct message the holder, a prompt the message's author."""
    if job.kind == JobKind.DIRECT:
        return conversation.holder
    return author_of(job)
