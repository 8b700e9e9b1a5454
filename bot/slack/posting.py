"""The courier's jobs for rows that go to Slack: all that they show is read for them at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from bot.desk.desk import Desk
from bot.desk.outgoing import Owed
from bot.desk.views import views_of
from bot.relay.outcome import Done, Job, Outcome, Part
from bot.slack.direct import DirectMessages
from bot.slack.exposure import Exposure
from bot.slack.installation import Installation
from bot.slack.outbound import Outbound, Withheld
from bot.slack.poster import Poster
from bot.slack.private import Private
from bot.slack.thread_posts import ThreadPosts
from bot.slack.touches import Touches, author_of
from bot.slack.uploads import Uploads
from bot.tongues import speaking
from storage.records import Conversation, Parcel, PersonId
from storage.transaction import Transaction

log = logging.getLogger(__name__)

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
# What changes what stands in a channel and says nothing new.
_TOUCHES = (Owed.REFRESH, Owed.MARK, Owed.SEEN)
# What begins a conversation's thread or goes on in it.
_IN_THREAD = (Owed.CARD, Owed.ENTRY, Owed.RECAP, Owed.FILE, Owed.ANNOUNCE)

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
        outbound: Outbound,
        exposure: Exposure,
        poster: Poster,
        private: Private,
        desk: Desk,
        installation: Installation,
        uploads: Uploads,
        *,
        language: str,
    ) -> None:
        self._posts = ThreadPosts(poster)
        self._touches = Touches(outbound, poster, private, desk)
        self._poster = poster
        self._exposure = exposure
        self._uploads = uploads
        self._direct = DirectMessages(private, installation)
        self._language = language

    async def prepare(self, tx: Transaction, parcels: Sequence[Parcel]) -> Mapping[int, Job]:
        """Read what the parcels show, for all of them at once, and say how each is done.

        What any process knows of our channels at this moment, the gate goes by from here on.
        """
        self._exposure.learn(await tx.channels.health())
        found = {one.id: one for one in await tx.conversations.several({p.conversation_id for p in parcels})}
        shown = [
            (parcel.conversation_id, item.payload["seq"])
            for parcel in parcels
            if parcel.kind in (Owed.ENTRY, Owed.ANNOUNCE, Owed.TAKE_DOWN)
            for item in parcel.items
            if "seq" in item.payload
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
            if parcel.kind in _IN_THREAD and self._exposure.is_left(conversation.home):
                jobs[parcel.id] = partial(self._poster.leave, parcel, conversation)
                continue
            match parcel.kind:
                case Owed.CARD:
                    jobs[parcel.id] = partial(self._posts.card, parcel, views[conversation.id])
                case Owed.ENTRY:
                    own = [entries[conversation.id, item.payload["seq"]] for item in parcel.items]
                    jobs[parcel.id] = partial(self._posts.entry, parcel, conversation, own)
                case Owed.ANNOUNCE:
                    entry = entries[conversation.id, parcel.payload["seq"]]
                    jobs[parcel.id] = partial(self._posts.announce, parcel, views[conversation.id], entry)
                case Owed.TAKE_DOWN:
                    stays = entries.get((conversation.id, parcel.payload.get("seq", 0)))
                    jobs[parcel.id] = partial(self._touches.take_down, parcel, conversation, stays)
                case Owed.DIRECT:
                    jobs[parcel.id] = partial(self._direct.send, parcel, views[conversation.id], now=tx.now)
                case Owed.RECAP:
                    said = await tx.ledger.messages_before(
                        conversation.id, parcel.payload["upto"] + 1, limit=RECAP_LENGTH
                    )
                    jobs[parcel.id] = partial(self._posts.recap, parcel, conversation, said)
                case Owed.FILE:
                    found_files = await tx.files.whole(conversation.id, [parcel.payload["file"]])
                    file = found_files[0] if found_files else None
                    jobs[parcel.id] = partial(self._uploads.share, parcel, conversation, file)
                case Owed.REFRESH:
                    jobs[parcel.id] = partial(self._touches.refresh, parcel, views[conversation.id])
                case Owed.POINTER:
                    jobs[parcel.id] = partial(self._touches.pointer, parcel, conversation)
                case Owed.MARK:
                    jobs[parcel.id] = partial(self._touches.mark, parcel, conversation)
                case Owed.SEEN:
                    last = far.get((conversation.id, farthest.get(conversation.id, 0)))
                    jobs[parcel.id] = partial(self._touches.seen, parcel, last)
                case Owed.PROMPT:
                    held = await tx.held.get(parcel.conversation_id, parcel.payload["source"])
                    jobs[parcel.id] = partial(self._touches.prompt, parcel, conversation, held)
        for parcel in parcels:
            who = readers.get(parcel.id)
            reader = None if who is None else people.get(who)
            language = self._language if reader is None else reader.locale
            jobs[parcel.id] = partial(self._spoken, parcel, jobs[parcel.id], language)
        return jobs

    async def _spoken(self, parcel: Parcel, job: Job, language: str | None) -> Outcome | Part:
        with speaking(language):
            try:
                return await job()
            except Withheld as withheld:
                log.debug(
                    "conversation %s: %s is not written to %s, which outsiders may read",
                    parcel.conversation_id,
                    parcel.kind,
                    withheld.channel,
                )
                if parcel.kind in _TOUCHES and self._exposure.is_left(withheld.channel):
                    # Nobody works there any more, and what is only shown again has nobody to see it.
                    return Done()
                return self._poster.kept(withheld.channel)


def _reader(parcel: Parcel, conversation: Conversation) -> PersonId | None:
    """The one teammate who reads it: a direct message the holder, a prompt the message's author."""
    if parcel.kind == Owed.DIRECT:
        return conversation.holder
    return author_of(parcel)
