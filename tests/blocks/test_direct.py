"""What one teammate is told alone: in a direct message, in place of a list, in place of a Home."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks.elements.list_rows import nothing, past_the_end
from bot.blocks.home import no_home
from bot.blocks.lists.overview import CONVERSATIONS, availability_message
from bot.blocks.thread.direct import assigned_message, still_waiting_message
from bot.blocks.thread.prompts import not_a_member
from bot.desk.queries.views import ConversationView
from sandbox.content import block_limits
from storage.records import Ticket
from tests.blocks.shown import checked, link_to, looked_at, tickets, views, words


@given(views(), tickets())
def test_whatever_is_assigned_can_be_told(view: ConversationView, ticket: Ticket) -> None:
    said = checked(assigned_message(view, ticket, link_to=link_to))
    assert f"#{ticket.number}" in said["text"]


@given(views(), tickets(), st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_whoever_waits_can_be_told_of(view: ConversationView, ticket: Ticket, waited: timedelta) -> None:
    said = checked(still_waiting_message(view, ticket, waited=waited, link_to=link_to))
    assert f"#{ticket.number}" in said["text"]


@given(words(80))
def test_who_is_in_no_channel_is_told_which_whatever_it_is_called(channel: str) -> None:
    shown = no_home(not_a_member(channel))
    assert block_limits.check(shown["blocks"], surface="home") == []
    looked_at(shown["blocks"])


@pytest.mark.parametrize("available", [True, False])
@pytest.mark.parametrize("is_used", [True, False])
def test_availability_can_be_told(available: bool, is_used: bool) -> None:
    checked(availability_message(available, is_used=is_used))


@given(st.integers(0, 10**6))
def test_a_page_that_is_there_no_more_is_said(total: int) -> None:
    checked(past_the_end(CONVERSATIONS, total))
    checked(nothing("Nobody waits."))
