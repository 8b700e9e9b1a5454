"""Files: the bytes going in and out, and the messages that share them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.content.shapes import file_shape
from sandbox.model import WorkspaceFile

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.people.messages import Messages
    from sandbox.state import WorkspaceState

MOST_BYTES = 64 * 1024 * 1024
# Slack answers a download without a good token with its sign-in page and status 200.
SIGN_IN_PAGE = (
    "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to the sandbox</body></html>"
)


class WorkspaceUploads:
    """The upload and download endpoints, and sharing into a channel."""

    def __init__(self, state: WorkspaceState, messages: Messages, scopes: Collection[str]) -> None:
        self._state = state
        self._messages = messages
        self._scopes = scopes
        # The names of the files the app downloaded, and how many of its next downloads shall fail.
        self.downloads: list[str] = []
        self.failing = 0

    def add(self, name: str, content: bytes, *, user: str) -> WorkspaceFile:
        """A file that a person dropped into the composer."""
        file = WorkspaceFile(
            id=self._state.ids.new("F"),
            name=name,
            length=len(content),
            user=user,
            created=self._state.now,
            mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
            content=content,
            complete=True,
        )
        self._state.files[file.id] = file
        return file

    def share(
        self,
        channel: WorkspaceChannel,
        files: list[WorkspaceFile],
        content: Payload,
        *,
        thread_ts: str | None = None,
        deliveries: int = 1,
    ) -> Payload:
        message = {
            "subtype": "file_share",
            "upload": True,
            "display_as_bot": False,
            "files": [file_shape(self._state, file) for file in files],
            **content,
        }
        posted = self._messages.post(channel, message, thread_ts=thread_ts, deliveries=deliveries)
        for file in files:
            file.shares.append((channel.id, posted["ts"]))
        return posted

    def added_to(
        self, channel: WorkspaceChannel, message: Payload, files: list[WorkspaceFile]
    ) -> list[Payload]:
        """What a message's `files` are once these are added to it."""
        for file in files:
            file.shares.append((channel.id, message["ts"]))
        return [*message.get("files", []), *(file_shape(self._state, file) for file in files)]

    def delete(self, file: WorkspaceFile) -> None:
        """Take a file away from wherever it was shared."""
        del self._state.files[file.id]
        self._state.changes.note()
        for channel_id, ts in file.shares:
            channel = self._state.channels[channel_id]
            message = channel.messages.get(ts)
            if message is None:
                continue
            others = [one for one in message["files"] if one["id"] != file.id]
            if not message.get("text") and all(one.get("mode") == "tombstone" for one in others):
                self._messages.delete(channel, ts)
                continue
            left = [
                {"id": file.id, "mode": "tombstone"} if one["id"] == file.id else one
                for one in message["files"]
            ]
            self._messages.change(channel, ts, {"files": left}, editor=None)

    async def take(self, request: web.Request) -> web.Response:
        """Where files.getUploadURLExternal sends the bytes: raw, or as one multipart field."""
        file = self._state.files.get(request.match_info["file"])
        if file is None or file.complete:
            return web.Response(status=404, text="not found")
        if request.content_type == "multipart/form-data":
            fields = (await request.post()).values()
            content = next((f.file.read() for f in fields if isinstance(f, web.FileField)), b"")
        else:
            content = await request.read()
        if len(content) != file.length:
            return web.Response(status=400, text="size_mismatch")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def give(self, request: web.Request) -> web.Response:
        """A private download: the bot's token, or the sign-in page."""
        file = self._state.files.get(request.match_info["file"])
        bearer = request.headers.get("Authorization")
        if bearer != f"Bearer {self._state.app.bot_token}" or "files:read" not in self._scopes:
            return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
        if self.failing:
            self.failing -= 1
            return web.Response(status=503, text="unavailable")
        if file is None or file.content is None:
            return web.Response(status=404, text="not found")
        self.downloads.append(file.name)
        return web.Response(body=file.content, content_type=file.mimetype)
