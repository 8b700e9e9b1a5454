"""What a message shows to a person, and what in it is live.

`mentions` errs towards reporting: a test that proves customer text inert should not pass because
this reading was too kind.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.content import emoji, mrkdwn
from sandbox.content.mrkdwn import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.payload import Payload
    from sandbox.state import WorkspaceState

_FORMATTING = re.compile(
    r"```(?P<fence>.+?)```|`(?P<code>[^`\n]+)`|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<!\w)_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?!\w)|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])",
    re.DOTALL,
)
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\(([^)\s]+)[^)]*\)")
_MARKDOWN_MARKS = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1|`([^`\n]+)`|^#{1,6}\s+", re.MULTILINE)
_BARE_URL = re.compile(r"https?://[^\s<>)\]\"']+")


class Display:
    """Reads messages the way a person in the workspace does."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state

    def rendered(self, message: Payload) -> str:
        """The message as plain text: blocks where there are any, else `text`; one line for each block.

        Formatting marks are gone, mentions show names, links show labels, buttons show as [Label].
        """
        lines: list[str] = []
        if message.get("blocks"):
            lines = [self._block(block) for block in message["blocks"]]
        elif message.get("text"):
            plain = message.get("mrkdwn") is False
            lines = [self._mrkdwn(str(message["text"]), formatted=not plain)]
        lines += [self._attachment(one) for one in message.get("attachments") or ()]
        lines += [f"📎 {file.get('title') or file.get('name')}" for file in _objects(message.get("files"))]
        return "\n".join(line for line in lines if line)

    def mentions(self, message: Payload) -> set[str]:
        """Everything live, without labels: `<@U…>`, `<!here>`, `<!subteam^S…>`, `<#C…>`, `<https://…>`.

        Top-level text counts even under blocks, because notifications are made from it.
        """
        live = {token.key for token in mrkdwn.tokens(message.get("text") or "")}
        for node in _nodes([message.get("blocks"), message.get("attachments")]):
            live |= _live_in(node)
        return live

    def _block(self, block: Any) -> str:
        """One line or more; a block that is not as documented shows as its type alone."""
        try:
            return self._known_block(block)
        except (KeyError, TypeError, AttributeError, ValueError):
            return f"[{block.get('type')}]" if isinstance(block, dict) else "[block]"

    def _known_block(self, block: Payload) -> str:
        kind = block["type"]
        if kind == "rich_text":
            return "\n".join(self._rich(element) for element in block["elements"])
        if kind == "markdown":
            return self._markdown(block["text"])
        if kind == "divider":
            return "———"
        if kind == "image":
            return f"[image: {block.get('alt_text', '')}]"
        pieces = [block.get("text"), *block.get("fields", []), block.get("label"), block.get("accessory")]
        shown = [self._piece(piece) for piece in [*pieces, *block.get("elements", []), block.get("element")]]
        separator = " " if kind in ("context", "actions") else "\n"
        return separator.join(text for text in shown if text)

    def _piece(self, piece: Any) -> str:
        """A text object or an element."""
        if not isinstance(piece, dict):
            return ""
        kind = piece.get("type")
        if kind == "mrkdwn":
            return self._mrkdwn(piece["text"])
        if kind == "plain_text":
            return emoji.to_characters(piece["text"]) if piece.get("emoji", True) else str(piece["text"])
        if kind == "image":
            return f"[image: {piece.get('alt_text', '')}]"
        if kind == "overflow":
            return "[⋯]"
        label = self._piece(piece.get("text") or piece.get("placeholder"))
        return f"[{label or kind}]"

    def _mrkdwn(self, text: str, *, formatted: bool = True) -> str:
        shown = []
        for piece in mrkdwn.pieces(text):
            if isinstance(piece, Token):
                shown.append(self._token(piece))
            else:
                shown.append(mrkdwn.unescape(emoji.to_characters(piece)))
        joined = "".join(shown)
        return _FORMATTING.sub(lambda match: match[str(match.lastgroup)], joined) if formatted else joined

    def _token(self, token: Token) -> str:
        target = token.target
        if target.startswith("@"):
            return self._user(target[1:])
        if target.startswith("#"):
            return self._channel(target[1:], token.label)
        if target.startswith("!subteam^"):
            return token.label or "@group"
        if target.startswith("!date^"):
            return token.label or target
        if target.startswith("!"):
            return f"@{target[1:]}"
        return mrkdwn.unescape(token.label or target.removeprefix("mailto:").removeprefix("tel:"))

    def _user(self, user_id: str) -> str:
        user = self._state.users.get(user_id)
        return f"@{user.real_name if user else user_id}"

    def _channel(self, channel_id: str, label: str | None = None) -> str:
        channel = self._state.channels.get(channel_id)
        return f"#{channel.name if channel else label or channel_id}"

    def _rich(self, element: Payload) -> str:
        inside = element.get("elements", [])
        if element["type"] == "rich_text_list":
            number = element.get("offset", 0)
            marks = [
                f"{number + at}." if element.get("style") == "ordered" else "•"
                for at in range(1, len(inside) + 1)
            ]
            return "\n".join(f"{mark} {self._rich(item)}" for mark, item in zip(marks, inside, strict=True))
        return "".join(self._leaf(leaf) for leaf in inside)

    def _leaf(self, leaf: Payload) -> str:
        kind = leaf["type"]
        if kind == "text":
            return str(leaf["text"])
        if kind == "link":
            return str(leaf.get("text") or leaf["url"])
        if kind == "emoji":
            return emoji.BY_NAME.get(leaf["name"], f":{leaf['name']}:")
        if kind == "user":
            return self._user(leaf["user_id"])
        if kind == "channel":
            return self._channel(leaf["channel_id"])
        if kind == "broadcast":
            return f"@{leaf['range']}"
        if kind == "usergroup":
            return f"@{leaf['usergroup_id']}"
        return str(leaf.get("fallback") or leaf.get("value") or "")

    def _markdown(self, text: str) -> str:
        text = _MARKDOWN_LINK.sub(lambda match: match[1], text)
        text = _MARKDOWN_MARKS.sub(lambda match: match[2] or match[3] or "", text)
        return self._mrkdwn(text, formatted=False)

    def _attachment(self, attachment: Payload) -> str:
        if not isinstance(attachment, dict):
            return ""
        blocks = [self._block(block) for block in _objects(attachment.get("blocks"))]
        texts = [
            self._mrkdwn(str(attachment[key])) for key in ("pretext", "title", "text") if attachment.get(key)
        ]
        return "\n".join([*texts, *blocks])


