"""What Slack's composer makes of what a person types: encoded text and a rich_text block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sandbox.content import emoji
from sandbox.content.mrkdwn import Token, escape, token
from sandbox.payload import random_id

if TYPE_CHECKING:
    from sandbox.content.mrkdwn import MrkdwnNames
    from sandbox.payload import Payload

_MENTION = re.compile(r"(?<![\w.])@([A-Za-z0-9](?:[\w.-]*\w)?)")
_CHANNEL = re.compile(r"(?<!\w)#([a-z0-9_-]{1,80})")
_URL = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]}'\"]")
_RAW = re.compile(r"<([@#!][^<>\s]+)>")
_EMOJI = re.compile(r":[a-z0-9_+'-]+:")
_STYLED = re.compile(
    r"(?<![\w*])\*(?P<bold>[^*\n]+)\*(?![\w*])|(?<!\w)_(?P<italic>[^_\n]+)_(?!\w)"
    r"|(?<![\w~])~(?P<strike>[^~\n]+)~(?![\w~])|`(?P<code>[^`\n]+)`"
)
_INLINE = re.compile("|".join(p.pattern for p in (_RAW, _URL, _MENTION, _CHANNEL, _EMOJI)))
_BROADCASTS = ("here", "channel", "everyone")


def type_message(text: str, *, names: MrkdwnNames, mentions: dict[str, str]) -> Payload:
    """The `text` and `blocks` of a message as typed.

    `@ana`, `@Ana Silva`, `@here`, `#channel` and raw `<@U…>` become live as picking them from the
    composer's list does; `mentions` maps further spellings, such as real names, to user ids. URLs are linked,
    `*bold*`, `_italic_`, `~strike~`, code, `> quotes`, ``` fences and `• ` or `1. ` lists are formatted; four
    spaces in front of an item put it one level deeper, and a list may begin with any number.
    """
    for spelling in sorted(mentions, key=len, reverse=True):
        text = text.replace(f"@{spelling}", f"<@{mentions[spelling]}>")
    text = emoji.to_names(text)
    elements = [element for part in _blocks_of(text) for element in part.render(names)]
    encoded = _INLINE.sub(lambda match: _encode(match[0], names), _shield(text))
    block = {"type": "rich_text", "block_id": random_id("", length=5), "elements": elements}
    return {"text": _unshield(encoded), "blocks": [block]}


# While links are found, the entities' own characters must not take part; private-use characters stand in.
_SHIELDED = {"&": "\ue000", "<": "\ue001", ">": "\ue002"}


def _shield(text: str) -> str:
    """Stand-ins for `& < >`, except around what is live already."""
    shielded, at = [], 0
    for match in _RAW.finditer(text):
        if token(match[1]) is None:
            continue
        shielded += [_stand_in(text[at : match.start()]), match[0]]
        at = match.end()
    return "".join([*shielded, _stand_in(text[at:])])


def _stand_in(text: str) -> str:
    for character, stand_in in _SHIELDED.items():
        text = text.replace(character, stand_in)
    return text


def _unshield(text: str) -> str:
    for character, stand_in in _SHIELDED.items():
        text = text.replace(stand_in, escape(character))
    return text


def _encode(piece: str, names: MrkdwnNames) -> str:
    leaf = _leaf(piece, names)
    if leaf["type"] == "link":
        return f"<{piece}>"
    if leaf["type"] == "user":
        return f"<@{leaf['user_id']}>"
    if leaf["type"] == "broadcast":
        return f"<!{leaf['range']}>"
    if leaf["type"] == "channel":
        name = next((name for name, found in names.channels.items() if found == leaf["channel_id"]), "")
        return f"<#{leaf['channel_id']}|{name}>"
    return piece


def _leaf(piece: str, names: MrkdwnNames) -> Payload:
    """The rich_text leaf for one recognised piece of text."""
    raw = token(piece[1:-1]) if piece.startswith("<") else None
    if raw is not None:
        return _leaf_of_token(raw, piece)
    if piece.startswith("http"):
        return {"type": "link", "url": piece}
    if piece.startswith("@") and piece[1:] in _BROADCASTS:
        return {"type": "broadcast", "range": piece[1:]}
    if piece.startswith("@") and piece[1:] in names.users:
        return {"type": "user", "user_id": names.users[piece[1:]]}
    if piece.startswith("#") and piece[1:] in names.channels:
        return {"type": "channel", "channel_id": names.channels[piece[1:]]}
    if piece.startswith(":") and piece.strip(":") in emoji.BY_NAME:
        character = emoji.BY_NAME[piece.strip(":")]
        unicode = "-".join(f"{ord(one):04x}" for one in character)
        return {"type": "emoji", "name": piece.strip(":"), "unicode": unicode}
    if piece.startswith(":") and piece.strip(":") in names.emoji:
        return {"type": "emoji", "name": piece.strip(":")}
    return {"type": "text", "text": piece}


def _leaf_of_token(raw: Token, piece: str) -> Payload:
    if raw.target.startswith("@"):
        return {"type": "user", "user_id": raw.target[1:]}
    if raw.target.startswith("#"):
        return {"type": "channel", "channel_id": raw.target[1:]}
    if raw.target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": raw.target.removeprefix("!subteam^")}
    if raw.target[1:] in _BROADCASTS:
        return {"type": "broadcast", "range": raw.target[1:]}
    return {"type": "text", "text": piece}


class _Part:
    """A run of lines of one kind: prose, quote, fenced code or list of one level."""

    def __init__(self, kind: str, lines: list[str], *, indent: int = 0, first: int = 1) -> None:
        self.kind = kind
        self.lines = lines
        self.indent = indent
        self.first = first

    def takes(self, other: _Part) -> bool:
        """Whether the other goes on where this one ends."""
        goes_on = self.kind != "ordered" or other.first == self.first + len(self.lines)
        return goes_on and (self.kind, self.indent) == (other.kind, other.indent)

    def render(self, names: MrkdwnNames) -> list[Payload]:
        text = "\n".join(self.lines)
        if self.kind == "rich_text_preformatted":
            return [{"type": self.kind, "elements": [{"type": "text", "text": text}], "border": 0}]
        if self.kind in ("bullet", "ordered"):
            items = [{"type": "rich_text_section", "elements": _leaves(line, names)} for line in self.lines]
            listing: Payload = {"type": "rich_text_list", "style": self.kind, "indent": self.indent}
            if self.first > 1:
                listing["offset"] = self.first - 1
            return [{**listing, "elements": items, "border": 0}]
        return [{"type": self.kind, "elements": _leaves(text, names)}]


_LINE_KINDS = (
    (re.compile(r">\s?"), "rich_text_quote"),
    (re.compile(r"(?P<indent>(?: {4})*)[•◦▪-]\s+"), "bullet"),
    (re.compile(r"(?P<indent>(?: {4})*)(?P<number>\d{1,9})\.\s+"), "ordered"),
)


def _blocks_of(text: str) -> list[_Part]:
    parts: list[_Part] = []
    fenced = False
    for line in text.split("\n"):
        if line.strip() == "```":
            fenced = not fenced
            if fenced:
                parts.append(_Part("rich_text_preformatted", []))
            continue
        if fenced:
            parts[-1].lines.append(line)
            continue
        part = _part_of(line)
        if parts and parts[-1].takes(part):
            parts[-1].lines += part.lines
        else:
            parts.append(part)
    return parts


