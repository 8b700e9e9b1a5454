"""Queries about conversations: who holds them and where their card is."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, Update, and_, case, func, literal, or_, select, update

from storage.engine.bulk_keys import one_of, rows_of, wanted
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.engine.unit_of_work import UnitOfWork
from storage.records import (
    ANYONE,
    SERVER,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    MessageRef,
    PersonId,
    StartedBy,
    signed_in,
)
from storage.schema import channels, former_threads, inbox_channels
from storage.schema import conversations as table
from storage.slack.slack_channels import Among, configured, readable

# A UUID, as our chat window makes one for each conversation.
_UNGUESSABLE = re.compile(r"[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}(?:\1[0-9a-fA-F]{4}){2}\1[0-9a-fA-F]{12}")


class ConversationRows:
    """The `conversations` table within one transaction. What it has locked it need not read again."""

    def __init__(self, connection: Session, now: datetime, pending: UnitOfWork) -> None:
        self._connection = connection
        self._now = now
        self._unit_of_work = pending
        self._by_thread: dict[MessageRef, ConversationId] = {}

    async def start(
        self,
        *,
        channel: str,
        inbox: str | None,
        customer: Customer,
        client_id: str | None,
        by: StartedBy = ANYONE,
    ) -> tuple[Conversation, bool]:
        """The new conversation and True, or the one that `by` started before with `client_id` and False.

        It is at home where its inbox is connected to at this moment, else in the configured channel.
        """
        older = None if client_id is None else await self._started_long_ago(client_id, by)
        if older is not None:
            return older, False
        insert = (
            self._connection.insert(table)
            .values(
                id=secrets.token_hex(16),
                started_by=by,
                start_key=client_id,
                channel=channel,
                inbox=inbox,
                home=configured() if inbox is None else func.coalesce(_home_of(inbox), configured()),
                **_told_of(customer),
                state=ConversationState.AI,
                created_at=self._now,
            )
            .on_conflict_do_nothing(index_elements=["started_by", "start_key"])
            .returning(table)
        )
        row = (await self._connection.execute(insert)).one_or_none()
        if row is not None:
            return _conversation(row), True
        known = await self._connection.execute(select(table).where(*_started(by, client_id)))
        return _conversation(known.one()), False

    async def _started_long_ago(self, client_id: str, by: StartedBy) -> Conversation | None:
        """What was started with `client_id` before callers were told apart, if it may be `by`'s; it is now.

        The server may have started any. Who signed in started theirs, as far as that was proven. Anybody else
        shows with an unguessable client_id that they started it.
        """
        may_be_theirs = []
        if by != SERVER:
            is_theirs = table.c.customer_verified & (table.c.customer_user_id == _user_id_of(by))
            is_anyones = ~table.c.customer_verified & literal(bool(_UNGUESSABLE.fullmatch(client_id)))
            may_be_theirs = [is_anyones if by == ANYONE else is_theirs]
        statement = (
            update(table)
            .where(table.c.client_id == client_id, *may_be_theirs, ~_is_taken(by, client_id))
            .values(started_by=by, start_key=client_id, client_id=None)
            .returning(table)
        )
        return await self._one(statement)

    async def describe(self, conversation_id: ConversationId, customer: Customer) -> Conversation | None:
        """Its customer is this from now on."""
        return await self._changed(conversation_id, [], **_told_of(customer))

    async def signed_in(self, conversation_id: ConversationId, user_id: str) -> None:
        """If somebody unknown started it, they come back to it from now on only as who they proved to be."""
        by = signed_in(user_id)
        free = case((~_is_taken(by, table.c.start_key), table.c.start_key), else_=None)
        await self._changed(conversation_id, [table.c.started_by == ANYONE], started_by=by, start_key=free)

    async def get(self, conversation_id: ConversationId) -> Conversation | None:
        return await self._one(select(table).where(table.c.id == conversation_id))

    async def several(self, ids: Collection[ConversationId]) -> Sequence[Conversation]:
        """Those of `ids` that exist, in no order."""
        locked = self._unit_of_work.locked
        known = [locked[one] for one in ids if one in locked]
        unknown = [[one] for one in ids if one not in locked]
        if not unknown:
            return known
        return [*known, *map(_conversation, await self._connection.fetch(_THESE, {"wanted": unknown}))]

    async def lock(self, conversation_id: ConversationId) -> Conversation | None:
        """Read it and keep every other writer out of it until the commit. Each rule starts with this."""
        known = self._unit_of_work.locked.get(conversation_id)
        if known is not None:
            return known
        return self._locked(await self._one(_lock(table.c.id == conversation_id)))

    async def by_thread(self, thread: MessageRef) -> Conversation | None:
        """The conversation whose thread this is, or was."""
        found = await self._one(select(table).where(_threads([thread])))
        if found is not None:
            return found
        former = await self._former(thread)
        return None if former is None else await self.get(former)

    async def known_threads(self, threads: Collection[MessageRef]) -> Collection[MessageRef]:
        """Those of these threads that are, or were, a conversation's."""
        if not threads:
            return ()
        values = {"wanted": [[one.team, one.channel, one.ts] for one in threads]}
        found = [
            *await self._connection.fetch(_CARDS, values),
            *await self._connection.fetch(_FORMER_THREADS, values),
        ]
        return {MessageRef(row.team, row.channel, row.ts) for row in found}

    async def lock_by_thread(self, thread: MessageRef) -> Conversation | None:
        """The conversation whose thread this is, or was, locked as by `lock`."""
        known = self.locked_as(None, thread) or self._locked(await self._one(_lock(_threads([thread]))))
        if known is not None:
            return known
        former = await self._former(thread)
        return None if former is None else await self.lock(former)

    async def lock_all(self, ids: Collection[ConversationId], threads: Collection[MessageRef]) -> None:
        """Lock several, those that exist. Whoever locks several does it in the same order: by id."""
        if ids or threads:
            values = {
                "ids": [[one] for one in ids],
                "threads": [[one.team, one.channel, one.ts] for one in threads],
            }
            for row in await self._connection.fetch(_LOCK_ALL, values):
                self._locked(_conversation(row))

    @property
    def locked_ids(self) -> Collection[ConversationId]:
        return self._unit_of_work.locked.keys()

    def locked_as(
        self, conversation_id: ConversationId | None, thread: MessageRef | None
    ) -> Conversation | None:
        """The conversation of that id, or else of that thread, if this transaction has locked it."""
        if conversation_id is None and thread is not None:
            conversation_id = self._by_thread.get(thread)
        return None if conversation_id is None else self._unit_of_work.locked.get(conversation_id)

    def count_entry(self, conversation: Conversation, *, is_message: bool, is_said: bool) -> int:
        """The next entry's number. `is_said`: a message that the customer, the AI or a teammate wrote."""
        seq = conversation.last_seq + 1
        self._unit_of_work.change(
            replace(
                conversation,
                last_seq=seq,
                last_message_seq=seq if is_said else conversation.last_message_seq,
                last_message_at=self._now if is_message else conversation.last_message_at,
            )
        )
        return seq

    async def claim_from_ai(self, conversation_id: ConversationId, holder: PersonId) -> Conversation | None:
        """Give it to a teammate if nobody holds it. None if somebody does."""
        return await self._changed(
            conversation_id,
            [table.c.state.in_((ConversationState.AI, ConversationState.WAITING))],
            state=ConversationState.TEAMMATE,
            holder_team=holder.team,
            holder_user=holder.user,
            epoch=table.c.epoch + 1,
            escalated_at=func.coalesce(table.c.escalated_at, self._now),
        )

    async def claim_for_nobody(self, conversation_id: ConversationId, *, epoch: int) -> Conversation | None:
        """Take it from the AI of that epoch and let it wait for a teammate. None if it moved on since."""
        return await self._changed(
            conversation_id,
            [table.c.state == ConversationState.AI, table.c.epoch == epoch],
            state=ConversationState.WAITING,
            epoch=table.c.epoch + 1,
            escalated_at=self._now,
        )

    async def give_to(
        self, conversation_id: ConversationId, holder: PersonId, *, epoch: int
    ) -> Conversation | None:
        """Give it to another teammate if it is still the stretch that `epoch` names. None if it is not."""
        return await self._changed(
            conversation_id,
            [
                table.c.state.in_((ConversationState.TEAMMATE, ConversationState.WAITING)),
                table.c.epoch == epoch,
            ],
            state=ConversationState.TEAMMATE,
            holder_team=holder.team,
            holder_user=holder.user,
            epoch=table.c.epoch + 1,
        )

    async def let_wait(self, conversation_id: ConversationId, *, epoch: int) -> Conversation | None:
        """Take it from the teammate of that epoch and let it wait for another. None if it moved on since."""
        return await self._changed(
            conversation_id,
            [table.c.state == ConversationState.TEAMMATE, table.c.epoch == epoch],
            state=ConversationState.WAITING,
            holder_team=None,
            holder_user=None,
            epoch=table.c.epoch + 1,
            escalated_at=self._now,
        )

    async def give_to_ai(self, conversation_id: ConversationId, *, epoch: int) -> Conversation | None:
        """Hand it back to the AI if it is still the stretch that `epoch` names. None if it is not."""
        return await self._changed(
            conversation_id,
            [
                table.c.state.in_((ConversationState.TEAMMATE, ConversationState.WAITING)),
                table.c.epoch == epoch,
            ],
            state=ConversationState.AI,
            holder_team=None,
            holder_user=None,
            epoch=table.c.epoch + 1,
            escalated_at=None,
        )

    async def begin_mirroring(self, conversation_id: ConversationId) -> bool:
        """True for the one caller that is to post the card."""
        conversation = await self.lock(conversation_id)
        if conversation is None or conversation.mirrored:
            return False
        self._unit_of_work.change(replace(conversation, mirrored=True))
        return True

    async def place_card(self, conversation_id: ConversationId, card: MessageRef) -> Conversation | None:
        return await self._changed(
            conversation_id, [], card_team=card.team, card_channel=card.channel, card_ts=card.ts
        )

    async def uproot(self, conversation_id: ConversationId, card: MessageRef) -> Conversation | None:
        """It has no card any more; its thread becomes a former one."""
        await self.had_thread(conversation_id, card)
        self._by_thread.pop(card, None)
        return await self._changed(conversation_id, [], card_team=None, card_channel=None, card_ts=None)

    async def had_thread(self, conversation_id: ConversationId, thread: MessageRef) -> None:
        """What is typed there is the conversation's, beside what is typed in its present thread."""
        await self._connection.execute(
            self._connection.insert(former_threads)
            .values(team=thread.team, channel=thread.channel, ts=thread.ts, conversation_id=conversation_id)
            .on_conflict_do_nothing()
        )

    async def has_moved(self, conversation_id: ConversationId) -> bool:
        """Whether its thread started again at least once."""
        found = await self._connection.scalars(
            select(former_threads.c.ts).where(former_threads.c.conversation_id == conversation_id).limit(1)
        )
        return found.first() is not None

    async def move_home(self, conversation_id: ConversationId, channel: str) -> Conversation | None:
        """From now on it is at home there."""
        return await self._changed(conversation_id, [], home=channel)

    async def renamed(self, old: str, new: str) -> None:
        """The channel `old` has the id `new` now: who was at home there still is."""
        card = case((table.c.card_channel == old, new), else_=table.c.card_channel)
        rows = await self._connection.execute(
            update(table).where(table.c.home == old).values(home=new, card_channel=card).returning(table)
        )
        for row in rows.all():
            self._locked(_conversation(row))

    async def at_home(self, channel: str) -> Sequence[Conversation]:
        """Those at home there that wait for a teammate or are held by one."""
        rows = await self._connection.execute(
            select(table).where(
                table.c.home == channel,
                table.c.state.in_((ConversationState.TEAMMATE, ConversationState.WAITING)),
            )
        )
        return [_conversation(row) for row in rows]

    async def left_behind(self, *, since: datetime, limit: int) -> Sequence[Conversation]:
        """Those at home in a former channel that go on: somebody waits, is held, or spoke to the AI since."""
        goes_on = or_(
            table.c.state.in_((ConversationState.TEAMMATE, ConversationState.WAITING)),
            and_(table.c.state == ConversationState.AI, table.c.last_message_at >= since),
        )
        rows = await self._connection.execute(
            select(table)
            .where(table.c.home.in_(select(channels.c.id).where(channels.c.is_former)), goes_on)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [_conversation(row) for row in rows]

    async def waiting(self, *, limit: int, among: Among = None) -> Sequence[ConversationId]:
        """Those that wait for a teammate, the longest so first."""
        found = await self._connection.scalars(
            select(table.c.id)
            .where(table.c.state == ConversationState.WAITING, *readable(among))
            .order_by(table.c.escalated_at, table.c.id)
            .limit(limit)
        )
        return [ConversationId(one) for one in found]

    async def holders(self) -> Collection[tuple[PersonId, str | None]]:
        """Who holds any, and the home channels of those that they hold."""
        rows = await self._connection.execute(
            select(table.c.holder_team, table.c.holder_user, table.c.home)
            .where(table.c.state == ConversationState.TEAMMATE, table.c.holder_user.is_not(None))
            .distinct()
        )
        return [(PersonId(row.holder_team, row.holder_user), row.home) for row in rows]

    async def held_by(self, holder: PersonId, home: str | None) -> Sequence[ConversationId]:
        """Those at home in that channel that they hold, the longest escalated first."""
        found = await self._connection.scalars(
            select(table.c.id)
            .where(
                table.c.state == ConversationState.TEAMMATE,
                table.c.holder_team == holder.team,
                table.c.holder_user == holder.user,
                table.c.home.is_not_distinct_from(home),
            )
            .order_by(table.c.escalated_at, table.c.id)
        )
        return [ConversationId(one) for one in found]

    async def reached_at(self, conversation_id: ConversationId, email: str) -> Conversation | None:
        """The customer left an address, in place of what the website said. Nothing proves it."""
        conversation = await self.get(conversation_id)
        if conversation is None:
            return None
        customer = conversation.customer
        reached = replace(customer, email=email, proven=customer.proven - {"email"})
        return await self.describe(conversation_id, reached)

    async def escalated(self) -> Sequence[Conversation]:
        """Those that wait for a teammate or are held by one, the longest so first."""
        rows = await self._connection.execute(
            select(table)
            .where(table.c.state.in_((ConversationState.TEAMMATE, ConversationState.WAITING)))
            .order_by(table.c.escalated_at, table.c.id)
        )
        return [_conversation(row) for row in rows]

    async def with_ai(self, *, since: datetime, limit: int) -> Sequence[Conversation]:
        """Those that the AI holds and where something was said since, latest first."""
        rows = await self._connection.execute(
            select(table)
            .where(table.c.state == ConversationState.AI, table.c.last_message_at >= since)
            .order_by(table.c.last_message_at.desc(), table.c.id)
            .limit(limit)
        )
        return [_conversation(row) for row in rows]

    async def threads_of(
        self, conversations: Collection[Conversation]
    ) -> Mapping[ConversationId, Sequence[MessageRef]]:
        """The threads that each of these has and had, the latest first."""
        found: dict[ConversationId, list[MessageRef]] = {
            one.id: [] if one.card is None else [one.card] for one in conversations
        }
        if found:
            rows = await self._connection.fetch(_FORMER, {"wanted": [[one] for one in found]})
            for row in rows:
                found[ConversationId(row.conversation_id)].append(MessageRef(row.team, row.channel, row.ts))
        return {one: sorted(threads, key=_at, reverse=True) for one, threads in found.items()}

    async def count(self, state: ConversationState, among: Among = None) -> int:
        counted = await self._connection.scalar(
            select(func.count()).select_from(table).where(table.c.state == state, *readable(among))
        )
        return counted or 0

    async def _former(self, thread: MessageRef) -> ConversationId | None:
        found: ConversationId | None = await self._connection.scalar(
            select(former_threads.c.conversation_id).where(
                former_threads.c.team == thread.team,
                former_threads.c.channel == thread.channel,
                former_threads.c.ts == thread.ts,
            )
        )
        return found

    async def _changed(
        self, conversation_id: ConversationId, conditions: Sequence[Any], **values: Any
    ) -> Conversation | None:
        statement = (
            update(table).where(table.c.id == conversation_id, *conditions).values(**values).returning(table)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return self._locked(None if row is None else _conversation(row))

    def _locked(self, conversation: Conversation | None) -> Conversation | None:
        """A conversation of which this transaction holds the row from now on."""
        if conversation is not None:
            self._unit_of_work.locked[conversation.id] = conversation
            if conversation.card is not None:
                self._by_thread[conversation.card] = conversation.id
        return conversation

    async def _one(self, statement: Select[Any] | Update) -> Conversation | None:
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _conversation(row)


_CARD = (table.c.card_team, table.c.card_channel, table.c.card_ts)
_THESE = rows_of(table, (table.c.id,))
_FORMER = rows_of(former_threads, (former_threads.c.conversation_id,))
_FORMER_THREADS = rows_of(
    former_threads, (former_threads.c.team, former_threads.c.channel, former_threads.c.ts)
)


def _cards(dialect: str) -> Select[Any]:
    threads, parts = wanted("wanted", _CARD, dialect=dialect)
    same = (one == part for one, part in zip(_CARD, parts, strict=True))
    columns = (one.label(name) for one, name in zip(_CARD, ("team", "channel", "ts"), strict=True))
    return select(*columns).join_from(threads, table, and_(*same))


_CARDS = Prepared(_cards)


def _all_of(dialect: str) -> Select[Any]:
    """Those of some ids and those of some threads, locked in the order of their ids."""
    ids, (each_id,) = wanted("ids", (table.c.id,), dialect=dialect)
    threads, parts = wanted("threads", _CARD, dialect=dialect)
    whose = table.alias("whose")
    card = (whose.c.card_team, whose.c.card_channel, whose.c.card_ts)
    same = (one == part for one, part in zip(card, parts, strict=True))
    of_threads = select(whose.c.id).join_from(threads, whose, and_(*same))
    which = select(each_id.label("id")).select_from(ids).union_all(of_threads)
    return select(table).where(table.c.id.in_(which)).order_by(table.c.id).with_for_update(of=table)


_LOCK_ALL = Prepared(_all_of)


def _at(thread: MessageRef) -> Decimal:
    return Decimal(thread.ts)


def _home_of(inbox: str) -> Any:
    return (
        select(channels.c.id)
        .join_from(inbox_channels, channels)
        .where(inbox_channels.c.inbox == inbox, channels.c.is_usable)
        .scalar_subquery()
    )


def _started(by: StartedBy, client_id: str | None) -> Sequence[Any]:
    return table.c.started_by == by, table.c.start_key == client_id


def _is_taken(by: StartedBy, client_id: Any) -> Any:
    """Whether `client_id` leads its starter to a conversation already."""
    other = table.alias("other")
    return select(other.c.id).where(other.c.started_by == by, other.c.start_key == client_id).exists()


def _user_id_of(by: StartedBy) -> str:
    return by.removeprefix(signed_in(""))


def _told_of(customer: Customer) -> dict[str, Any]:
    return {
        "customer_name": customer.name,
        "customer_email": customer.email,
        "customer_user_id": customer.user_id,
        "customer_verified": customer.verified,
        "customer_proven": sorted(customer.proven - {"user_id"}),
        "customer_locale": customer.locale,
        "customer_metadata": customer.metadata,
    }


def _lock(which: Any) -> Select[Any]:
    return select(table).where(which).with_for_update()


def _threads(threads: Collection[MessageRef]) -> Any:
    return one_of(_CARD, [(thread.team, thread.channel, thread.ts) for thread in threads])


def _conversation(row: Row[Any]) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        channel=row.channel,
        inbox=row.inbox,
        customer=Customer(
            name=row.customer_name,
            email=row.customer_email,
            user_id=row.customer_user_id,
            locale=row.customer_locale,
            metadata=row.customer_metadata,
            proven=frozenset([*(row.customer_proven or ()), *(["user_id"] if row.customer_verified else [])]),
        ),
        state=ConversationState(row.state),
        epoch=row.epoch,
        holder=PersonId(row.holder_team, row.holder_user) if row.holder_user else None,
        escalated_at=row.escalated_at,
        last_seq=row.last_seq,
        last_message_seq=row.last_message_seq,
        mirrored=row.mirrored,
        card=MessageRef(row.card_team, row.card_channel, row.card_ts) if row.card_ts else None,
        created_at=row.created_at,
        last_message_at=row.last_message_at,
        home=row.home,
    )
