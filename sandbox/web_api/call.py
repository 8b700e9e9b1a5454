"""One call of a Web API method, and the register of methods."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sandbox.errors import SlackError
from sandbox.model import ChannelType

if TYPE_CHECKING:
    from sandbox.core import Core
    from sandbox.model import WorkspaceChannel
    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState

Item = TypeVar("Item")
Function = Callable[["Call"], "Payload"]
Caller = Literal["bot", "app", "anyone"]

SCOPE_OF: dict[ChannelType, str] = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_JSON_ARGUMENTS = {"blocks", "attachments", "metadata", "view", "files", "loading_messages"}


@dataclass(frozen=True)
class Call:
    """The arguments, read the way Slack reads them whether they came as a form or as JSON."""

    core: Core
    arguments: Payload

    @property
    def state(self) -> WorkspaceState:
        return self.core.state

    def text(self, name: str, default: str = "") -> str:
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise SlackError("invalid_arguments", details=[f"missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.arguments.get(name)
        return default if value is None else value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.arguments.get(name) or default)
        except ValueError:
            raise SlackError("invalid_arguments", details=[f"{name} must be a number"]) from None

    def json(self, name: str) -> Any:
        """A structured argument; forms carry it as JSON text."""
        value = self.arguments.get(name)
        if not isinstance(value, str) or name not in _JSON_ARGUMENTS:
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            broken = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
            raise SlackError(broken.get(name, "invalid_arguments")) from None

    def channel(self, name: str = "channel") -> WorkspaceChannel:
        wanted = self.text(name)
        if not wanted:
            raise SlackError("invalid_arguments", details=[f"missing required field: {name}"])
        return self.state.channel(wanted)

    def member_channel(self, name: str = "channel") -> WorkspaceChannel:
        """A channel the bot is in."""
        channel = self.channel(name)
        if not channel.is_member:
            raise SlackError("not_in_channel")
        return channel

    def scoped(self, scope: str) -> None:
        """Raises missing_scope unless the app has the scope."""
        if scope not in self.core.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(self.core.scopes)))

    def scoped_to(self, channel: WorkspaceChannel, right: Literal["read", "history", "write"]) -> None:
        """Raises missing_scope unless the app has the scope for this type of channel, such as `groups:read`.

        Source: api.slack.com/conversations-api, and zaratanDotWorld/choreWheel issue 173 for the error.
        """
        self.scoped_to_type(channel.channel_type, right)

    def scoped_to_type(self, channel_type: ChannelType, right: Literal["read", "history", "write"]) -> None:
        """The same for a type of channel."""
        if channel_type == "channel" and right == "write":
            self.scoped("channels:manage")
        else:
            self.scoped(f"{SCOPE_OF[channel_type]}:{right}")

    def page(self, items: list[Item], *, default: int, most: int = 1000) -> tuple[list[Item], str]:
        """One page of the items, and the cursor for the next ("" at the end)."""
        limit = self.number("limit", default)
        if not 0 < limit <= most:
            raise SlackError("invalid_limit")
        start = self._cursor()
        end = start + limit
        following = base64.b64encode(f"offset:{end}".encode()).decode() if end < len(items) else ""
        return items[start:end], following

    def _cursor(self) -> int:
        cursor = self.text("cursor")
        if not cursor:
            return 0
        try:
            word, _, offset = base64.b64decode(cursor, validate=True).decode().partition(":")
            if word != "offset":
                raise SlackError("invalid_cursor")
            return int(offset)
        except (binascii.Error, ValueError):
            raise SlackError("invalid_cursor") from None


@dataclass(frozen=True)
class Method:
    """A Web API method: what it does, whose token it takes and which scope it needs."""

    function: Function
    scopes: tuple[str, ...]
    caller: Caller


METHODS: dict[str, Method] = {}


def method(name: str, *scopes: str, caller: Caller = "bot") -> Callable[[Function], Function]:
    """Register a function as a method; any one of the scopes admits."""

    def register(function: Function) -> Function:
        METHODS[name] = Method(function, scopes, caller)
        return function

    return register
