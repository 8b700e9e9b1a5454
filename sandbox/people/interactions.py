"""What people press: buttons and menus, shortcuts, modals, App Home."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from sandbox.content import elements
from sandbox.content.shapes import message_shape
from sandbox.errors import PersonError, Undelivered

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.delivery.feed import Feed, Transport
    from sandbox.delivery.response_urls import ResponseUrls
    from sandbox.model import User, WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.people.ephemerals import Ephemerals
    from sandbox.people.modals import Modals
    from sandbox.state import WorkspaceState


class Interactions:
    """Sends interaction payloads, and obeys the acknowledgements."""

    def __init__(
        self,
        state: WorkspaceState,
        *,
        ephemerals: Ephemerals,
        modals: Modals,
        response_urls: ResponseUrls,
        feed: Feed,
        transport: Callable[[], Transport],
    ) -> None:
        self._state = state
        self._ephemerals = ephemerals
        self._modals = modals
        self._response_urls = response_urls
        self._feed = feed
        self._transport = transport

    async def press(
        self,
        user: User,
        channel: WorkspaceChannel,
        ts: str,
        action_id: str,
        *,
        value: Any,
        block_id: str | None,
    ) -> Payload:
        """Click an element of a message; raises PersonError if it is not there."""
        message = self._on_screen(user, channel, ts)
        block, element = elements.find(message.get("blocks", []), action_id, value, block_id=block_id)
        ephemeral = bool(message.get("is_ephemeral"))
        container: Payload = {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel.id,
            "is_ephemeral": ephemeral,
        }
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        at = self._state.timestamps.new()
        payload = {
            **self._common("block_actions", user),
            "container": container,
            "channel": {"id": channel.id, "name": channel.name_for_apps},
            "state": {"values": elements.state_values(message.get("blocks", []), _typed(element, value))},
            "response_url": self._response_urls.issue(
                user.id, channel, kind="actions", source=message, thread_ts=message.get("thread_ts")
            ),
            "actions": [elements.action(block, element, value, at=at)],
        }
        # Captured payloads of presses on ephemeral messages do not carry the message.
        if not ephemeral:
            payload["message"] = message_shape(channel, message)
        return await self._interact(payload)

    def _on_screen(self, user: User, channel: WorkspaceChannel, ts: str) -> Payload:
        ephemeral = self._ephemerals.find(ts)
        if ephemeral is not None:
            if ephemeral["visible_to"] != user.id or ephemeral["channel"] != channel.id:
                raise PersonError(f"{user.name} does not see the ephemeral message {ts}")
            return ephemeral
        if ts not in channel.messages:
            raise PersonError(f"there is no message {ts} in #{channel.name}")
        return channel.messages[ts]

    async def press_view(
        self,
        user: User,
        action_id: str,
        *,
        view_id: str | None,
        value: Any,
        block_id: str | None,
        typed: Payload,
    ) -> Payload:
        """Click an element of a modal ("home" for App Home)."""
        view = self._view(user, view_id)
        block, element = elements.find(view["blocks"], action_id, value, block_id=block_id)
        view["state"] = {
            "values": elements.state_values(
                view["blocks"], {**typed, **(_typed(element, value) or {})}, held=view["state"]["values"]
            )
        }
        at = self._state.timestamps.new()
        payload = {
            **self._common("block_actions", user, view_id=view["id"]),
            "container": {"type": "view", "view_id": view["id"]},
            "view": copy.deepcopy(view),
            "actions": [elements.action(block, element, value, at=at)],
        }
        return await self._interact(payload)

    async def shortcut(
        self, user: User, callback_id: str, *, channel: WorkspaceChannel | None, ts: str | None
    ) -> Payload:
        """Use a message shortcut, or a global one where no message is named."""
        payload = {**self._common("shortcut", user), "callback_id": callback_id}
        payload["action_ts"] = self._state.timestamps.new()
        if channel is not None and ts is not None:
            message = self._on_screen(user, channel, ts)
            # Source: docs.slack.dev/tools/bolt-js/reference/interfaces/MessageShortcut.
            del payload["api_app_id"], payload["user"]["username"]
            payload |= {
                "type": "message_action",
                "message_ts": ts,
                "channel": {"id": channel.id, "name": channel.name_for_apps},
                "message": message_shape(channel, message),
                "response_url": self._response_urls.issue(
                    user.id, channel, kind="app", source=message, thread_ts=message.get("thread_ts")
                ),
            }
        return await self._interact(payload)

    async def submit(self, user: User, *, view_id: str | None, typed: Payload) -> Payload:
        """Press a modal's submit button; `errors` come back by block_id, as the person sees them."""
        view = self._view(user, view_id)
        if view.get("submit") is None:
            raise PersonError("the view has no submit button")
        values = elements.state_values(view["blocks"], typed, held=view["state"]["values"])
        refused = elements.missing_inputs(view["blocks"], values)
        if refused:
            return {"ok": False, "error": None, "response_action": "errors", "errors": refused}
        view["state"] = {"values": values}
        payload = {
            **self._common("view_submission", user, view_id=view["id"]),
            "view": copy.deepcopy(view),
            "response_urls": [],
        }
        result = await self._interact(payload)
        if result["ok"]:
            self._obey(user, view, result)
        return result

    def _obey(self, user: User, view: Payload, result: Payload) -> None:
        said = result["response"] or {}
        action = said.get("response_action")
        result["response_action"] = action
        if action == "errors":
            result |= {"ok": False, "errors": said.get("errors", {})}
        elif action == "update":
            result["view"] = self._modals.update(said["view"], view_id=view["id"])
        elif action == "push":
            result["view"] = self._modals.push_for(user.id, said["view"])
        elif self._state.modals.get(user.id):
            self._modals.close(user.id, everything=action == "clear")

    async def close_view(self, user: User) -> Payload:
        """Press the top modal's close button; the app hears of it if it asked to."""
        view = self._modals.close(user.id) if self._state.modals.get(user.id) else None
        if view is None:
            raise PersonError(f"{user.name} has no modal open")
        if not view.get("notify_on_close"):
            return {"ok": True, "error": None, "response": None}
        payload = {**self._common("view_closed", user), "view": copy.deepcopy(view), "is_cleared": False}
        payload.pop("trigger_id")
        return await self._interact(payload)

    def open_home(self, user: User) -> None:
        event: Payload = {
            "type": "app_home_opened",
            "user": user.id,
            "channel": self._state.direct_messages(user.id).id,
            "tab": "home",
            "event_ts": self._state.timestamps.new(),
        }
        if user.id in self._state.homes:
            event["view"] = self._state.homes[user.id]
        self._feed.publish(event)

    def _view(self, user: User, view_id: str | None) -> Payload:
        """The person's own view by id, "home", or the modal on top."""
        stack = self._state.modals.get(user.id, [])
        home = self._state.homes.get(user.id)
        if view_id == "home":
            candidates = [home] if home else []
        elif view_id is None:
            candidates = stack[-1:]
        else:
            candidates = [view for view in [*stack, *([home] if home else [])] if view["id"] == view_id]
        if not candidates:
            raise PersonError(f"{user.name} does not have {view_id or 'a modal'} open")
        return candidates[0]

    def _common(self, kind: str, user: User, *, view_id: str | None = None) -> Payload:
        """What all interactions carry.

        On an Enterprise Grid `user.team_id` is one workspace of the person's, wherever they are.
        Source: slackapi/bolt-js issue 1875.
        """
        state = self._state
        enterprise = state.enterprise
        return {
            "type": kind,
            "user": {
                "id": user.id,
                "username": user.name,
                "name": user.name,
                "team_id": user.action_team_id or user.team_id,
            },
            "api_app_id": state.app.app_id,
            "token": state.app.verification_token,
            "trigger_id": state.triggers.issue(user.id, view_id=view_id).id,
            "team": {"id": state.team_id, "domain": state.team_domain, **state.enterprise_fields},
            "enterprise": {"id": enterprise.id, "name": enterprise.name} if enterprise else None,
            "is_enterprise_install": False,
        }

    async def _interact(self, payload: Payload) -> Payload:
        """Send once; what happened, with Slack's error where the app did not acknowledge."""
        result: Payload = {
            "ok": True,
            "error": None,
            "response": None,
            "trigger_id": payload.get("trigger_id"),
        }
        try:
            result["response"] = await self._transport().request("interactive", payload)
        except Undelivered as error:
            result |= {"ok": False, "error": error.code}
        return result


def _typed(element: Payload, value: Any) -> Payload | None:
    if element["type"] in ("button", "overflow", "workflow_button"):
        return None
    return {element["action_id"]: value}
