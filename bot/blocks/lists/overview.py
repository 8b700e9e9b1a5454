"""What `/bookbag` answers."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from bot.blocks.elements.formatting import bold, customer_name, escaped, shortened
from bot.blocks.elements.list_rows import nothing, pages, past_the_end, row
from bot.blocks.elements.message import LinkTo, Message, line, small, title
from bot.blocks.thread.card import last_words, take_over_button
from bot.desk.queries.views import ConversationView, TicketListing
from bot.i18n import say, speaking

CONVERSATIONS = "conversations"


def conversations_list(listing: TicketListing, *, offset: int, link_to: LinkTo) -> Message:
    """Live conversations without an open ticket, each with a Take over button."""
    if not listing.total:
        return nothing(
            say(
                "Apart from open tickets, nobody talks to the AI. A conversation appears here as soon as its "
                "customer writes."
            )
        )
    if not listing.rows:
        return past_the_end(CONVERSATIONS, listing.total)
    heading = say("{count} live with the AI", count=listing.total)
    blocks: list[Block] = [title(heading)]
    for view in listing.rows:
        blocks += live_row(view, link_to)
    return Message(text=heading, blocks=[*blocks, *pages(CONVERSATIONS, listing.total, offset)])


def live_row(view: ConversationView, link_to: LinkTo) -> list[Block]:
    who = f"{bold(customer_name(view.conversation))}   ·   {escaped(view.conversation.channel)}"
    about = last_words(view.conversation, view.last_message) if view.last_message else ""
    return row(who, about, view.conversation, link_to, take_over_button(view.conversation))


def help_message(
    *,
    live: int,
    tickets: int,
    waiting: int,
    channel_language: str | None = None,
    available: bool | None = None,
) -> Message:
    """`channel_language`: what the cards' buttons are labelled in, which this speaks of. `available`: whether
    conversations are assigned to who asks; None where nobody is assigned any.
    """
    with speaking(channel_language):
        allow_ai_replies = say("Allow AI replies")
    open_tickets = say("1 open ticket") if tickets == 1 else say("{count} open tickets", count=tickets)
    now = f"{say('{count} live with the AI', count=live)}   ·   {open_tickets}"
    if waiting:
        now += f"   ·   {say('*{count} waiting for a teammate*', count=waiting)}"
    return Message(
        text=say(
            "Bookbag: {live} live with the AI, {tickets}, {waiting} waiting",
            live=live,
            tickets=open_tickets,
            waiting=waiting,
        ),
        blocks=[
            title("Bookbag"),
            line(now),
            *([] if available is None else [small(availability(available))]),
            line(_commands()),
            small(
                say(
                    "In a thread you took over, just type: the customer reads it. A message that starts with "
                    "`note:`, `//` or a mention stays within the team. "
                    "*{button}* hands back and closes the ticket.",
                    button=allow_ai_replies,
                )
            ),
        ],
    )


def availability(available: bool) -> str:
    """Whether conversations are assigned to somebody, and how they change that (mrkdwn)."""
    if available:
        return say("🟢 You are available: conversations may be assigned to you. `/bookbag away` ends that.")
    return say("⚪ You are away: no conversation is assigned to you. `/bookbag back` changes that.")


def availability_message(available: bool, *, is_used: bool) -> Message:
    """For who has just said so. `is_used`: conversations are assigned at all."""
    says = availability(available)
    if not is_used:
        says += "\n" + say(
            "Here nobody is assigned conversations just now; whoever looks after Bookbag can set that."
        )
    return Message(text=says, blocks=[line(says)])


def unknown_command(word: str) -> Message:
    word = escaped(shortened(word, 40))
    return Message(
        text=say("There is no “{word}” here. Try /bookbag help", word=word),
        blocks=[line(f"{say('There is no “{word}” here. There are:', word=word)}\n{_commands()}")],
    )


def _commands() -> str:
    return "\n".join(
        (
            say(
                "`/bookbag conversations`   live with the AI (within a day), without an open ticket, with "
                "*Take over*"
            ),
            say(
                "`/bookbag tickets`   open ones; or only `mine`, `new`, `me` (on me), "
                "`customer` (on their customer), `hold`, `closed` or `done` (mine, closed)"
            ),
            say("`/bookbag show 12`   ticket 12: where it stands and what was said last"),
            say("`/bookbag find parcel`   names, e-mail addresses, subjects and what was said, latest first"),
            say("`/bookbag stats`   today in figures"),
            say("`/bookbag back` and `/bookbag away`   whether conversations may be assigned to you"),
            say("`/bookbag rebuild 12`   start ticket 12’s thread again, from the ledger"),
            say("`/bookbag connect vip`   threads of the inbox “vip” start here; `disconnect` ends that"),
            say("`/bookbag settings`   how this is set up"),
            say("`/bookbag help`   this list"),
        )
    )