def _objects(value: object) -> list[Payload]:
    """Those of a list; a message of another shape shows none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _nodes(node: Any) -> Iterator[Payload]:
    """Every object inside, however deep."""
    if isinstance(node, list):
        for item in node:
            yield from _nodes(item)
    elif isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _nodes(value)


def _live_in(node: Payload) -> set[str]:
    kind = node.get("type")
    if kind == "mrkdwn":
        return {token.key for token in _tokens(node.get("text"))}
    if kind == "markdown" and isinstance(node.get("text"), str):
        links = {match[2] for match in _MARKDOWN_LINK.finditer(node["text"])}
        links |= set(_BARE_URL.findall(node["text"]))
        return {f"<{link}>" for link in links} | {token.key for token in mrkdwn.tokens(node["text"])}
    if kind == "user" and "user_id" in node:
        return {f"<@{node['user_id']}>"}
    if kind == "usergroup" and "usergroup_id" in node:
        return {f"<!subteam^{node['usergroup_id']}>"}
    if kind == "channel" and "channel_id" in node:
        return {f"<#{node['channel_id']}>"}
    if kind == "broadcast" and "range" in node:
        return {f"<!{node['range']}>"}
    if (kind == "link" or kind == "button") and node.get("url"):
        return {f"<{node['url']}>"}
    if kind is None:
        # A legacy attachment: its texts are mrkdwn, its title may be a link.
        found = {t.key for key in ("pretext", "text", "title", "fallback") for t in _tokens(node.get(key))}
        return found | {
            f"<{node[key]}>" for key in ("title_link", "from_url", "author_link") if node.get(key)
        }
    return set()


def _tokens(value: Any) -> list[Token]:
    return mrkdwn.tokens(value) if isinstance(value, str) else []
