"""Files of the live chat: uploads from a customer, and the files of what they may read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from bot.desk.desk import Desk
from bot.files.kinds import IN_WORDS, KINDS, TEXT, is_picture
from bot.files.store import FileStore
from bot.web.api.answers import FileTaken
from bot.web.api.bodies import Nothing, UploadQuery
from bot.web.api.operation import Operation, OperationAnswer, OperationCall
from bot.web.api.problems import (
    Broken,
    EmptyFile,
    FileRefused,
    FilesFullProblem,
    FileTooLargeProblem,
    Invalid,
    NotFoundProblem,
    TooMany,
    Unauthorized,
    Unavailable,
)
from bot.web.callers.access import Caller
from bot.web.callers.limits import Limiter, Limits, Monotonic, Patience, address_of
from storage.records import File

PLACE = "/v1/conversations/{conversation_id}/files"
_ID_LENGTH = 32
# Bytes that are written at once, and waited for: a slow network takes so many within `send_timeout`.
_MOUTHFUL = 16 * 1024
# Whatever a file is, a browser that opens it by itself runs nothing of it in this server's name.
_HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Attachments:
    """Takes and gives files."""

    def __init__(self, desk: Desk, files: FileStore, limits: Limits, clock: Monotonic) -> None:
        self._desk = desk
        self._files = files
        self._proxies = limits.trusted_proxies
        self._limits = limits
        self._clock = clock
        self._uploads = Limiter(limits.uploads, clock)
        self._bytes_each = Limiter(limits.bytes_each, clock)
        self._bytes_in_all = Limiter(limits.bytes_in_all, clock)

    def operations(self) -> Sequence[Operation[Any, Any]]:
        always = (Invalid, Broken, Unavailable)
        theirs = (Unauthorized, NotFoundProblem)
        return (
            Operation(
                method="POST",
                path=PLACE,
                name="upload",
                summary=f"Keep a file for one of the next messages: {IN_WORDS}.",
                needs=Caller.CUSTOMER,
                handler=self.upload,
                query=UploadQuery,
                body=Nothing,
                answers={201: FileTaken},
                problems=(
                    *theirs,
                    FileTooLargeProblem,
                    FilesFullProblem,
                    FileRefused,
                    EmptyFile,
                    TooMany,
                    *always,
                ),
                is_stream=True,
                takes_bytes=True,
            ),
            Operation(
                method="GET",
                path=f"{PLACE}/{{file_id}}",
                name="file",
                summary="The bytes of a file that this customer sent or was sent.",
                needs=Caller.CUSTOMER,
                handler=self.file,
                query=Nothing,
                body=Nothing,
                answers={200: "The file, to be saved; only pictures are to be shown in place."},
                problems=(*theirs, *always),
                is_stream=True,
                gives=tuple(kind.type for kind in KINDS),
            ),
        )

    async def upload(self, call: OperationCall[Nothing, UploadQuery]) -> OperationAnswer:
        request = call.request
        size = self._files.largest if request.content_length is None else request.content_length
        if size > self._files.largest:
            raise FileTooLargeProblem
        if call.caller is not Caller.SERVER:
            # Tokens cost nothing, addresses do.
            address = address_of(request, trusted_proxies=self._proxies)
            kilobytes = max(1, size // 1000)
            self._uploads.count(address)
            self._bytes_each.count(address, kilobytes)
            self._bytes_in_all.count("", kilobytes)
        await self._desk.view(call.conversation_id)
        file = await self._files.take(call.conversation_id, self._heard(request), name=call.query.name)
        return OperationAnswer(
            201, FileTaken(file_id=file.id, name=file.name, type=file.type, size=file.size)
        )

    async def file(self, call: OperationCall[Nothing, Nothing]) -> web.StreamResponse:
        file_id = call.request.match_info["file_id"]
        file = await self._files.find(call.conversation_id, file_id) if len(file_id) == _ID_LENGTH else None
        if file is None:
            raise NotFoundProblem
        response = web.StreamResponse(
            headers={
                **_HARMLESS,
                "Content-Type": _content_type(file),
                "Content-Length": str(file.size),
                "Content-Disposition": _disposition(file),
            }
        )
        await response.prepare(call.request)
        sent = 0
        patience = Patience(self._limits, self._clock)
        async for piece in self._files.pieces(file):
            for begin in range(0, len(piece), _MOUTHFUL):
                some = piece[begin : begin + _MOUTHFUL]
                async with asyncio.timeout(patience.left):
                    await response.write(some)
                patience.passed(len(some))
            sent += len(piece)
        if sent < file.size:
            # Taken back on its way.
            raise NotFoundProblem
        return response

    async def _heard(self, request: web.Request) -> AsyncIterator[bytes]:
        """The body as it comes, for as long as enough of it does."""
        patience = Patience(self._limits, self._clock)
        while True:
            try:
                async with asyncio.timeout(patience.left):
                    chunk = await request.content.readany()
            except TimeoutError:
                raise Unavailable from None
            if not chunk:
                return
            patience.passed(len(chunk))
            yield chunk


def _content_type(file: File) -> str:
    return f"{file.type}; charset=utf-8" if file.type == TEXT.type else file.type


def _disposition(file: File) -> str:
    how = "inline" if is_picture(file.type) else "attachment"
    plain = "".join(letter if letter.isascii() and letter not in '"\\%' else "_" for letter in file.name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
