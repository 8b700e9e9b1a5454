"""The numbered words that every message of a storm carries: `c0017-000042.` is a customer's forty-second."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CUSTOMER, AI, TEAMMATE = "c", "a", "t"
MOST_CONVERSATIONS = 10_000
_TOKEN = re.compile(r"(?<![A-Za-z0-9])([cat])([0-9]{4})-([0-9]{6})\.")


@dataclass(frozen=True, slots=True, order=True)
class Token:
    """Who said it in which conversation, and the how-manieth of theirs it was."""

    author: str
    conversation: int
    number: int

    def __str__(self) -> str:
        return f"{self.author}{self.conversation:04}-{self.number:06}."


def tokens_in(text: str) -> Iterator[Token]:
    for author, conversation, number in _TOKEN.findall(text):
        yield Token(author, int(conversation), int(number))


def token_of(text: str) -> Token | None:
    """The first one in the text."""
    return next(tokens_in(text), None)


def relayed(messages: Iterable[Mapping[str, Any]]) -> list[Token]:
    """What the app's posts in a thread say, in the order a reader meets it.

    A post may carry several messages. Read are its sections and the words beside a name in small print: the
    fallback text repeats them, and what stands under a heading is a summary, which quotes.
    """
    return [
        token
        for message in messages
        if message.get("bot_id")
        for text in _said(message.get("blocks") or ())
        for token in tokens_in(text)
    ]


def _said(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    quotes = False
    for block in blocks:
        if block["type"] == "section":
            if not quotes:
                yield (block.get("text") or {}).get("text", "")
            continue
        quotes = block["type"] == "header"
        if block["type"] == "context":
            for element in block["elements"][1:]:
                yield element.get("text", "")


def title_of(message: Mapping[str, Any]) -> str:
    """What a card has as its heading; nothing for a message that is no card."""
    for block in message.get("blocks") or ():
        if block["type"] == "header":
            return str(block["text"]["text"])
    return ""
