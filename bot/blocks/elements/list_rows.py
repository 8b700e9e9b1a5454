"""Rows of a list, its pages, and how long something took: what the answers of `/bookbag` are made of."""

from __future__ import annotations

from datetime import timedelta

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, DividerBlock, SectionBlock

from bot.blocks.elements.formatting import customer_name, shortened
from bot.blocks.elements.ids import OPEN_THREAD, PAGE
from bot.blocks.elements.message import SPOKEN_LIMIT, LinkTo, Message, button, line, plain, small
from bot.i18n import say
from storage.records import Conversation

PAGE_SIZE = 8
_PREVIEW = 140


def row(
    heading: str, about: str, conversation: Conversation, link_to: LinkTo, action: ButtonElement | None = None
) -> list[Block]:
    """`heading` is mrkdwn with others' words escaped; `about` are somebody's words."""
    blocks: list[Block] = [
        DividerBlock(),
        line(heading),
        SectionBlock(text=plain(shortened(about, _PREVIEW) or "…")),
    ]
    return [*blocks, *actions(conversation, link_to, action)]


def actions(conversation: Conversation, link_to: LinkTo, action: ButtonElement | None = None) -> list[Block]:
    """What can be done with a conversation: `action`, and to go to its thread where it has one."""
    elements = [action] if action is not None else []
    if conversation.card is not None:
        elements.append(
            ButtonElement(
                text=plain(say("Open thread")),
                action_id=OPEN_THREAD,
                url=link_to(conversation.card),
                accessibility_label=shortened(
                    say("Open the thread with {name}", name=customer_name(conversation)), SPOKEN_LIMIT
                ),
            )
        )
    return [ActionsBlock(elements=elements)] if elements else []


def pages(which: str, total: int, offset: int, *, shown: str = "") -> list[Block]:
    """The buttons to the pages before and after. `shown` says how many there are, where `total` does not."""
    if total <= PAGE_SIZE:
        return []
    elements = []
    if offset > 0:
        elements.append(
            button(
                say("Previous"),
                f"{PAGE}:previous",
                f"{which}.{max(0, offset - PAGE_SIZE)}",
                spoken=say("Previous page"),
            )
        )
    if offset + PAGE_SIZE < total:
        elements.append(
            button(say("Next"), f"{PAGE}:next", f"{which}.{offset + PAGE_SIZE}", spoken=say("Next page"))
        )
    counted = say(
        "{first} to {last} of {total}",
        first=offset + 1,
        last=min(offset + PAGE_SIZE, total),
        total=shown or total,
    )
    return [DividerBlock(), small(counted), ActionsBlock(elements=elements)]


def past_the_end(which: str, total: int) -> Message:
    """The list grew shorter since its last page was shown."""
    text = say("This page is empty by now.")
    last = (total - 1) // PAGE_SIZE * PAGE_SIZE
    back = button(say("Last page"), f"{PAGE}:previous", f"{which}.{last}")
    return Message(text=text, blocks=[line(text), ActionsBlock(elements=[back])])


def nothing(text: str) -> Message:
    return Message(text=text, blocks=[line(text)])


def lasted(time: timedelta) -> str:
    """A length of time as one would say it: to the minute, and in two units at most."""
    minutes = max(0, int(time.total_seconds() // 60))
    hours, minutes_over = divmod(minutes, 60)
    days, hours_over = divmod(hours, 24)
    if days and hours_over:
        return say("{days} d {hours} h", days=days, hours=hours_over)
    if days:
        return say("{days} d", days=days)
    if hours and minutes_over:
        return say("{hours} h {minutes} min", hours=hours, minutes=minutes_over)
    if hours:
        return say("{hours} h", hours=hours)
    return say("{minutes} min", minutes=minutes) if minutes else say("less than a minute")
