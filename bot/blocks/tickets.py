"""Tickets as `/bookbag tickets` lists them and `/bookbag show` shows one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, SectionBlock

from bot.blocks.card import take_over_button
from bot.blocks.message import LinkTo, Message, line, plain, small, title
from bot.blocks.rows import actions, lasted, nothing, pages, past_the_end, row
from bot.blocks.words import STATUS_WORDS, bold, customer_name, date_and_time, escaped, one_line, shortened
from bot.desk.lists import TicketPage, TicketShown, TicketView
from storage.records import Author, Entry, State
from storage.shelves import COUNTED, Shelf

TICKETS = "tickets"
_MESSAGE_LENGTH = 300
_SUMMARY_LENGTH = 1200

# What one ticket on the shelf is, what two are, and what an empty shelf says.
_WORDS = {
    Shelf.OPEN: (
        "open ticket",
        "open tickets",
        "No open tickets. Take over a conversation and its ticket appears here.",
    ),
    Shelf.MINE: ("open ticket of yours", "open tickets of yours", "No open ticket is yours."),
    Shelf.NEW: ("new ticket", "new tickets", "No new tickets: nobody waits for somebody to take over."),
    Shelf.ME: ("ticket on you", "tickets on you", "Nothing is on you."),
    Shelf.CUSTOMER: (
        "ticket on its customer",
        "tickets on their customers",
        "No ticket waits for its customer.",
    ),
    Shelf.HOLD: ("ticket on hold", "tickets on hold", "Nothing is on hold."),
    Shelf.DONE: ("closed ticket of yours", "closed tickets of yours", "You closed no ticket yet."),
    Shelf.CLOSED: ("closed ticket", "closed tickets", "No ticket was closed yet."),
}


def tickets_list(page: TicketPage, *, offset: int, link_to: LinkTo) -> Message:
    """Tickets of one shelf: longest open first, or closed last first."""
    one, many, none = _WORDS[page.shelf]
    which = f"{TICKETS}-{page.shelf}"
    if not page.total:
        return nothing(none)
    if not page.rows:
        return past_the_end(which, min(page.total, COUNTED))
    count = str(page.total) if page.is_counted else f"more than {COUNTED:,}"
    heading = f"{count} {one if page.total == 1 else many}".capitalize()
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
    heading = f"Ticket #{ticket.number} · {name}"
    facts = [bold(STATUS_WORDS[ticket.status]), *_holder(view), escaped(shortened(ticket.channel, 40))]
    if view.waits_since is not None:
        facts.append(f"waits {lasted(shown.at - view.waits_since)}")
    blocks: list[Block] = [title(heading), line("   ·   ".join(facts))]
    email = shortened(conversation.customer.email or "", 254)
    if email:
        told = "" if conversation.customer.verified else "  _(as they told us)_"
        blocks.append(small(f"{escaped(email)}{told}"))
    blocks.append(small("   ·   ".join(_times(view))))
    for text, length in ((ticket.subject, 200), (ticket.summary, _SUMMARY_LENGTH)):
        if shortened(text or "", length):
            blocks.append(SectionBlock(text=plain(shortened(text or "", length))))
    if shown.last:
        blocks.append(DividerBlock())
        blocks += [SectionBlock(text=plain(_spoken(entry, name))) for entry in shown.last]
    blocks += actions(conversation, link_to, _take_over(view))
    return Message(text=escaped(f"{heading}: {STATUS_WORDS[ticket.status]}"), blocks=blocks)


def ticket_row(view: TicketView, at: datetime, link_to: LinkTo) -> list[Block]:
    """As the ticket stood at that moment."""
    ticket, conversation = view.ticket, view.of.conversation
    parts = [
        f"#{ticket.number}",
        bold(customer_name(conversation)),
        STATUS_WORDS[ticket.status],
        *_holder(view),
    ]
    if view.waits_since is not None:
        parts.append(f"waits {lasted(at - view.waits_since)}")
    elif ticket.closed_at is not None:
        parts.append(date_and_time(ticket.closed_at))
    last = view.of.last_message
    about = ticket.subject or (last.said if last is not None else "")
    return row("   ·   ".join(parts), about, conversation, link_to, _take_over(view))


def _take_over(view: TicketView) -> ButtonElement | None:
    is_waiting = view.ticket.status.is_open and view.of.conversation.state is State.WAITING
    return take_over_button(view.of.conversation) if is_waiting else None


def _holder(view: TicketView) -> list[str]:
    """Who has the ticket, or had it when it was closed. Nobody's name where nobody took it."""
    who = view.of.holder if view.ticket.status.is_open and view.of.holder is not None else view.assignee
    return [bold(who.name)] if who is not None else []


def _times(view: TicketView) -> Iterable[str]:
    ticket = view.ticket
    yield f"Opened {date_and_time(ticket.opened_at)}"
    if ticket.first_reply_at is not None:
        yield f"first reply after {lasted(ticket.first_reply_at - ticket.opened_at)}"
    elif ticket.status.is_open:
        yield "no reply yet"
    if ticket.closed_at is not None:
        after = lasted(ticket.closed_at - ticket.opened_at)
        yield f"{STATUS_WORDS[ticket.status].lower()} {date_and_time(ticket.closed_at)}, after {after}"


def _spoken(entry: Entry, customer: str) -> str:
    speaker = {Author.CUSTOMER: customer, Author.AI: "AI"}.get(entry.author) or one_line(entry.name or "")
    return f"{speaker or 'A teammate'}: {shortened(entry.said, _MESSAGE_LENGTH) or '…'}"
