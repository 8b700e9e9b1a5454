"""Slack's `message` events, sorted into the three that matter in a thread.

Shapes: docs.slack.dev/reference/events/message. What nobody wrote, such as Slack's own notices, is None. An
app's message has the app for an author; one that an app posted in a person's name has that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.desk.attachments import FileRejection
from bot.slack.inbound.completeness import subtype_of, what_is_more
from bot.slack.workspace.identity import person_in
from storage.records import MessageRef, PersonId

# Slack speaking, also where it names the person who did something: docs.slack.dev/reference/events/message,
# and slack-morphism's SlackMessageEventType. Under any other subtype somebody may have said something.
_SLACK_SAYS = {
    "app_conversation_join", "app_conversation_leave", "assistant_app_thread", "bot_add", "bot_disable",
    "bot_enable", "bot_remove", "channel_archive", "channel_canvas_updated", "channel_convert_to_private",
    "channel_convert_to_public", "channel_join", "channel_leave", "channel_name",
    "channel_posting_permissions", "channel_purpose", "channel_topic", "channel_unarchive",
    "document_mention", "ekm_access_denied", "file_mention", "group_archive", "group_join", "group_leave",
    "group_name", "group_purpose", "group_topic", "group_unarchive", "huddle_thread",
    "joiner_notification", "joiner_notification_for_inviter", "message_replied", "pinned_item",
    "reminder_add", "reminder_delete", "sh_room_created", "sh_room_shared", "slackbot_response",
    "tabbed_canvas_updated", "tombstone", "unpinned_item",
}  # fmt: skip
# Slack's own voice. Its messages carry no `bot_id`, and it is no bot to users.info either.
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class Posted:
    """Somebody wrote in a thread."""

    thread: MessageRef
    message: MessageRef
    author: PersonId
    text: str
    files: Sequence[Mapping[str, Any]]
    under: str | None  # who wrote the thread's first message
    blocks: Sequence[Mapping[str, Any]] = ()
    more: FileRejection | None = None  # what it shows besides its words and files
    through_app: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed what their message says or shows. Previews and detected languages are not this."""

    thread: MessageRef
    message: MessageRef
    author: PersonId
    text: str
    files: Sequence[Mapping[str, Any]]
    blocks: Sequence[Mapping[str, Any]] = ()
    more: FileRejection | None = None
    through_app: bool = False


@dataclass(frozen=True, slots=True)
class Deleted:
    """A thread message is gone. Its author is whoever wrote it, not who deleted it; None if not said."""

    thread: MessageRef
    message: MessageRef
    author: PersonId | None = None


ThreadEvent = Posted | Edited | Deleted


def thread_event(event: Mapping[str, Any], *, team: str) -> ThreadEvent | None:
    """Read the inner event of a `message` delivery to the workspace `team`."""
    channel = str(event.get("channel", ""))
    subtype = subtype_of(event)
    if subtype == "message_changed":
        changed = as_object(event.get("message"))
        if is_tombstone(changed):
            gone = {"thread_ts": changed.get("thread_ts"), **event, "deleted_ts": changed.get("ts")}
            return _deleted(gone, team=team, channel=channel)
        return _edited(event, team=team, channel=channel)
    if subtype == "message_deleted":
        return _deleted(event, team=team, channel=channel)
    if not _is_somebodys_reply(event):
        return None
    return Posted(
        thread=MessageRef(team, channel, event["thread_ts"]),
        message=MessageRef(team, channel, event["ts"]),
        author=_author(event, team),
        text=_text(event),
        files=_files(event),
        under=event.get("parent_user_id"),
        blocks=_blocks(event),
        more=next(iter(what_is_more(event)), None),
        through_app=_is_through_app(event),
    )


