"""What `/bookbag` answers."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.blocks.card import take_over_button
from bot.blocks.message import LinkTo, Message, line, small, title
from bot.blocks.rows import nothing, pages, past_the_end, row
from bot.blocks.words import bold, customer_name, escaped, shortened
from bot.desk.views import ConversationView, Listing

CONVERSATIONS = "conversations"


def conversations_list(listing: Listing, *, offset: int, link_to: LinkTo) -> Message:
    """Live conversations that are not tickets yet, each with a Take over button."""
    if not listing.total:
        return nothing("No live conversations right now. They appear here as soon as a customer writes.")
    if not listing.rows:
        return past_the_end(CONVERSATIONS, listing.total)
    heading = f"{listing.total} live with the AI"
    blocks: list[Block] = [title(heading)]
    for view in listing.rows:
        blocks += live_row(view, link_to)
    return Message(text=heading, blocks=[*blocks, *pages(CONVERSATIONS, listing.total, offset)])


def live_row(view: ConversationView, link_to: LinkTo) -> list[Block]:
    who = f"{bold(customer_name(view.conversation))}   ·   {escaped(view.conversation.channel)}"
    about = view.last_message.text if view.last_message else ""
    return row(who, about, view.conversation, link_to, take_over_button(view.conversation))


def help_message(*, live: int, tickets: int, waiting: int) -> Message:
    open_tickets = f"{tickets} open ticket{'s' if tickets != 1 else ''}"
    now = f"{live} live with the AI   ·   {open_tickets}"
    if waiting:
        now += f"   ·   *{waiting} waiting for a teammate*"
    return Message(
        text=f"Bookbag: {live} live with the AI, {open_tickets}, {waiting} waiting",
        blocks=[
            title("Bookbag"),
            line(now),
            line(_COMMANDS),
            small(
                "In a thread you took over, just type: the customer reads it. A message that starts with "
                "`note:`, `//` or a mention stays in the team. "
                "*Allow AI replies* hands back and closes the ticket."
            ),
        ],
    )


def unknown_command(word: str) -> Message:
    says = f"There is no “{escaped(shortened(word, 40))}” here."
    return Message(text=f"{says} Try /bookbag help", blocks=[line(f"{says} There are:\n{_COMMANDS}")])


_COMMANDS = (
    "`/bookbag conversations`   live with the AI, not tickets yet, with *Take over*\n"
    "`/bookbag tickets`   open ones; or only `mine`, `new`, `me` (on me), "
    "`customer` (on their customer), `hold`, `closed` or `done` (mine, closed)\n"
    "`/bookbag show 12`   ticket 12: where it stands and what was said last\n"
    "`/bookbag find parcel`   names, e-mail addresses, subjects and what was said, latest first\n"
    "`/bookbag stats`   today in figures\n"
    "`/bookbag rebuild 12`   start ticket 12’s thread again, from the ledger\n"
    "`/bookbag settings`   how this is set up\n"
    "`/bookbag help`   this"
)
