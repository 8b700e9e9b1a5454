"""Queries about our Slack channels: which there are, how each is, and who may read what is in which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update

from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.records import PersonId
from storage.schema import (
    OPEN_STATES,
    attendance,
    channels,
    conversations,
    entries,
    facts,
    files,
    former_threads,
    held_replies,
    inbox,
    inbox_channels,
    outbox,
    tickets,
)

# The Slack channels of which somebody reads the conversations. None: all.
Among = Collection[str] | None
# The name under which `facts` has the configured channel's id.
_CONFIGURED = "slack_channel"

# Where a channel's id stands, beside the conversations that are at home in it.
_NAMED = (
    inbox_channels.c.channel,
    attendance.c.channel,
    former_threads.c.channel,
    tickets.c.call_channel,
    held_replies.c.message_channel,
    inbox.c.channel,
    outbox.c.channel,
)
# Where it is a part of a message's name.
_SOURCES = (entries.c.source, held_replies.c.source, files.c.source)


@dataclass(frozen=True, slots=True)
class Connected:
    """An inbox whose conversations start in that channel. If it is not usable, in the configured one."""

    inbox: str
    channel: str
    is_usable: bool


@dataclass(frozen=True, slots=True)
class SlackChannelRecord:
    """What is known of one of our channels, whichever process found it out.

    `is_exposed`: people of another organisation read it, or nobody knows whether they do. `is_former`: it was
    the configured one. `doubts` counts what was heard that only a look at Slack can tell.
    """

    id: str
    is_exposed: bool
    is_former: bool
    doubts: int


def reads_nothing(among: Among) -> bool:
    return among is not None and not among


def readable(among: Among) -> Sequence[ColumnElement[bool]]:
    """What holds of the conversations that are at home in these channels."""
    if among is None:
        return []
    return [conversations.c.home.in_(list(among))]


def is_readable(of: ColumnElement[Any], among: Among) -> Sequence[ColumnElement[bool]]:
    """The same of whatever belongs to the conversation of that id."""
    if among is None:
        return []
    return [select(conversations.c.id).where(conversations.c.id == of, *readable(among)).exists()]


class SlackChannelRows:
    """The `channels` where conversations are or were, and the inboxes, within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def known(self) -> Sequence[str]:
        """Every channel where conversations may be at home."""
        return list(await self._connection.scalars(select(channels.c.id).order_by(channels.c.id)))

    async def health(self) -> Sequence[SlackChannelRecord]:
        """What is known of each of them."""
        return [
            SlackChannelRecord(row.id, row.is_exposed, row.is_former, row.doubts)
            for row in await self._connection.fetch(_HEALTH, {})
        ]

    async def configured(self) -> str | None:
        """Where conversations start whose inbox has no channel of its own."""
        found: str | None = await self._connection.scalar(select(configured()))
        return found

    async def configure(self, channel: str, *, let_in: bool = True) -> SlackChannelRecord:
        """They start in `channel` from now on. `let_in`: Slack said just now that nobody outside reads it.

        What was the configured channel before is a former one from then on, unless an inbox is connected to
        it. What has no channel yet belongs to this one.
        """
        before = await self.configured()
        await self._connection.execute(
            self._connection.insert(facts)
            .values(name=_CONFIGURED, value=channel)
            .on_conflict_do_update(index_elements=["name"], set_={"value": channel})
        )
        if before not in (None, channel):
            await self._connection.execute(
                update(channels)
                .where(channels.c.id == before, ~_is_connected(channels.c.id))
                .values(is_former=True)
            )
        # Of one that is known already, others may have heard something since Slack was asked.
        row = await self._connection.execute(
            self._connection.insert(channels)
            .values(id=channel, is_usable=True, is_exposed=not let_in)
            .on_conflict_do_update(index_elements=["id"], set_={"is_former": False})
            .returning(channels)
        )
        found = row.one()
        await self._connection.execute(
            update(conversations).where(conversations.c.home.is_(None)).values(home=channel)
        )
        await self._connection.execute(
            update(outbox)
            .where(outbox.c.channel.is_(None), outbox.c.topic == "slack", outbox.c.state.in_(OPEN_STATES))
            .values(channel=channel)
        )
        return SlackChannelRecord(found.id, found.is_exposed, found.is_former, found.doubts)

    async def doubted(self, channel: str, *, is_exposed: bool = False) -> SlackChannelRecord | None:
        """Something was heard of it. `is_exposed`: that outsiders read it. None if it is none of ours."""
        changed: dict[str, Any] = {"is_exposed": True} if is_exposed else {}
        row = await self._connection.execute(
            update(channels)
            .where(channels.c.id == channel)
            .values(doubts=channels.c.doubts + 1, **changed)
            .returning(channels)
        )
        found = row.one_or_none()
        return (
            None
            if found is None
            else SlackChannelRecord(found.id, found.is_exposed, found.is_former, found.doubts)
        )

    async def looked_at(self, channel: str, *, is_exposed: bool, doubts: int) -> None:
        """Slack said so, asked when its doubts were so many. What was heard since then counts more."""
        await self._connection.execute(
            update(channels)
            .where(
                channels.c.id == channel,
                channels.c.doubts == doubts,
                channels.c.is_exposed.is_not(is_exposed),
            )
            .values(is_exposed=is_exposed)
        )

    async def inboxes(self) -> Sequence[Connected]:
        rows = await self._connection.execute(
            select(inbox_channels.c.inbox, inbox_channels.c.channel, channels.c.is_usable)
            .join_from(inbox_channels, channels)
            .order_by(inbox_channels.c.inbox)
        )
        return [Connected(row.inbox, row.channel, row.is_usable) for row in rows]

    async def of(self, inbox: str) -> str | None:
        """The channel that it is connected to."""
        found: str | None = await self._connection.scalar(
            select(inbox_channels.c.channel).where(inbox_channels.c.inbox == inbox)
        )
        return found

    async def connect(self, inbox: str, channel: str, *, by: PersonId) -> bool:
        """False if it is connected already, wherever to. Slack said just now that nobody outside reads it."""
        await self._connection.execute(
            self._connection.insert(channels)
            .values(id=channel, is_usable=True, is_exposed=False)
            .on_conflict_do_update(index_elements=["id"], set_={"is_usable": True, "is_former": False})
        )
        row = await self._connection.execute(
            self._connection.insert(inbox_channels)
            .values(inbox=inbox, channel=channel, by_team=by.team, by_user=by.user, connected_at=self._now)
            .on_conflict_do_nothing(index_elements=["inbox"])
            .returning(inbox_channels.c.inbox)
        )
        return row.one_or_none() is not None

    async def disconnect(self, inbox: str) -> None:
        await self._connection.execute(delete(inbox_channels).where(inbox_channels.c.inbox == inbox))

    async def usable(self, channel: str, *, is_usable: bool) -> bool:
        """Whether conversations can start there. True if that is news."""
        changed = await self._connection.execute(
            update(channels)
            .where(channels.c.id == channel, channels.c.is_usable.is_not(is_usable))
            .values(is_usable=is_usable)
            .returning(channels.c.id)
        )
        return changed.one_or_none() is not None

    async def renamed(self, old: str, new: str) -> bool:
        """Slack calls it `new` from now on, also for what was said before. False if it is none of ours.

        The conversations at home there have moved already (`Conversations.renamed`).
        """
        row = await self._connection.execute(select(channels).where(channels.c.id == old))
        known = row.one_or_none()
        if known is None:
            return False
        # A channel gets another id when somebody begins to share it, so nobody knows who reads it now.
        await self._connection.execute(
            channels.insert().values(id=new, is_usable=known.is_usable, is_former=known.is_former)
        )
        await self._connection.execute(
            update(facts).where(facts.c.name == _CONFIGURED, facts.c.value == old).values(value=new)
        )
        for column in _NAMED:
            await self._connection.execute(update(column.table).where(column == old).values({column: new}))
        await self._connection.execute(delete(channels).where(channels.c.id == old))
        for column in _SOURCES:
            await self._connection.execute(
                update(column.table)
                .where(
                    column.table.c.conversation_id.in_(_ever_in(new)),
                    column.startswith("slack:"),
                    column.contains(f"/{old}/", autoescape=True),
                )
                .values({column: func.replace(column, f"/{old}/", f"/{new}/")})
            )
        await self._readdress(old, new)
        return True

    async def _readdress(self, old: str, new: str) -> None:
        """What is still owed to messages in it goes there, and so does what was said in it and waits."""
        owed = await self._connection.execute(
            select(outbox.c.id, outbox.c.lane, outbox.c.payload).where(
                outbox.c.state.in_(OPEN_STATES), outbox.c.conversation_id.in_(_ever_in(new))
            )
        )
        for row in owed.all():
            await self._connection.execute(
                update(outbox)
                .where(outbox.c.id == row.id)
                .values(
                    payload=_readdressed(row.payload, old, new),
                    lane=row.lane.replace(f":{old}/", f":{new}/"),
                )
            )
        waiting = await self._connection.execute(
            select(inbox.c.id, inbox.c.event).where(inbox.c.channel == new)
        )
        for row in waiting.all():
            await self._connection.execute(
                update(inbox).where(inbox.c.id == row.id).values(event=_readdressed(row.event, old, new))
            )

    async def attends(self, person: PersonId, among: Collection[str]) -> None:
        """They are in these channels, and in no other of ours."""
        await self._connection.execute(
            delete(attendance).where(attendance.c.team == person.team, attendance.c.user == person.user)
        )
        for one in among:
            await self._connection.execute(
                attendance.insert().values(channel=one, team=person.team, user=person.user)
            )


def configured() -> Any:
    """The configured channel's id, as a part of another query."""
    return select(facts.c.value).where(facts.c.name == _CONFIGURED).scalar_subquery()


def _is_connected(channel: ColumnElement[Any]) -> ColumnElement[bool]:
    return select(inbox_channels.c.inbox).where(inbox_channels.c.channel == channel).exists()


_HEALTH = Prepared(lambda _dialect: select(channels).order_by(channels.c.id))


def _ever_in(channel: str) -> Any:
    """The ids of the conversations that have or had a thread there."""
    former = select(former_threads.c.conversation_id).where(former_threads.c.channel == channel)
    return select(conversations.c.id).where(conversations.c.home == channel).union(former)


def _readdressed(payload: Mapping[str, Any], old: str, new: str) -> Mapping[str, Any]:
    """The same for the channel `new`, where it names a channel or a message."""
    moved = dict(payload)
    if payload.get("channel") == old:
        moved["channel"] = new
    if str(payload.get("source")).startswith("slack:"):
        moved["source"] = payload["source"].replace(f"/{old}/", f"/{new}/")
    return moved
