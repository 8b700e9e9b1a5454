"""The `as` of a post or an edit: fields of the message event as Slack shall deliver them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.errors import PersonError

if TYPE_CHECKING:
    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload

# Events that tell of another message instead of being one.
ABOUT_ANOTHER = ("message_changed", "message_deleted")
_TIMESTAMP = re.compile(r"\d{10}\.\d{6}")


def given_fields(said: Payload, channel: WorkspaceChannel) -> Payload:
    """The fields in `as`, as they are, but for those that any message event has by where it stands.

    Raises PersonError where those say something else, or the message's `ts` is taken or none.
    """
    fields = said.get("as") or {}
    if not isinstance(fields, dict):
        raise PersonError("`as` has fields of a message")
    by_place = {"type": "message", "channel": channel.id, "channel_type": channel.channel_type}
    for name, value in by_place.items():
        if fields.get(name, value) != value:
            raise PersonError(f"`as` says another {name} than {value}")
    ts = fields.get("ts")
    if ts is not None and (not isinstance(ts, str) or not _TIMESTAMP.fullmatch(ts)):
        raise PersonError(f"{ts!r} is no timestamp of a message")
    if ts in channel.messages and ts != said.get("ts"):
        raise PersonError(f"#{channel.name} has a message {ts} already")
    return {name: value for name, value in fields.items() if name not in (*by_place, "event_ts")}


def with_given(content: Payload, fields: Payload) -> Payload:
    """The content with these fields over it; those that are None are left out."""
    return {name: value for name, value in {**content, **fields}.items() if value is not None}
