"""A message ready for Slack, and the few blocks that all messages are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    OverflowMenuElement,
    PlainTextObject,
    SectionBlock,
)

from bot.blocks.elements import budget
from bot.blocks.elements.budget import Room
from bot.blocks.elements.formatting import HEADER_LIMIT, chunks, shortened
from bot.blocks.elements.rich_text import rich_text
from bot.i18n import say
from bot.text.markdown import markdown, reads_as_typed
from storage.records import MessageRef

# docs.slack.dev/reference/block-kit/block-elements/button-element
SPOKEN_LIMIT = 75

LinkTo = Callable[[MessageRef], str]


@dataclass(frozen=True, slots=True)
class Message:
    """`text` for notifications and screen readers, `blocks` for the eye; without any the text is all."""

    text: str
    blocks: Sequence[Block]

    def arguments(self) -> dict[str, Any]:
        """As arguments of chat.postMessage and its kin. `parse` and the rest keep Slack from adding links.

        Whatever is written to Slack passes here, so nothing is larger than Slack is known to take: who has
        more to say splits it before, and what nobody split loses blocks.
        """
        blocks = Room(budget.LARGEST).written(self.blocks)
        return {
            "text": self.text,
            **({"blocks": blocks} if blocks else {}),
            "parse": "none",
            "link_names": False,
        }


def plain(text: str) -> PlainTextObject:
    # `emoji=False`: a customer's ":tada:" stays what they typed.
    return PlainTextObject(text=text, emoji=False)


def words(text: str) -> list[Block]:
    """Somebody's words, exactly, in as many sections as they need."""
    return [SectionBlock(text=plain(chunk)) for chunk in chunks(text)] or [
        small(say("_Nothing but blank space_"))
    ]


def ai_words(text: str) -> list[Block]:
    """An AI's words with their Markdown shown, as inert as anybody's: links show where they lead.

    To the letter, like everybody's, where there is no formatting in them or too much of it.
    """
    prose = markdown(text)
    shown = None if prose is None or reads_as_typed(prose, text) else rich_text(prose)
    return words(text) if shown is None else shown


def title(text: str) -> Block:
    return HeaderBlock(text=plain(shortened(text, HEADER_LIMIT) or "…"))


def small(mrkdwn: str) -> Block:
    """A line of our own words in small print. What others wrote must be escaped in it."""
    return ContextBlock(elements=[MarkdownTextObject(text=mrkdwn, verbatim=True)])


def small_print(text: str) -> Block:
    """A line in small print, exactly as it is: nothing in it formats."""
    return ContextBlock(elements=[plain(text)])


def line(mrkdwn: str, *, menu: OverflowMenuElement | None = None) -> Block:
    """A line of our own words, with what can be done about it. What others wrote must be escaped in it."""
    return SectionBlock(text=MarkdownTextObject(text=mrkdwn, verbatim=True), accessory=menu)


def button(
    label: str, action_id: str, value: str, *, style: str | None = None, spoken: str | None = None
) -> ButtonElement:
    """`spoken` is what a screen reader says, where the label alone does not tell it from its neighbours."""
    return ButtonElement(
        text=PlainTextObject(text=label),
        action_id=action_id,
        value=value,
        style=style,
        accessibility_label=spoken and shortened(spoken, SPOKEN_LIMIT),
    )
