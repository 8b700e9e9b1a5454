"""What only one teammate sees: questions about a message they typed, and why something was refused."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock

from bot.blocks.ids import (
    KEEP_AS_NOTE,
    SEND_AS_ME,
    TAKE_FROM_AND_SEND,
    TAKE_OVER_AND_SEND,
    ConversationValue,
    HeldValue,
    TakeFromValue,
)
from bot.blocks.message import LinkTo, Message, button, line
from bot.blocks.words import bold, customer_name, escaped, one_line, shortened
from bot.desk.outgoing import Prompt
from bot.desk.views import ConversationView
from bot.tongues import say
from storage.records import ConversationId

# So that a label stays within Slack's 75 characters.
_NAME_LENGTH = 45


def prompt_message(
    prompt: Prompt,
    conversation_id: ConversationId,
    *,
    source: str,
    holder: str | None = None,
    epoch: int | None = None,
) -> Message:
    """Tell the author of a thread message what became of it and, where they can, let them decide.

    `holder` is the name of who answers the customer, since `epoch`.
    """
    held = HeldValue.of(conversation_id, source)
    note = button("Keep as a note", KEEP_AS_NOTE, held)
    match prompt:
        case Prompt.AI_ANSWERS:
            says = "Not sent: the AI is still answering this customer. Only you see this."
            send = button("Take over and send", TAKE_OVER_AND_SEND, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]))
        case Prompt.SOMEBODY_HOLDS:
            name = one_line(holder or "") or "A teammate"
            says = "is answering this customer. Only you see this."
            send = button("Send as me", SEND_AS_ME, held, style="primary")
            choices = [send, note]
            if epoch is not None:
                label = f"Take over from {shortened(name, _NAME_LENGTH)} and send"
                value = TakeFromValue.of(ConversationValue(conversation_id, epoch), source)
                choices.append(button(label, TAKE_FROM_AND_SEND, value))
            return _asked(
                f"Not sent: {name} {says}",
                ActionsBlock(elements=choices),
                f"Not sent: {bold(name)} {says}",
            )
        case Prompt.MENTIONS:
            says = "Not sent: this mentions somebody, so it may be meant for the team. Only you see this."
            send = button("Send to the customer", SEND_AS_ME, held, style="primary")
            return _asked(says, ActionsBlock(elements=[send, note]))
        case Prompt.FILES_STAY:
            return refusal(
                "Files do not reach the customer yet, so this message was kept as a note. "
                "Send its words again without the file."
            )
        case Prompt.EDIT_STAYS:
            return refusal(
                "Your edit reads like a note, so the customer still sees the words you sent first. "
                "Delete the message to take them back."
            )
        case Prompt.MAY_NOT_ACT:
            return refusal(
                say(
                    "Only full members of this workspace who are in this channel can answer customers, and "
                    "nobody while it is shared outside. So your message was kept as a note."
                )
            )
        case Prompt.MAY_NOT_EDIT:
            return refusal(
                say(
                    "You cannot answer customers here any more, so the customer still sees your first words. "
                    "Delete the message to take them back."
                )
            )


def refusal(text: str) -> Message:
    return Message(text=escaped(text), blocks=[line(escaped(text))])


def _asked(text: str, actions: ActionsBlock, mrkdwn: str | None = None) -> Message:
    return Message(text=escaped(text), blocks=[line(mrkdwn or escaped(text)), actions])


def you_have_it(view: ConversationView, *, link_to: LinkTo) -> Message:
    """For who took over from a list: where the conversation is."""
    name = customer_name(view.conversation)
    number = f" Ticket #{view.ticket.number}." if view.ticket else ""
    if view.conversation.card is None:
        return refusal(f"You are answering {name} now.{number} The thread appears in a moment.")
    thread = f"<{link_to(view.conversation.card)}|Open the thread>"
    return Message(
        text=escaped(f"You are answering {name} now.{number}"),
        blocks=[line(f"You are answering {bold(name)} now.{number} {thread}")],
    )


def cut_off(channel: str, trouble: str) -> Message:
    """For a teammate whose conversation's thread takes no posts any more."""
    return refusal(
        f"I cannot post in #{one_line(channel)} any more ({trouble}), so you do not see what your customer "
        "writes. Nothing is lost: it appears there as soon as the channel takes messages again. "
        "Please tell whoever looks after this workspace."
    )


def not_a_member(channel: str) -> str:
    """For whoever asks for what customers say and is not among those who see it in Slack."""
    return f"What customers say is for those in #{one_line(channel)}. Join it, then try again in a minute."
