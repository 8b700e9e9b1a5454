"""Files on their way in and out: taken in piece by piece, capped, told by their bytes, given out like that.

A file is nobody's until a rule attaches it to a message, and gone with it when that is taken back.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Collection
from dataclasses import dataclass
from functools import partial

from bot.desk.attachments import is_customers
from bot.desk.errors import FileEmpty, FilesFull, FileTooLarge, FileTypeRefused
from bot.files.kinds import OPENING, FileKind, Sniffer, safe_name
from bot.files.picture_metadata import Filter, filter_for
from storage.engine.database import Database
from storage.records import ConversationId, File, FileId
from storage.transaction import LockHint, Transaction

# Small enough that no message waits long behind one being written.
PIECE = 256 * 1024
MOST_IN_ONE_MESSAGE = 10
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Whole:
    """What is known of a file once all its bytes were read."""

    size: int
    sha256: str
    media_type: str


class FileStore:
    """The bytes of files, in the database.

    `largest` is the most bytes that one may have, `most` what a customer may send in one conversation.
    """

    def __init__(self, database: Database, *, largest: int, most: int) -> None:
        self._database = database
        self.largest = largest
        self._most = most

    async def take(
        self,
        conversation_id: ConversationId,
        content: AsyncIterable[bytes],
        *,
        name: str,
        slack_id: str | None = None,
    ) -> File:
        """Keep the bytes. No message carries the file yet.

        Holds no more than a piece or two of it in memory. Raises `FileTooLarge`, `FileTypeRefused`,
        `FileEmpty` or `FilesFull`, and whatever `content` raises; nothing is kept then.
        """
        file_id = FileId(secrets.token_hex(16))
        digest, size, number, media_type = hashlib.sha256(), 0, 0, ""
        # What teammates send is theirs to judge.
        most = self._most if slack_id is None else None
        try:
            async for piece, kind, told in _fit(content, self.largest):
                if number == 0:
                    called = safe_name(name, kind)
                    begin = partial(_begin, file_id, conversation_id, called, kind.type, slack_id, most)
                    await self._database.write(begin, lock_hint=LockHint())
                digest.update(piece)
                media_type = told
                size += len(piece)
                number += 1
                await self._database.write(partial(_add, file_id, number - 1, piece), lock_hint=LockHint())
            whole = Whole(size, digest.hexdigest(), media_type)
            complete = partial(_complete, file_id, conversation_id, whole, most)
            return await self._database.write(complete, lock_hint=LockHint(conversation_id))
        except BaseException:
            if number:
                await self.drop([file_id])
            raise

    async def find(self, conversation_id: ConversationId, file_id: str) -> File | None:
        """The file, if the customer may have it: they sent it, or a message that they may read carries it."""
        async with self._database.read() as tx:
            found = await tx.files.whole(conversation_id, [file_id])
        return next((one for one in found if one.seq is not None or is_customers(one)), None)

    async def pieces(self, file: File) -> AsyncIterator[bytes]:
        """The bytes from first to last. They end early if the file is taken back meanwhile."""
        number = 0
        while True:
            async with self._database.read() as tx:
                piece = await tx.files.piece(file.id, number)
            if piece is None:
                return
            yield piece
            number += 1

    async def drop(self, ids: Collection[FileId]) -> None:
        """Forget them, bytes and all."""
        if ids:
            await self._database.write(lambda tx: tx.files.forget(ids), lock_hint=LockHint())


async def _fit(content: AsyncIterable[bytes], largest: int) -> AsyncIterator[tuple[bytes, FileKind, str]]:
    """The bytes in pieces, and what kind of file and what media type they are so far.

    Raises once they are no file for us.

    What a camera wrote into a picture is not among them.
    """
    size = 0
    sniffer: Sniffer | None = None
    kept: Filter | None = None
    async for piece, is_last in _pieces(content):
        size += len(piece)
        if size > largest:
            raise FileTooLarge(limit=str(largest // MEGABYTE))
        sniffer = sniffer or Sniffer(piece[:OPENING])
        sniffer.feed(piece, final=is_last)
        if sniffer.kind is None:
            raise FileTypeRefused
        kept = kept or filter_for(sniffer.kind)
        if rest := kept.feed(piece):
            yield rest, sniffer.kind, sniffer.media_type
    if sniffer is None:
        raise FileEmpty


async def _pieces(content: AsyncIterable[bytes]) -> AsyncIterator[tuple[bytes, bool]]:
    """The bytes again, cut into pieces of one size, and whether each is the last."""
    kept = bytearray()
    async for chunk in content:
        kept += chunk
        while len(kept) > PIECE:
            yield bytes(kept[:PIECE]), False
            del kept[:PIECE]
    if kept:
        yield bytes(kept), True


async def _begin(
    file_id: FileId,
    about: ConversationId,
    name: str,
    media_type: str,
    slack_id: str | None,
    most: int | None,
    tx: Transaction,
) -> None:
    if most is not None and await tx.files.of_customer(about) >= most:
        # Sooner than after all of its bytes were written.
        raise FilesFull(limit=str(most // MEGABYTE))
    await tx.files.begin(file_id, about, name=name, media_type=media_type, slack_id=slack_id)


async def _add(file_id: FileId, number: int, content: bytes, tx: Transaction) -> None:
    await tx.files.add_piece(file_id, number, content)


async def _complete(
    file_id: FileId, about: ConversationId, whole: Whole, most: int | None, tx: Transaction
) -> File:
    if most is not None:
        # Of several that come at once, each must see those that were complete before it.
        await tx.conversations.lock(about)
        if await tx.files.of_customer(about) + whole.size > most:
            raise FilesFull(limit=str(most // MEGABYTE))
    await tx.files.complete(file_id, size=whole.size, sha256=whole.sha256, media_type=whole.media_type)
    return (await tx.files.whole(about, [file_id]))[0]
