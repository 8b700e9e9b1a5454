"""What the bot says with Slack's own references and somebody's names in it. The names stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from slack_sdk.models.blocks import RichTextBlock, RichTextElementParts, RichTextSectionElement

from bot.blocks.elements.formatting import escaped
from bot.blocks.elements.message import Message

# No name holds these: controls are taken out of it.
_BEGIN, _END = "\x01", "\x02"
_NAME = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
_PIECE = re.compile(
    f"`(?P<code>(?:[^`{_BEGIN}]|{_NAME.pattern})*)`|{_BEGIN}(?P<name>[^{_END}]*){_END}|<#(?P<channel>[A-Z0-9]+)>"
)
_CODE = RichTextElementParts.TextStyle(code=True)


def as_typed(name: str) -> str:
    """A name for a sentence that `told` is given: whatever is in it is shown and does nothing."""
    return f"{_BEGIN}{name}{_END}"


def told(sentence: str) -> Message:
    """A sentence of ours: code between backticks, `<#C…>` for channels, and names `as_typed`."""
    section = RichTextSectionElement(elements=list(_pieces(sentence)))
    return Message(
        text=_NAME.sub(lambda found: escaped(found[1]), sentence), blocks=[RichTextBlock(elements=[section])]
    )


def _pieces(sentence: str) -> Iterator[RichTextElementParts.Text | RichTextElementParts.Channel]:
    end = 0
    for piece in _PIECE.finditer(sentence):
        if piece.start() > end:
            yield RichTextElementParts.Text(text=sentence[end : piece.start()])
        end = piece.end()
        if piece["channel"]:
            yield RichTextElementParts.Channel(channel_id=piece["channel"])
        elif piece["code"]:
            yield RichTextElementParts.Text(text=_NAME.sub(r"\1", piece["code"]), style=_CODE)
        else:
            yield RichTextElementParts.Text(text=piece["name"])
    if end < len(sentence):
        yield RichTextElementParts.Text(text=sentence[end:])
