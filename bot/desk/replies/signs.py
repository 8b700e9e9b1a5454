"""What makes a thread message look as if it, or a part of it, were for the team."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TeamSign(StrEnum):
    MENTION = "mention"
    SLACK_CHANNEL = "slack_channel"
    SLACK_LINK = "slack_link"
    MARKER = "marker"
    # A line that speaks to a colleague of its author by name.
    COLLEAGUE = "colleague"
    # A whole sentence that teammates say to each other, without any marker.
    REMARK = "remark"
    TOO_BROKEN_UP = "too_broken_up"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Sign:
    """The first such sign in a message, and the line, or the sentence of a remark, that it is in."""

    kind: TeamSign
    line: str = ""
