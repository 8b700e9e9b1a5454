"""What a job in the outbox says: its kind, how urgent it is, and which other jobs it waits behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from storage.records import (
    Conversation,
    ConversationId,
    ConversationState,
    Job,
    Ticket,
)

SLACK = "slack"
AI = "ai"
# In a row's payload, what `bot.slack.outbound.fallback_forms` keeps there: how its post has to be made, and
# how far it got.
FORM = "form"


class JobKind(StrEnum):
    """The kinds of rows."""

    CARD = "card"
    ENTRY = "entry"
    RECAP = "recap"
    POINTER = "pointer"
    SEEN = "seen"
    REFRESH = "refresh"
    FILE = "file"
    MARK = "mark"
    PROMPT = "prompt"
    ANNOUNCE = "announce"
    TAKE_DOWN = "take_down"
    DIRECT = "direct"
    ANSWER = "answer"
    SUMMARY = "summary"
    TRANSLATION = "translation"
    REPLY_TRANSLATION = "reply_translation"


class Priority(IntEnum):
    """Lower goes first, between lanes. Within a lane, order is all that counts.

    Whoever a person answers comes before those who wait for one: however many strangers ask for a person at
    the same moment, a conversation between two people goes on.
    """

    FEEDBACK = 0
    HELD_BY_PEOPLE = 1
    WAITING = 2
    WITH_AI = 3
    CARD = 4
    SEEN = 5


class Reaction(StrEnum):
    """What became of a thread message, shown on the message itself."""

    SENT = "sent"
    NOTE = "note"
    HELD = "held"
    FAILED = "failed"


class PromptKind(StrEnum):
    """What its author is asked or told about a thread message."""

    AI_ANSWERS = "ai_answers"
    SOMEBODY_HOLDS = "somebody_holds"
    # Called so in rows of earlier versions, which held nothing else for being unclear.
    UNCLEAR = "mentions"
    TRANSLATED = "translated"
    NOT_TRANSLATED = "not_translated"
    TRANSLATION_STAYS = "translation_stays"
    FOLLOWS = "follows"
    CHANGED_HANDS = "changed_hands"
    NOTHING_BEFORE = "nothing_before"
    JUST_ASSIGNED = "just_assigned"
    NO_WORDS = "no_words"
    THROUGH_APP = "through_app"
    # Named so in rows that earlier versions left.
    NOT_WHOLE = "files_unfit"
    EDIT_NOT_WHOLE = "edit_not_whole"
    EDIT_STAYS = "edit_stays"
    MAY_NOT_ACT = "may_not_act"
    MAY_NOT_EDIT = "may_not_edit"
    GIVEN_UP = "given_up"
    NOT_FOUND = "not_found"


# They ask for no decision, and say nothing of the customer or of another teammate.
ONLY_TELLS = frozenset(
    {
        PromptKind.NO_WORDS,
        PromptKind.NOT_WHOLE,
        PromptKind.EDIT_NOT_WHOLE,
        PromptKind.EDIT_STAYS,
        PromptKind.TRANSLATION_STAYS,
        PromptKind.MAY_NOT_ACT,
        PromptKind.MAY_NOT_EDIT,
        PromptKind.GIVEN_UP,
    }
)


class DirectMessageKind(StrEnum):
    """What a teammate is told in a direct message."""

    ASSIGNED = "assigned"
    STILL_WAITING = "still_waiting"


def urgency(conversation: Conversation) -> Priority:
    match conversation.state:
        case ConversationState.TEAMMATE:
            return Priority.HELD_BY_PEOPLE
        case ConversationState.WAITING:
            return Priority.WAITING
        case _:
            return Priority.WITH_AI


def is_still_so(job: Job, ticket: Ticket | None) -> bool:
    """Whether what somebody is told about a ticket is the latest thing they are: nobody moved it since."""
    return (
        ticket is not None
        and ticket.told_at is not None
        and job.payload["at"] == moment_in_words(ticket.told_at)
    )


def moment_in_words(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def without_thread(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A row's payload without what became of it in one thread: for another thread."""
    return {name: value for name, value in payload.items() if name != FORM}


def lane_of(conversation_id: ConversationId) -> str:
    """The lane of a conversation's thread."""
    return f"thread:{conversation_id}"


def channel_of(conversation: Conversation) -> str | None:
    """Where the conversation's thread is, or is to be."""
    return conversation.card.channel if conversation.card else conversation.home
