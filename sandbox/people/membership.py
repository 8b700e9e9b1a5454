"""Who is in which channel and what they are, and which channels are archived; each change is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.content.shapes import user_shape
from sandbox.model import PersonFields

if TYPE_CHECKING:
    from sandbox.delivery.feed import Feed
    from sandbox.model import User, WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState


class Membership:
    """Joins, leaves and archives."""

    def __init__(self, state: WorkspaceState, feed: Feed) -> None:
        self._state = state
        self._feed = feed

    def join(self, channel: WorkspaceChannel, user_id: str, *, inviter: str | None = None) -> None:
        if user_id in channel.members:
            return
        channel.members.append(user_id)
        event = self._event("member_joined_channel", channel, user_id)
        self._feed.publish({**event, "inviter": inviter} if inviter else event)

    def leave(self, channel: WorkspaceChannel, user_id: str) -> None:
        """Also what removing somebody does.

        Of its own removal the app does not hear what it hears of others', but that it left.
        Source: slackapi/bolt-js issue 1847, openma-ai/open-managed-agents pull request 24.
        """
        if user_id not in channel.members:
            return
        channel.members.remove(user_id)
        if user_id != channel.bot_user_id:
            self._feed.publish(self._event("member_left_channel", channel, user_id))
            return
        self._feed.publish(
            {
                "type": "group_left" if channel.is_private else "channel_left",
                "channel": channel.id,
                "actor_id": self._state.people[0].id,
                "event_ts": self._state.timestamps.new(),
            }
        )

    def change(self, user: User, **what: Any) -> None:
        """Deactivate somebody, make them a guest or an admin, rename them: any of `PersonFields`."""
        unknown = sorted(what.keys() - PersonFields.__annotations__.keys())
        if unknown:
            raise AttributeError(f"nobody has {', '.join(unknown)}")
        for name, value in what.items():
            setattr(user, name, tuple(value) if name == "teams" else value)
        self._feed.publish(
            {
                "type": "user_change",
                "user": user_shape(self._state, user),
                "cache_ts": int(self._state.now),
                "event_ts": self._state.timestamps.new(),
            }
        )

    def archive(self, channel: WorkspaceChannel, *, user_id: str, archived: bool = True) -> None:
        channel.is_archived = archived
        kind = f"{'group' if channel.is_private else 'channel'}_{'archive' if archived else 'unarchive'}"
        # Source: java-slack-sdk, json-logs/samples/events: who brings a private channel back is `actor_id`.
        event: Payload = {
            "type": kind,
            "channel": channel.id,
            "actor_id" if kind == "group_unarchive" else "user": user_id,
            "event_ts": self._state.timestamps.new(),
        }
        self._feed.publish({**event, "is_moved": 0} if archived else event)

    def share(self, channel: WorkspaceChannel, team_id: str, *, shared: bool) -> None:
        """Source: java-slack-sdk, json-logs/samples/events, channel_shared and channel_unshared."""
        teams = [team for team in channel.connected_teams if team != team_id]
        channel.connected_teams = [*teams, team_id] if shared else teams
        channel.is_ext_shared, channel.is_pending_ext_shared = bool(channel.connected_teams), False
        about: Payload = {"channel": channel.id, "event_ts": self._state.timestamps.new()}
        if shared:
            self._feed.publish({"type": "channel_shared", "connected_team_id": team_id, **about})
            return
        self._feed.publish(
            {
                "type": "channel_unshared",
                "previously_connected_team_id": team_id,
                "is_ext_shared": channel.is_ext_shared,
                **about,
            }
        )

    def rename(self, channel: WorkspaceChannel, *, is_told: bool) -> str:
        """Slack does this to a private channel when somebody begins to share it outside."""
        old, new = channel.id, self._state.ids.new("C")
        del self._state.channels[old]
        channel.id = new
        self._state.channels[new] = channel
        for file in self._state.files.values():
            file.shares = [(new if where == old else where, ts) for where, ts in file.shares]
        for message in self._state.ephemerals:
            if message["channel"] == old:
                message["channel"] = new
        if is_told:
            self._feed.publish(
                {
                    "type": "channel_id_changed",
                    "old_channel_id": old,
                    "new_channel_id": new,
                    "event_ts": self._state.timestamps.new(),
                }
            )
        return new

    def _event(self, kind: str, channel: WorkspaceChannel, user_id: str) -> dict[str, object]:
        return {
            "type": kind,
            "user": user_id,
            "channel": channel.id,
            "channel_type": "G" if channel.is_private else "C",
            "team": self._state.team_id,
            "event_ts": self._state.timestamps.new(),
        }
