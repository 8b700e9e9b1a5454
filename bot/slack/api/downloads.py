"""Files out of Slack: read with our token from Slack's own host and from no other, into our own keeping.

What a customer gets is these bytes at an address of ours. Slack's addresses, which anybody who has one could
show around, stay here.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.attachments import FileRejection
from bot.desk.errors import FileEmpty, FileTooLarge, FileTypeRefused
from bot.desk.replies.signs import Sign, TeamSign
from bot.files.kinds import readings
from bot.files.store import MOST_IN_ONE_MESSAGE, FileStore
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.text.intent import is_marked_file
from storage.engine.database import Database
from storage.records import ConversationId, FileId, MessageRef

_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5, sock_read=10)
_CHUNK = 64 * 1024
# Bytes. More than the lines that are judged for whom a text file is meant.
_OPENING = 4096
# Files that Slack lists and does not keep.
_KEPT_ELSEWHERE = {"external", "remote"}
# Slack's own documents and forwarded mail: pages, whatever they are called.
_PAGES = {"quip", "canvas", "space", "docs", "list", "email"}
_UNFIT = {
    FileTooLarge: FileRejection.TOO_LARGE,
    FileTypeRefused: FileRejection.KIND,
    FileEmpty: FileRejection.EMPTY,
}


class FilesDelayed(Exception):
    """Slack cannot hand over a file just now."""


class _UnfitFile(Exception):
    def __init__(self, unfit: FileRejection) -> None:
        self.unfit = unfit
        super().__init__(unfit)


@dataclass(frozen=True, slots=True)
class Brought:
    """A message's files in our keeping, or why one of them is unfit for a customer; then none is kept.

    `sign`: one of them is named or begins like a note for the team.
    """

    ids: Sequence[FileId] = ()
    unfit: FileRejection | None = None
    sign: Sign | None = None


class SlackHost:
    """Which addresses are Slack's own: the API's origin, and the host called `files.` in front of that."""

    def __init__(self, api_url: str) -> None:
        parts = urlsplit(api_url)
        self._origin = (parts.scheme, parts.hostname, parts.port)
        host = (parts.hostname or "").removeprefix("www.")
        self._files = ("https", f"files.{host}", None)

    def owns(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            where = (parts.scheme, parts.hostname, parts.port)
        except ValueError:
            return False
        return parts.username is None and where in (self._origin, self._files)


class SlackFiles:
    """Brings files out of Slack. Use outside any transaction."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        database: Database,
        files: FileStore,
        host: SlackHost,
    ) -> None:
        self._client = client
        self._session = session
        self._database = database
        self._files = files
        self._host = host

    async def bring(
        self, thread: MessageRef, message: MessageRef, attached: Sequence[Mapping[str, Any]]
    ) -> Brought:
        """Keep the files that Slack describes so.

        None if the message is known already: they are then as if they had not come yet. Whoever finds that
        it is not known any more, for its author wants it tried again, must not send it without them.
        Raises `FilesDelayed` where it is worth trying again.
        """
        async with self._database.read() as tx:
            conversation = await tx.conversations.by_thread(thread)
            if conversation is None:
                raise FilesDelayed("nobody knows the thread yet")
            if await tx.ledger.by_source(conversation.id, message.source) is not None:
                return Brought(unfit=FileRejection.LATE)
            if await tx.held.get(conversation.id, message.source) is not None:
                return Brought(unfit=FileRejection.LATE)
        if len(attached) > MOST_IN_ONE_MESSAGE:
            return Brought(unfit=FileRejection.TOO_MANY)
        brought: list[FileId] = []
        sign: Sign | None = None
        try:
            for one in attached:
                # One after the other: a failure must leave nothing under way, and know all that is kept.
                file_id, is_for_team = await self._bring(conversation.id, one)
                brought.append(file_id)
                sign = Sign(TeamSign.FILE) if is_for_team else sign
        except _UnfitFile as error:
            await self._files.drop(brought)
            return Brought(unfit=error.unfit)
        except BaseException:
            await self._files.drop(brought)
            raise
        return Brought(brought, sign=sign)

    async def _bring(
        self, conversation_id: ConversationId, described: Mapping[str, Any]
    ) -> tuple[FileId, bool]:
        """Also whether it looks like a note for the team."""
        file = await self._described(described)
        if file.get("is_external") or file.get("mode") in _KEPT_ELSEWHERE:
            raise _UnfitFile(FileRejection.ELSEWHERE)
        if file.get("mode") in _PAGES or file.get("filetype") in _PAGES:
            raise _UnfitFile(FileRejection.KIND)
        if int(file.get("size") or 0) > self._files.largest:
            raise _UnfitFile(FileRejection.TOO_LARGE)
        url = file.get("url_private_download") or file.get("url_private")
        if not isinstance(url, str):
            raise _UnfitFile(FileRejection.GONE)
        if not self._host.owns(url):
            raise _UnfitFile(FileRejection.ELSEWHERE)
        try:
            # A redirect leads to the sign-in page, or to where our token has no business.
            async with self._session.get(
                url,
                headers={"Authorization": f"Bearer {self._client.token}"},
                allow_redirects=False,
                timeout=_TIMEOUT,
            ) as response:
                _check(response, file)
                opening = bytearray()
                kept = await self._files.take(
                    conversation_id,
                    _noted(response.content.iter_chunked(_CHUNK), opening),
                    name=str(file.get("name") or ""),
                    slack_id=str(file["id"]),
                )
        except tuple(_UNFIT) as error:
            raise _UnfitFile(_UNFIT[type(error)]) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise FilesDelayed(type(error).__name__) from error
        called = [str(file.get(one) or "") for one in ("name", "title")]
        texts = readings(bytes(opening[:_OPENING]), kept.type) or ("",)
        return kept.id, any(is_marked_file(*called, text=text) for text in texts)

    async def _described(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        """All that Slack says of the file; an event in a shared channel may carry no more than its id."""
        if file.get("file_access") != "check_file_info" and (
            file.get("url_private_download") or file.get("url_private") or file.get("is_external")
        ):
            return file
        try:
            answer = await self._client.files_info(file=str(file.get("id")))
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble in (Trouble.THROTTLED, Trouble.NOT_SENT, Trouble.MAYBE_SENT):
                raise FilesDelayed(failure.reason) from error
            raise _UnfitFile(
                FileRejection.NOT_GIVEN if failure.trouble is Trouble.TOKEN else FileRejection.GONE
            ) from None
        found: Mapping[str, Any] = answer["file"]
        return found


async def _noted(content: AsyncIterable[bytes], opening: bytearray) -> AsyncIterator[bytes]:
    """The same pieces; what they begin with is added to `opening`."""
    async for piece in content:
        if len(opening) < _OPENING:
            opening += piece[:_OPENING]
        yield piece


def _check(response: aiohttp.ClientResponse, file: Mapping[str, Any]) -> None:
    """Raise unless these are the file's bytes."""
    status = response.status
    if status == 429 or status >= 500:
        raise FilesDelayed(f"HTTP {status}")
    if status in (404, 410):
        raise _UnfitFile(FileRejection.GONE)
    # Slack answers a token it does not accept with its sign-in page, and may well call that a success.
    is_page = response.content_type == "text/html"
    if status != 200 or (is_page and file.get("mimetype") != "text/html"):
        raise _UnfitFile(FileRejection.NOT_GIVEN)
    if is_page:
        raise _UnfitFile(FileRejection.KIND)
