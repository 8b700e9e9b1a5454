"""chat.*: posting, changing and deleting messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.content.shapes import message_shape
from sandbox.content.stored import compose
from sandbox.errors import SlackError
from sandbox.web_api.call import method

if TYPE_CHECKING:
    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.web_api.call import Call

_TIMESTAMP = re.compile(r"\d{1,12}\.\d{6}")


@method("chat.postMessage", "chat:write")
def post_message(call: Call) -> Payload:
    channel = _destination(call)
    content = compose(_content(call), names=call.state.names, rules=call.state.rules)
    metadata = _metadata(call)
    if metadata:
        content["metadata"] = metadata
    thread_ts = _thread(call)
    author = _author(call)
    call.core.pace.take_post(channel.id)
    message = call.core.messages.post(
        channel, {**author, **content}, thread_ts=thread_ts, broadcast=call.flag("reply_broadcast")
    )
    return {"channel": channel.id, "ts": message["ts"], "message": message}


@method("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Payload:
    channel = call.member_channel()
    user = call.state.user(call.required("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    content = compose(_content(call), names=call.state.names, rules=call.state.rules)
    message = call.core.ephemerals.show(channel, content, user_id=user.id, thread_ts=_thread(call))
    return {"message_ts": message["ts"]}


@method("chat.update", "chat:write")
def update(call: Call) -> Payload:
    channel = call.channel()
    message = call.core.messages.find(channel, call.required("ts"))
    _own(call, message, "cant_update_message")
    if channel.is_archived:
        raise SlackError("is_inactive")
    given = _content(call)
    if given.get("blocks") == [] and given.get("text") is None:
        given["text"] = message.get("text", "")
    content = compose(given, names=call.state.names, update=True, rules=call.state.rules)
    content.setdefault("text", "")
    metadata = _metadata(call)
    if metadata:
        content["metadata"] = metadata
    elif metadata == {}:
        message.pop("metadata", None)
    # Text alone takes the blocks away; Slack marks only messages without blocks as edited.
    without = ("edited",) if "blocks" in content else ("edited", "blocks")
    editor = None if "blocks" in content else call.state.app.bot_user_id
    changed = call.core.messages.change(channel, message["ts"], content, editor=editor, without=without)
    return {"channel": channel.id, "ts": changed["ts"], "text": changed["text"], "message": changed}


@method("chat.delete", "chat:write")
def delete(call: Call) -> Payload:
    channel = call.channel()
    message = call.core.messages.find(channel, call.required("ts"))
    _own(call, message, "cant_delete_message")
    call.core.messages.delete(channel, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.getPermalink")
def get_permalink(call: Call) -> Payload:
    channel = call.channel()
    message = call.core.messages.find(channel, call.required("message_ts"))
    return {"channel": channel.id, "permalink": call.state.permalink(channel, message)}


@method("assistant.threads.setStatus", "chat:write", "assistant:write")
def set_status(call: Call) -> Payload:
    channel = call.member_channel("channel_id")
    ts = call.required("thread_ts")
    if ts not in channel.messages:
        raise SlackError("invalid_thread_ts")
    call.state.thread_statuses[channel.id, ts] = call.text("status")
    call.state.changes.note()
    return {}


@method("reactions.add", "reactions:write")
def add_reaction(call: Call) -> Payload:
    channel, ts, name = _reaction(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    call.core.messages.react(channel, ts, name, user=call.state.app.bot_user_id)
    return {}


@method("reactions.remove", "reactions:write")
def remove_reaction(call: Call) -> Payload:
    channel, ts, name = _reaction(call)
    call.core.messages.unreact(channel, ts, name, user=call.state.app.bot_user_id)
    return {}


@method("reactions.get", "reactions:read")
def get_reactions(call: Call) -> Payload:
    channel = call.member_channel()
    message = call.core.messages.find(channel, _item(call))
    return {"type": "message", "channel": channel.id, "message": message_shape(channel, message)}


def _reaction(call: Call) -> tuple[WorkspaceChannel, str, str]:
    name = call.text("name").strip(":")
    if not re.fullmatch(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?", name):
        raise SlackError("invalid_name")
    return call.member_channel(), _item(call), name


def _item(call: Call) -> str:
    """The timestamp of the message that a reaction is about."""
    ts = call.text("timestamp")
    if not ts:
        raise SlackError("no_item_specified")
    if not _TIMESTAMP.fullmatch(ts):
        raise SlackError("bad_timestamp")
    return ts


def _destination(call: Call) -> WorkspaceChannel:
    """chat.postMessage also takes a #name, or a person's id for direct messages."""
    wanted = call.text("channel")
    if wanted in call.state.users:
        channel = call.state.direct_messages(wanted)
    else:
        named = {one.name: one.id for one in call.state.channels.values()}
        channel = call.state.channel(named.get(wanted.removeprefix("#"), wanted))
    if channel.is_im and call.state.messages_tab == "off":
        raise SlackError("messages_tab_disabled")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.is_member:
        raise SlackError("not_in_channel")
    return channel


def _content(call: Call) -> Payload:
    arguments: dict[str, Any] = {
        name: call.arguments[name]
        for name in ("text", "markdown_text", "parse")
        if call.arguments.get(name) is not None
    }
    for name in ("blocks", "attachments"):
        value = call.json(name)
        if value is not None:
            arguments[name] = value
    arguments["link_names"] = call.flag("link_names")
    arguments["mrkdwn"] = call.flag("mrkdwn", default=True)
    return arguments


def _metadata(call: Call) -> Payload | None:
    metadata = call.json("metadata")
    if metadata is None or metadata == {}:
        return metadata  # type: ignore[no-any-return]  # an empty object clears, None keeps
    if (
        not isinstance(metadata, dict)
        or not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise SlackError("invalid_metadata_format")
    return metadata


def _thread(call: Call) -> str | None:
    thread_ts = call.text("thread_ts")
    if thread_ts and not _TIMESTAMP.fullmatch(thread_ts):
        raise SlackError("invalid_thread_ts")
    return thread_ts or None


def _author(call: Call) -> Payload:
    username = call.text("username") or None
    icons = {
        key: call.text(argument)
        for argument, key in (("icon_emoji", "emoji"), ("icon_url", "image_48"))
        if call.text(argument)
    }
    if username or icons:
        call.scoped("chat:write.customize")
    return call.core.messages.bot_author(username=username, icons=icons or None)


def _own(call: Call, message: Payload, error: str) -> None:
    if message.get("bot_id") != call.state.app.bot_id:
        raise SlackError(error)
