"""Entries of the ledger as messages in the thread, each labelled by who wrote it."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject

from bot.blocks.events import event_message
from bot.blocks.message import Message, ai_words, plain, small, words
from bot.blocks.words import bold, customer_name, escaped, notification, one_line, size
from bot.desk.kinds import in_size
from bot.tongues import say
from storage.records import Author, Conversation, Entry, Kind

# Slack takes 50 blocks; how much text in all is not documented, so not much more than it is known to take.
MOST_BLOCKS = 48
LONGEST = 12_000
DENSE_FROM = 16
SHORT = 400
# A notification has room for a few lines.
MOST_LINES = 5
LONGEST_NOTICE = 2_000


def entry_message(conversation: Conversation, entry: Entry) -> Message:
    """What the thread shows of one entry. Edits were typed there and are there already; so were notes, but
    for those that were written in a window.
    """
    if entry.is_taken_back:
        gone = say("A message was taken back before it was shown here.")
        return Message(text=gone, blocks=[small(f"🗑️ {escaped(gone)}")])
    if entry.kind is Kind.SYSTEM:
        return event_message(conversation, entry)
    who, mark = _speaker(conversation, entry)
    said = ai_words(entry.text) if entry.author is Author.AI else words(entry.text) if entry.text else []
    files = [small(f"📎 {escaped(file['name'])} ({in_size(file['size'])})") for file in entry.attachments]
    shown = [*said, *files] or words("")
    # It was not typed here, so nothing else says whom it went to.
    how = f"   ·   {escaped(say('sent to the customer'))} ✅" if entry.data.get("composed") else ""
    said_by = who
    if entry.kind is Kind.NOTE:
        how = f"   ·   {escaped(say('note for the team, not sent to the customer'))}"
        said_by = say("Note by {name}", name=who)
    return Message(text=notification(said_by, entry.said), blocks=[small(f"{mark} {bold(who)}{how}"), *shown])


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
    is_short = bool(entry.text.strip()) and size(entry.text) <= SHORT
    return entry.kind is Kind.MESSAGE and is_short and not entry.attachments


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
    heading = small(f"🧵 {say('_This thread goes on from an earlier one. What was said last:_')}")
    while said:
        message, shown = entries_message(conversation, said)
        if shown == len(said):
            return Message(text=say("An earlier thread goes on here"), blocks=[heading, *message.blocks])
        said = said[1:]
    return Message(text=say("An earlier thread goes on here"), blocks=[heading])


def _speaker(conversation: Conversation, entry: Entry) -> tuple[str, str]:
    match entry.author:
        case Author.CUSTOMER:
            return customer_name(conversation), "👤"
        case Author.AI:
            return say("AI"), "🤖"
        case Author.TEAMMATE:
            # Another sign for a note: what is sent never stands under the same name line as what is not.
            mark = "🔒" if entry.kind is Kind.NOTE else "💬"
            return one_line(entry.name or "") or say("A teammate"), mark
        case Author.SYSTEM:
            return say("Automatic message to the customer"), "ℹ️"
