"""What Slack's ids are called in front of a customer. An id without a name becomes a general word."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.slack.text.escaping import unescaped

# Names that came with the message: Slack writes a channel's or a group's beside its id, where it does.
_LABELLED = re.compile(r"<(?:#|!subteam\^)([A-Z0-9]+)\|([^<>|]+)>")


class DisplayNames:
    """`known` maps ids of users, channels, groups and workspaces to names; `text` is the message's own."""

    def __init__(self, known: Mapping[str, str], text: str = "") -> None:
        self._known = known
        self._labels = {found[1]: unescaped(found[2]).lstrip("#@") for found in _LABELLED.finditer(text)}

    def user(self, user_id: str) -> str:
        return f"@{self._known.get(user_id) or 'teammate'}"

    def group(self, group_id: str) -> str:
        return f"@{self._of(group_id) or 'team'}"

    def team(self, team_id: str) -> str:
        return f"@{self._of(team_id) or 'team'}"

    def channel(self, channel_id: str) -> str:
        return f"#{self._of(channel_id) or 'channel'}"

    def _of(self, one: str) -> str | None:
        return self._known.get(one) or self._labels.get(one)
