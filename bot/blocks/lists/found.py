"""What `/bookbag find` found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from slack_sdk.models.blocks import ActionsBlock, Block, DividerBlock

from bot.blocks.elements.formatting import (
    bold,
    customer_name,
    date_and_time,
    escaped,
    shortened,
    status_word,
)
from bot.blocks.elements.ids import BadValue
from bot.blocks.elements.list_rows import row
from bot.blocks.elements.message import LinkTo, Message, button, line, small, title
from bot.blocks.thread.card import take_over_button
from bot.desk.queries.finding import ConversationHit, Found
from bot.i18n import number, say
from storage.chat.search import SearchPlace
from storage.records import ConversationId, ConversationState

FURTHER_BACK = "find_further_back"
LONGEST_WORDS = 100
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FindValue:
    """Where a look goes on, and what its asker looked for: their own words, which nobody else remembers."""

    place: SearchPlace
    words: str

    @classmethod
    def of(cls, place: SearchPlace, words: str) -> str:
        return f"{(place.at - _BEGAN) // _TICK}.{place.id}.{words}"

    @classmethod
    def read(cls, value: str) -> FindValue:
        at, _, rest = value.partition(".")
        conversation_id, dot, words = rest.partition(".")
        if not (dot and at.isdecimal() and len(at) < 18):
            raise BadValue
        return cls(SearchPlace(_BEGAN + int(at) * _TICK, ConversationId(conversation_id)), words)


def found_list(found: Found, *, link_to: LinkTo) -> Message:
    """The conversations one look found, latest first, and a button to look further back."""
    if not found.hits:
        nowhere = escaped(_nowhere(found))
        return Message(text=nowhere, blocks=[line(nowhere), *_further(found)])
    heading = _heading(found)
    blocks: list[Block] = [title(heading)]
    for hit in found.hits:
        blocks += _row(hit, link_to)
    return Message(
        text=escaped(heading), blocks=[*blocks, DividerBlock(), small(_reached(found)), *_further(found)]
    )


def _nowhere(found: Found) -> str:
    words = shortened(found.words, LONGEST_WORDS)
    if not found.looked_at:
        return say("No more “{words}” further back.", words=words)
    looked_at = _looked_at(found)
    if found.further is None:
        return say(
            "There is no “{words}” in {conversations}, and there are no older ones.",
            words=words,
            conversations=looked_at,
        )
    return say("There is no “{words}” in {conversations}.", words=words, conversations=looked_at)


def _heading(found: Found) -> str:
    words, count = shortened(found.words, LONGEST_WORDS), len(found.hits)
    if count == 1:
        return say("1 conversation with “{words}”", words=words)
    return say("{count} conversations with “{words}”", count=count, words=words)


def _reached(found: Found) -> str:
    looked_at = _looked_at(found)
    if found.further is None:
        return say("Searched {conversations}; there are no older ones", conversations=looked_at)
    if found.back_to is None:
        return say("Latest first, in {conversations}", conversations=looked_at)
    back_to = date_and_time(found.back_to.at)
    return say("Latest first, in {conversations}, back to {time}", conversations=looked_at, time=back_to)


def _looked_at(found: Found) -> str:
    if found.looked_at == 1:
        return say("1 conversation")
    return say("{count} conversations", count=number(found.looked_at))


def _further(found: Found) -> list[Block]:
    if found.further is None:
        return []
    value = FindValue.of(found.further, found.words)
    return [ActionsBlock(elements=[button(say("Further back"), FURTHER_BACK, value)])]


def _row(hit: ConversationHit, link_to: LinkTo) -> list[Block]:
    conversation, ticket = hit.view.conversation, hit.view.ticket
    parts = [bold(customer_name(conversation)), escaped(shortened(conversation.channel, 40))]
    if ticket is not None:
        holder = hit.view.holder.name if hit.view.holder is not None else say("a teammate")
        parts.append(f"#{ticket.number} {status_word(ticket.status, on=bold(shortened(holder, 40)))}")
    if conversation.last_message_at is not None:
        parts.append(date_and_time(conversation.last_message_at))
    action = take_over_button(conversation) if conversation.state is ConversationState.WAITING else None
    return row("   ·   ".join(parts), hit.line, conversation, link_to, action)
