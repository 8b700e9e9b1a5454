"""What `/bookbag find` found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock

from bot.blocks.card import take_over_button
from bot.blocks.ids import BadValue
from bot.blocks.message import LinkTo, Message, button, line, small, title
from bot.blocks.rows import row
from bot.blocks.words import STATUS_WORDS, bold, customer_name, date_and_time, escaped, shortened
from bot.desk.finding import Found, Hit
from storage.records import ConversationId, State
from storage.search import Place

FURTHER_BACK = "find_further_back"
LONGEST_WORDS = 100
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FindValue:
    """Where a look goes on, and what its asker looked for: their own words, which nobody else remembers."""

    place: Place
    words: str

    @classmethod
    def of(cls, place: Place, words: str) -> str:
        return f"{(place.at - _BEGAN) // _TICK}.{place.id}.{words}"

    @classmethod
    def read(cls, value: str) -> FindValue:
        at, _, rest = value.partition(".")
        conversation_id, dot, words = rest.partition(".")
        if not (dot and at.isdecimal() and len(at) < 18):
            raise BadValue
        return cls(Place(_BEGAN + int(at) * _TICK, ConversationId(conversation_id)), words)


def found_list(found: Found, *, link_to: LinkTo) -> Message:
    """The conversations one look found, latest first, and a button to look further back."""
    words = f"“{shortened(found.words, LONGEST_WORDS)}”"
    count = len(found.hits)
    if not count:
        nowhere = (
            f"There is no {words} {_where(found)}." if found.looked_at else f"No more {words} further back."
        )
        return Message(text=escaped(nowhere), blocks=[line(escaped(nowhere)), *_further(found)])
    heading = f"{count} conversation{'s' if count != 1 else ''} with {words}"
    blocks: list[Block] = [title(heading)]
    for hit in found.hits:
        blocks += _row(hit, link_to)
    reached = f"All that is {_where(found)}" if found.further is None else f"Latest first, {_where(found)}"
    if found.back_to is not None and found.further is not None:
        reached += f", back to {date_and_time(found.back_to.at)}"
    return Message(text=escaped(heading), blocks=[*blocks, DividerBlock(), small(reached), *_further(found)])


def _where(found: Found) -> str:
    looked_at = f"{found.looked_at:,} conversation{'s' if found.looked_at != 1 else ''}"
    return f"in {looked_at}, and nothing is further back" if found.further is None else f"in {looked_at}"


def _further(found: Found) -> list[Block]:
    if found.further is None:
        return []
    value = FindValue.of(found.further, found.words)
    return [ActionsBlock(elements=[button("Further back", FURTHER_BACK, value)])]


def _row(hit: Hit, link_to: LinkTo) -> list[Block]:
    conversation, ticket = hit.view.conversation, hit.view.ticket
    parts = [bold(customer_name(conversation)), escaped(shortened(conversation.channel, 40))]
    if ticket is not None:
        parts.append(f"#{ticket.number} {STATUS_WORDS[ticket.status]}")
    if conversation.last_message_at is not None:
        parts.append(date_and_time(conversation.last_message_at))
    action = take_over_button(conversation) if conversation.state is State.WAITING else None
    return row("   ·   ".join(parts), hit.line, conversation, link_to, action)
