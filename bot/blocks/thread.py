"""Entries of the ledger as messages in the thread, each labelled by who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock, MarkdownTextObject, SectionBlock

from bot.blocks.card import allow_ai_button, take_over_button
from bot.blocks.ids import RETRY, EntryValue
from bot.blocks.message import Message, ai_words, button, line, plain, small, title, words
from bot.blocks.rows import lasted
from bot.blocks.words import bold, customer_name, escaped, notification, one_line, shortened, size
from bot.desk.kinds import in_size
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from bot.tongues import say
from storage.records import Author, Conversation, Entry, Kind, State, Status

# How a name is written: in what a notification says, and in bold.
Named = Callable[[str], str]

_REASON_LENGTH = 300
# Slack takes 50 blocks; how much text in all is not documented, so not much more than it is known to take.
MOST_BLOCKS = 48
LONGEST = 12_000
DENSE_FROM = 16
SHORT = 400
# A notification has room for a few lines.
MOST_LINES = 5
LONGEST_NOTICE = 2_000


def entry_message(conversation: Conversation, entry: Entry) -> Message:
    """What the thread shows of one entry. Edits and notes were typed in the thread and are there already."""
    if entry.kind is Kind.SYSTEM:
        return _system(conversation, entry)
    who, mark = _speaker(conversation, entry)
    said = ai_words(entry.text) if entry.author is Author.AI else words(entry.text) if entry.text else []
    files = [small(f"📎 {escaped(file['name'])} ({in_size(file['size'])})") for file in entry.attachments]
    shown = [*said, *files] or words("")
    # It was not typed here, so nothing else says whom it went to.
    how = f"   ·   {escaped(say('sent to the customer'))} ✅" if entry.data.get("composed") else ""
    return Message(text=notification(who, entry.said), blocks=[small(f"{mark} {bold(who)}{how}"), *shown])


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
            return one_line(entry.name or "") or say("A teammate"), "💬"
        case Author.SYSTEM:
            return say("Automatic message to the customer"), "ℹ️"


def _system(conversation: Conversation, entry: Entry) -> Message:
    data = entry.data
    by = one_line(data.get("by") or "") or say("Somebody")
    match Event(data["event"]):
        case Event.TAKEN_OVER:
            former = one_line(data.get("former") or "")
            return _told(
                "🙋",
                lambda name: _took_over(name(by), name(former) if former else None),
                _how_to_note(),
                actions=_while_held(conversation),
            )
        case Event.HANDED_OVER:
            to = one_line(data["to"]["name"]) or say("a teammate")
            return _told(
                "🙋",
                lambda name: say(
                    "{by} handed over to {to}. "
                    "Their replies in this thread reach the customer; the AI stays paused.",
                    by=name(by),
                    # A mention: nobody else would tell them.
                    to=f"<@{data['to']['user']}>" if name is bold else name(to),
                ),
                _how_to_note(),
                actions=_while_held(conversation),
            )
        case Event.JOINED:
            return _told(
                "🙋",
                lambda name: say(
                    "{by} joined. What they type in this thread reaches the customer too.", by=name(by)
                ),
                _how_to_note(),
            )
        case Event.ESCALATED:
            return _escalated(conversation, entry)
        case Event.ASSIGNED | Event.STILL_WAITING | Event.ADDRESS_LEFT | Event.WENT_BACK:
            return _of_the_wait(conversation, entry)
        case Event.RESUMED:
            return _told("↩️", lambda name: _resumed(name(by), data["ticket"], Status(data["status"])))
        case Event.AGREED:
            return _agreed(entry)
        case Event.CLOSED:
            return _told("⏹️", lambda name: _closed(name(by), data["ticket"], Status(data["status"])))
        case Event.TICKET_ENDED:
            return _told("⏹️", lambda name: _ended(name(by), data["ticket"], Status(data["status"])))
        case Event.RENAMED:
            subject = escaped(shortened(data["subject"], _REASON_LENGTH))
            return _told(
                "📋",
                lambda name: say(
                    "{by} gave ticket #{ticket} another subject: {subject}",
                    by=name(by),
                    ticket=data["ticket"],
                    subject=subject,
                ),
            )
        case Event.DRAFT_DISCARDED:
            return _told(
                "🔇",
                lambda _: say("The AI had an answer ready when it was paused. The customer did not see it."),
            )
        case Event.SUMMARISED:
            return _summary(entry)
        case Event.ON_HOLD:
            reason = escaped(shortened(data["reason"], _REASON_LENGTH))
            return _told(
                "⏸️",
                lambda name: say(
                    "{by} put ticket #{ticket} on hold: {reason}",
                    by=name(by),
                    ticket=data["ticket"],
                    reason=reason,
                ),
            )
        case Event.BACK_FROM_HOLD:
            goes_on = escaped(_goes_on(data["ticket"], data.get("by"), Status(data["status"])))
            return _told("▶️", lambda _: goes_on)
        case Event.NOT_SHOWN:
            return _not_shown(conversation, entry)
        case Event.SHOWN_AGAIN:
            return _told("🔁", lambda name: say("{by} had them posted again.", by=name(by)))


def _of_the_wait(conversation: Conversation, entry: Entry) -> Message:
    data, customer = entry.data, customer_name(conversation)
    match Event(data["event"]):
        case Event.ASSIGNED:
            to = one_line(data["to"]["name"]) or say("a teammate")
            return _told(
                "🙋",
                lambda name: say(
                    "Assigned to {name}. The AI is paused; replies in this thread reach the customer.",
                    # A mention: it puts the thread among those they follow.
                    name=f"<@{data['to']['user']}>" if name is bold else name(to),
                ),
                _how_to_note(),
                actions=_while_held(conversation),
            )
        case Event.STILL_WAITING:
            return _still_waiting(conversation, entry)
        case Event.ADDRESS_LEFT:
            email = escaped(one_line(data["email"]))
            return _told(
                "✉️", lambda name: say("{name} left an address: {email}", name=name(customer), email=email)
            )
        case _:
            return _told(
                "↩️",
                lambda name: say(
                    "{name} went back to the AI. Ticket #{number} is cancelled.",
                    name=name(customer),
                    number=data["ticket"],
                ),
            )


def _still_waiting(conversation: Conversation, entry: Entry) -> Message:
    """Stands in the channel too, so it says by itself whom it is about."""
    name, waited = customer_name(conversation), lasted(timedelta(seconds=entry.data["seconds"]))
    subject = shortened(entry.data.get("subject") or "", _REASON_LENGTH)
    text = say("{name} has waited {time} for a teammate", name=name, time=waited)
    mrkdwn = say("{name} has waited {time} for a teammate", name=bold(name), time=f"*{waited}*")
    blocks: list[Block] = [line(f"🔔 {mrkdwn}")]
    if subject:
        blocks.append(SectionBlock(text=plain(f"📋 {subject}")))
    if conversation.state is State.WAITING:
        blocks.append(ActionsBlock(elements=[take_over_button(conversation)]))
    return Message(text=notification(text, subject), blocks=blocks)


def _while_held(conversation: Conversation) -> Block | None:
    if conversation.state is not State.TEAMMATE:
        return None
    return ActionsBlock(elements=[allow_ai_button(conversation)])


def _how_to_note() -> str:
    return say("_Start a message with_ `note:` _or_ `//` _to keep it in the team._")


def _took_over(by: str, former: str | None) -> str:
    if former is None:
        return say(
            "{by} took over. The AI is paused; replies in this thread reach the customer.",
            by=by,
        )
    return say(
        "{by} took over from {former}. The AI is paused; replies in this thread reach the customer.",
        by=by,
        former=former,
    )


def _resumed(by: str, ticket: int, status: Status) -> str:
    if status.is_open:
        return say(
            "{by} allowed AI replies. Ticket #{ticket} stays open and the AI answers again.",
            by=by,
            ticket=ticket,
        )
    return say(
        "{by} allowed AI replies. Ticket #{ticket} is closed and the AI answers again.", by=by, ticket=ticket
    )


def _ended(by: str, ticket: int, status: Status) -> str:
    if status is Status.CANCELLED:
        return say("{by} cancelled ticket #{ticket}. The AI goes on answering.", by=by, ticket=ticket)
    return say("{by} closed ticket #{ticket}. The AI goes on answering.", by=by, ticket=ticket)


def _closed(by: str, ticket: int, status: Status) -> str:
    if status is Status.CANCELLED:
        return say(
            "{by} cancelled ticket #{ticket}. The AI stays quiet until the customer writes again.",
            by=by,
            ticket=ticket,
        )
    return say(
        "{by} closed ticket #{ticket}. The AI stays quiet until the customer writes again.",
        by=by,
        ticket=ticket,
    )


def _goes_on(ticket: int, by: str | None, status: Status) -> str:
    if by is None:
        return say("Ticket #{ticket} is back from hold: the customer wrote.", ticket=ticket)
    name = one_line(by) or say("somebody")
    if status is Status.ON_CUSTOMER:
        return say("Ticket #{ticket} is back from hold: {name} replied.", ticket=ticket, name=name)
    return say("Ticket #{ticket} is back from hold: {name} took it up again.", ticket=ticket, name=name)


def _told(mark: str, says: Callable[[Named], str], *hints: str, actions: Block | None = None) -> Message:
    """A line about what somebody did; names in it stand in bold, except where a notification says it."""
    shown = "\n".join([f"{mark} {says(bold)}", *hints])
    return Message(text=says(escaped), blocks=[small(shown), *([actions] if actions else [])])


def _escalated(conversation: Conversation, entry: Entry) -> Message:
    reason = escaped(shortened(entry.data.get("reason") or "", _REASON_LENGTH))
    asks = say("The AI asks for a teammate: {reason}", reason=reason) if reason else _asks()
    shown = say("*The AI asks for a teammate*: {reason}", reason=reason) if reason else f"*{_asks()}*"
    waits = say("The AI is paused and the customer is waiting.")
    blocks: list[Block] = [small(f"🆘 {shown}\n{waits}")]
    if conversation.state is State.WAITING:
        blocks.append(ActionsBlock(elements=[take_over_button(conversation)]))
    return Message(text=asks, blocks=blocks)


def _asks() -> str:
    return say("The AI asks for a teammate")


def _agreed(entry: Entry) -> Message:
    """What the AI was told at a hand back, as it was written."""
    label = MarkdownTextObject(text=f"📝 {escaped(say('Handed back, with this for the AI:'))}", verbatim=True)
    agreed = entry.data["agreed"]
    return Message(
        text=notification(say("Handed back"), agreed),
        blocks=[ContextBlock(elements=[label, plain(agreed)])],
    )


def _summary(entry: Entry) -> Message:
    data = entry.data
    ticket = say("Ticket #{number}", number=data["ticket"])
    return Message(
        text=notification(ticket, data["subject"]),
        blocks=[
            title(data["subject"]),
            # A single short message is its own subject and its own summary.
            *(words(data["summary"]) if data["summary"] != data["subject"] else []),
            small(f"🎫 {ticket}   ·   {_origin(SummaryOrigin(data['origin']))}"),
        ],
    )


def _origin(origin: SummaryOrigin) -> str:
    match origin:
        case SummaryOrigin.AI:
            return say("Summary by the AI")
        case SummaryOrigin.QUOTED:
            return say("In the customer’s own words")
        case SummaryOrigin.AI_FAILED:
            return say("In the customer’s own words: the AI could not write a summary this time")


def _not_shown(conversation: Conversation, entry: Entry) -> Message:
    """Some messages did not get into the thread, or nobody knows whether they did."""
    data = entry.data
    reason = escaped(shortened(data["reason"], _REASON_LENGTH))
    says = (
        _missing(len(data["seqs"]), reason) if data["certain"] else _maybe_missing(len(data["seqs"]), reason)
    )
    hint = say("Nothing is lost: they are kept, and the customer's chat is not affected.")
    again = button(say("Retry"), RETRY, EntryValue.of(conversation.id, entry.seq))
    return Message(text=says, blocks=[small(f"⚠️ {says} {hint}"), ActionsBlock(elements=[again])])


def _missing(count: int, reason: str) -> str:
    if count == 1:
        return say("A message of this conversation could not be posted here ({reason}).", reason=reason)
    return say(
        "{count} messages of this conversation could not be posted here ({reason}).",
        count=count,
        reason=reason,
    )


def _maybe_missing(count: int, reason: str) -> str:
    if count == 1:
        return say("A message of this conversation may not have been posted here ({reason}).", reason=reason)
    return say(
        "{count} messages of this conversation may not have been posted here ({reason}).",
        count=count,
        reason=reason,
    )
