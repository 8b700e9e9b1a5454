"""Slack's `message` events, sorted into the three that matter in a thread.

Shapes: docs.slack.dev/reference/events/message. Everything else, the bot's own messages and other bots'
among it, is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storage.records import MessageRef, PersonId

# Subtypes under which people's own words arrive; any other is Slack speaking.
_PEOPLE_SAY = {None, "file_share", "thread_broadcast", "me_message"}
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


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed their words. Unfurled links and detected languages look the same and are not this."""

    thread: MessageRef
    message: MessageRef
    author: PersonId
    text: str
    files: Sequence[Mapping[str, Any]]
    blocks: Sequence[Mapping[str, Any]] = ()


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
    subtype = event.get("subtype")
    if subtype == "message_changed":
        changed = event.get("message") or {}
        if is_tombstone(changed):
            gone = {"thread_ts": changed.get("thread_ts"), **event, "deleted_ts": changed.get("ts")}
            return _deleted(gone, team=team, channel=channel)
        return _edited(event, team=team, channel=channel)
    if subtype == "message_deleted":
        return _deleted(event, team=team, channel=channel)
    if subtype not in _PEOPLE_SAY or not _is_reply(event) or _is_bots(event):
        return None
    return Posted(
        thread=MessageRef(team, channel, event["thread_ts"]),
        message=MessageRef(team, channel, event["ts"]),
        author=_author(event, team),
        text=str(event.get("text") or ""),
        files=_files(event),
        under=event.get("parent_user_id"),
        blocks=_blocks(event),
    )


def _edited(event: Mapping[str, Any], *, team: str, channel: str) -> Edited | None:
    message = event.get("message") or {}
    # Only a person's edit carries `edited`; a deleted thread's first message turns into Slack's own words. A
    # file that was deleted only goes missing.
    lost_files = len(_files(event.get("previous_message") or {})) > len(_files(message))
    if not (message.get("edited") or lost_files) or message.get("subtype") not in _PEOPLE_SAY:
        return None
    if not _is_reply(message) or _is_bots(message):
        return None
    return Edited(
        thread=MessageRef(team, channel, message["thread_ts"]),
        message=MessageRef(team, channel, message["ts"]),
        author=_author(message, team),
        text=str(message.get("text") or ""),
        files=_files(message),
        blocks=_blocks(message),
    )


def _deleted(event: Mapping[str, Any], *, team: str, channel: str) -> Deleted | None:
    before = event.get("previous_message") or {}
    ts = event.get("deleted_ts") or before.get("ts")
    thread_ts = before.get("thread_ts") or event.get("thread_ts")
    if not ts or not thread_ts or thread_ts == ts or _is_bots(before):
        return None
    return Deleted(
        thread=MessageRef(team, channel, thread_ts),
        message=MessageRef(team, channel, ts),
        author=_author(before, team) if before.get("user") else None,
    )


def _blocks(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    blocks = message.get("blocks")
    return tuple(one for one in blocks if isinstance(one, dict)) if isinstance(blocks, list) else ()


def _files(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What is attached. A deleted file leaves a tombstone, which is nothing."""
    files = message.get("files")
    if not isinstance(files, list):
        return ()
    return tuple(one for one in files if isinstance(one, dict) and one.get("mode") != "tombstone")


def _is_reply(message: Mapping[str, Any]) -> bool:
    ts, thread_ts = message.get("ts"), message.get("thread_ts")
    return bool(ts and thread_ts and thread_ts != ts and message.get("user"))


def _is_bots(message: Mapping[str, Any]) -> bool:
    return bool(message.get("bot_id") or message.get("bot_profile") or message.get("user") == _SLACKBOT)


def _author(message: Mapping[str, Any], team: str) -> PersonId:
    # In a channel shared with another workspace the author's own team says where their id counts.
    return PersonId(message.get("user_team") or message.get("team") or team, message["user"])


def is_tombstone(message: Mapping[str, Any]) -> bool:
    """Whether Slack's own words say in its place that the message was deleted.

    A thread's first message leaves one, and so does what Slack's data loss prevention deletes:
    github.com/hackclub/toriel/pull/238 and slack.com/help/articles/12914005852819.
    """
    return message.get("subtype") == "tombstone"


def moment(ts: str) -> datetime:
    """The moment that a `ts` of Slack's names."""
    return datetime.fromtimestamp(float(ts), UTC)
