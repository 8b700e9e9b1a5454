"""Queries about the channels that inboxes were connected to, and who may read what is in which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from storage.link import Link
from storage.records import PersonId
from storage.schema import (
    OPEN_STATES,
    attendance,
    channels,
    conversations,
    entries,
    files,
    former_threads,
    held_replies,
    inbox,
    inbox_channels,
    outbox,
    tickets,
)

# The home channels of which somebody reads the conversations (None in it: the configured one). None: all.
Among = Collection[str | None] | None
# How the configured channel stands in `attendance`.
CONFIGURED = ""

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


def reads_nothing(among: Among) -> bool:
    return among is not None and not among


def readable(among: Among) -> Sequence[ColumnElement[bool]]:
    """What holds of the conversations that are at home in these channels."""
    if among is None:
        return []
    home = conversations.c.home
    apart = [one for one in among if one is not None]
    if None not in among:
        return [home.in_(apart)]
    return [or_(home.in_(apart), home.is_(None)) if apart else home.is_(None)]


def is_readable(of: ColumnElement[Any], among: Among) -> Sequence[ColumnElement[bool]]:
    """The same of whatever belongs to the conversation of that id."""
    if among is None:
        return []
    return [select(conversations.c.id).where(conversations.c.id == of, *readable(among)).exists()]


class Channels:
    """The `channels` that inboxes were ever connected to, and the inboxes, within one transaction."""

    def __init__(self, connection: Link, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def known(self) -> Sequence[str]:
        """Every channel but the configured one where conversations may be at home."""
        return list(await self._connection.scalars(select(channels.c.id).order_by(channels.c.id)))

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
        """False if it is connected already, wherever to."""
        await self._connection.execute(
            self._connection.insert(channels)
            .values(id=channel, is_usable=True)
            .on_conflict_do_update(index_elements=["id"], set_={"is_usable": True})
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
        is_usable = await self._connection.scalar(select(channels.c.is_usable).where(channels.c.id == old))
        if is_usable is None:
            return False
        await self._connection.execute(channels.insert().values(id=new, is_usable=is_usable))
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

    async def attends(self, person: PersonId, among: Collection[str | None]) -> None:
        """They are in these channels, and in no other of ours."""
        await self._connection.execute(
            delete(attendance).where(attendance.c.team == person.team, attendance.c.user == person.user)
        )
        for one in among:
            await self._connection.execute(
                attendance.insert().values(channel=one or CONFIGURED, team=person.team, user=person.user)
            )


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
