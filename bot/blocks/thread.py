"""Entries of the ledger as messages in the thread, each labelled by who wrote it."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.blocks.card import allow_ai_button, take_over_button
from bot.blocks.message import Message, ai_words, small, title, words
from bot.blocks.words import bold, customer_name, escaped, notification, one_line, shortened
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from storage.records import Author, Conversation, Entry, Kind, State

_ORIGIN = {
    SummaryOrigin.AI: "Summary by the AI",
    SummaryOrigin.QUOTED: "In the customer’s own words",
    SummaryOrigin.AI_FAILED: "In the customer’s own words: the AI could not write a summary this time",
}
_REASON_LENGTH = 300
_HOW_TO_NOTE = "_Start a message with_ `note:` _or_ `//` _to keep it in the team._"


def entry_message(conversation: Conversation, entry: Entry) -> Message:
    """What the thread shows of one entry. Edits and notes were typed in the thread and are there already."""
    if entry.kind is Kind.SYSTEM:
        return _system(conversation, entry)
    who, mark = _speaker(conversation, entry)
    said = ai_words(entry.text) if entry.author is Author.AI else words(entry.text)
    return Message(text=notification(who, entry.text), blocks=[small(f"{mark} {bold(who)}"), *said])


def _speaker(conversation: Conversation, entry: Entry) -> tuple[str, str]:
    match entry.author:
        case Author.CUSTOMER:
            return customer_name(conversation), "👤"
        case Author.AI:
            return "AI", "🤖"
        case Author.TEAMMATE:
            return one_line(entry.name or "") or "A teammate", "💬"
        case Author.SYSTEM:
            return "Automatic message to the customer", "ℹ️"


def _system(conversation: Conversation, entry: Entry) -> Message:
    data = entry.data
    by = one_line(data.get("by") or "") or "Somebody"
    match Event(data["event"]):
        case Event.TAKEN_OVER:
            says = "took over. The AI is paused; replies in this thread reach the customer."
            return _told(
                f"{by} {says}",
                f"🙋 {bold(by)} {says}\n{_HOW_TO_NOTE}",
                ActionsBlock(elements=[allow_ai_button(conversation)])
                if conversation.state is State.TEAMMATE
                else None,
            )
        case Event.ESCALATED:
            reason = shortened(data.get("reason") or "", _REASON_LENGTH)
            because = f": {escaped(reason)}" if reason else ""
            return _told(
                f"The AI asks for a teammate{': ' + reason if reason else ''}",
                f"🆘 *The AI asks for a teammate*{because}\nThe AI is paused and the customer is waiting.",
                ActionsBlock(elements=[take_over_button(conversation)])
                if conversation.state is State.WAITING
                else None,
            )
        case Event.RESUMED:
            says = f"allowed AI replies. Ticket #{data['ticket']} is closed and the AI answers again."
            return _told(f"{by} {says}", f"↩️ {bold(by)} {says}")
        case Event.DRAFT_DISCARDED:
            says = "The AI had an answer ready when it was paused. The customer did not see it."
            return _told(says, f"🔇 {says}")
        case Event.SUMMARISED:
            return _summary(entry)


def _told(text: str, mrkdwn: str, actions: Block | None = None) -> Message:
    return Message(text=escaped(text), blocks=[small(mrkdwn), *([actions] if actions else [])])


def _summary(entry: Entry) -> Message:
    data = entry.data
    return Message(
        text=notification(f"Ticket #{data['ticket']}", data["subject"]),
        blocks=[
            title(data["subject"]),
            # A single short message is its own subject and its own summary.
            *(words(data["summary"]) if data["summary"] != data["subject"] else []),
            small(f"🎫 Ticket #{data['ticket']}   ·   {_ORIGIN[SummaryOrigin(data['origin'])]}"),
        ],
    )
