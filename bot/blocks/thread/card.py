"""The card: the message that starts a conversation's thread and shows its state and buttons."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, SectionBlock

from bot.blocks.elements.customer import who
from bot.blocks.elements.formatting import (
    bold,
    customer_name,
    escaped,
    notification,
    shortened,
    status_word,
    when,
)
from bot.blocks.elements.ids import ALLOW_AI_REPLIES, TAKE_OVER, ConversationValue
from bot.blocks.elements.list_rows import actions
from bot.blocks.elements.menus import holder_menu, ticket_menu
from bot.blocks.elements.message import LinkTo, Message, button, line, plain, small, title
from bot.desk.queries.views import ConversationView
from bot.i18n import say
from bot.text.lines import as_label, one_line
from storage.records import Author, Conversation, ConversationState, Entry, Status, Ticket

_LAST_MESSAGE_LENGTH = 300
# Of those who joined; the card stays a card.
_MOST_NAMES = 3
_NAME_LENGTH = 40


def card(view: ConversationView) -> Message:
    conversation = view.conversation
    name = customer_name(conversation)
    others = holder_menu(view)
    state = _state(view)
    blocks: list[Block] = [
        title(f"{name} · {conversation.channel}"),
        line(state, menu=others) if others else small(state),
        *who(conversation.customer),
    ]
    if view.ticket is not None:
        blocks.append(small(f"🎫 {_ticket_state(view.ticket, _holder(view))}"))
    if view.ticket is not None and view.ticket.status.is_open:
        blocks += _ticket(view, view.ticket)
    if view.last_message is not None and not _is_subject(view, view.last_message):
        blocks.append(SectionBlock(text=plain(last_words(conversation, view.last_message))))
    blocks.append(ActionsBlock(elements=[_button(conversation)]))
    return Message(
        text=notification(f"{name} · {conversation.channel}", _state_in_words(view)), blocks=blocks
    )


def moved_card(conversation: Conversation, link_to: LinkTo) -> Message:
    """What stands where a conversation's card was, once its thread started again elsewhere."""
    name = f"{customer_name(conversation)} · {conversation.channel}"
    says = say(
        "This conversation goes on in a new thread. What you type here still counts, but that thread does "
        "not show it."
    )
    return Message(
        text=notification(name, says),
        blocks=[title(name), small(f"🧵 {says}"), *actions(conversation, link_to)],
    )


def take_over_button(conversation: Conversation) -> ButtonElement:
    return button(
        say("Take over"),
        TAKE_OVER,
        ConversationValue.of(conversation),
        style="primary",
        spoken=say("Take over the conversation with {name}", name=customer_name(conversation)),
    )


def allow_ai_button(conversation: Conversation) -> ButtonElement:
    return button(
        say("Allow AI replies"),
        ALLOW_AI_REPLIES,
        ConversationValue.of(conversation),
        spoken=say("Allow AI replies to {name} again", name=customer_name(conversation)),
    )


def _button(conversation: Conversation) -> ButtonElement:
    if conversation.state is ConversationState.TEAMMATE:
        return allow_ai_button(conversation)
    return take_over_button(conversation)


def _ticket(view: ConversationView, ticket: Ticket) -> list[Block]:
    """Its subject, with its menu beside it, and what it waits for."""
    subject = shortened(ticket.subject or "", _LAST_MESSAGE_LENGTH) or say("No subject yet")
    shown: list[Block] = [SectionBlock(text=plain(f"📋 {subject}"), accessory=ticket_menu(view, ticket))]
    if ticket.hold_reason is not None:
        reason = escaped(one_line(ticket.hold_reason))
        shown.append(small(f"⏸️ {say('On hold: {reason}', reason=reason)}"))
    return shown


def _is_subject(view: ConversationView, message: Entry) -> bool:
    """Whether the ticket's subject, which the card shows, is the customer's last message word for word."""
    ticket = view.ticket
    if ticket is None or not ticket.status.is_open or message.author is not Author.CUSTOMER:
        return False
    return ticket.subject is not None and one_line(ticket.subject) == one_line(message.text)


def last_words(conversation: Conversation, message: Entry) -> str:
    """What was said last, and by whom: an AI's words under a customer's name would pass for theirs."""
    who = {Author.CUSTOMER: customer_name(conversation), Author.AI: say("AI")}.get(message.author)
    speaker = who or as_label(message.name or "") or "Bookbag"
    return f"{speaker}: {shortened(message.said, _LAST_MESSAGE_LENGTH)}"


def _state_in_words(view: ConversationView) -> str:
    match view.conversation.state:
        case ConversationState.TEAMMATE:
            return say("{name} is answering", name=_holder(view))
        case ConversationState.WAITING:
            return say("waiting for a teammate")
        case ConversationState.AI:
            return say("the AI is answering")


def _with(view: ConversationView) -> str:
    """Who answers beside the holder."""
    if not view.joined:
        return ""
    names = ", ".join(bold(shortened(one.name, _NAME_LENGTH)) for one in view.joined[:_MOST_NAMES])
    more = len(view.joined) - _MOST_NAMES
    if more > 0:
        return say(", with {names} and {more} more", names=names, more=more)
    return say(", with {names}", names=names)


def _state(view: ConversationView) -> str:
    conversation = view.conversation
    match conversation.state:
        case ConversationState.TEAMMATE:
            return f"🟠 {say('{name} is answering', name=bold(_holder(view)))}{_with(view)}"
        case ConversationState.WAITING if conversation.escalated_at is not None:
            since = when(conversation.escalated_at)
            return f"🔴 {say('*Waiting for a teammate* since {time}', time=since)}"
        case ConversationState.WAITING:
            return f"🔴 {say('*Waiting for a teammate*')}"
        case ConversationState.AI:
            return f"🟢 {say('The AI is answering')}"


def _ticket_state(ticket: Ticket, holder: str) -> str:
    number, status = ticket.number, status_word(ticket.status, on=bold(shortened(holder, _NAME_LENGTH)))
    if ticket.status is Status.ON_YOU and ticket.status_since is not None:
        since = when(ticket.status_since)
        return say("Ticket #{number}, {status} since {time}", number=number, status=status, time=since)
    return say("Ticket #{number}, {status}", number=number, status=status)


def _holder(view: ConversationView) -> str:
    return view.holder.name if view.holder else say("A teammate")
