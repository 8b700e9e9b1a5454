"""System entries: the events on a conversation's timeline.

Those for the customer's eyes too carry the conversation's new state, so that a client which reads the
ledger knows who answers without asking again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from storage.records import Audience, Author, Conversation, Entry, Kind, Person
from storage.transaction import Transaction


class Event(StrEnum):
    """What happened, other than somebody saying something."""

    TAKEN_OVER = "taken_over"
    HANDED_OVER = "handed_over"
    JOINED = "joined"
    ESCALATED = "escalated"
    ASSIGNED = "assigned"
    STILL_WAITING = "still_waiting"
    ADDRESS_LEFT = "address_left"
    SIGNED_IN = "signed_in"
    DESCRIBED = "described"
    HOLDER_LEFT = "holder_left"
    WENT_BACK = "went_back"
    RESUMED = "resumed"
    AGREED = "agreed"
    CLOSED = "closed"
    TICKET_ENDED = "ticket_ended"
    RENAMED = "renamed"
    SUMMARISED = "summarised"
    ON_HOLD = "on_hold"
    BACK_FROM_HOLD = "back_from_hold"
    TRANSLATED = "translated"
    DRAFT_DISCARDED = "draft_discarded"
    NOT_SHOWN = "not_shown"
    SHOWN_AGAIN = "shown_again"
    NOT_FOUND = "not_found"
    TAKEN_BACK = "taken_back"
    CARD_STAYS = "card_stays"


async def changed_hands(
    tx: Transaction,
    conversation: Conversation,
    event: Event,
    text: str,
    *,
    by: Person | None,
    holder: Person | None = None,
    **data: Any,
) -> Entry:
    """Both sides learn who answers from here on: `holder`, where that is a teammate."""
    state: dict[str, Any] = {"state": conversation.state}
    if holder is not None:
        state["teammate"] = {"name": holder.name, "avatar_url": holder.avatar_url}
    return await tx.ledger.add(
        conversation.id,
        Kind.SYSTEM,
        Author.SYSTEM,
        text,
        data={"event": event, "state": state, "by": by.name if by else None, **data},
    )


async def for_the_team(
    tx: Transaction, conversation: Conversation, event: Event, *, source: str | None = None, **data: Any
) -> Entry:
    """Something only the team needs to know."""
    return await tx.ledger.add(
        conversation.id,
        Kind.SYSTEM,
        Author.SYSTEM,
        "",
        audience=Audience.TEAM,
        data={"event": event, **data},
        source=source,
    )
