"""The menus on a card: what can be done with its ticket, and who answers.

Two, because Slack takes at most five entries in one. Slack lets a menu have no name, so each stands beside
what it is about: one beside who answers, one beside the ticket's subject.
"""

from __future__ import annotations

from slack_sdk.models.blocks import Option, OverflowMenuElement

from bot.blocks.elements.formatting import shortened
from bot.blocks.elements.ids import HOLDER_MENU, TICKET_MENU, Choice, MenuValue
from bot.desk.queries.views import ConversationView
from bot.i18n import say
from storage.records import ConversationState, Status, Ticket

# So that a label stays within Slack’s 75 characters, in every language.
_NAME_LENGTH = 50


def ticket_menu(view: ConversationView, ticket: Ticket) -> OverflowMenuElement:
    """What can be done with an open ticket, beside its subject."""
    choices: list[tuple[str, Choice]] = []
    if view.conversation.state is ConversationState.TEAMMATE:
        if ticket.status is Status.ON_HOLD:
            choices.append((say("Back from hold"), Choice.OFF_HOLD))
        else:
            choices.append((say("On hold…"), Choice.ON_HOLD))
    choices.append((say("Edit subject…"), Choice.EDIT_SUBJECT))
    if view.conversation.state is ConversationState.AI:
        choices += [(say("Close ticket"), Choice.CLOSE), (say("Cancel ticket"), Choice.CANCEL)]
    else:
        choices += [
            (say("Close ticket, AI stays quiet"), Choice.CLOSE),
            (say("Cancel ticket, AI stays quiet"), Choice.CANCEL),
        ]
    return _menu(TICKET_MENU, view, choices)


def holder_menu(view: ConversationView) -> OverflowMenuElement | None:
    """Who else could answer an escalated conversation, beside the words that say who does; and a note.

    Everybody sees the same card, its holder too: what makes no sense for them says so when they choose it.
    """
    hand_over = (say("Hand over to…"), Choice.HAND_OVER)
    note = (say("Write a note…"), Choice.NOTE)
    match view.conversation.state:
        case ConversationState.TEAMMATE:
            name = shortened(view.holder.name if view.holder else "", _NAME_LENGTH) or say("a teammate")
            take_from = (say("Take over from {name}", name=name), Choice.TAKE_FROM)
            draft = (say("Draft a reply…"), Choice.COMPOSE)
            join = (say("Join {name}", name=name), Choice.JOIN)
            return _menu(HOLDER_MENU, view, [draft, join, hand_over, take_from, note])
        case ConversationState.WAITING:
            return _menu(HOLDER_MENU, view, [hand_over, note])
        case _:
            return None


def _menu(action_id: str, view: ConversationView, choices: list[tuple[str, Choice]]) -> OverflowMenuElement:
    return OverflowMenuElement(
        action_id=action_id,
        options=[
            Option(text=label, value=MenuValue.of(choice, view.conversation)) for label, choice in choices
        ],
    )
