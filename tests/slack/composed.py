"""Messages as Slack's composer makes them: the `text` and the `rich_text` block of one message."""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]


def message(*elements: Node) -> list[Node]:
    return [{"type": "rich_text", "block_id": "b1", "elements": list(elements)}]


def section(*leaves: Node | str) -> Node:
    return {"type": "rich_text_section", "elements": _leaves(leaves)}


def quote(*leaves: Node | str) -> Node:
    return {"type": "rich_text_quote", "elements": _leaves(leaves)}


def fence(*leaves: Node | str) -> Node:
    return {"type": "rich_text_preformatted", "elements": _leaves(leaves), "border": 0}


def bullets(*items: Node | str, indent: int = 0, border: int = 0) -> Node:
    return _list("bullet", items, indent=indent, border=border)


def numbers(*items: Node | str, indent: int = 0, offset: int | None = None) -> Node:
    return _list("ordered", items, indent=indent, border=0, **({} if offset is None else {"offset": offset}))


def text(words: str, *styles: str) -> Node:
    return _styled({"type": "text", "text": words}, styles)


def link(url: str, label: str | None = None, *styles: str) -> Node:
    return _styled({"type": "link", "url": url, **({"text": label} if label else {})}, styles)


def emoji(name: str, unicode: str | None = None, **more: Any) -> Node:
    return {"type": "emoji", "name": name, **({"unicode": unicode} if unicode else {}), **more}


def user(user_id: str) -> Node:
    return {"type": "user", "user_id": user_id}


def group(group_id: str) -> Node:
    return {"type": "usergroup", "usergroup_id": group_id}


def team(team_id: str) -> Node:
    return {"type": "team", "team_id": team_id}


def channel(channel_id: str) -> Node:
    return {"type": "channel", "channel_id": channel_id}


def broadcast(range_: str) -> Node:
    return {"type": "broadcast", "range": range_}


def date(timestamp: int, fallback: str | None = None) -> Node:
    node = {"type": "date", "timestamp": timestamp, "format": "{date_short}"}
    return {**node, **({"fallback": fallback} if fallback else {})}


def color(value: str) -> Node:
    return {"type": "color", "value": value}


def _styled(leaf: Node, styles: tuple[str, ...]) -> Node:
    return {**leaf, "style": dict.fromkeys(styles, True)} if styles else leaf


def _leaves(leaves: tuple[Node | str, ...]) -> list[Node]:
    return [text(leaf) if isinstance(leaf, str) else leaf for leaf in leaves]


def _list(style: str, items: tuple[Node | str, ...], **more: int) -> Node:
    return {
        "type": "rich_text_list",
        "style": style,
        "elements": [
            item if isinstance(item, dict) and item["type"] == "rich_text_section" else section(item)
            for item in items
        ],
        **more,
    }
