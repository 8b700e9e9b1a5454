"""The card: the message that starts a conversation's thread and shows its state and buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.blocks.ids import ALLOW_AI_REPLIES, TAKE_OVER, ConversationValue
from bot.blocks.menus import holder_menu, ticket_menu
from bot.blocks.message import Message, button, plain, small, title
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
from storage.records import Author, Conversation, Entry, State, Status, Ticket

_LAST_MESSAGE_LENGTH = 300


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


def take_over_button(conversation: Conversation) -> ButtonElement:
    return button("Take over", TAKE_OVER, ConversationValue.of(conversation), style="primary")


def allow_ai_button(conversation: Conversation) -> ButtonElement:
    return button("Allow AI replies", ALLOW_AI_REPLIES, ConversationValue.of(conversation))


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
    return f"{speaker}: {shortened(message.said, _LAST_MESSAGE_LENGTH)}"


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
            return f"🟠 {holder} is answering{number}"
        case State.WAITING:
            since = f" since {when(conversation.escalated_at)}" if conversation.escalated_at else ""
            return f"🔴 *Waiting for a teammate*{since}{number}"
        case State.ENDED:
            return f"⚪ The conversation has ended{number}"
        case State.AI:
            return f"🟢 The AI is answering{number}"