def _part_of(line: str) -> _Part:
    for pattern, kind in _LINE_KINDS:
        match = pattern.match(line)
        if match:
            found = match.groupdict()
            return _Part(
                kind,
                [line[match.end() :]],
                indent=len(found.get("indent") or "") // 4,
                first=int(found.get("number") or 1),
            )
    return _Part("rich_text_section", [line])


def _leaves(text: str, names: MrkdwnNames) -> list[Payload]:
    leaves: list[Payload] = []
    at = 0
    for match in _STYLED.finditer(text):
        leaves += _plain_leaves(text[at : match.start()], names)
        style = str(match.lastgroup)
        for leaf in _plain_leaves(match[style], names, is_code=style == "code"):
            leaves.append({**leaf, "style": {style: True}})
        at = match.end()
    return leaves + _plain_leaves(text[at:], names)


def _plain_leaves(text: str, names: MrkdwnNames, *, is_code: bool = False) -> list[Payload]:
    """In code a colon is a colon."""
    leaves: list[Payload] = []
    at = 0
    for match in _INLINE.finditer(text):
        leaf = _leaf(match[0], names)
        if leaf["type"] == "text" or (is_code and leaf["type"] == "emoji"):
            continue
        if match.start() > at:
            leaves.append({"type": "text", "text": text[at : match.start()]})
        leaves.append(leaf)
        at = match.end()
    if at < len(text):
        leaves.append({"type": "text", "text": text[at:]})
    return leaves
