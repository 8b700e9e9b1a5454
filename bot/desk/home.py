"""What a teammate's App Home shows. Reading only."""

from __future__ import annotations

from dataclasses import dataclass

from bot.desk.desk import Desk
from bot.desk.lists import Lists, TicketPage
from bot.desk.views import Listing
from storage.records import PersonId
from storage.shelves import Shelf


@dataclass(frozen=True, slots=True)
class Home:
    """The first of each list, and how many there are.

    `available`: whether conversations are assigned to them; None where nobody is assigned any.
    """

    waiting: TicketPage
    mine: TicketPage
    live: Listing
    done: TicketPage
    available: bool | None = None


async def home_of(person: PersonId, *, desk: Desk, lists: Lists, limit: int) -> Home:
    """At most `limit` of each."""
    return Home(
        waiting=await lists.tickets(Shelf.NEW, by=person, limit=limit),
        mine=await lists.tickets(Shelf.MINE, by=person, limit=limit),
        live=await desk.live(limit=limit),
        done=await lists.tickets(Shelf.DONE, by=person, limit=limit),
        available=await desk.is_available(person) if desk.assignment.is_on else None,
    )
