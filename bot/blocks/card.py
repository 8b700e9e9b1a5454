"""The card: the message that starts a conversation's thread and shows its state and buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.blocks.ids import ALLOW_AI_REPLIES, TAKE_OVER, ConversationValue
from bot.blocks.menus import holder_menu, ticket_menu
from bot.blocks.message import LinkTo, Message, button, plain, small, title
from bot.blocks.rows import actions
from bot.blocks.words import (
    STATUS_WORDS,
    bold,
    customer_name,
    escaped,
    notification,
    one_line,
    shortened,
    when,
)
from bot.desk.views import ConversationView
from bot.tongues import say
from storage.records import Author, Conversation, Entry, State, Status, Ticket

_LAST_MESSAGE_LENGTH = 300
# Of those who joined; the card stays a card.
_MOST_NAMES = 3
_NAME_LENGTH = 40


def card(view: ConversationView) -> Message:
    conversation = view.conversation
    name = customer_name(conversation)
    blocks: list[Block] = [title(f"{name} · {conversation.channel}"), small(_state_line(view))]
    if view.ticket is not None and view.ticket.status.is_open:
        blocks += _ticket(view, view.ticket)
    if view.last_message is not None:
        blocks.append(SectionBlock(text=plain(_last_words(conversation, view.last_message))))
    others = holder_menu(view)
    blocks.append(ActionsBlock(elements=[_button(conversation), *([others] if others else [])]))
    return Message(
        text=notification(f"{name} · {conversation.channel}", _state_in_words(view)), blocks=blocks
    )


def moved_card(conversation: Conversation, link_to: LinkTo) -> Message:
    """What stands where a conversation's card was, once its thread started again elsewhere."""
    name = f"{customer_name(conversation)} · {conversation.channel}"
    says = say("This conversation goes on in a new thread. What you type here still counts.")
    return Message(
        text=notification(name, says),
        blocks=[title(name), small(f"🧵 {says}"), *actions(conversation, link_to)],
    )


def take_over_button(conversation: Conversation) -> ButtonElement:
    return button(
        "Take over",
        TAKE_OVER,
        ConversationValue.of(conversation),
        style="primary",
        spoken=say("Take over the conversation with {name}", name=customer_name(conversation)),
    )


def allow_ai_button(conversation: Conversation) -> ButtonElement:
    return button(
        "Allow AI replies",
        ALLOW_AI_REPLIES,
        ConversationValue.of(conversation),
        spoken=say("Allow AI replies to {name} again", name=customer_name(conversation)),
    )


def _button(conversation: Conversation) -> ButtonElement:
    if conversation.state is State.TEAMMATE:
        return allow_ai_button(conversation)
    return take_over_button(conversation)


def _ticket(view: ConversationView, ticket: Ticket) -> list[Block]:
    """Its subject, with its menu beside it, and what it waits for."""
    subject = shortened(ticket.subject or "", _LAST_MESSAGE_LENGTH) or "No subject yet"
    shown: list[Block] = [SectionBlock(text=plain(f"📋 {subject}"), accessory=ticket_menu(view, ticket))]
    if ticket.hold_reason is not None:
        shown.append(small(f"⏸️ On hold: {escaped(one_line(ticket.hold_reason))}"))
    return shown


def _last_words(conversation: Conversation, message: Entry) -> str:
    who = {Author.CUSTOMER: customer_name(conversation), Author.AI: "AI"}.get(message.author)
    speaker = who or one_line(message.name or "") or "Bookbag"
    return f"{speaker}: {shortened(message.text, _LAST_MESSAGE_LENGTH)}"


def _state_in_words(view: ConversationView) -> str:
    match view.conversation.state:
        case State.TEAMMATE:
            return f"{view.holder.name if view.holder else 'A teammate'} is answering"
        case State.WAITING:
            return "waiting for a teammate"
        case State.ENDED:
            return "the conversation has ended"
        case State.AI:
            return "the AI is answering"


def _with(view: ConversationView) -> str:
    """Who answers beside the holder."""
    if not view.joined:
        return ""
    names = ", ".join(bold(shortened(one.name, _NAME_LENGTH)) for one in view.joined[:_MOST_NAMES])
    more = len(view.joined) - _MOST_NAMES
    if more > 0:
        return say(", with {names} and {more} more", names=names, more=more)
    return say(", with {names}", names=names)


def _state_line(view: ConversationView) -> str:
    conversation, ticket = view.conversation, view.ticket
    number = ""
    if ticket is not None:
        number = f"   ·   Ticket #{ticket.number}, {STATUS_WORDS[ticket.status]}"
        if ticket.status is Status.ON_YOU and ticket.status_since is not None:
            number += f" since {when(ticket.status_since)}"
    match conversation.state:
        case State.TEAMMATE:
            holder = bold(view.holder.name if view.holder else "A teammate")
            return f"🟠 {holder} is answering{_with(view)}{number}"
        case State.WAITING:
            since = f" since {when(conversation.escalated_at)}" if conversation.escalated_at else ""
            return f"🔴 *Waiting for a teammate*{since}{number}"
        case State.ENDED:
            return f"⚪ The conversation has ended{number}"
        case State.AI:
            return f"🟢 The AI is answering{number}"
