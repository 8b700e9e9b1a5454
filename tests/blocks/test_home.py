"""App Home is within Slack's limits whatever is in it, and its pages lead to each other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.elements.ids import HOME_PAGE, BadValue
from bot.blocks.home import MOST_ROWS, home_view, read
from bot.desk.queries.home import Home, Places
from bot.desk.queries.lists import TicketPage, TicketView
from bot.desk.queries.views import ConversationView, TicketListing
from sandbox.content import block_limits
from storage.records import Ticket
from storage.tickets.ticket_filters import COUNTED, TicketFilter
from tests.blocks.shown import NOW, link_to, looked_at, tickets, views

TOTALS = [0, 1, MOST_ROWS, MOST_ROWS + 1, 3 * MOST_ROWS, COUNTED + 1]


@pytest.mark.parametrize("total", TOTALS)
@settings(max_examples=20)
@given(view=views(), of=views(), ticket=tickets(), turned=st.integers(0, 2))
def test_any_page_of_any_home_can_be_shown(
    total: int, view: ConversationView, of: ConversationView, ticket: Ticket, turned: int
) -> None:
    at = min(turned, max(0, total - 1) // MOST_ROWS) * MOST_ROWS
    rows = min(total - at, MOST_ROWS)
    page = TicketPage(TicketFilter.MINE, [TicketView(ticket, of, None)] * rows, total, NOW)
    home = Home(page, page, TicketListing([view] * rows, total), page, Places(at, at, at, at))
    made = home_view(home, link_to=link_to)
    assert made["type"] == "home"
    assert len(made["blocks"]) <= 100
    assert block_limits.check(made["blocks"], surface="home") == []
    looked_at(made["blocks"])
    turns = [
        (element["action_id"].split(":")[1], read(element["value"]))
        for block in made["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id", "").startswith(HOME_PAGE)
    ]
    # Each leads to another place of its own list, and leaves the others where they are.
    for which, places in turns:
        assert getattr(places, which) in (at - MOST_ROWS, at + MOST_ROWS)
        assert replace(places, **{which: at}) == home.places
    ways = (at > 0) + (at + MOST_ROWS < total)
    lists = ("waiting", "mine", "live", "done")
    assert [which for which, _ in turns] == [one for one in lists for _ in range(ways)]


@pytest.mark.parametrize("value", ["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.x", "-1.0.0.0", "1.2.3.4444444444"])
def test_a_place_that_this_program_did_not_write_is_refused(value: str) -> None:
    with pytest.raises(BadValue):
        read(value)
