"""A message's `text`: words with `<…>` tokens, emoji names and three entities in them.

The encoding is described at docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re

from bot.slack.text.emoji import to_characters
from bot.slack.text.escaping import unescaped
from bot.slack.text.intent import as_seen
from bot.slack.text.internal_links import STAND_IN, is_inside, without_inside
from bot.slack.text.markers.stand_ins import INTO_SLACK, SLACK_CHANNEL, SOMEBODY
from bot.slack.text.names import DisplayNames
from bot.text.addresses import says_no_more, spelled

_TOKEN = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"(```.+?```|`[^`\n]+`)", re.DOTALL)
_QUOTED_LINE = re.compile(r"^(?:&gt;|>).*\n?", re.MULTILINE)
_CHANNEL = re.compile(r"#[A-Z0-9]+$")
# A date, or an address: with its scheme.
_KNOWN = re.compile(r"!date\^|[A-Za-z][A-Za-z0-9+.-]*:")
# Somebody, a group, or everybody; not a channel, a date or a link.
_MENTION = re.compile(r"@[A-Z0-9]+|!subteam\^|!here|!channel|!everyone")


def decoded(text: str, names: DisplayNames) -> str:
    """The text as a customer reads it: names for ids, characters for emoji names, entities undone once."""
    # Slack shows no emoji inside code: a colon there is a colon.
    return "".join(
        _tokens_decoded(part, names, is_code=number % 2 == 1) for number, part in enumerate(_CODE.split(text))
    )


def seen(text: str) -> tuple[str, str]:
    """The text as its meaning is judged: the whole, and without the lines that it quotes."""
    return _seen(text), _seen(_QUOTED_LINE.sub("", text))


def _seen(text: str) -> str:
    pieces: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        pieces += [_typed(text[end : token.start()]), _token_seen(token.group(1))]
        end = token.end()
    return "".join([*pieces, _typed(text[end:])])


def _typed(text: str) -> str:
    return without_inside(as_seen(unescaped(text)), instead=INTO_SLACK)


def _token_seen(token: str) -> str:
    target, _, label = token.partition("|")
    if _MENTION.match(target):
        return SOMEBODY
    if _CHANNEL.match(target):
        return SLACK_CHANNEL + as_seen(unescaped(label))
    if is_inside(target):
        return INTO_SLACK + as_seen(unescaped(label))
    if not label and not _KNOWN.match(target):
        # No token of Slack's: somebody's own brackets, which came without their escapes.
        return f"<{_typed(target)}>"
    # An address is not addressed to anybody, whatever signs are in it.
    is_address = target[:1] not in ("#", "!", "@") and says_no_more(label, target)
    return "" if is_address else as_seen(unescaped(label))


def _tokens_decoded(text: str, names: DisplayNames, *, is_code: bool) -> str:
    pieces: list[str] = []
    end = 0
    for token in _TOKEN.finditer(text):
        pieces += [_literal(text[end : token.start()], is_code), unescaped(_shown(token.group(1), names))]
        end = token.end()
    return "".join([*pieces, _literal(text[end:], is_code)])


def _literal(text: str, is_code: bool) -> str:
    # Emoji names first: "&amp;" holds no colon, but an unescaped text may hold anything.
    return without_inside(unescaped(text if is_code else to_characters(text)))


def _shown(token: str, names: DisplayNames) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return names.user(target[1:])
    if target.startswith("#"):
        return names.channel(target[1:]) if not label else f"#{label}"
    if target.startswith("!subteam"):
        return label or names.group(target.partition("^")[2])
    if target.startswith("!"):
        return label or f"@{target[1:].split('^')[0]}"
    if is_inside(unescaped(target)):
        return without_inside(label) or STAND_IN
    return spelled(label, target)
