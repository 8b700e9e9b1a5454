"""conversations.*: channels and what was said in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sandbox.content.shapes import channel_shape, message_shape, reply_timestamps
from sandbox.errors import SlackError
from sandbox.web_api.call import SCOPE_OF, method

if TYPE_CHECKING:
    from sandbox.model import ChannelType, WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState
    from sandbox.web_api.call import Call

_READ = tuple(f"{kind}:read" for kind in SCOPE_OF.values())
_HISTORY = tuple(f"{kind}:history" for kind in SCOPE_OF.values())
_TYPES: dict[str, ChannelType] = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
    "mpim": "mpim",
}


@method("conversations.info", *_READ)
def info(call: Call) -> Payload:
    channel = call.channel()
    call.scoped_to(channel, "read")
    shape = channel_shape(call.state, channel)
    if not call.flag("include_num_members"):
        shape.pop("num_members", None)
    return {"channel": shape}


@method("conversations.list", *_READ)
def list_channels(call: Call) -> Payload:
    types = []
    for name in call.text("types", "public_channel").replace(" ", "").split(","):
        if name not in _TYPES:
            raise SlackError("invalid_types")
        types.append(_TYPES[name])
        call.scoped_to_type(_TYPES[name], "read")
    found = [
        channel
        for channel in call.state.channels.values()
        if channel.channel_type in types
        and (channel.is_member or not channel.is_private)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, cursor = call.page(found, default=100, most=999)
    return {
        "channels": [channel_shape(call.state, channel) for channel in page],
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.members", *_READ)
def members(call: Call) -> Payload:
    channel = call.channel()
    call.scoped_to(channel, "read")
    page, cursor = call.page(channel.members, default=100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _joined_shape(state: WorkspaceState, channel: WorkspaceChannel) -> Payload:
    """A channel as a join tells it: nobody is counted.

    Source: the recorded sample of conversations.join in java-slack-sdk.
    """
    return {name: value for name, value in channel_shape(state, channel).items() if name != "num_members"}


@method("conversations.join", "channels:join")
def join(call: Call) -> Payload:
    channel = call.channel()
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_private:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_member:
        return {
            "channel": _joined_shape(call.state, channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    call.core.membership.join(channel, call.state.app.bot_user_id)
    return {"channel": _joined_shape(call.state, channel)}


@method("conversations.leave", "channels:manage", "groups:write", "im:write", "mpim:write")
def leave(call: Call) -> Payload:
    channel = call.channel()
    call.scoped_to(channel, "write")
    if channel.is_archived:
        raise SlackError("is_archived")
    if not channel.is_member:
        return {"not_in_channel": True}
    call.core.membership.leave(channel, call.state.app.bot_user_id)
    return {}


@method("conversations.open", "im:write")
def open_direct(call: Call) -> Payload:
    wanted = call.text("users")
    if not wanted:
        raise SlackError("users_list_not_supplied")
    user = call.state.user(wanted.split(",")[0])
    return {"channel": channel_shape(call.state, call.state.direct_messages(user.id))}


@method("conversations.history", *_HISTORY)
def history(call: Call) -> Payload:
    """Newest first; replies only where they were also sent to the channel."""
    channel = call.member_channel()
    call.scoped_to(channel, "history")
    found = _between(call, channel.top)[::-1]
    page, cursor = call.page(found, default=100, most=999)
    keep = call.flag("include_all_metadata")
    return {
        "messages": [message_shape(channel, channel.messages[ts], with_metadata=keep) for ts in page],
        "has_more": bool(cursor),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


@method("conversations.replies", *_HISTORY)
def replies(call: Call) -> Payload:
    """Oldest first; the parent leads every page, whatever the bounds."""
    channel = call.member_channel()
    call.scoped_to(channel, "history")
    parent = channel.messages.get(call.required("ts"))
    if parent is None:
        raise SlackError("thread_not_found")
    found = _between(call, reply_timestamps(channel, parent["ts"]))
    page, cursor = call.page(found, default=1000)
    keep = call.flag("include_all_metadata")
    return {
        "messages": [
            message_shape(channel, channel.messages[ts], with_metadata=keep) for ts in [parent["ts"], *page]
        ],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def _between(call: Call, timestamps: list[str]) -> list[str]:
    """Those between `oldest` and `latest`, which themselves count only with `inclusive`."""
    oldest, latest = _bound(call, "oldest"), _bound(call, "latest")
    inclusive = call.flag("inclusive")
    start, end = 0, len(timestamps)
    if oldest is not None:
        after = bisect_left if inclusive else bisect_right
        start = after(timestamps, oldest, key=Decimal)
    if latest is not None:
        before = bisect_right if inclusive else bisect_left
        end = before(timestamps, latest, key=Decimal)
    return timestamps[start:end]


def _bound(call: Call, name: str) -> Decimal | None:
    text = call.text(name)
    if not text or text == "now":
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise SlackError(f"invalid_ts_{name}") from None
