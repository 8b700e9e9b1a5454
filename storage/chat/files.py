"""Queries about files: what customers and teammates attach to messages, and the bytes, piece by piece."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, or_, select, update

from storage.engine.session import Session
from storage.records import ConversationId, File, FileId
from storage.schema import file_pieces as pieces
from storage.schema import files as table
from storage.schema import held_replies


class Files:
    """The `files` and `file_pieces` tables within one transaction."""

    def __init__(self, connection: Session, now: datetime) -> None:
        self._connection = connection
        self._now = now

    async def begin(
        self,
        file_id: FileId,
        conversation_id: ConversationId,
        *,
        name: str,
        media_type: str,
        slack_id: str | None,
    ) -> None:
        """A file whose bytes are about to come. Nobody gets it before it is whole."""
        await self._connection.execute(
            insert(table).values(
                id=file_id,
                conversation_id=conversation_id,
                slack_id=slack_id,
                name=name,
                type=media_type,
                size=0,
                created_at=self._now,
            )
        )

    async def add_piece(self, file_id: FileId, number: int, content: bytes) -> None:
        await self._connection.execute(insert(pieces).values(file_id=file_id, number=number, content=content))

    async def complete(self, file_id: FileId, *, size: int, sha256: str, media_type: str) -> None:
        """All of it is there, and known to be of that type."""
        await self._connection.execute(
            update(table).where(table.c.id == file_id).values(size=size, sha256=sha256, type=media_type)
        )

    async def whole(self, conversation_id: ConversationId, ids: Collection[str]) -> Sequence[File]:
        """Those of the files that are in this conversation and all there, in the order asked for."""
        rows = await self._connection.execute(
            select(table).where(
                table.c.id.in_(list(ids)),
                table.c.conversation_id == conversation_id,
                table.c.sha256.is_not(None),
            )
        )
        found = {row.id: _file(row) for row in rows}
        return [found[one] for one in ids if one in found]

    async def of_customer(self, conversation_id: ConversationId) -> int:
        """How many bytes its customer has in our keeping."""
        size = await self._connection.scalar(
            select(func.coalesce(func.sum(table.c.size), 0)).where(
                table.c.conversation_id == conversation_id,
                table.c.source.is_(None),
                # A teammate's has Slack's name from the start, and no entry of the customer's carries it.
                or_(table.c.slack_id.is_(None), table.c.seq.is_not(None)),
            )
        )
        return int(size or 0)

    async def with_message(self, conversation_id: ConversationId, source: str) -> Sequence[File]:
        """The files that came with a Slack message, in their order."""
        rows = await self._connection.execute(
            select(table)
            .where(table.c.conversation_id == conversation_id, table.c.source == source)
            .order_by(table.c.created_at, table.c.id)
        )
        return [_file(row) for row in rows]

    async def settle(
        self, ids: Collection[str], *, source: str | None = None, seq: int | None = None
    ) -> None:
        """They came with that Slack message, or belong to the customer's entry of that number."""
        values: dict[str, Any] = {"source": source} if source is not None else {}
        if seq is not None:
            values["seq"] = seq
        if ids and values:
            await self._connection.execute(update(table).where(table.c.id.in_(list(ids))).values(values))

    async def known_to_slack(self, file_id: str, slack_id: str | None) -> None:
        await self._connection.execute(update(table).where(table.c.id == file_id).values(slack_id=slack_id))

    async def piece(self, file_id: str, number: int) -> bytes | None:
        """The piece of that number, from 0 on; None behind the last."""
        content: bytes | None = await self._connection.scalar(
            select(pieces.c.content).where(pieces.c.file_id == file_id, pieces.c.number == number)
        )
        return content

    async def forget(self, ids: Collection[str]) -> None:
        """They are gone, bytes and all."""
        if ids:
            await self._connection.execute(delete(pieces).where(pieces.c.file_id.in_(list(ids))))
            await self._connection.execute(delete(table).where(table.c.id.in_(list(ids))))

    async def forget_unsaid(self, *, before: datetime, limit: int) -> int:
        """Forget what was begun before then and no message carries, but for what a held reply may send yet.

        Returns how many that were.
        """
        held = (
            select(held_replies.c.source)
            .where(
                held_replies.c.conversation_id == table.c.conversation_id,
                held_replies.c.source == table.c.source,
            )
            .exists()
        )
        rows = await self._connection.scalars(
            select(table.c.id).where(table.c.seq.is_(None), table.c.created_at < before, ~held).limit(limit)
        )
        ids = list(rows)
        await self.forget(ids)
        return len(ids)


def _file(row: Row[Any]) -> File:
    return File(
        id=FileId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        source=row.source,
        seq=row.seq,
        slack_id=row.slack_id,
        name=row.name,
        type=row.type,
        size=row.size,
        sha256=row.sha256,
    )
