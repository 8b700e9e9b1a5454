"""The menus on a card: what can be done with its ticket."""

from __future__ import annotations

from slack_sdk.models.blocks import Option, OverflowMenuElement

from bot.blocks.ids import TICKET_MENU, Choice, MenuValue
from bot.desk.views import ConversationView
from storage.records import State, Status, Ticket


def ticket_menu(view: ConversationView, ticket: Ticket) -> OverflowMenuElement | None:
    """What can be done with an open ticket, beside its subject. None where that is nothing."""
    choices: list[tuple[str, Choice]] = []
    if view.conversation.state is State.TEAMMATE:
        if ticket.status is Status.ON_HOLD:
            choices.append(("Back from hold", Choice.OFF_HOLD))
        else:
            choices.append(("On hold…", Choice.ON_HOLD))
    return _menu(TICKET_MENU, view, choices) if choices else None


def _menu(action_id: str, view: ConversationView, choices: list[tuple[str, Choice]]) -> OverflowMenuElement:
    return OverflowMenuElement(
        action_id=action_id,
        options=[
            Option(text=label, value=MenuValue.of(choice, view.conversation)) for label, choice in choices
        ],
    )
