"""What happened to a conversation, other than somebody saying something, as a message in its thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.blocks.elements.customer import who_they_are
from bot.blocks.elements.formatting import (
    bold,
    customer_name,
    date_and_time,
    escaped,
    notification,
    shortened,
    unformatted,
)
from bot.blocks.elements.ids import RETRY, TAKE_BACK, EntryValue
from bot.blocks.elements.list_rows import lasted
from bot.blocks.elements.message import Message, button, line, plain, small, title, words
from bot.blocks.elements.reasons import reason_in_words
from bot.blocks.thread.card import allow_ai_button, take_over_button
from bot.desk.tickets import SummaryOrigin
from bot.desk.timeline import Event
from bot.i18n import say
from bot.text.lines import as_label, first_label
from storage.records import Conversation, ConversationState, Entry, Status

# How a name is written: in what a notification says, and in bold.
Named = Callable[[str], str]

_REASON_LENGTH = 300
_ORIGINAL_LENGTH = 80


def event_message(conversation: Conversation, entry: Entry) -> Message:
    data = entry.data
    by = as_label(data.get("by") or "") or say("Somebody")
    match Event(data["event"]):
        case Event.TAKEN_OVER:
            former = as_label(data.get("former") or "")
            return _told(
                "🙋",
                lambda name: _took_over(name(by), name(former) if former else None),
                _how_to_note(),
                actions=_while_held(conversation),
            )
        case Event.HANDED_OVER:
            to = as_label(data["to"]["name"]) or say("a teammate")
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
        case Event.SIGNED_IN | Event.DESCRIBED:
            return _of_the_customer(Event(data["event"]), data["customer"])
        case Event.HOLDER_LEFT:
            return _holder_left(conversation, entry)
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
        case Event.TRANSLATED:
            return _translation(conversation, entry)
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
        case Event.NOT_FOUND:
            return _not_found(conversation, entry)
        case Event.TAKEN_BACK:
            return _told(
                "🗑️",
                lambda name: say(
                    "{by} took back from the customer what Slack does not show any more.", by=name(by)
                ),
            )
        case Event.CARD_STAYS:
            return _card_stays(conversation, data["ticket"])


def _card_stays(conversation: Conversation, ticket: int | None) -> Message:
    """The card may offer what is over by now, so what can be done stands here."""
    again = say("`/bookbag rebuild {number}` starts it again under a new card.", number=ticket)
    is_held = conversation.state is ConversationState.TEAMMATE
    press = allow_ai_button(conversation) if is_held else take_over_button(conversation)
    return _told(
        "⚠️",
        lambda _: say(
            "Slack does not let the card of this thread be changed any more. It may be out of date."
        ),
        *([] if ticket is None else [again]),
        actions=ActionsBlock(elements=[press]),
    )


def _of_the_customer(event: Event, customer: Mapping[str, Any]) -> Message:
    """Who they are from here on, as it was at that moment."""
    name = shortened(first_label(customer["name"] or "", customer["email"] or ""), 80) or say("Customer")
    signed_in = event is Event.SIGNED_IN
    told = _told(
        "🪪",
        lambda named: (
            say("{name} signed in on your website.", name=named(name))
            if signed_in
            else say("What we were told about {name} changed.", name=named(name))
        ),
    )
    return Message(text=told.text, blocks=[*told.blocks, *who_they_are(**customer)])


def _of_the_wait(conversation: Conversation, entry: Entry) -> Message:
    data, customer = entry.data, customer_name(conversation)
    match Event(data["event"]):
        case Event.ASSIGNED:
            to = as_label(data["to"]["name"]) or say("a teammate")
            return _told(
                "🙋",
                lambda name: say(
                    "Assigned to {name}. The AI is paused; their replies in this thread reach the customer.",
                    # A mention: it puts the thread among those they follow.
                    name=f"<@{data['to']['user']}>" if name is bold else name(to),
                ),
                _how_to_note(),
                actions=_while_held(conversation),
            )
        case Event.STILL_WAITING:
            return _still_waiting(conversation, entry)
        case Event.ADDRESS_LEFT:
            email = escaped(as_label(data["email"]))
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
    if conversation.state is ConversationState.WAITING:
        blocks.append(ActionsBlock(elements=[take_over_button(conversation)]))
    return Message(text=notification(text, subject), blocks=blocks)


def _holder_left(conversation: Conversation, entry: Entry) -> Message:
    """Stands in the channel too, as `_still_waiting`."""
    name = customer_name(conversation)
    holder = as_label(entry.data["holder_name"]) or say("A teammate")

    def says(named: Named) -> str:
        if entry.data["why"] == "left":
            return say(
                "{holder} is not in this channel any more, so {name} waits for a teammate again.",
                holder=named(holder),
                name=named(name),
            )
        return say(
            "{holder} is no full member of this workspace any more, so {name} waits for a teammate again.",
            holder=named(holder),
            name=named(name),
        )

    blocks: list[Block] = [line(f"🔔 {says(bold)}")]
    if conversation.state is ConversationState.WAITING:
        blocks.append(ActionsBlock(elements=[take_over_button(conversation)]))
    return Message(text=says(escaped), blocks=blocks)


def _while_held(conversation: Conversation) -> Block | None:
    if conversation.state is not ConversationState.TEAMMATE:
        return None
    return ActionsBlock(elements=[allow_ai_button(conversation)])


def _how_to_note() -> str:
    return say("_Start a message with_ `note:` _or_ `//` _to keep it within the team._")


def _took_over(by: str, former: str | None) -> str:
    if former is None:
        return say(
            "{by} took over. The AI is paused; their replies in this thread reach the customer.",
            by=by,
        )
    return say(
        "{by} took over from {former}. The AI is paused; their replies in this thread reach the customer.",
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
    name = as_label(by) or say("somebody")
    if status is Status.ON_CUSTOMER:
        return say("Ticket #{ticket} is back from hold: {name} replied.", ticket=ticket, name=name)
    return say("Ticket #{ticket} is back from hold: {name} took it up again.", ticket=ticket, name=name)


def _told(mark: str, says: Callable[[Named], str], *hints: str, actions: Block | None = None) -> Message:
    """A line about what somebody did; names in it stand in bold, except where a notification says it."""
    shown = "\n".join([f"{mark} {says(bold)}", *hints])
    return Message(text=says(escaped), blocks=[small(shown), *([actions] if actions else [])])


def _escalated(conversation: Conversation, entry: Entry) -> Message:
    # A model wrote it, and a customer may have told it what to write.
    reason = unformatted(shortened(reason_in_words(entry.data.get("reason") or ""), _REASON_LENGTH))
    asks = say("The AI asks for a teammate: {reason}", reason=reason) if reason else _asks()
    shown = say("*The AI asks for a teammate*: {reason}", reason=reason) if reason else f"*{_asks()}*"
    waits = say("The AI is paused and the customer is waiting.")
    # Stands in the channel too, so it says by itself whom it is about.
    name = customer_name(conversation)
    blocks: list[Block] = [small(f"🆘 {bold(name)} · {shown}\n{waits}")]
    if conversation.state is ConversationState.WAITING:
        blocks.append(ActionsBlock(elements=[take_over_button(conversation)]))
    return Message(text=f"{escaped(name)}: {asks}", blocks=blocks)


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


def _translation(conversation: Conversation, entry: Entry) -> Message:
    """What a customer wrote, in the team's language. It names its original where that is not right above."""
    name = customer_name(conversation)
    label = MarkdownTextObject(
        text=f"🌐 {say('{name}, translated by the AI', name=bold(name))}", verbatim=True
    )
    original = shortened(entry.data["original"], _ORIGINAL_LENGTH)
    is_right_above = entry.data["target"] + 1 == entry.seq or not original
    elements = [label] if is_right_above else [label, plain(f"“{original}”")]
    return Message(
        text=notification(say("{name}, translated by the AI", name=name), entry.text),
        blocks=[ContextBlock(elements=elements), *words(entry.text)],
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
    hint = say("Nothing is lost, and the customer’s chat is not affected.")
    again = button(
        say("Retry"),
        RETRY,
        EntryValue.of(conversation.id, entry.seq),
        spoken=say("Retry: post here again what is missing"),
    )
    return Message(text=says, blocks=[small(f"⚠️ {says} {hint}"), ActionsBlock(elements=[again])])


def _not_found(conversation: Conversation, entry: Entry) -> Message:
    """Replies vanished from Slack without a word. What they said is not repeated: perhaps that was meant."""
    replies = entry.data["replies"]
    hint = say("If somebody did delete that, take it back here; otherwise there is nothing to do.")
    take_back = button(
        say("Take back from the customer"),
        TAKE_BACK,
        EntryValue.of(conversation.id, entry.seq),
        spoken=say("Take back from the customer what Slack does not show any more"),
    )
    return _told(
        "❔", lambda name: _vanished(replies, name), hint, actions=ActionsBlock(elements=[take_back])
    )


def _vanished(replies: Sequence[Mapping[str, Any]], name: Named) -> str:
    at = [_time(one["at"], name) for one in replies]
    if len(replies) == 1:
        return say(
            "Slack no longer shows what {name} sent ({time}), and has not said that it was deleted. The "
            "customer still reads it.",
            name=name(as_label(replies[0]["name"] or "") or say("a teammate")),
            time=at[0],
        )
    return say(
        "Slack no longer shows {count} replies of this conversation ({first} to {last}), and has not said "
        "that they were deleted. The customer still reads them.",
        count=len(replies),
        first=at[0] if at else "",
        last=at[-1] if at else "",
    )


def _time(seconds: int, name: Named) -> str:
    """In the reader's own zone where that can be."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return date_and_time(moment) if name is bold else f"{moment:%Y-%m-%d %H:%M} UTC"


def _missing(count: int, reason: str) -> str:
    if count == 1:
        return say("A message in this conversation could not be posted here ({reason}).", reason=reason)
    return say(
        "{count} messages in this conversation could not be posted here ({reason}).",
        count=count,
        reason=reason,
    )


def _maybe_missing(count: int, reason: str) -> str:
    if count == 1:
        return say("A message in this conversation may not have been posted here ({reason}).", reason=reason)
    return say(
        "{count} messages in this conversation may not have been posted here ({reason}).",
        count=count,
        reason=reason,
    )
