"""The hand back: what the AI is told of a stretch in which a person answered."""

from __future__ import annotations

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    CheckboxesElement,
    InputBlock,
    Option,
    PlainTextInputElement,
)
from slack_sdk.models.views import View

from bot.blocks.elements.formatting import chunks, escaped
from bot.blocks.elements.ids import (
    AGREED,
    HAND_BACK_MODAL,
    STAYS_OPEN,
    TICKET_STAYS,
    WRITE_MYSELF,
    ConversationValue,
)
from bot.blocks.elements.message import button, plain, small
from bot.desk.ownership.takeover import LONGEST_AGREEMENT
from bot.i18n import say


def hand_back_modal(about: ConversationValue, *, agreed: str, trouble: str | None = None) -> View:
    """What was agreed? `trouble` says why nothing is written there yet."""
    typed = PlainTextInputElement(
        action_id=AGREED,
        multiline=True,
        max_length=LONGEST_AGREEMENT,
        initial_value=next(chunks(agreed, LONGEST_AGREEMENT), None),
        placeholder=plain(say("A new backpack is on its way, free of charge")),
    )
    asked = InputBlock(
        block_id=AGREED,
        label=plain(say("What was agreed with the customer")),
        hint=plain(
            say("The AI reads this and keeps to it when it answers. The customer does not see these words.")
        ),
        element=typed,
        optional=True,
    )
    why = [small(f"⚠️ {escaped(trouble)}")] if trouble else []
    return _modal(about, [*why, asked])


def hand_back_being_written(about: ConversationValue) -> View:
    """While the AI writes what was agreed. Nothing can be typed yet, so nothing typed can be lost."""
    says = say("✍️ Writing down what was agreed… You can hand back without waiting for it.")
    mine = button(say("Write it myself"), WRITE_MYSELF, about.written())
    return _modal(about, [small(escaped(says)), ActionsBlock(elements=[mine])])


def _modal(about: ConversationValue, blocks: list[Block]) -> View:
    stays = Option(
        value=STAYS_OPEN,
        text=plain(say("Keep the ticket open")),
        description=plain(say("The AI answers again, and the ticket stays with the team.")),
    )
    ticket = InputBlock(
        block_id=TICKET_STAYS,
        label=plain(say("Ticket")),
        element=CheckboxesElement(action_id=TICKET_STAYS, options=[stays]),
        optional=True,
    )
    return View(
        type="modal",
        callback_id=HAND_BACK_MODAL,
        private_metadata=about.written(),
        title=plain(say("Hand back")),
        submit=plain(say("Hand back")),
        close=plain(say("Cancel")),
        blocks=[*blocks, ticket],
    )
