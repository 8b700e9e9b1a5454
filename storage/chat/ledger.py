"""The ledger: each conversation's entries, numbered 1, 2, 3… in the order the database committed them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, literal, literal_column, select

from storage.chat.conversations import ConversationRows
from storage.chat.wording import CHANGES, as_they_read_now
from storage.engine.bulk_keys import rows_of, wanted
from storage.engine.prepared import Prepared
from storage.engine.session import Session
from storage.engine.unit_of_work import UnitOfWork
from storage.records import (
    Audience,
    Author,
    ConversationId,
    ConversationState,
    Entry,
    Kind,
    Person,
    PersonId,
)
from storage.schema import conversations
from storage.schema import entries as table


class Ledger:
    """The `entries` table within one transaction. Only ever added to."""

    def __init__(
        self,
        connection: Session,
        now: datetime,
        conversations: ConversationRows,
        pending: UnitOfWork,
        added: list[Entry],
    ) -> None:
        self._connection = connection
        self._now = now
        self._conversations = conversations
        self._unit_of_work = pending
        self._added = added
        self._by_source: dict[tuple[ConversationId, str], Entry | None] = {}

    async def add(
        self,
        conversation_id: ConversationId,
        kind: Kind,
        author: Author,
        text: str,
        *,
        audience: Audience = Audience.CUSTOMER,
        person: Person | None = None,
        name: str | None = None,
        data: dict[str, Any] | None = None,
        source: str | None = None,
    ) -> Entry:
        """Write the next entry. The caller holds the conversation's lock, so the number is the next one.

        `source` is unique in a conversation: look it up with `by_source` first; writing one twice raises.
        """
        conversation = await self._conversations.lock(conversation_id)
        if conversation is None:
            raise LookupError("an entry needs its conversation")
        is_message = kind is Kind.MESSAGE
        seq = self._conversations.count_entry(
            conversation, is_message=is_message, is_said=is_message and author is not Author.SYSTEM
        )
        entry = Entry(
            conversation_id=conversation_id,
            seq=seq,
            kind=kind,
            author=author,
            audience=audience,
            epoch=conversation.epoch,
            person=person.id if person else None,
            name=person.name if person else name,
            avatar_url=person.avatar_url if person else None,
            text=text,
            data=data or {},
            source=source,
            created_at=self._now,
        )
        self._unit_of_work.entries.append(
            {
                "conversation_id": conversation_id,
                "seq": seq,
                "kind": kind,
                "author": author,
                "audience": audience,
                "epoch": entry.epoch,
                "author_team": entry.person.team if entry.person else None,
                "author_user": entry.person.user if entry.person else None,
                "name": entry.name,
                "avatar_url": entry.avatar_url,
                "text": text,
                "data": entry.data,
                "source": source,
                "created_at": self._now,
            }
        )
        if source is not None:
            self._by_source[conversation_id, source] = entry
        self._added.append(entry)
        return entry

    def forget(self, entry: Entry) -> None:
        """An entry that was added in this transaction will not be written after all."""
        if entry.source is not None:
            self._by_source[entry.conversation_id, entry.source] = None

    async def look_up(self, said: Collection[tuple[ConversationId, str]]) -> None:
        """Find out about several sources at once, for the `by_source` that will ask for them."""
        if not said:
            return
        self._by_source |= dict.fromkeys(said)
        for row in await self._connection.fetch(_BY_SOURCE, {"wanted": [list(one) for one in said]}):
            entry = _entry(row)
            self._by_source[entry.conversation_id, row.source] = entry

    async def get(self, conversation_id: ConversationId, seq: int) -> Entry | None:
        """The entry of that number as it reads now."""
        found = await self.several([(conversation_id, seq)])
        return found[0] if found else None

    async def by_source(self, conversation_id: ConversationId, source: str) -> Entry | None:
        """The entry that was said so, with the words it was first said in: for rules, not for showing."""
        key = (conversation_id, source)
        if key not in self._by_source:
            self._by_source[key] = await self._one(_of(conversation_id).where(table.c.source == source))
        return self._by_source[key]

    async def several(self, wanted: Collection[tuple[ConversationId, int]]) -> Sequence[Entry]:
        """The entries of these numbers as they read now, in no order."""
        added = {(one.conversation_id, one.seq): one for one in self._added}
        known = [added[key] for key in wanted if key in added]
        unknown = [list(key) for key in wanted if key not in added]
        if not unknown:
            return known
        rows = await self._connection.fetch(_BY_NUMBER, {"wanted": unknown})
        return [*known, *await self._as_they_read_now(rows)]

    async def last_numbers(self, ids: Collection[ConversationId]) -> Mapping[ConversationId, int]:
        """The last entry's number in each of these conversations."""
        rows = await self._connection.fetch(_LAST_NUMBERS, {"wanted": [[one] for one in ids]})
        return {row.id: row.last_seq for row in rows}

    async def since(
        self,
        conversation_id: ConversationId,
        after: int = 0,
        *,
        audience: Audience | None = None,
        limit: int = 10_000,
    ) -> Sequence[Entry]:
        """Entries with a number above `after` as they read now, oldest first, edits and retractions too."""
        statement = _reading(conversation_id).where(table.c.seq > after).order_by(table.c.seq).limit(limit)
        if audience is not None:
            statement = statement.where(table.c.audience == audience)
        return await self._as_they_read_now((await self._connection.execute(statement)).all())

    async def latest_messages(self, conversation_id: ConversationId, limit: int) -> Sequence[Entry]:
        """The last `limit` messages of people and the AI that still stand, oldest first."""
        return await self.messages_before(conversation_id, None, limit=limit)

    async def messages_before(
        self, conversation_id: ConversationId, seq: int | None, *, limit: int
    ) -> Sequence[Entry]:
        """The last `limit` messages with a number below `seq` (None: the last of all), oldest first.

        As they read now; what was taken back is not among them.
        """
        found: list[Entry] = []
        while len(found) < limit:
            statement = (
                _reading(conversation_id)
                .where(table.c.kind == Kind.MESSAGE, table.c.author != Author.SYSTEM)
                .order_by(table.c.seq.desc())
                .limit(limit)
            )
            if seq is not None:
                statement = statement.where(table.c.seq < seq)
            rows = (await self._connection.execute(statement)).all()
            found += [one for one in await self._as_they_read_now(rows) if not one.is_taken_back]
            if len(rows) < limit:
                break
            seq = rows[-1].seq
        return found[:limit][::-1]

    async def about(self, conversation_id: ConversationId, seq: int) -> Sequence[Entry]:
        """The edits and retractions of one message, oldest first."""
        changes = await self.changes(conversation_id, after=seq)
        return [change for change in changes if change.data["target"] == seq]

    async def changes(self, conversation_id: ConversationId, *, after: int) -> Sequence[Entry]:
        """The edits and retractions with a number above `after`, oldest first."""
        rows = await self._connection.execute(
            _of(conversation_id).where(table.c.seq > after, _is_a_change(table)).order_by(table.c.seq)
        )
        return [_entry(row) for row in rows]

    async def _as_they_read_now(self, rows: Sequence[Any]) -> Sequence[Entry]:
        """The rows as entries. What was said and changed in this transaction is not asked about."""
        entries = [_entry(row) for row in rows]
        oldest: dict[ConversationId, int] = {}
        for row, entry in zip(rows, entries, strict=True):
            if row.is_changed:
                key = entry.conversation_id
                target = entry.data.get("target", entry.seq)
                oldest[key] = min(oldest.get(key, target), target)
        changes = {key: await self.changes(key, after=after) for key, after in oldest.items()}
        if not changes:
            return entries
        return [
            now
            for entry in entries
            for now in as_they_read_now([entry], changes.get(entry.conversation_id, ()))
        ]

    async def was_held(self, conversation_id: ConversationId) -> bool:
        """Whether a teammate ever held the conversation: an event says so each time."""
        holds = table.c.data["state"]["state"].as_string() == ConversationState.TEAMMATE
        found = await self._connection.scalar(
            _of(conversation_id).with_only_columns(table.c.seq).where(_IS_EVENT, holds).limit(1)
        )
        return found is not None

    async def _one(self, statement: Select[Any]) -> Entry | None:
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _entry(row)


