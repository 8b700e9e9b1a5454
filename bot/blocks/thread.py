"""Entries of the ledger as messages in the thread, each labelled by who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, MarkdownTextObject

from bot.blocks.card import allow_ai_button, take_over_button
from bot.blocks.ids import RETRY, EntryValue
from bot.blocks.message import Message, ai_words, button, plain, small, title, words
from bot.blocks.words import bold, customer_name, escaped, notification, one_line, shortened, size
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from bot.tongues import say
from storage.records import Author, Conversation, Entry, Kind, State, Status

_ORIGIN = {
    SummaryOrigin.AI: "Summary by the AI",
    SummaryOrigin.QUOTED: "In the customer’s own words",
    SummaryOrigin.AI_FAILED: "In the customer’s own words: the AI could not write a summary this time",
}
_REASON_LENGTH = 300
# Slack takes 50 blocks; how much text in all is not documented, so not much more than it is known to take.
MOST_BLOCKS = 48
LONGEST = 12_000
DENSE_FROM = 16
SHORT = 400
# A notification has room for a few lines.
MOST_LINES = 5
LONGEST_NOTICE = 2_000
_HOW_TO_NOTE = "_Start a message with_ `note:` _or_ `//` _to keep it in the team._"


def entry_message(conversation: Conversation, entry: Entry) -> Message:
    """What the thread shows of one entry. Edits and notes were typed in the thread and are there already."""
    if entry.kind is Kind.SYSTEM:
        return _system(conversation, entry)
    who, mark = _speaker(conversation, entry)
    said = ai_words(entry.text) if entry.author is Author.AI else words(entry.text)
    return Message(text=notification(who, entry.text), blocks=[small(f"{mark} {bold(who)}"), *said])


def entries_message(conversation: Conversation, entries: Sequence[Entry]) -> tuple[Message, int]:
    """One message that shows as many of the entries as fit, in their order, and how many those are.

    At least one. What the same person said in a row stands under their name once. Where very many wait, short
    ones are set small, name and words in one line, so that twice as many fit: a thread that is far behind is
    only read over, and Slack takes one post for it where it took two.
    """
    dense = len(entries) > DENSE_FROM
    blocks: list[Block] = []
    texts: list[str] = []
    shown, length, speaking = 0, 0, None
    for entry in entries:
        message = entry_message(conversation, entry)
        more = [_line(conversation, entry)] if dense and _is_short(entry) else list(message.blocks)
        who = None if entry.kind is Kind.SYSTEM or len(more) == 1 else _speaker(conversation, entry)
        if who is not None:
            _named(more[1:], entry)
            more = more[1:] if who == speaking else more
        longer = length + size(entry.text)
        if shown and (len(blocks) + len(more) > MOST_BLOCKS or longer > LONGEST):
            break
        blocks += more
        texts.append(message.text)
        shown, length, speaking = shown + 1, longer, who
    return Message(text=_notice(texts), blocks=blocks), shown


def _notice(texts: Sequence[str]) -> str:
    """The first lines of what a notification says, as many as it has room for."""
    notice = texts[0]
    for text in texts[1:MOST_LINES]:
        if len(notice) + len(text) > LONGEST_NOTICE:
            break
        notice += f"\n{text}"
    return notice


def _is_short(entry: Entry) -> bool:
    return entry.kind is Kind.MESSAGE and bool(entry.text.strip()) and size(entry.text) <= SHORT


def _line(conversation: Conversation, entry: Entry) -> Block:
    """A short message in small print, its author beside it."""
    who, mark = _speaker(conversation, entry)
    label = MarkdownTextObject(text=f"{mark} {bold(who)}", verbatim=True)
    return ContextBlock(elements=[label, plain(entry.text)], block_id=f"{entry.seq}.0")


def _named(sections: Sequence[Block], entry: Entry) -> None:
    """Let each block of somebody's words say which entry it belongs to: several may stand under one name."""
    for part, block in enumerate(sections):
        block.block_id = f"{entry.seq}.{part}"


