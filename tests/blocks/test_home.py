"""App Home is within Slack's limits whatever is in it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from bot.blocks.home import MOST_ROWS, home_view
from bot.desk.home import Home
from bot.desk.lists import TicketPage, TicketView
from bot.desk.views import ConversationView, Listing
from sandbox import block_limits
from storage.records import Ticket
from storage.shelves import Shelf
from tests.blocks.shown import NOW, link_to, looked_at, tickets, views


@pytest.mark.parametrize("total", [0, 1, MOST_ROWS, MOST_ROWS + 1])
@settings(max_examples=20)
@given(view=views(), of=views(), ticket=tickets())
def test_any_home_can_be_shown(
    total: int, view: ConversationView, of: ConversationView, ticket: Ticket
) -> None:
    rows = min(total, MOST_ROWS)
    one = TicketView(ticket, of, None)
    page = TicketPage(Shelf.MINE, [one] * rows, total, NOW)
    made = home_view(Home(page, page, Listing([view] * rows, total), page), link_to=link_to)
    assert made["type"] == "home"
    assert len(made["blocks"]) <= 100
    assert block_limits.check(made["blocks"], surface="home") == []
    looked_at(made["blocks"])
    assert ("The others" in str(made)) is (total > MOST_ROWS)
