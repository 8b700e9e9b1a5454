"""Modals and App Home: what each person has open, and the rules for changing it."""

from __future__ import annotations

import copy
import json
import secrets
from typing import TYPE_CHECKING, Any

from sandbox.content.complaints import Complaints
from sandbox.content.elements import state_values
from sandbox.content.stored import stored_blocks
from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.content.block_limits import Surface
    from sandbox.delivery.triggers import Trigger
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState

MOST_STACKED = 3
MOST_BYTES = 250_000


class Modals:
    """Each person's stack of modals, newest on top, and each person's App Home."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    def stack(self, user_id: str) -> list[Payload]:
        return copy.deepcopy(self._state.modals.get(user_id, []))

    def open(self, trigger: Trigger, view: Any) -> Payload:
        """Show a modal in place of whatever the person had open."""
        stored = self._stored(view, "modal")
        stored["root_view_id"] = stored["id"]
        self._state.modals[trigger.user_id] = [stored]
        return self._changed(stored)

    def push(self, trigger: Trigger, view: Any) -> Payload:
        """Put a modal over the one the trigger came from; at most three."""
        return self.push_for(trigger.user_id, view)

    def push_for(self, user_id: str, view: Any) -> Payload:
        stack = self._state.modals.get(user_id, [])
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= MOST_STACKED:
            raise SlackError("push_limit_reached")
        stored = self._stored(view, "modal")
        stored |= {"previous_view_id": stack[-1]["id"], "root_view_id": stack[0]["id"]}
        stack.append(stored)
        return self._changed(stored)

    def update(self, view: Any, *, view_id: str = "", external_id: str = "", hash_: str = "") -> Payload:
        old = self.find(view_id=view_id, external_id=external_id)
        if hash_ and hash_ != old["hash"]:
            raise SlackError("hash_conflict")
        stored = self._stored(view, old["type"], old=old)
        stored |= {key: old[key] for key in ("id", "root_view_id", "previous_view_id")}
        for holder in self._state.modals.values():
            holder[:] = [stored if one["id"] == old["id"] else one for one in holder]
        for user_id, home in self._state.homes.items():
            if home["id"] == old["id"]:
                self._state.homes[user_id] = stored
        return self._changed(stored)

    def publish(self, user_id: str, view: Any, *, hash_: str = "") -> Payload:
        old = self._state.homes.get(user_id)
        if hash_ and (old is None or hash_ != old["hash"]):
            raise SlackError("hash_conflict")
        stored = self._stored(view, "home", old=old)
        if old is not None:
            stored["id"] = old["id"]
        stored["root_view_id"] = stored["id"]
        self._state.homes[user_id] = stored
        return self._changed(stored)

    def close(self, user_id: str, *, everything: bool = False) -> Payload:
        """Take the top modal away, or all of them; returns the one that was on top."""
        stack = self._state.modals.get(user_id, [])
        top = stack[-1]
        if everything or top.get("clear_on_close"):
            stack.clear()
        else:
            stack.pop()
        self._state.changes.note()
        return top

    def find(self, *, view_id: str = "", external_id: str = "") -> Payload:
        stacks = [view for stack in self._state.modals.values() for view in stack]
        for view in [*stacks, *self._state.homes.values()]:
            if view["id"] == view_id or (external_id and view["external_id"] == external_id):
                return view
        raise SlackError("not_found")

    def _changed(self, view: Payload) -> Payload:
        self._state.changes.note()
        return copy.deepcopy(view)

    def _stored(self, view: Any, kind: Surface, *, old: Payload | None = None) -> Payload:
        if isinstance(view, str):
            try:
                view = json.loads(view)
            except ValueError:
                raise SlackError("invalid_arguments", details=["view must be JSON"]) from None
        details = complaints(view, kind)
        if details:
            raise SlackError("invalid_arguments", details=details)
        if len(json.dumps(view)) > MOST_BYTES:
            raise SlackError("view_too_large")
        external_id = view.get("external_id", "")
        if external_id and (old is None or old["external_id"] != external_id):
            self._refuse_second(external_id)
        blocks = stored_blocks(
            view["blocks"], names=self._state.names, surface=kind, error="invalid_arguments"
        )
        app = self._state.app
        now = self._state.clock()
        held = old["state"]["values"] if old is not None else None
        return {
            "id": self._state.ids.new("V"),
            "team_id": self._state.team_id,
            "type": kind,
            "blocks": blocks,
            "private_metadata": view.get("private_metadata", ""),
            "callback_id": view.get("callback_id", ""),
            "state": {"values": state_values(blocks, held=held)},
            "hash": f"{now:.0f}.{secrets.token_hex(4)}",
            "title": view.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
            "clear_on_close": view.get("clear_on_close", False),
            "notify_on_close": view.get("notify_on_close", False),
            "close": view.get("close"),
            "submit": view.get("submit"),
            "previous_view_id": None,
            "root_view_id": None,
            "app_id": app.app_id,
            "external_id": external_id,
            "app_installed_team_id": self._state.team_id,
            "bot_id": app.bot_id,
        }

    def _refuse_second(self, external_id: str) -> None:
        try:
            self.find(external_id=external_id)
        except SlackError:
            return
        raise SlackError("duplicate_external_id")


def complaints(view: Any, kind: Surface) -> list[str]:
    """What Slack would refuse in a view, other than in its blocks."""
    found = Complaints()
    if not isinstance(view, dict):
        found.add("must be an object", "/view")
        return found.found
    if view.get("type") != kind:
        found.add(f"must be of type {kind}", "/view/type")
    if not isinstance(view.get("blocks"), list):
        found.add("must be an array", "/view/blocks")
        return found.found
    if kind == "modal":
        found.text(view.get("title"), "/view/title", longest=24, plain_only=True)
        for key in ("submit", "close"):
            if view.get(key) is not None:
                found.text(view[key], f"/view/{key}", longest=24, plain_only=True)
        has_input = any(isinstance(b, dict) and b.get("type") == "input" for b in view["blocks"])
        if has_input and view.get("submit") is None:
            found.add("missing required field: submit", "/view")
    for key, longest in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if view.get(key):
            found.string(view[key], f"/view/{key}", longest=longest)
    return found.found
