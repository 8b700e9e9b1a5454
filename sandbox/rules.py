"""Rules of Slack's that nobody outside Slack knows for sure: the sandbox can be set to either reading."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from sandbox.payload import Payload

Counting = Literal["unescaped", "escaped"]
TextCounting = Literal["characters", "bytes"]


@dataclass
class Rules:
    """The readings in force.

    `blocks_counted`: how the characters of a post's blocks are counted against their limit, see
    `content.size_of_blocks`.
    `update_text_counted`: what chat.update takes 4,000 of in `text`. Source: docs.slack.dev chat.update says
    characters. Assumed: bytes of UTF-8, from the one measurement there is.
    `tiers`: whether each method takes only so many calls a minute, see `pacing`. Slack does; tests of other
    things would be slowed.
    """

    blocks_counted: Counting = "unescaped"
    update_text_counted: TextCounting = "bytes"
    tiers: bool = False

    def set(self, **readings: object) -> Payload:
        """Change some; returns all. Raises ValueError for a rule or a reading that does not exist."""
        known = {field.name: get_args(_READINGS[field.name]) for field in fields(self)}
        for name, reading in readings.items():
            if name not in known:
                raise ValueError(f"no such rule: {name}; there are {', '.join(known)}")
            if reading not in known[name]:
                raise ValueError(f"{name} is one of {', '.join(map(str, known[name]))}; not {reading}")
        for name, reading in readings.items():
            setattr(self, name, reading)
        return asdict(self)


_READINGS = {"blocks_counted": Counting, "update_text_counted": TextCounting, "tiers": Literal[False, True]}
