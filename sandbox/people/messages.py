"""What can happen to messages, whoever does it; each change is published to the app."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sandbox.content import emoji
from sandbox.content.shapes import bot_profile, message_shape
from sandbox.errors import SlackError
from sandbox.model import SLACKBOT
from sandbox.payload import Payload, copied

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.delivery.feed import Feed
    from sandbox.model import WorkspaceChannel
    from sandbox.state import WorkspaceState

TOMBSTONE_TEXT = "This message was deleted."


class Messages:
    """Posts, edits, deletes and reactions in the workspace's channels."""

    def __init__(self, state: WorkspaceState, feed: Feed) -> None:
        self._state = state
        self._feed = feed

    def find(self, channel: WorkspaceChannel, ts: str) -> Payload:
        message = channel.messages.get(ts)
        if message is None:
            raise SlackError("message_not_found")
        return message

    def post(
        self,
        channel: WorkspaceChannel,
        content: Payload,
        *,
        thread_ts: str | None = None,
        broadcast: bool = False,
        deliveries: int = 1,
    ) -> Payload:
        """Store the message under a new ts and publish it; returns it as Slack shows it.

        Where the thread's parent is gone the message stands in the channel, without `thread_ts`.
        """
        if channel.is_archived:
            raise SlackError("is_archived")
        message: Payload = {"type": "message", "ts": self._state.timestamps.new(), **content}
        message.setdefault("team", self._state.team_id)
        parent = self._parent(channel, thread_ts) if thread_ts is not None else None
        if parent is not None:
            message["thread_ts"] = parent["ts"]
            if parent.get("user"):
                message["parent_user_id"] = parent["user"]
            if broadcast:
                message |= {"subtype": "thread_broadcast", "root": message_shape(channel, parent)}
        channel.add(message)
        event = {
            **message,
            "channel": channel.id,
            "event_ts": message["ts"],
            "channel_type": channel.channel_type,
        }
        self._feed.publish(event, deliveries=deliveries)
        shape: Payload = copied(message)
        return shape

    def _parent(self, channel: WorkspaceChannel, thread_ts: str) -> Payload | None:
        """The parent of the thread that a post goes to; None where Slack posts it into the channel instead.

        Slack does not refuse a post whose parent is gone: it leaves `thread_ts` out, nothing else says so.
        Source: slack-go/slack issue 1571, slackapi/python-slack-events-api issue 87.
        Assumed: the same for files, broadcasts and answers to a response URL; a tombstone still holds its
        thread; the ts of a reply leads to the thread it stands in.
        """
        found = channel.messages.get(thread_ts)
        if found is None:
            return None
        return channel.messages.get(found.get("thread_ts", thread_ts))

    def bot_author(self, *, username: str | None = None, icons: Payload | None = None) -> Payload:
        """The author fields of the app's posts; under a custom name Slack leaves the user out."""
        app = self._state.app
        author: Payload = {
            "bot_id": app.bot_id,
            "app_id": app.app_id,
            "bot_profile": bot_profile(self._state),
        }
        if username or icons:
            author |= {"subtype": "bot_message", "username": username or app.name}
            if icons:
                author["icons"] = icons
        else:
            author["user"] = app.bot_user_id
        return author

    def change(
        self,
        channel: WorkspaceChannel,
        ts: str,
        content: Payload,
        *,
        editor: str | None,
        without: tuple[str, ...] = (),
        deliveries: int = 1,
    ) -> Payload:
        """Put new content into a message, drop the fields in `without`, and publish the change.

        `editor` is who the "(edited)" mark names; None leaves no mark, as for unfurls.
        """
        message = self.find(channel, ts)
        previous = message_shape(channel, message)
        for key in without:
            message.pop(key, None)
        message.update(content)
        if editor is not None:
            message["edited"] = {"user": editor, "ts": self._state.timestamps.new()}
        self._publish_change(channel, message_shape(channel, message), previous, deliveries=deliveries)
        shape: Payload = copied(message)
        return shape

    def _publish_change(
        self, channel: WorkspaceChannel, message: Payload, previous: Payload, *, deliveries: int = 1
    ) -> None:
        self._publish_hidden(
            channel,
            {"subtype": "message_changed", "message": message, "previous_message": previous},
            deliveries=deliveries,
        )

    def _publish_hidden(self, channel: WorkspaceChannel, fields: Payload, *, deliveries: int) -> str:
        ts = self._state.timestamps.new()
        event = {
            "type": "message",
            "ts": ts,
            **fields,
            "channel": channel.id,
            "hidden": True,
            "channel_type": channel.channel_type,
        }
        event["event_ts"] = event["ts"]
        self._feed.publish(
            {key: value for key, value in event.items() if value is not None}, deliveries=deliveries
        )
        return str(event["ts"])

    def replay(self, channel: WorkspaceChannel, event: Payload, *, deliveries: int = 1) -> str:
        """Publish a message_changed or message_deleted as it is given, and do what it says.

        Returns the event's ts. Raises SlackError where the channel has no such message.
        """
        if event["subtype"] == "message_changed":
            message = self.find(channel, event["message"]["ts"])
            previous = message_shape(channel, message)
            place: Payload = {key: message[key] for key in ("type", "ts", "thread_ts") if key in message}
            message.clear()
            message.update({**copied(event["message"]), **place})
        else:
            previous = message_shape(channel, self.find(channel, event["deleted_ts"]))
            channel.remove(event["deleted_ts"])
        return self._publish_hidden(channel, {"previous_message": previous, **event}, deliveries=deliveries)

    def delete(self, channel: WorkspaceChannel, ts: str, *, deliveries: int = 1) -> None:
        """Remove a message; a parent with replies stays as a tombstone that holds the thread."""
        message = self.find(channel, ts)
        previous = message_shape(channel, message)
        if channel.has_replies(ts):
            tombstone: Payload = {
                "type": "message",
                "subtype": "tombstone",
                "user": SLACKBOT,
                "text": TOMBSTONE_TEXT,
                "hidden": True,
                "ts": ts,
                "thread_ts": ts,
            }
            channel.messages[ts] = tombstone
            self._publish_change(channel, message_shape(channel, tombstone), previous, deliveries=deliveries)
            return
        channel.remove(ts)
        self._publish_deleted(channel, ts, previous, deliveries=deliveries)
        self._drop_empty_tombstone(channel, message.get("thread_ts"))

    def _publish_deleted(
        self, channel: WorkspaceChannel, ts: str, previous: Payload, *, deliveries: int = 1
    ) -> None:
        self._publish_hidden(
            channel,
            {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": previous},
            deliveries=deliveries,
        )

    def _drop_empty_tombstone(self, channel: WorkspaceChannel, ts: str | None) -> None:
        """Without replies a tombstone goes as well, with an event of its own.

        Source: slack-edge/slack-edge pull request 10.
        """
        parent = channel.messages.get(ts or "")
        if parent and parent.get("subtype") == "tombstone" and not channel.has_replies(parent["ts"]):
            previous = message_shape(channel, parent)
            channel.remove(parent["ts"])
            self._publish_deleted(channel, parent["ts"], previous)

    def forget(
        self,
        channel: WorkspaceChannel,
        *,
        before: str | None = None,
        ts: str | Collection[str] | None = None,
        thread: str | None = None,
        with_parent: bool = True,
    ) -> list[str]:
        """Let messages vanish as retention does: nothing tells the app, and no tombstone stays.

        All messages of the channel that are older than the timestamp `before`, are among `ts` and stand in
        `thread`, as far as each is given; without the thread's parent unless `with_parent`. Returns their
        timestamps, oldest first.
        Source: dust-tt/dust issue 2683, getmunin/munin issue 885.
        """
        wanted = (ts,) if isinstance(ts, str) else ts
        gone = [
            message["ts"]
            for message in channel.messages.values()
            if (before is None or Decimal(message["ts"]) < Decimal(before))
            and (wanted is None or message["ts"] in wanted)
            and (thread is None or thread == message.get("thread_ts", message["ts"]))
            and (with_parent or message.get("thread_ts", message["ts"]) != message["ts"])
        ]
        for one in gone:
            channel.remove(one)
        self._state.changes.note()
        return sorted(gone)

    def react(self, channel: WorkspaceChannel, ts: str, name: str, *, user: str) -> None:
        """Add a reaction. Source of the refusal: docs.slack.dev reactions.add, invalid_name."""
        if not emoji.exists(name, self._state.custom_emoji):
            raise SlackError("invalid_name")
        message = self.find(channel, ts)
        reactions: list[Payload] = message.setdefault("reactions", [])
        reaction = next((one for one in reactions if one["name"] == name), None)
        if reaction is None:
            reaction = {"name": name, "users": [], "count": 0}
            reactions.append(reaction)
        if user in reaction["users"]:
            raise SlackError("already_reacted")
        reaction["users"].append(user)
        reaction["count"] = len(reaction["users"])
        self._publish_reaction("reaction_added", channel, message, name, user)

    def unreact(self, channel: WorkspaceChannel, ts: str, name: str, *, user: str) -> None:
        message = self.find(channel, ts)
        reactions: list[Payload] = message.get("reactions", [])
        reaction = next((one for one in reactions if one["name"] == name and user in one["users"]), None)
        if reaction is None:
            raise SlackError("no_reaction")
        reaction["users"].remove(user)
        reaction["count"] = len(reaction["users"])
        message["reactions"] = [one for one in reactions if one["users"]]
        if not message["reactions"]:
            del message["reactions"]
        self._publish_reaction("reaction_removed", channel, message, name, user)

    def _publish_reaction(
        self, kind: str, channel: WorkspaceChannel, message: Payload, name: str, user: str
    ) -> None:
        self._feed.publish(
            {
                "type": kind,
                "user": user,
                "reaction": name,
                "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
                "item_user": message.get("user"),
                "event_ts": self._state.timestamps.new(),
            }
        )
