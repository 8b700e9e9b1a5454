"""Entries of the ledger as messages in the thread, each labelled by who wrote it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject

from bot.blocks.elements.budget import LARGEST_TEXT, MOST_BLOCKS, ROOM, Room
from bot.blocks.elements.formatting import (
    LONGEST_NAME,
    bold,
    customer_name,
    escaped,
    notification,
    shortened,
    size,
)
from bot.blocks.elements.message import Message, ai_words, small, small_print, words
from bot.blocks.elements.message import plain as plain_text
from bot.blocks.elements.plainer import Plain, plainer
from bot.blocks.thread.events import event_message
from bot.blocks.thread.parting import cuts
from bot.desk.timeline import Event
from bot.files.kinds import in_size
from bot.i18n import say
from bot.text.lines import as_label
from storage.records import Author, Conversation, Entry, Kind

DENSE_FROM = 16
SHORT = 400
# A notification has room for a few lines.
MOST_LINES = 5
LONGEST_NOTICE = 2_000
# A long message is cut where a word ends, if one does so soon before.
_LONGEST_WORD = 200
_LONGEST_GAP = 500
# What somebody wrote and an event quotes in full, by its name in the entry's data.
_LONG_WORDS = {Event.SUMMARISED: "summary", Event.AGREED: "agreed"}


@dataclass(frozen=True, slots=True)
class Packed:
    """One post. `shown`: how many of the entries are in it, whole or to their end.

    `upto`: of the first one only a part is, up to that character; the rest of it takes further posts.
    """

    message: Message
    shown: int
    upto: int | None = None


def entry_message(conversation: Conversation, entry: Entry, *, formatted: bool = True) -> Message:
    """What the thread shows of one entry. Edits were typed there and are there already; so were notes, but
    for those that were written in a window. Without `formatted` an AI's words stand as it wrote them.
    """
    if entry.is_taken_back:
        gone = say("A message was taken back before it was shown here.")
        return Message(text=gone, blocks=[small(f"🗑️ {escaped(gone)}")])
    if entry.kind is Kind.SYSTEM:
        return event_message(conversation, entry)
    who, mark = _speaker(conversation, entry)
    is_formatted = formatted and entry.author is Author.AI
    said = ai_words(entry.text) if is_formatted else words(entry.text) if entry.text else []
    files = [small_print(f"📎 {file['name']} ({in_size(file['size'])})") for file in entry.attachments]
    shown = [*said, *files] or words("")
    # It was not typed here, so nothing else says whom it went to.
    how = f"   ·   {escaped(say('sent to the customer'))} ✅" if entry.data.get("composed") else ""
    said_by = who
    if entry.kind is Kind.NOTE:
        how = f"   ·   {escaped(say('note for the team, not sent to the customer'))}"
        said_by = say("Note by {name}", name=who)
    return Message(text=notification(said_by, entry.said), blocks=[small(f"{mark} {bold(who)}{how}"), *shown])


def entries_message(
    conversation: Conversation,
    entries: Sequence[Entry],
    *,
    room: Room = ROOM,
    since: int = 0,
    plain: Plain = Plain.AS_MADE,
) -> Packed:
    """One message that shows as many of the entries as fit into `room`, in their order.

    At least one, or a part of it. What the same person said in a row stands under their name once. Where very
    many wait, short ones are set small, name and words in one line, so that twice as many fit: a thread that
    is far behind is only read over, and Slack takes one post for it where it took two.

    `since`: of the first entry so many characters are in the thread already. An entry that was begun, or is
    to be plainer than it is made, goes alone.
    """
    if since or plain:
        return _alone(conversation, entries[0], room, since, plain)
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
        longer = length + room.size(more)
        if len(blocks) + len(more) > MOST_BLOCKS or longer > room.largest:
            if not shown:
                return _alone(conversation, entry, room, 0, plain)
            break
        blocks += more
        texts.append(message.text)
        shown, length, speaking = shown + 1, longer, who
    return Packed(Message(text=_notice(texts), blocks=blocks), shown)


def _alone(conversation: Conversation, entry: Entry, room: Room, since: int, plain: Plain) -> Packed:
    """One entry from that character on, as much of it as fits."""
    words = _long_words(entry)
    gap = len(words[since:]) - len(words[since:].lstrip())
    # No post shows nothing but a gap.
    since += gap if since and gap > _LONGEST_GAP else 0
    whole = _part(conversation, entry, since, len(words), plain)
    if _fits(whole, room, plain) or not words:
        return Packed(whole, 1)
    # The longest part that fits; that one character always does is not looked at.
    fits, too_long = since + 1, len(words)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _fits(_part(conversation, entry, since, middle, plain), room, plain):
            fits = middle
        else:
            too_long = middle
    least = since + (fits - since) // 4
    for cut in reversed([one for one in _between_blocks(entry) if least < one <= fits]):
        part = _part(conversation, entry, since, cut, plain)
        if _fits(part, room, plain):
            return Packed(part, 0, cut)
    between = max(words.rfind(gap, max(since + 1, fits - _LONGEST_WORD), fits) for gap in (" ", "\n"))
    upto = fits if between < 0 else between + 1
    return Packed(_part(conversation, entry, since, upto, plain), 0, upto)


def _between_blocks(entry: Entry) -> Sequence[int]:
    """Where what an AI formatted can be cut without a part losing its formatting; nobody else's is."""
    return list(cuts(entry.text)) if entry.kind is Kind.MESSAGE and entry.author is Author.AI else []