def _last_numbers(dialect: str) -> Select[Any]:
    rows, (one,) = wanted("wanted", (conversations.c.id,), dialect=dialect)
    columns = select(conversations.c.id, conversations.c.last_seq)
    return columns.join_from(rows, conversations, conversations.c.id == one)


_LAST_NUMBERS = Prepared(_last_numbers)
_IS_EVENT = table.c.kind == Kind.SYSTEM
_BY_SOURCE = rows_of(table, (table.c.conversation_id, table.c.source))


def _is_a_change(of: FromClause) -> ColumnElement[bool]:
    # In the words of the index, or SQLite does not use it.
    return of.c.kind.in_([literal_column(f"'{kind}'") for kind in CHANGES])


_later = table.alias("later")
# Whether anything in the conversation was edited or taken back after the entry: mostly not, and then nobody
# has to look at what.
_IS_CHANGED = (
    select(literal(value=True))
    .where(
        _later.c.conversation_id == table.c.conversation_id,
        _later.c.seq > table.c.seq,
        _is_a_change(_later),
    )
    .exists()
    .label("is_changed")
)
_BY_NUMBER = rows_of(table, (table.c.conversation_id, table.c.seq), also=(_IS_CHANGED,))


def _reading(conversation_id: ConversationId) -> Select[Any]:
    return select(table, _IS_CHANGED).where(table.c.conversation_id == conversation_id)


def _of(conversation_id: ConversationId) -> Select[Any]:
    return select(table).where(table.c.conversation_id == conversation_id)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        conversation_id=ConversationId(row.conversation_id),
        seq=row.seq,
        kind=Kind(row.kind),
        author=Author(row.author),
        audience=Audience(row.audience),
        epoch=row.epoch,
        person=PersonId(row.author_team, row.author_user) if row.author_user else None,
        name=row.name,
        avatar_url=row.avatar_url,
        text=row.text,
        data=row.data,
        source=row.source,
        created_at=row.created_at,
    )
