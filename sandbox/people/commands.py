"""Slash commands: what a person types, and what they see of the answer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sandbox.content.mrkdwn import escape
from sandbox.content.stored import compose
from sandbox.errors import PersonError, Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.delivery.feed import Transport
    from sandbox.delivery.response_urls import ResponseUrls
    from sandbox.model import User, WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.people.ephemerals import Ephemerals
    from sandbox.people.messages import Messages
    from sandbox.people.modals import Modals
    from sandbox.state import WorkspaceState


class Commands:
    """Sends commands; every name is taken for the app's own."""

    def __init__(
        self,
        state: WorkspaceState,
        *,
        messages: Messages,
        ephemerals: Ephemerals,
        modals: Modals,
        response_urls: ResponseUrls,
        transport: Callable[[], Transport],
    ) -> None:
        self._state = state
        self._messages = messages
        self._ephemerals = ephemerals
        self._modals = modals
        self._response_urls = response_urls
        self._transport = transport

    async def run(
        self, user: User, command: str, text: str, *, channel: WorkspaceChannel, wait: float
    ) -> Payload:
        """Send the command; returns what the person sees of the answer.

        That is the acknowledgement's message, or else the first message for this person or the
        first modal that follows within `wait` seconds; an empty dict when nothing does.
        """
        if user.is_stranger_to(self._state.team_id):
            raise PersonError(f"{user.name} is from another workspace and has no commands here")
        answer = self._answer_to(user, channel)
        payload = self._payload(user, command, text, channel)
        try:
            said = await self._transport().request("slash_commands", payload)
        except Undelivered as error:
            notice = f"{command} failed with the error “{error.code}”"
            return {**self._ephemerals.show(channel, {"text": notice}, user_id=user.id), "error": error.code}
        if said and any(said.get(key) for key in ("text", "blocks", "attachments")):
            return self._show(user, channel, said)
        try:
            found: Payload = await self._state.changes.until(answer, timeout=wait, describe=str)
        except TimeoutError:
            return {}
        return copy.deepcopy(found)

    def _payload(self, user: User, command: str, text: str, channel: WorkspaceChannel) -> Payload:
        """Its `team_id` is the workspace it was typed in. Source: slackapi/bolt-js issue 1875."""
        return {
            "token": self._state.app.verification_token,
            "team_id": self._state.team_id,
            "team_domain": self._state.team_domain,
            **self._state.enterprise_fields,
            "channel_id": channel.id,
            "channel_name": channel.name_for_apps,
            "user_id": user.id,
            "user_name": user.name,
            "command": command,
            "text": escape(text),
            "api_app_id": self._state.app.app_id,
            "is_enterprise_install": "false",
            "response_url": self._response_urls.issue(user.id, channel, kind="commands"),
            "trigger_id": self._state.triggers.issue(user.id).id,
        }

    def _answer_to(self, user: User, channel: WorkspaceChannel) -> Callable[[], Payload | None]:
        """What looks for the first new modal, ephemeral message or post of the app."""
        opened = [view["id"] for view in self._modals.stack(user.id)]
        seen = {message["ts"] for message in self._ephemerals.of(user.id)}
        posted = set(channel.messages)

        def answer() -> Payload | None:
            views = [view for view in self._modals.stack(user.id)[-1:] if view["id"] not in opened]
            private = [m for m in self._ephemerals.of(user.id) if m["ts"] not in seen]
            public = [m for ts, m in channel.messages.items() if ts not in posted and m.get("bot_id")]
            return next(iter([*views, *private, *public]), None)

        return answer

    def _show(self, user: User, channel: WorkspaceChannel, said: Payload) -> Payload:
        content = compose(said, names=self._state.names)
        if said.get("response_type") == "in_channel":
            return self._messages.post(channel, {**self._messages.bot_author(), **content})
        return self._ephemerals.show(channel, content, user_id=user.id)
