"""Tickets as `/bookbag tickets` lists them and `/bookbag show` shows one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, SectionBlock

from bot.blocks.elements.customer import who
from bot.blocks.elements.formatting import (
    bold,
    customer_name,
    date_and_time,
    escaped,
    shortened,
    status_word,
)
from bot.blocks.elements.list_rows import actions, lasted, nothing, pages, past_the_end, row
from bot.blocks.elements.message import LinkTo, Message, line, plain, small, title
from bot.blocks.thread.card import take_over_button
from bot.desk.queries.lists import TicketPage, TicketShown, TicketView
from bot.i18n import number, say
from bot.text.lines import as_label
from storage.records import Author, ConversationState, Entry, Person, Status
from storage.tickets.ticket_filters import COUNTED, TicketFilter

TICKETS = "tickets"
_MESSAGE_LENGTH = 300
_SUMMARY_LENGTH = 1200


def tickets_list(page: TicketPage, *, offset: int, link_to: LinkTo) -> Message:
    """Tickets of one list: longest open first, or closed last first."""
    which = f"{TICKETS}-{page.ticket_filter}"
    if not page.total:
        return nothing(_empty(page.ticket_filter))
    if not page.rows:
        return past_the_end(which, min(page.total, COUNTED))
    most = number(COUNTED)
    count = str(page.total) if page.is_counted else say("more than {count}", count=most)
    heading = _heading(page.ticket_filter, count if page.is_counted else say("More than {count}", count=most))
    if page.total == 1:
        heading = _one(page.ticket_filter)
    blocks: list[Block] = [title(heading)]
    for view in page.rows:
        blocks += ticket_row(view, page.at, link_to)
    turn = pages(which, min(page.total, COUNTED), offset, shown=count)
    return Message(text=heading, blocks=[*blocks, *turn])


def ticket_shown(shown: TicketShown, *, link_to: LinkTo) -> Message:
    """One ticket in full: where it stands, when what happened, what it is about, what was said last."""
    view, ticket = shown.view, shown.view.ticket
    conversation = view.of.conversation
    name = customer_name(conversation)
    heading = f"{say('Ticket #{number}', number=ticket.number)} · {name}"
    facts = [*_stands(view), escaped(shortened(ticket.channel, 40))]
    if view.waits_since is not None:
        facts.append(say("waiting {time}", time=lasted(shown.at - view.waits_since)))
    blocks: list[Block] = [title(heading), line("   ·   ".join(facts))]
    blocks += who(conversation.customer)
    blocks.append(small("   ·   ".join(_times(view))))
    for text, length in ((ticket.subject, 200), (ticket.summary, _SUMMARY_LENGTH)):
        if shortened(text or "", length):
            blocks.append(SectionBlock(text=plain(shortened(text or "", length))))
    if shown.last:
        blocks.append(DividerBlock())
        blocks += [SectionBlock(text=plain(_spoken(entry, name))) for entry in shown.last]
    blocks += actions(conversation, link_to, _take_over(view))
    return Message(text=f"{escaped(heading)}: {_stands(view, escaped)[0]}", blocks=blocks)


def ticket_row(view: TicketView, at: datetime, link_to: LinkTo, *, named: bool = True) -> list[Block]:
    """As the ticket stood at that moment. Not `named` where whose it is stands above the list."""
    ticket, conversation = view.ticket, view.of.conversation
    parts = [
        f"#{ticket.number}",
        bold(customer_name(conversation)),
        *(_stands(view) if named else [status_word(ticket.status)]),
    ]
    if view.waits_since is not None:
        parts.append(say("waiting {time}", time=lasted(at - view.waits_since)))
    elif ticket.closed_at is not None:
        parts.append(date_and_time(ticket.closed_at))
    last = view.of.last_message
    about = ticket.subject or (last.said if last is not None else "")
    return row("   ·   ".join(parts), about, conversation, link_to, _take_over(view))


def _take_over(view: TicketView) -> ButtonElement | None:
    is_waiting = view.ticket.status.is_open and view.of.conversation.state is ConversationState.WAITING
    return take_over_button(view.of.conversation) if is_waiting else None


def _stands(view: TicketView, named: Callable[[str], str] = bold) -> list[str]:
    """Its status, and whose it is or was. Nobody's name where nobody took it."""
    status, holder = view.ticket.status, _holder(view)
    if status is Status.ON_YOU:
        return [status_word(status, on=named(holder.name if holder else say("a teammate")))]
    return [status_word(status), *([named(holder.name)] if holder else [])]


