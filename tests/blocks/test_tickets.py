"""Lists of tickets and one ticket in full: within Slack's limits whatever is in them, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.elements.list_rows import PAGE_SIZE, lasted
from bot.blocks.lists.tickets import ticket_shown, tickets_list
from bot.desk.queries.lists import TicketPage, TicketShown, TicketView
from bot.desk.queries.views import ConversationView
from storage.records import (
    Author,
    Conversation,
    ConversationState,
    Customer,
    Kind,
    MessageRef,
    Status,
    Ticket,
    TicketNumber,
)
from storage.records import ConversationId as Id
from storage.tickets.ticket_filters import COUNTED, TicketFilter
from tests.blocks.shown import (
    NOW,
    WORKSPACE,
    buttons,
    checked,
    entry,
    link_to,
    messages,
    people,
    tickets,
    views,
)

LATER = NOW + timedelta(minutes=72)
ticket_views = st.builds(TicketView, tickets(), views(), st.none() | people)


@settings(max_examples=60)
@given(ticket_views, st.sampled_from(TicketFilter), st.integers(0, COUNTED + 1), st.integers(0, 130))
def test_every_page_of_a_shelf_can_be_shown(
    one: TicketView, ticket_filter: TicketFilter, total: int, page: int
) -> None:
    offset = page * PAGE_SIZE
    rows = [one] * max(0, min(PAGE_SIZE, total - offset))
    message = tickets_list(TicketPage(ticket_filter, rows, total, LATER), offset=offset, link_to=link_to)
    checked(message)
    found = buttons(message)
    for label in ("Next", "Previous", "Last page"):
        if label in found:
            which, _, to = found[label]["value"].partition(".")
            assert which == f"tickets-{ticket_filter}"
            assert 0 <= int(to) < total


@settings(max_examples=60)
@given(ticket_views, st.lists(messages, max_size=5))
def test_every_ticket_can_be_shown(view: TicketView, last: list[object]) -> None:
    checked(ticket_shown(TicketShown(view, last, LATER), link_to=link_to))  # type: ignore[arg-type]


def a_view(state: ConversationState, status: Status, **ticket: object) -> TicketView:
    conversation = Conversation(
        id=Id("c" * 32), channel="web", inbox=None, customer=Customer(name="Maya"), state=state, epoch=3,
        holder=None, escalated_at=NOW, last_seq=1, last_message_seq=1, mirrored=True,
        card=MessageRef("T1", "C1", "1.000001"), created_at=NOW, last_message_at=NOW,
    )  # fmt: skip
    one = Ticket(
        number=TicketNumber(7), type="live_chat", conversation_id=conversation.id, channel="web",
        status=status, subject="Where is it?", summary=None, language=None, assignee=None,
        opened_at=NOW, first_reply_at=None, closed_at=None if status.is_open else LATER, hold_reason=None,
        status_since=NOW,
    )  # fmt: skip
    said = entry(Kind.MESSAGE, Author.CUSTOMER, "Hello?")
    of = ConversationView(conversation, None, None, said)
    return TicketView(replace(one, **ticket), of, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "status", "waits", "labels"),
    [
        (ConversationState.WAITING, Status.NEW, True, {"Take over", "Open thread"}),
        (ConversationState.TEAMMATE, Status.ON_YOU, True, {"Open thread"}),
        (ConversationState.TEAMMATE, Status.ON_CUSTOMER, False, {"Open thread"}),
        (ConversationState.TEAMMATE, Status.ON_HOLD, False, {"Open thread"}),
        (ConversationState.AI, Status.CLOSED, False, {"Open thread"}),
        # Closed, and its conversation waits again: under a ticket of its own.
        (ConversationState.WAITING, Status.CLOSED, False, {"Open thread"}),
    ],
)
def test_a_row_offers_what_can_be_done_and_says_how_long_the_customer_waits(
    state: ConversationState, status: Status, waits: bool, labels: set[str]
) -> None:
    view = a_view(state, status)
    for message in (
        tickets_list(TicketPage(TicketFilter.OPEN, [view], 1, LATER), offset=0, link_to=link_to),
        ticket_shown(TicketShown(view, [], LATER), link_to=link_to),
    ):
        assert set(buttons(message)) == labels
        assert ("waiting 1 h 12 min" in WORKSPACE.rendered(message.arguments())) is waits


def test_what_the_customer_wrote_last_is_not_waiting_once_somebody_answered() -> None:
    view = a_view(ConversationState.TEAMMATE, Status.ON_YOU)
    answered = replace(view.of, last_message=entry(Kind.MESSAGE, Author.TEAMMATE, "Here", name="Ana"))
    assert view.waits_since == NOW
    assert replace(view, of=answered).waits_since is None


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (-5, "less than a minute"), (59, "less than a minute"), (60, "1 min"), (3599, "59 min"),
        (3600, "1 h"), (4320, "1 h 12 min"), (86400, "1 d"), (86400 * 3 + 7200, "3 d 2 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_reads_as_one_would_say_it(seconds: int, says: str) -> None:
    assert lasted(timedelta(seconds=seconds)) == says
