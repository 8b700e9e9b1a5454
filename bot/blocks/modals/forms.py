"""Modals: what a teammate is asked before something is done. They carry references, like buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, UserSelectElement
from slack_sdk.models.views import View

from bot.blocks.elements.formatting import escaped, shortened
from bot.blocks.elements.ids import (
    HAND_OVER_MODAL,
    HAND_OVER_TO,
    HOLD_MODAL,
    HOLD_REASON,
    NOTE_MODAL,
    NOTE_WORDS,
    SUBJECT,
    SUBJECT_MODAL,
    ConversationValue,
)
from bot.blocks.elements.message import Message, plain, small
from bot.desk.tickets import LONGEST_LINE
from bot.desk.writing import LONGEST_NOTE
from bot.i18n import say


def hold_modal(about: ConversationValue) -> View:
    """What does the ticket wait for?"""
    typed = PlainTextInputElement(
        action_id=HOLD_REASON,
        max_length=LONGEST_LINE,
        placeholder=plain(say("The warehouse is looking for the parcel")),
        focus_on_load=True,
    )
    asked = InputBlock(
        block_id=HOLD_REASON,
        label=plain(say("What does it wait for?")),
        hint=plain(say("Only the team sees this. When the customer writes, the ticket comes off hold.")),
        element=typed,
    )
    return _modal(HOLD_MODAL, about, title=say("Put on hold"), submit=say("Put on hold"), blocks=[asked])


def subject_modal(about: ConversationValue, *, subject: str | None) -> View:
    """What is the ticket about?"""
    typed = PlainTextInputElement(
        action_id=SUBJECT,
        max_length=LONGEST_LINE,
        initial_value=shortened(subject or "", LONGEST_LINE) or None,
        focus_on_load=True,
    )
    asked = InputBlock(block_id=SUBJECT, label=plain(say("What is it about?")), element=typed)
    return _modal(SUBJECT_MODAL, about, title=say("Edit subject"), submit=say("Save"), blocks=[asked])


def hand_over_modal(about: ConversationValue) -> View:
    """Who answers from here on?"""
    chosen = UserSelectElement(action_id=HAND_OVER_TO, focus_on_load=True)
    asked = InputBlock(
        block_id=HAND_OVER_TO,
        label=plain(say("Who answers from here on?")),
        hint=plain(say("The ticket lands on them, and the customer sees that they joined the chat.")),
        element=chosen,
    )
    return _modal(HAND_OVER_MODAL, about, title=say("Hand over"), submit=say("Hand over"), blocks=[asked])


def note_modal(about: ConversationValue) -> View:
    """What should the team know?"""
    typed = PlainTextInputElement(
        action_id=NOTE_WORDS, multiline=True, max_length=LONGEST_NOTE, focus_on_load=True
    )
    asked = InputBlock(block_id=NOTE_WORDS, label=plain(say("Your note")), element=typed)
    who_reads = say(
        "Only the team reads this: it stands in the thread under your name, and the customer never sees it."
    )
    blocks: list[Block] = [small(f"🔒 {escaped(who_reads)}"), asked]
    return _modal(NOTE_MODAL, about, title=say("Note for the team"), submit=say("Add note"), blocks=blocks)


def said_modal(message: Message) -> View:
    """What somebody is told where no message can be shown to them alone."""
    return View(type="modal", title=plain("Bookbag"), close=plain(say("Close")), blocks=list(message.blocks))


def _modal(
    callback_id: str, about: ConversationValue, *, title: str, submit: str, blocks: list[Block]
) -> View:
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=about.written(),
        title=plain(title),
        submit=plain(submit),
        close=plain(say("Cancel")),
        blocks=blocks,
    )