def _part(conversation: Conversation, entry: Entry, since: int, upto: int, plain: Plain) -> Message:
    """The entry as if it said no more than that. Its files stand at its end.

    A part that begins or ends within a block of an AI's Markdown would be read otherwise than the whole, so
    it stands as it was written.
    """
    words = _long_words(entry)
    whole = {0, len(words), *_between_blocks(entry)}
    is_last = not words[upto:].strip()
    name = _LONG_WORDS.get(entry.data.get("event", ""))
    if name is not None:
        part = replace(entry, data={**entry.data, name: words[since:upto]})
    else:
        part = replace(entry, text=words[since:upto] if words else entry.text)
    if not is_last:
        part = replace(part, data={**part.data, "attachments": ()})
    is_formatted = plain is Plain.AS_MADE and {since, upto} <= whole
    message = entry_message(conversation, part, formatted=is_formatted)
    if entry.kind is not Kind.SYSTEM:
        _named(message.blocks[1:], entry)
    return plainer(message, plain)


def _long_words(entry: Entry) -> str:
    """What of an entry may take several posts. What we say ourselves is short."""
    if entry.kind is not Kind.SYSTEM or entry.data["event"] == Event.TRANSLATED:
        return entry.text
    # Another event's text is what the customer reads of it; the thread says it in a line of our own.
    name = _LONG_WORDS.get(entry.data["event"])
    return "" if name is None else str(entry.data[name])


def _fits(message: Message, room: Room, plain: Plain) -> bool:
    if plain is Plain.TEXT:
        return len(message.text.encode()) <= min(room.largest, LARGEST_TEXT)
    return room.holds(message.blocks)


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
    return ContextBlock(elements=[label, plain_text(entry.text)], block_id=f"{entry.seq}.0")


def _named(sections: Sequence[Block], entry: Entry) -> None:
    """Let each block of somebody's words say which entry it belongs to: several may stand under one name."""
    for part, block in enumerate(sections):
        block.block_id = f"{entry.seq}.{part}"


def missing_message(conversation: Conversation, entry: Entry, reason: str) -> Message:
    """What stands in the place of an entry that Slack takes in no form, with a button to try again."""
    missing = {"event": Event.NOT_SHOWN, "seqs": [entry.seq], "reason": reason, "certain": True}
    return event_message(conversation, replace(entry, kind=Kind.SYSTEM, data=missing))


def recap_message(conversation: Conversation, said: Sequence[Entry], *, room: Room = ROOM) -> Message:
    """What was said last, for a thread that starts again. The latest that fit, oldest first."""
    heading = small(f"🧵 {say('_This thread goes on from an earlier one. What was said last:_')}")
    left = Room(room.largest - room.size([heading]), escaped=room.escaped)
    while said:
        packed = entries_message(conversation, said, room=left)
        # The last one is cut where not even that fits.
        if packed.shown == len(said) or len(said) == 1:
            return Message(
                text=say("An earlier thread goes on here"), blocks=[heading, *packed.message.blocks]
            )
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
            return shortened(as_label(entry.name or ""), LONGEST_NAME) or say("A teammate"), mark
        case Author.SYSTEM:
            return say("Automatic message to the customer"), "ℹ️"
