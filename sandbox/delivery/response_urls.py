"""Response URLs: five answers within thirty minutes, without a token."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.content.stored import compose
from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.people.ephemerals import Ephemerals
    from sandbox.people.messages import Messages
    from sandbox.state import WorkspaceState

MOST_USES = 5
LIFETIME_SECONDS = 30 * 60
REMEMBERED_SECONDS = 60 * 60


@dataclass
class Grant:
    """What one URL may answer: whom, where, and the message that was pressed if one was."""

    user_id: str
    channel: WorkspaceChannel
    issued: float
    source_ts: str | None = None
    source_is_ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and takes what is posted to them."""

    def __init__(self, state: WorkspaceState, messages: Messages, ephemerals: Ephemerals) -> None:
        self._state = state
        self._messages = messages
        self._ephemerals = ephemerals
        self._grants: dict[str, Grant] = {}

    def issue(
        self,
        user_id: str,
        channel: WorkspaceChannel,
        *,
        kind: str,
        source: Payload | None = None,
        thread_ts: str | None = None,
    ) -> str:
        now = self._state.elapsed()
        # In order of issue. Kept longer than they live, so that one who comes late is told why.
        while self._grants and now - next(iter(self._grants.values())).issued > REMEMBERED_SECONDS:
            del self._grants[next(iter(self._grants))]
        key = secrets.token_urlsafe(18)
        self._grants[key] = Grant(
            user_id,
            channel,
            now,
            source_ts=source["ts"] if source else None,
            source_is_ephemeral=bool(source and source.get("is_ephemeral")),
            thread_ts=thread_ts,
        )
        return f"{self._state.url}/{kind}/{self._state.team_id}/{key}"

    async def take(self, request: web.Request) -> web.Response:
        """The endpoint behind the URLs; refusals are plain text, as Slack's are."""
        grant = self._grants.get(request.match_info["key"])
        if grant is None:
            return web.Response(status=404, text="no_such_url")
        if self._state.elapsed() - grant.issued > LIFETIME_SECONDS:
            return web.Response(status=404, text="expired_url")
        if grant.uses >= MOST_USES:
            return web.Response(status=404, text="used_url")
        raw = await request.text()
        if request.content_type == "application/x-www-form-urlencoded":
            raw = str((await request.post()).get("payload", ""))
        try:
            said = json.loads(raw)
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        if not isinstance(said, dict):
            return web.Response(status=400, text="invalid_payload")
        grant.uses += 1
        try:
            self.answer(grant, said)
        except SlackError as error:
            return web.Response(status=400, text=error.code)
        return web.Response(text="ok")

    def answer(self, grant: Grant, said: Payload) -> Payload | None:
        """Show what the app said: a new message, or in place of the one that was pressed.

        Slack's documents do not say what an ephemeral source does without `replace_original`; here it
        is replaced, as it was with legacy messages. Say it explicitly.
        """
        if _true(said.get("delete_original")):
            self._delete_source(grant)
            return None
        default = grant.source_is_ephemeral and said.get("response_type") != "in_channel"
        if _true(said.get("replace_original", default)) and grant.source_ts is not None:
            return self._replace_source(grant, said)
        content = compose(said, names=self._state.names)
        thread_ts = said.get("thread_ts")
        if said.get("response_type") == "in_channel":
            author = self._messages.bot_author()
            return self._messages.post(grant.channel, {**author, **content}, thread_ts=thread_ts)
        return self._ephemerals.show(
            grant.channel, content, user_id=grant.user_id, thread_ts=thread_ts or grant.thread_ts
        )

    def _delete_source(self, grant: Grant) -> None:
        if grant.source_ts is None:
            return
        if grant.source_is_ephemeral:
            self._ephemerals.remove(grant.source_ts)
        else:
            self._messages.delete(grant.channel, grant.source_ts)

    def _replace_source(self, grant: Grant, said: Payload) -> Payload:
        assert grant.source_ts is not None  # noqa: S101 - for the type checker; the caller looked
        content = compose(said, names=self._state.names)
        if grant.source_is_ephemeral:
            return self._ephemerals.replace(grant.source_ts, content)
        without = () if "blocks" in content else ("blocks",)
        return self._messages.change(
            grant.channel, grant.source_ts, content, editor=None, without=(*without, "edited")
        )


def _true(value: object) -> bool:
    """Slack's own examples send "true" as a string."""
    return value is True or value == "true"
