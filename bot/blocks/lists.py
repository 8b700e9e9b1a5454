"""What `/bookbag` answers."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, DividerBlock, SectionBlock

from bot.blocks.card import take_over_button
from bot.blocks.ids import OPEN_THREAD, PAGE
from bot.blocks.message import LinkTo, Message, button, line, plain, small, title
from bot.blocks.words import STATUS_WORDS, bold, customer_name, escaped, shortened
from bot.desk.views import ConversationView, Listing
from storage.records import State

PAGE_SIZE = 8
_PREVIEW = 140

CONVERSATIONS = "conversations"
TICKETS = "tickets"


def conversations_list(listing: Listing, *, offset: int, link_to: LinkTo) -> Message:
    """Live conversations that are not tickets yet, each with a Take over button."""
    if not listing.total:
        return _nothing("No live conversations right now. They appear here as soon as a customer writes.")
    if not listing.rows:
        return _past_the_end(CONVERSATIONS, listing.total)
    heading = f"{listing.total} live with the AI"
    blocks: list[Block] = [title(heading)]
    for view in listing.rows:
        blocks += _row(view, _last_words(view), link_to, take_over_button(view.conversation))
    return Message(text=heading, blocks=[*blocks, *_pages(CONVERSATIONS, listing.total, offset)])


def tickets_list(listing: Listing, *, offset: int, link_to: LinkTo) -> Message:
    """Open tickets, longest open first."""
    if not listing.total:
        return _nothing("No open tickets. Take over a conversation and its ticket appears here.")
    if not listing.rows:
        return _past_the_end(TICKETS, listing.total)
    heading = f"{listing.total} open ticket{'s' if listing.total != 1 else ''}"
    blocks: list[Block] = [title(heading)]
    for view in listing.rows:
        waiting = take_over_button(view.conversation) if view.conversation.state is State.WAITING else None
        about = (view.ticket.subject if view.ticket else None) or _last_words(view)
        blocks += _row(view, about, link_to, waiting)
    return Message(text=heading, blocks=[*blocks, *_pages(TICKETS, listing.total, offset)])


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
            line(
                "`/bookbag conversations`   live conversations that are not tickets yet, with *Take over*\n"
                "`/bookbag tickets`   open tickets\n"
                "`/bookbag help`   this"
            ),
            small(
                "In a thread you took over, just type: the customer reads it. A message that starts with "
                "`note:`, `//` or a mention stays in the team. "
                "*Allow AI replies* hands back and closes the ticket."
            ),
        ],
    )


def unknown_command(word: str) -> Message:
    known = "`/bookbag conversations`, `/bookbag tickets` or `/bookbag help`"
    says = f"There is no “{escaped(shortened(word, 40))}” here. Try"
    return Message(text=f"{says} /bookbag help", blocks=[line(f"{says} {known}.")])


def _row(view: ConversationView, about: str, link_to: LinkTo, action: ButtonElement | None) -> list[Block]:
    who = f"{bold(customer_name(view.conversation))}   ·   {escaped(view.conversation.channel)}"
    if view.ticket is not None and view.ticket.closed_at is None:
        who += f"   ·   #{view.ticket.number} {STATUS_WORDS[view.ticket.status]}"
    if view.holder is not None:
        who += f"   ·   {bold(view.holder.name)}"
    elements = [action] if action is not None else []
    if view.conversation.card is not None:
        elements.append(
            ButtonElement(
                text=plain("Open thread"), action_id=OPEN_THREAD, url=link_to(view.conversation.card)
            )
        )
    blocks: list[Block] = [
        DividerBlock(),
        line(who),
        SectionBlock(text=plain(shortened(about, _PREVIEW) or "…")),
    ]
    if elements:
        blocks.append(ActionsBlock(elements=elements))
    return blocks


def _last_words(view: ConversationView) -> str:
    return view.last_message.text if view.last_message else ""


def _pages(which: str, total: int, offset: int) -> list[Block]:
    if total <= PAGE_SIZE:
        return []
    elements = []
    if offset > 0:
        elements.append(button("Previous", f"{PAGE}:previous", f"{which}.{max(0, offset - PAGE_SIZE)}"))
    if offset + PAGE_SIZE < total:
        elements.append(button("Next", f"{PAGE}:next", f"{which}.{offset + PAGE_SIZE}"))
    shown = f"{offset + 1} to {min(offset + PAGE_SIZE, total)} of {total}"
    return [DividerBlock(), small(shown), ActionsBlock(elements=elements)]


def _past_the_end(which: str, total: int) -> Message:
    """The list grew shorter since its last page was shown."""
    text = "This page is empty by now."
    last = (total - 1) // PAGE_SIZE * PAGE_SIZE
    back = button("Last page", f"{PAGE}:previous", f"{which}.{last}")
    return Message(text=text, blocks=[line(text), ActionsBlock(elements=[back])])


def _nothing(text: str) -> Message:
    return Message(text=text, blocks=[line(text)])
