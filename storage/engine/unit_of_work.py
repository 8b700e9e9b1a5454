"""Collects the rows that a transaction is going to write, so that many rows are written by one statement.

Only what is hot and cannot be refused waits here: entries, outbox rows, outcomes, and a locked conversation's
counters. Everything else is written where it is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Executable, bindparam, func, insert, literal_column, text, update
from sqlalchemy.dialects import sqlite

from storage.engine import one_statement
from storage.engine.prepared import Prepared, Values
from storage.records import Conversation, ConversationId
from storage.schema import conversations, entries, outbox

Row = dict[str, Any]
# The columns that a new row of each gives; the others are empty.
ENTRY = (
    "conversation_id",
    "seq",
    "kind",
    "author",
    "audience",
    "epoch",
    "author_team",
    "author_user",
    "name",
    "avatar_url",
    "text",
    "data",
    "source",
    "created_at",
)
OWED = (
    "topic",
    "lane",
    "kind",
    "conversation_id",
    "channel",
    "payload",
    "key",
    "coalesce",
    "priority",
    "state",
    "alone",
    "attempts",
    "fence",
    "available_at",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Savepoint:
    """A moment to go back to."""

    entries: int
    owed: int
    coalesced: int
    finished: int


@dataclass(slots=True)
class UnitOfWork:
    """Rows by table, and the conversations this transaction has locked, as it sees them now."""

    entries: list[Row] = field(default_factory=list)
    owed: list[Row] = field(default_factory=list)
    coalesced: list[Row] = field(default_factory=list)
    finished: list[Row] = field(default_factory=list)
    locked: dict[ConversationId, Conversation] = field(default_factory=dict)
    _changed: dict[ConversationId, None] = field(default_factory=dict)
    _before: dict[ConversationId, tuple[Conversation, bool]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.entries or self.owed or self.coalesced or self.finished or self._changed)

    def change(self, conversation: Conversation) -> None:
        """The counters of a locked conversation are these from now on."""
        known = self.locked[conversation.id]
        self._before.setdefault(conversation.id, (known, conversation.id in self._changed))
        self.locked[conversation.id] = conversation
        self._changed[conversation.id] = None

    def mark(self) -> Savepoint:
        """Remember this moment; `undo` goes back to the last one marked."""
        self._before.clear()
        return Savepoint(len(self.entries), len(self.owed), len(self.coalesced), len(self.finished))

    def undo(self, mark: Savepoint) -> None:
        """Forget what came since `mark`. Nothing of it may have been written yet."""
        del self.entries[mark.entries :]
        del self.owed[mark.owed :]
        del self.coalesced[mark.coalesced :]
        del self.finished[mark.finished :]
        for conversation_id, (before, was_changed) in self._before.items():
            self.locked[conversation_id] = before
            if not was_changed:
                del self._changed[conversation_id]

    def take(self, dialect: str) -> Iterator[tuple[Prepared, Sequence[Values]]]:
        """The statements that write it all, each with its rows; nothing is pending afterwards.

        On PostgreSQL it is one statement, because each would be a round trip.
        """
        written: tuple[tuple[str, Prepared, list[Row]], ...] = (
            ("counted", _COUNT, [_counters(self.locked[one]) for one in self._changed]),
            ("added", _ADD, self.entries[:]),
            ("owed", _OWE, self.owed[:]),
            ("coalesced", _COALESCE, _one_of_each(self.coalesced)),
            ("finished", _FINISH, self.finished[:]),
        )
        for kept in (self._changed, self.entries, self.owed, self.coalesced, self.finished):
            kept.clear()
        if dialect == "postgresql":
            yield _AT_ONCE, [{name: one_statement.bound(rows) for name, _, rows in written}]
            return
        for _, statement, rows in written:
            if rows:
                yield statement, rows


def _counters(conversation: Conversation) -> Row:
    return {
        "id": conversation.id,
        "last_seq": conversation.last_seq,
        "last_message_seq": conversation.last_message_seq,
        "last_message_at": conversation.last_message_at,
        "mirrored": conversation.mirrored,
    }


def _one_of_each(coalesced: Sequence[Row]) -> list[Row]:
    """Of those that coalesce the first alone, as urgent as the most urgent of them."""
    found: dict[str, Row] = {}
    for row in coalesced:
        first = found.setdefault(row["coalesce"], row)
        found[row["coalesce"]] = {**first, "priority": min(first["priority"], row["priority"])}
    return list(found.values())


def _coalesced(_dialect: str) -> Executable:
    """One of them waits at most, and is as urgent as the most urgent that was asked for."""
    insert = sqlite.insert(outbox).inline()
    return insert.on_conflict_do_update(
        index_elements=["coalesce"],
        index_where=text("state = 'ready'"),
        set_={"priority": func.min(outbox.c.priority, insert.excluded.priority)},
    )


_COUNT = Prepared(
    lambda _dialect: (
        update(conversations)
        .where(conversations.c.id == bindparam("id"))
        .values({name: bindparam(name) for name in one_statement.COUNTERS[1:]})
    )
)
_ADD = Prepared(lambda _dialect: insert(entries).inline(), columns=ENTRY)
_OWE = Prepared(lambda _dialect: insert(outbox).inline(), columns=OWED)
_COALESCE = Prepared(_coalesced, columns=OWED)
_AT_ONCE = Prepared(lambda _dialect: one_statement.statement(entry=ENTRY, owed=OWED))
_FINISH = Prepared(
    lambda _dialect: (
        update(outbox)
        .where(
            outbox.c.id == bindparam("id"),
            outbox.c.fence == bindparam("fence"),
            outbox.c.state == literal_column("'sending'"),
        )
        .values(state="done", finished_at=bindparam("finished_at"))
    )
)
