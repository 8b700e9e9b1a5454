"""How much of a post a message takes: the JSON of its blocks, as the bridge makes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from bot.blocks.elements.budget import LARGEST, ROOM
from bot.blocks.thread.entries import DENSE_FROM, SHORT, entries_message
from storage.records import (
    Audience,
    Author,
    Conversation,
    ConversationId,
    ConversationState,
    Customer,
    Entry,
    Kind,
    MessageRef,
)

__all__ = ["LARGEST", "size"]

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_ID = ConversationId("c" * 32)


def size(letters: int, *, waiting: int) -> int:
    """What a message of so many letters takes in a post, where that many wait for its thread."""
    measured = _measured()
    if waiting > DENSE_FROM and letters <= SHORT:
        return letters + measured.small
    return letters + measured.whole


@dataclass(frozen=True, slots=True)
class _Measured:
    """Characters of JSON beside a message's own: set small, and under its author's name."""

    small: int
    whole: int


@cache
def _measured() -> _Measured:
    many = DENSE_FROM + 1
    return _Measured(small=_beside(many), whole=_beside(2))


def _beside(entries: int) -> int:
    """For each of so many short messages, which two people say in turn."""
    said = [_entry(number) for number in range(entries)]
    packed = entries_message(_conversation(), said)
    return ROOM.size(packed.message.blocks) // entries - len(said[0].text)


def _conversation() -> Conversation:
    return Conversation(
        id=_ID,
        channel="web",
        inbox=None,
        customer=Customer(name="Maya Lindqvist"),
        state=ConversationState.AI,
        epoch=0,
        holder=None,
        escalated_at=None,
        last_message_seq=0,
        last_seq=0,
        mirrored=True,
        card=MessageRef("T1", "C1", "1.000001"),
        created_at=_AT,
        last_message_at=_AT,
    )


def _entry(number: int) -> Entry:
    return Entry(
        conversation_id=_ID,
        seq=100 + number,
        kind=Kind.MESSAGE,
        author=Author.AI if number % 2 else Author.CUSTOMER,
        audience=Audience.CUSTOMER,
        epoch=0,
        person=None,
        name=None,
        avatar_url=None,
        text="x" * 40,
        data={},
        source=None,
        created_at=_AT,
    )
