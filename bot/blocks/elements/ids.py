"""Action ids, and what a button's value says. A value is a reference, never words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from storage.records import Conversation, ConversationId

TAKE_OVER = "take_over"
ALLOW_AI_REPLIES = "allow_ai_replies"
TAKE_OVER_AND_SEND = "take_over_and_send"
SEND_AS_ME = "send_as_me"
SEND_TRANSLATION = "send_translation"
KEEP_AS_NOTE = "keep_as_note"
TAKE_FROM_AND_SEND = "take_from_and_send"
RETRY = "retry"
TAKE_BACK = "take_back"
TRY_AGAIN = "try_again"
OPEN_THREAD = "open_thread"
PAGE = "page"
HOME_PAGE = "home_page"
TICKET_MENU = "ticket_menu"
HOLDER_MENU = "holder_menu"
HAND_OVER_MODAL = "hand_over"
HAND_OVER_TO = "hand_over_to"
SUBJECT_MODAL = "subject"
SUBJECT = "ticket_subject"
HOLD_MODAL = "hold"
HOLD_REASON = "hold_reason"
HAND_BACK_MODAL = "hand_back"
AGREED = "agreed"
TICKET_STAYS = "ticket_stays"
STAYS_OPEN = "stays_open"
WRITE_MYSELF = "write_myself"
DRAFT_REPLY = "draft_reply"
COMPOSE_MODAL = "compose"
COMPOSED = "composed"
WISH = "wish"
STOP_WRITING = "stop_writing"
KEPT = "kept"
WRITE_NOTE = "write_note"
NOTE_MODAL = "note"
NOTE_WORDS = "note_words"


class BadValue(ValueError):
    """A button's value that this program did not write."""


class Choice(StrEnum):
    """What a card's menus offer."""

    ON_HOLD = "on_hold"
    OFF_HOLD = "off_hold"
    EDIT_SUBJECT = "edit_subject"
    CLOSE = "close"
    CANCEL = "cancel"
    JOIN = "join"
    HAND_OVER = "hand_over"
    TAKE_FROM = "take_from"
    COMPOSE = "compose"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class ConversationValue:
    """A conversation as it was when the button was shown."""

    conversation_id: ConversationId
    epoch: int

    @classmethod
    def of(cls, conversation: Conversation) -> str:
        return cls(conversation.id, conversation.epoch).written()

    def written(self) -> str:
        return f"{self.conversation_id}.{self.epoch}"

    @classmethod
    def read(cls, value: str) -> ConversationValue:
        return cls(*_id_and_number(value))


@dataclass(frozen=True, slots=True)
class ComposeValue:
    """A conversation as who writes a reply saw it, and whether sending it takes over.

    `version` counts how often the words in the window were put there by the program: Slack shows an initial
    value only in an input that it has not shown before.
    """

    about: ConversationValue
    taking_over: bool
    version: int = 1

    @classmethod
    def of(cls, conversation: Conversation, *, taking_over: bool, version: int = 1) -> ComposeValue:
        return cls(ConversationValue(conversation.id, conversation.epoch), taking_over, version)

    def written(self) -> str:
        return f"{'take' if self.taking_over else 'send'}.{self.version}.{self.about.written()}"

    @classmethod
    def read(cls, value: str) -> ComposeValue:
        how, _, rest = value.partition(".")
        version, _, about = rest.partition(".")
        if how not in ("take", "send") or not version.isdecimal():
            raise BadValue
        return cls(ConversationValue.read(about), how == "take", int(version))

    @property
    def next(self) -> ComposeValue:
        return replace(self, version=self.version + 1)

    @property
    def block_id(self) -> str:
        """The input's block in this version."""
        return f"{COMPOSED}.{self.version}"


@dataclass(frozen=True, slots=True)
class MenuValue:
    """A choice, and the conversation as it was when the menu was shown."""

    choice: Choice
    about: ConversationValue

    @classmethod
    def of(cls, choice: Choice, conversation: Conversation) -> str:
        return f"{choice}.{ConversationValue.of(conversation)}"

    @classmethod
    def read(cls, value: str) -> MenuValue:
        choice, _, about = value.partition(".")
        try:
            return cls(Choice(choice), ConversationValue.read(about))
        except ValueError:
            raise BadValue from None


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A held reply: its conversation and its source in the ledger."""

    conversation_id: ConversationId
    source: str

    @classmethod
    def of(cls, conversation_id: ConversationId, source: str) -> str:
        return f"{conversation_id}.{source}"

    @classmethod
    def read(cls, value: str) -> HeldValue:
        conversation_id, dot, source = value.partition(".")
        if not dot:
            raise BadValue
        return cls(ConversationId(conversation_id), source)


@dataclass(frozen=True, slots=True)
class TakeFromValue:
    """A held reply, and its conversation as it was when its author was asked."""

    about: ConversationValue
    source: str

    @classmethod
    def of(cls, about: ConversationValue, source: str) -> str:
        return f"{about.written()}.{source}"

    @classmethod
    def read(cls, value: str) -> TakeFromValue:
        conversation_id, _, rest = value.partition(".")
        epoch, dot, source = rest.partition(".")
        if not dot:
            raise BadValue
        return cls(ConversationValue.read(f"{conversation_id}.{epoch}"), source)


@dataclass(frozen=True, slots=True)
class TranslationValue:
    """A held reply, and the fingerprint of the translation that its author was shown."""

    held: HeldValue
    print_of: str

    @classmethod
    def of(cls, held: HeldValue, print_of: str) -> str:
        return f"{print_of}.{HeldValue.of(held.conversation_id, held.source)}"

    @classmethod
    def read(cls, value: str) -> TranslationValue:
        print_of, _, held = value.partition(".")
        return cls(HeldValue.read(held), print_of)


@dataclass(frozen=True, slots=True)
class EntryValue:
    """An entry of a conversation's ledger."""

    conversation_id: ConversationId
    seq: int

    @classmethod
    def of(cls, conversation_id: ConversationId, seq: int) -> str:
        return f"{conversation_id}.{seq}"

    @classmethod
    def read(cls, value: str) -> EntryValue:
        return cls(*_id_and_number(value))


def _id_and_number(value: str) -> tuple[ConversationId, int]:
    conversation_id, dot, number = value.partition(".")
    if not (dot and number.isdecimal() and len(number) < 10):
        raise BadValue
    return ConversationId(conversation_id), int(number)
