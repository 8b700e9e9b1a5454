"""What a teammate's App Home shows. Reading only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.desk.desk import Desk
from bot.desk.queries.lists import Lists, TicketPage
from bot.desk.queries.views import TicketListing
from storage.records import PersonId
from storage.slack.slack_channels import Among
from storage.tickets.ticket_filters import TicketFilter

Page = TypeVar("Page", TicketPage, TicketListing)


@dataclass(frozen=True, slots=True)
class Places:
    """How many of each list stand before what is shown of it."""

    waiting: int = 0
    mine: int = 0
    live: int = 0
    done: int = 0


FIRST = Places()


@dataclass(frozen=True, slots=True)
class Home:
    """A page of each list, with how many there are, and where those pages begin.

    `available`: whether conversations are assigned to them; None where nobody is assigned any.
    """

    waiting: TicketPage
    mine: TicketPage
    live: TicketListing
    done: TicketPage
    places: Places = FIRST
    available: bool | None = None


async def home_of(
    person: PersonId,
    *,
    desk: Desk,
    lists: Lists,
    limit: int,
    places: Places = FIRST,
    among: Among = None,
) -> Home:
    """What is at home in the channels `among`, at most `limit` of each.

    Where a list grew shorter than its place, its last page.
    """

    def ticket_filter(which: TicketFilter) -> Callable[[int], Awaitable[TicketPage]]:
        return lambda offset: lists.tickets(which, by=person, limit=limit, offset=offset, among=among)

    waiting, at_waiting = await _page(ticket_filter(TicketFilter.NEW), places.waiting, limit)
    mine, at_mine = await _page(ticket_filter(TicketFilter.MINE), places.mine, limit)
    live, at_live = await _page(
        lambda offset: desk.live(limit=limit, offset=offset, among=among), places.live, limit
    )
    done, at_done = await _page(ticket_filter(TicketFilter.DONE), places.done, limit)
    return Home(
        waiting,
        mine,
        live,
        done,
        replace(places, waiting=at_waiting, mine=at_mine, live=at_live, done=at_done),
        await desk.is_available(person) if desk.assignment.is_on else None,
    )


async def _page(read: Callable[[int], Awaitable[Page]], offset: int, limit: int) -> tuple[Page, int]:
    page = await read(offset)
    if page.rows or not offset:
        return page, offset
    last = max(0, page.total - 1) // limit * limit
    return await read(last), last
