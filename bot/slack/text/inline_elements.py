"""The inline elements of a `rich_text` block (text, links, mentions, emoji): as words for the customer, and
as a reader sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.blocks.elements.formatting import escaped
from bot.slack.text.emoji import character
from bot.slack.text.escaping import unescaped
from bot.slack.text.intent import as_seen
from bot.slack.text.internal_links import STAND_IN, is_inside, without_inside
from bot.slack.text.markers.stand_ins import INTO_SLACK, SLACK_CHANNEL, SOMEBODY
from bot.slack.text.names import DisplayNames
from bot.text.addresses import says_no_more
from bot.text.tree import UNSTYLED, Leaf, Link, Style, Text

_SOMEBODY = {"user", "usergroup", "team", "broadcast"}
# What each kind of leaf must carry to be read.
_CARRIES = {
    "text": "text", "link": "url", "user": "user_id", "usergroup": "usergroup_id", "team": "team_id",
    "channel": "channel_id", "broadcast": "range", "emoji": "name", "color": "value", "date": "timestamp",
}  # fmt: skip


class InlineElements:
    """Reads leaves. `is_whole` until one comes that has no known shape; `text` is the message's own."""

    def __init__(self, names: DisplayNames, text: str) -> None:
        self._names = names
        self._text = text
        self.is_whole = True

    def leaf(self, leaf: Mapping[str, Any]) -> Leaf | None:
        """The leaf for the customer; None if it says nothing."""
        kind = str(leaf.get("type"))
        wanted = int if kind == "date" else str
        if not isinstance(leaf.get(_CARRIES.get(kind, "")), wanted):
            self.is_whole = False
            return None
        if kind == "date" and leaf.get("url"):
            # Where it leads is not read.
            self.is_whole = False
        styles = _styles(leaf.get("style"))
        if kind == "link":
            return self._link(leaf["url"], _string(leaf.get("text")), styles)
        words = without_inside(self._words(kind, leaf[_CARRIES[kind]], leaf))
        return Text(words, styles) if words else None

    def seen(self, leaf: Mapping[str, Any]) -> str:
        """The leaf as its message's meaning is judged: a sign for a mention, `:names:` for emoji, `code`."""
        kind = str(leaf.get("type"))
        if kind == "channel":
            return SLACK_CHANNEL
        if kind in _SOMEBODY:
            return SOMEBODY
        if kind == "emoji":
            return f":{as_seen(_string(leaf.get('name')))}:"
        label = as_seen(_string(leaf.get("text")))
        if kind != "link":
            words = without_inside(self._once(label), instead=INTO_SLACK)
            return f"`{words}`" if Style.CODE in _styles(leaf.get("style")) else words
        address = _string(leaf.get("url"))
        if is_inside(address):
            return INTO_SLACK + label
        # An address is not addressed to anybody, whatever signs are in it.
        return "" if says_no_more(label, address) else label

    def _words(self, kind: str, carried: Any, leaf: Mapping[str, Any]) -> str:
        match kind:
            case "text":
                return self._once(carried)
            case "user":
                return self._names.user(carried)
            case "usergroup":
                return self._names.group(carried)
            case "team":
                return self._names.team(carried)
            case "channel":
                return self._names.channel(carried)
            case "broadcast":
                return f"@{carried}"
            case "emoji":
                return character(carried, leaf.get("unicode"), leaf.get("skin_tone"))
            case "date":
                return _string(leaf.get("fallback")) or _moment(carried)
            case _:
                return str(carried)

    def _link(self, address: str, label: str, styles: frozenset[Style]) -> Leaf:
        if not is_inside(address):
            return Link(address, without_inside(self._once(label)) or address, styles)
        return Text(without_inside(self._once(label)).strip() or STAND_IN, styles)

    def _once(self, text: str) -> str:
        """The words as typed. Composers escape them in `text` alone; some senders do in the leaf as well.

        Which of the two it is shows in `text`, where everything is escaped once.
        """
        if "&" not in text or text not in self._text or escaped(text) in self._text:
            return text
        return unescaped(text)


def _styles(style: object) -> frozenset[Style]:
    if not isinstance(style, dict):
        return UNSTYLED
    return frozenset(one for one in Style if style.get(one.value) is True)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _moment(timestamp: int) -> str:
    try:
        return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return ""
