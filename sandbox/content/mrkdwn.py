"""Slack's text markup: `<@U…>`, `<!here>`, `<#C…>`, `<https://…|label>`, and the three entities.

Slack itself rewrites what an app sends: stray `& < >` become entities, emoji become names, and bare
URLs become `<links>`. With `link_names` or `parse=full` also bare `@names`, `#channels` and `@here`.
Tests that prove customer text cannot ping anyone lean on that rewriting, so where Slack's documents
leave doubt it links too much rather than too little.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.content import emoji

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

CONTROL = re.compile(r"<([^<>\n]+)>")
_TARGET = re.compile(
    r"@[UWB][A-Z0-9]{2,}|#[CGD][A-Z0-9]{2,}|!here|!channel|!everyone|!subteam\^[A-Z0-9]+|!date\^[^|]+"
    r"|(?:https?|ftp|slack)://[^\s|]+|mailto:[^\s|]+|tel:[^\s|]+",
)
_BARE_URL = re.compile(r"(?<![<|\w@/])(?:https?://)[^\s<>|*~`]+[^\s<>|.,;:!?)\]}'\"*_~`]")
_BARE_EMAIL = re.compile(r"(?<![<|\w:/.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BARE_BROADCAST = re.compile(r"(?<![\w<!@.])@(here|channel|everyone)\b")
_BARE_CHANNEL = re.compile(r"(?<![\w<&])#([a-z0-9_-]{1,80})")
_BARE_NAME = re.compile(r"(?<![\w<@.])@([a-z0-9](?:[\w.-]*\w)?)")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


@dataclass(frozen=True)
class Token:
    """A `<…>` sequence that Slack turns into something live."""

    target: str
    label: str | None

    @property
    def key(self) -> str:
        """The sequence without its label, so that two spellings compare equal."""
        return f"<{self.target}>"


@dataclass(frozen=True)
class MrkdwnNames:
    """Who and what bare names can refer to."""

    users: Mapping[str, str]
    channels: Mapping[str, str]
    emoji: Collection[str] = ()


def escape(text: str) -> str:
    """What the composer does to what a person types."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Undo the three entities, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def token(inside: str) -> Token | None:
    """Read what stands between `<` and `>`, or None where Slack would show it as it is."""
    target, bar, label = inside.partition("|")
    if not _TARGET.fullmatch(target):
        return None
    return Token(target, label if bar else None)


def pieces(text: str) -> Iterator[str | Token]:
    """The text as plain runs (still with entities) and live tokens, in order."""
    at = 0
    for match in CONTROL.finditer(text):
        found = token(match[1])
        if found is None:
            continue
        if match.start() > at:
            yield text[at : match.start()]
        yield found
        at = match.end()
    if at < len(text):
        yield text[at:]


def tokens(text: str) -> list[Token]:
    """Only what is live in the text."""
    return [piece for piece in pieces(text) if isinstance(piece, Token)]


def normalise(text: str, *, link_urls: bool, link_names: bool, names: MrkdwnNames) -> str:
    """The text as Slack stores it."""
    written = []
    for piece in pieces(text):
        if isinstance(piece, Token):
            written.append(f"<{piece.target}|{piece.label}>" if piece.label is not None else piece.key)
        else:
            written.append(_normalise_plain(piece, link_urls=link_urls, link_names=link_names, names=names))
    return "".join(written)


def _normalise_plain(text: str, *, link_urls: bool, link_names: bool, names: MrkdwnNames) -> str:
    text = _AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    text = emoji.to_names(text)
    if link_urls:
        text = _BARE_URL.sub(lambda match: f"<{match[0]}>", text)
        text = _BARE_EMAIL.sub(lambda match: f"<mailto:{match[0]}|{match[0]}>", text)
    if link_names:
        text = _BARE_BROADCAST.sub(lambda match: f"<!{match[1]}>", text)
        text = _BARE_CHANNEL.sub(lambda match: _link(match, names.channels, "#"), text)
        text = _BARE_NAME.sub(lambda match: _link(match, names.users, "@"), text)
    return text


def _link(match: re.Match[str], ids: Mapping[str, str], sign: str) -> str:
    found = ids.get(match[1])
    return f"<{sign}{found}>" if found else match[0]
