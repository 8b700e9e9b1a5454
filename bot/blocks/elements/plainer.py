"""The same message in plainer forms, for where Slack refuses the one it was made in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.blocks.elements.formatting import escaped
from bot.blocks.elements.message import Message, words

_DATE = re.compile(r"<!date\^[^|>]*\|([^>]*)>")
_LINK = re.compile(r"<[^@!#|>][^|>]*\|([^>]*)>")
# What makes words bold or italic stands at their edges.
_MARK = re.compile(r"(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)")


class Plain(IntEnum):
    """How plain: each holds less that Slack could refuse than the one before."""

    AS_MADE = 0
    SECTIONS = 1  # one kind of block for all words, and the buttons
    WORDS = 2  # the same without buttons
    TEXT = 3  # no blocks at all


def plainer(message: Message, plain: Plain) -> Message:
    """The message in that form. It says the same; what could be pressed in it is elsewhere too."""
    if plain is Plain.AS_MADE:
        return message
    says = spelled(message.blocks) or message.text
    if plain is Plain.TEXT:
        return Message(text=escaped(says), blocks=[])
    buttons = [block for block in message.blocks if isinstance(block, ActionsBlock)]
    return Message(text=message.text, blocks=[*words(says), *(buttons if plain is Plain.SECTIONS else [])])


def without_buttons(message: Message) -> Message:
    """The message with nothing to press in it."""
    return replace(message, blocks=[one for one in message.blocks if not isinstance(one, ActionsBlock)])


def spelled(blocks: Sequence[Block]) -> str:
    """All words in the blocks, a line for each, without what only Slack reads and without buttons."""
    lines = ("   ".join(_words(block.to_dict())) for block in blocks if not isinstance(block, ActionsBlock))
    return "\n".join(line for line in lines if line.strip())


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _words(one)
    elif not isinstance(node, dict):
        return
    elif node.get("type") == "mrkdwn":
        yield _unmarked(str(node["text"]))
    elif node.get("type") in ("plain_text", "text"):
        yield str(node["text"])
    elif node.get("type") == "link":
        yield str(node.get("text") or node["url"])
    else:
        for key in ("text", "elements", "fields"):
            yield from _words(node.get(key))


def _unmarked(mrkdwn: str) -> str:
    text = _MARK.sub("", _LINK.sub(r"\1", _DATE.sub(r"\1", mrkdwn)))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