def recap_message(conversation: Conversation, said: Sequence[Entry]) -> Message:
    """What was said last, for a thread that starts again. The latest that fit, oldest first."""
    heading = small("🧵 _This thread goes on from an earlier one. What was said last:_")
    while said:
        message, shown = entries_message(conversation, said)
        if shown == len(said):
            return Message(text="An earlier thread goes on here", blocks=[heading, *message.blocks])
        said = said[1:]
    return Message(text="An earlier thread goes on here", blocks=[heading])


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
            former = one_line(data.get("former") or "")
            says = "The AI is paused; replies in this thread reach the customer."
            return _told(
                f"{by} took over{f' from {former}' if former else ''}. {says}",
                f"🙋 {bold(by)} took over{f' from {bold(former)}' if former else ''}. {says}\n{_HOW_TO_NOTE}",
                _while_held(conversation),
            )
        case Event.HANDED_OVER:
            says = "Their replies in this thread reach the customer; the AI stays paused."
            to = one_line(data["to"]["name"]) or "a teammate"
            # A mention: nobody else would tell them.
            return _told(
                f"{by} handed over to {to}. {says}",
                f"🙋 {bold(by)} handed over to <@{data['to']['user']}>. {says}\n{_HOW_TO_NOTE}",
                _while_held(conversation),
            )
        case Event.JOINED:
            says = "joined. What they type in this thread reaches the customer too."
            return _told(f"{by} {says}", f"🙋 {bold(by)} {says}\n{_HOW_TO_NOTE}")
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
        case Event.CLOSED:
            done = "cancelled" if data["status"] == Status.CANCELLED else "closed"
            says = f"{done} ticket #{data['ticket']}. The AI stays quiet until the customer writes again."
            return _told(f"{by} {says}", f"⏹️ {bold(by)} {says}")
        case Event.RENAMED:
            says = f"gave ticket #{data['ticket']} another subject:"
            subject = shortened(data["subject"], _REASON_LENGTH)
            return _told(f"{by} {says} {subject}", f"📋 {bold(by)} {says} {escaped(subject)}")
        case Event.DRAFT_DISCARDED:
            says = "The AI had an answer ready when it was paused. The customer did not see it."
            return _told(says, f"🔇 {says}")
        case Event.SUMMARISED:
            return _summary(entry)
        case Event.ON_HOLD:
            says = f"put ticket #{data['ticket']} on hold:"
            reason = shortened(data["reason"], _REASON_LENGTH)
            return _told(f"{by} {says} {reason}", f"⏸️ {bold(by)} {says} {escaped(reason)}")
        case Event.BACK_FROM_HOLD:
            because = _why_it_goes_on(data.get("by"), Status(data["status"]))
            says = f"Ticket #{data['ticket']} is back from hold: {because}"
            return _told(says, f"▶️ {escaped(says)}")
        case Event.NOT_SHOWN:
            return _not_shown(conversation, entry)
        case Event.SHOWN_AGAIN:
            return _told(f"{by} had them posted again.", f"🔁 {bold(by)} had them posted again.")


def _while_held(conversation: Conversation) -> Block | None:
    if conversation.state is not State.TEAMMATE:
        return None
    return ActionsBlock(elements=[allow_ai_button(conversation)])


def _why_it_goes_on(by: str | None, status: Status) -> str:
    if by is None:
        return "the customer wrote."
    name = one_line(by) or "somebody"
    return f"{name} replied." if status is Status.ON_CUSTOMER else f"{name} took it up again."


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


def _not_shown(conversation: Conversation, entry: Entry) -> Message:
    """Some messages did not get into the thread, or nobody knows whether they did."""
    data = entry.data
    number = len(data["seqs"])
    reason = escaped(shortened(data["reason"], _REASON_LENGTH))
    which = "A message" if number == 1 else f"{number} messages"
    if data["certain"]:
        says = f"{which} of this conversation could not be posted here ({reason})."
    else:
        says = f"{which} of this conversation may not have been posted here ({reason})."
    hint = "Nothing is lost: they are kept, and the customer's chat is not affected."
    again = button(
        "Retry",
        RETRY,
        EntryValue.of(conversation.id, entry.seq),
        spoken=say("Retry: post here again what is missing"),
    )
    return Message(text=says, blocks=[small(f"⚠️ {says} {hint}"), ActionsBlock(elements=[again])])