def _edited(event: Mapping[str, Any], *, team: str, channel: str) -> Edited | None:
    message, before = as_object(event.get("message")), as_object(event.get("previous_message"))
    # A person's edit carries `edited`; a file that is deleted only goes missing, and what is added later may
    # come without a mark. A deleted thread's first message turns into Slack's own words.
    if not (message.get("edited") or (before and _shown(before) != _shown(message, before))):
        return None
    if not _is_somebodys_reply(message):
        return None
    return Edited(
        thread=MessageRef(team, channel, message["thread_ts"]),
        message=MessageRef(team, channel, message["ts"]),
        author=_author(message, team),
        text=_text(message),
        files=_files(message),
        blocks=_blocks(message),
        more=next(iter(what_is_more(message, before)), None),
        through_app=_is_through_app(message),
    )


def _shown(message: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> tuple[object, ...]:
    return (_text(message), [one.get("id") for one in _files(message)], what_is_more(message, before))


def _deleted(event: Mapping[str, Any], *, team: str, channel: str) -> Deleted | None:
    before = as_object(event.get("previous_message"))
    ts = event.get("deleted_ts") or before.get("ts")
    thread_ts = before.get("thread_ts") or event.get("thread_ts")
    if not ts or not thread_ts or thread_ts == ts or _writer(before) == _SLACKBOT:
        return None
    return Deleted(
        thread=MessageRef(team, channel, thread_ts),
        message=MessageRef(team, channel, ts),
        author=_author(before, team) if _writer(before) else None,
    )


def _blocks(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    blocks = message.get("blocks")
    return tuple(one for one in blocks if isinstance(one, dict)) if isinstance(blocks, list) else ()


def _files(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What is attached. A deleted file leaves a tombstone, which is nothing."""
    files = message.get("files")
    if files is None and isinstance(message.get("file"), dict):
        files = [message["file"]]
    if not isinstance(files, list):
        return ()
    return tuple(one for one in files if isinstance(one, dict) and one.get("mode") != "tombstone")


def _is_somebodys_reply(message: Mapping[str, Any]) -> bool:
    ts, thread_ts = message.get("ts"), message.get("thread_ts")
    writer = _writer(message)
    return bool(
        (ts and thread_ts and thread_ts != ts)
        and (writer and writer != _SLACKBOT)
        and (subtype_of(message) not in _SLACK_SAYS and not message.get("hidden"))
    )


def _is_through_app(message: Mapping[str, Any]) -> bool:
    # What a person types has none of these: github.com/anneschuth/claude-threads/issues/526.
    marks = ("bot_id", "bot_profile", "app_id", "username", "icons")
    return subtype_of(message) == "bot_message" or any(message.get(one) for one in marks)


def _writer(message: Mapping[str, Any]) -> str:
    """Whose words they are: a user's, or where Slack names none an app's."""
    of_comment = as_object(message.get("comment")).get("user")
    named = (message.get("user"), of_comment, message.get("bot_id"))
    return next((one for one in named if one and isinstance(one, str)), "")


def _author(message: Mapping[str, Any], team: str) -> PersonId:
    return person_in({"user": _writer(message)}, team=team)


def is_app(author: PersonId) -> bool:
    """Whether Slack named no user: docs.slack.dev/reference/events/message/bot_message."""
    return author.user.startswith("B")


def _text(message: Mapping[str, Any]) -> str:
    text = message.get("text")
    return text if isinstance(text, str) else ""


def as_object(value: object) -> Mapping[str, Any]:
    """What Slack describes in fields of its own; nothing where it is something else."""
    return value if isinstance(value, dict) else {}


def message_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message that an event is about, as it is or was."""
    return as_object(event.get("message")) or as_object(event.get("previous_message")) or event


def is_tombstone(message: Mapping[str, Any]) -> bool:
    """Whether Slack's own words say in its place that the message was deleted.

    A thread's first message leaves one, and so does what Slack's data loss prevention deletes:
    github.com/hackclub/toriel/pull/238 and slack.com/help/articles/12914005852819.
    """
    return message.get("subtype") == "tombstone"


def moment(ts: str) -> datetime:
    """The moment that a `ts` of Slack's names."""
    return datetime.fromtimestamp(float(ts), UTC)
