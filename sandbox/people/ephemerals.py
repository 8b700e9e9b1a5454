"""Messages that one person sees and nobody else, the app included."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from sandbox.errors import PersonError

if TYPE_CHECKING:
    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState


class Ephemerals:
    """Shows, replaces and removes ephemeral messages."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    def show(
        self, channel: WorkspaceChannel, content: Payload, *, user_id: str, thread_ts: str | None = None
    ) -> Payload:
        app = self._state.app
        message: Payload = {
            "type": "message",
            "ts": self._state.timestamps.new(),
            "is_ephemeral": True,
            "channel": channel.id,
            "visible_to": user_id,
            "user": app.bot_user_id,
            "bot_id": app.bot_id,
            "app_id": app.app_id,
            **content,
        }
        if thread_ts:
            message["thread_ts"] = thread_ts
        self._state.ephemerals.append(message)
        self._state.changes.note()
        return copy.deepcopy(message)

    def of(self, user_id: str | None = None) -> list[Payload]:
        """What the person (or everyone) has on screen, oldest first."""
        return [copy.deepcopy(m) for m in self._state.ephemerals if user_id in (None, m["visible_to"])]

    def find(self, ts: str) -> Payload | None:
        return next((m for m in self._state.ephemerals if m["ts"] == ts), None)

    def replace(self, ts: str, content: Payload) -> Payload:
        message = self.find(ts)
        if message is None:
            raise PersonError(f"the ephemeral message {ts} is gone")
        for key in ("text", "blocks", "attachments"):
            message.pop(key, None)
        message.update(content)
        self._state.changes.note()
        return copy.deepcopy(message)

    def remove(self, ts: str) -> None:
        self._state.ephemerals = [m for m in self._state.ephemerals if m["ts"] != ts]
        self._state.changes.note()
