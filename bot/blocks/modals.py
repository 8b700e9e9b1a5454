"""Modals: what a teammate is asked before something is done. They carry references, like buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from bot.blocks.ids import HOLD_MODAL, HOLD_REASON, ConversationValue
from bot.blocks.message import plain
from bot.desk.tickets import LONGEST_LINE


def hold_modal(about: ConversationValue) -> View:
    """What does the ticket wait for?"""
    typed = PlainTextInputElement(
        action_id=HOLD_REASON,
        max_length=LONGEST_LINE,
        placeholder=plain("The warehouse looks for the parcel"),
        focus_on_load=True,
    )
    asked = InputBlock(
        block_id=HOLD_REASON,
        label=plain("What does it wait for?"),
        hint=plain("Only the team sees this. When the customer writes, the ticket is back from hold."),
        element=typed,
    )
    return _modal(HOLD_MODAL, about, title="Put on hold", submit="Put on hold", blocks=[asked])


def _modal(
    callback_id: str, about: ConversationValue, *, title: str, submit: str, blocks: list[Block]
) -> View:
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=about.written(),
        title=plain(title),
        submit=plain(submit),
        close=plain("Cancel"),
        blocks=blocks,
    )
