"""The app's event feed: which events it gets, and the wrapper they travel in."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Protocol

from sandbox.payload import Payload, copied

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sandbox.faults.disturbance import Disturbance
    from sandbox.state import WorkspaceState

DEFAULT_SUBSCRIPTIONS = frozenset(
    {
        "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed",
        "app_home_opened", "member_joined_channel", "member_left_channel", "channel_archive",
        "channel_unarchive", "channel_rename", "group_archive", "group_unarchive", "channel_shared",
        "channel_unshared", "channel_id_changed", "app_uninstalled", "tokens_revoked",
        "user_change", "channel_left", "group_left",
    }
)  # fmt: skip
# Of a channel that the app is not in any more.
OF_OURSELVES = ("channel_left", "group_left")
_SUBSCRIPTION_OF_MESSAGES = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


class Transport(Protocol):
    """How the app is reached: over its sockets, or at its URL."""

    def send_event(self, payload: Payload, *, attempt: int = 0, reason: str = "") -> None:
        """Deliver in the background, with retries."""

    async def request(self, kind: str, payload: Payload) -> Payload | None:
        """Deliver an interaction or command once; its acknowledgement's payload. Raises Undelivered."""

    async def close(self) -> None: ...


class Feed:
    """Wraps what happened into `event_callback` and hands it to the transport."""

    def __init__(
        self,
        state: WorkspaceState,
        *,
        transport: Callable[[], Transport],
        subscriptions: Collection[str],
        disturbance: Disturbance,
        keep_log: bool,
    ) -> None:
        self._state = state
        self._transport = transport
        self._disturbance = disturbance
        self._keep_log = keep_log
        self.subscriptions = set(subscriptions)
        self.sent: list[Payload] = []
        self._is_limited = False

    def publish(self, event: Payload, *, deliveries: int = 1) -> None:
        """Send the event if the app subscribed to it and may see it.

        More deliveries than one are the same event again, marked as retries, without waiting.
        """
        self._state.changes.note()
        if self._is_limited:
            return
        if self._subscription(event) not in self.subscriptions or not self._visible(event):
            return
        payload = self._wrap(copied(event))
        if self._keep_log:
            self.sent.append(payload)
        for attempt in range(deliveries):
            self._send(payload, attempt)
        self._disturbance.may_repeat(lambda: self._send(payload, deliveries))

    def limit(self, *, limited: bool) -> None:
        """Drop all events from now on, and say so; or drop them no longer.

        What says so has no inner event, and no scope or subscription is needed for it.
        Source: docs.slack.dev/reference/events/app_rate_limited.
        Assumed: over Socket Mode it comes in an envelope as events do.
        """
        self._is_limited = limited
        self._state.changes.note()
        if limited:
            state = self._state
            self._transport().send_event(
                {
                    "token": state.app.verification_token,
                    "type": "app_rate_limited",
                    "team_id": state.team_id,
                    "minute_rate_limited": state.now // 60 * 60,
                    "api_app_id": state.app.app_id,
                }
            )

    def _send(self, payload: Payload, attempt: int) -> None:
        def send() -> None:
            self._transport().send_event(payload, attempt=attempt, reason="timeout" if attempt else "")

        self._disturbance.may_hold(send)

    def _subscription(self, event: Payload) -> str:
        if event["type"] == "message":
            return _SUBSCRIPTION_OF_MESSAGES[event["channel_type"]]
        return str(event["type"])

    def _visible(self, event: Payload) -> bool:
        where = event.get("channel") or event.get("item", {}).get("channel")
        channel = self._state.channels.get(where) if isinstance(where, str) else None
        if channel is None or event["type"] in OF_OURSELVES:
            return True
        return channel.is_member

    def _wrap(self, event: Payload) -> Payload:
        state = self._state
        where = event.get("channel")
        shared = isinstance(where, str) and where in state.channels and state.channels[where].is_ext_shared
        context = {
            "tid": state.team_id,
            "aid": state.app.app_id,
            "cid": where if isinstance(where, str) else None,
        }
        return {
            "token": state.app.verification_token,
            "team_id": state.team_id,
            "context_team_id": state.team_id,
            "context_enterprise_id": state.enterprise_id,
            "api_app_id": state.app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": state.ids.new("Ev"),
            "event_time": state.now,
            "authorizations": [
                {
                    "enterprise_id": state.enterprise_id,
                    "team_id": state.team_id,
                    "user_id": state.app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
            "event_context": "4-" + base64.urlsafe_b64encode(json.dumps(context).encode()).decode(),
        }
