"""What a teammate is told in a direct message about a ticket of theirs."""

from __future__ import annotations

from datetime import timedelta

from slack_sdk.models.blocks import SectionBlock

from bot.blocks.elements.formatting import bold, customer_name, escaped, shortened
from bot.blocks.elements.list_rows import actions, lasted
from bot.blocks.elements.message import LinkTo, Message, line, plain
from bot.desk.queries.views import ConversationView
from bot.i18n import say
from storage.records import Ticket

_SUBJECT_LENGTH = 150


def assigned_message(view: ConversationView, ticket: Ticket, *, link_to: LinkTo) -> Message:
    """A conversation was assigned to them."""

    def says(name: str) -> str:
        number = ticket.number
        return say("{name} asked for a person and is yours now: ticket #{number}.", name=name, number=number)

    name = customer_name(view.conversation)
    return _about(view, ticket, says(name), f"🙋 {says(bold(name))}", link_to)


def still_waiting_message(
    view: ConversationView, ticket: Ticket, *, waited: timedelta, link_to: LinkTo
) -> Message:
    """Their customer waits for them, and for how long."""

    def says(name: str) -> str:
        number, time = ticket.number, lasted(waited)
        return say(
            "{name} has waited {time} for an answer: ticket #{number} is on you.",
            name=name,
            time=time,
            number=number,
        )

    name = customer_name(view.conversation)
    return _about(view, ticket, says(name), f"🔔 {says(bold(name))}", link_to)


def _about(view: ConversationView, ticket: Ticket, text: str, mrkdwn: str, link_to: LinkTo) -> Message:
    subject = shortened(ticket.subject or "", _SUBJECT_LENGTH)
    return Message(
        text=escaped(text),
        blocks=[
            line(mrkdwn),
            *([SectionBlock(text=plain(subject))] if subject else []),
            *actions(view.conversation, link_to),
        ],
    )