def _holder(view: TicketView) -> Person | None:
    """Who has the ticket, or had it when it was closed."""
    return view.of.holder if view.ticket.status.is_open and view.of.holder is not None else view.assignee


def _times(view: TicketView) -> Iterable[str]:
    ticket = view.ticket
    yield say("Opened {time}", time=date_and_time(ticket.opened_at))
    if ticket.first_reply_at is not None:
        yield say("first reply after {time}", time=lasted(ticket.first_reply_at - ticket.opened_at))
    elif ticket.status.is_open:
        yield say("no reply yet")
    if ticket.closed_at is not None:
        at, after = date_and_time(ticket.closed_at), lasted(ticket.closed_at - ticket.opened_at)
        if ticket.status is Status.CANCELLED:
            yield say("cancelled {time}, after {length}", time=at, length=after)
        else:
            yield say("closed {time}, after {length}", time=at, length=after)


def _spoken(entry: Entry, customer: str) -> str:
    speaker = {Author.CUSTOMER: customer, Author.AI: say("AI")}.get(entry.author) or as_label(
        entry.name or ""
    )
    return f"{speaker or say('A teammate')}: {shortened(entry.said, _MESSAGE_LENGTH) or '…'}"


def _one(ticket_filter: TicketFilter) -> str:
    """What the list says of one ticket."""
    match ticket_filter:
        case TicketFilter.OPEN:
            return say("1 open ticket")
        case TicketFilter.MINE:
            return say("1 open ticket of yours")
        case TicketFilter.NEW:
            return say("1 new ticket")
        case TicketFilter.ME:
            return say("1 ticket on you")
        case TicketFilter.CUSTOMER:
            return say("1 ticket on its customer")
        case TicketFilter.HOLD:
            return say("1 ticket on hold")
        case TicketFilter.DONE:
            return say("1 closed ticket of yours")
        case TicketFilter.CLOSED:
            return say("1 closed ticket")


def _heading(ticket_filter: TicketFilter, count: str) -> str:
    """What several are."""
    match ticket_filter:
        case TicketFilter.OPEN:
            return say("{count} open tickets", count=count)
        case TicketFilter.MINE:
            return say("{count} open tickets of yours", count=count)
        case TicketFilter.NEW:
            return say("{count} new tickets", count=count)
        case TicketFilter.ME:
            return say("{count} tickets on you", count=count)
        case TicketFilter.CUSTOMER:
            return say("{count} tickets on their customers", count=count)
        case TicketFilter.HOLD:
            return say("{count} tickets on hold", count=count)
        case TicketFilter.DONE:
            return say("{count} closed tickets of yours", count=count)
        case TicketFilter.CLOSED:
            return say("{count} closed tickets", count=count)


def _empty(ticket_filter: TicketFilter) -> str:
    """What an empty list says."""
    match ticket_filter:
        case TicketFilter.OPEN:
            return say("No open tickets. Take over a conversation and its ticket appears here.")
        case TicketFilter.MINE:
            return say("No open ticket is yours.")
        case TicketFilter.NEW:
            return say("No new tickets: nobody waits for somebody to take over.")
        case TicketFilter.ME:
            return say("Nothing is on you.")
        case TicketFilter.CUSTOMER:
            return say("No ticket waits for its customer.")
        case TicketFilter.HOLD:
            return say("Nothing is on hold.")
        case TicketFilter.DONE:
            return say("You closed no ticket yet.")
        case TicketFilter.CLOSED:
            return say("No ticket was closed yet.")
