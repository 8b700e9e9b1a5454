"""What a teammate typed, as the customer should read it, and whether it is meant for them at all.

Slack's encoding is described at docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.desk.replies import Meant
from bot.slack.emoji import to_characters

_TOKEN = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"(```.+?```|`[^`\n]+`)", re.DOTALL)
# Somebody, a group, or everybody; not a channel, a date or a link.
_MENTION = re.compile(r"<(?:@[A-Z0-9]+|!subteam\^|!here|!channel|!everyone)[^<>]*>")
# A mention that Slack did not recognise is still addressed to somebody; an e-mail address is not one.
_TYPED_MENTION = re.compile(r"(?<![\w.+/-])@\w")
# Marks, quotes, bullets and emoji in front of a marker do not hide it, nor does formatting inside it:
# "*note*:", "> // …" and "• :lock: note: …" are notes too.
_IN_FRONT = r"(?:(?!//|:note:):[a-z0-9_+'-]+:|(?!//)[\W_])*+"
_NOTE = re.compile(rf"{_IN_FRONT}(?:note(?:[^\w\n:]|_)*+:|//)", re.IGNORECASE)
_LEADING_MENTION = re.compile(
    rf"(?:(?!{_MENTION.pattern})(?::[a-z0-9_+'-]+:|&(?:gt|lt|amp);|[\W_]))*+{_MENTION.pattern}"
)
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xAD, 0xFEFF]
)


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
    if _NOTE.match(_bare(plain)) or _LEADING_MENTION.match(text):
        return Reading(plain, Meant.NOTE)
    if has_files or not plain.strip():
        return Reading(plain, Meant.FILES)
    if _MENTION.search(text) or _TYPED_MENTION.search(_bare(_TOKEN.sub("", text))):
        return Reading(plain, Meant.UNCLEAR)
    return Reading(plain, Meant.FOR_CUSTOMER)


def _bare(text: str) -> str:
    """The text as the eye takes it: wide letters made plain, invisible ones left out."""
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


def _decoded(text: str, names: Mapping[str, str]) -> str:
    # Slack shows no emoji inside code: a colon there is a colon.
    return "".join(
        _tokens_decoded(part, names, is_code=number % 2 == 1) for number, part in enumerate(_CODE.split(text))
    )


def _tokens_decoded(text: str, names: Mapping[str, str], *, is_code: bool) -> str:
    pieces: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        pieces += [_literal(text[end : token.start()], is_code), _unescaped(_shown(token.group(1), names))]
        end = token.end()
    return "".join([*pieces, _literal(text[end:], is_code)])


def _literal(text: str, is_code: bool) -> str:
    # Emoji names first: "&amp;" holds no colon, but an unescaped text may hold anything.
    return _unescaped(text if is_code else to_characters(text))


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
    return address if not label or _names(label, target, address) else f"{label} ({address})"


def _names(label: str, target: str, address: str) -> bool:
    """Whether a link's label says no more than its address, as where Slack made the link by itself."""
    without_scheme = address.partition("://")[2].rstrip("/")
    return label in (target, address) or label.rstrip("/") == without_scheme
