"""App Home: the help desk as one teammate sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, replace
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block
from slack_sdk.models.views import View

from bot.blocks.elements.formatting import escaped
from bot.blocks.elements.ids import HOME_PAGE, BadValue
from bot.blocks.elements.message import LinkTo, button, line, small, title
from bot.blocks.lists.overview import availability, live_row
from bot.blocks.lists.tickets import ticket_row
from bot.desk.queries.home import FIRST, Home, Places
from bot.desk.queries.lists import TicketPage
from bot.i18n import say
from storage.tickets.ticket_filters import COUNTED

# Four lists of that many rows of four blocks, with their pages, stay under the hundred that Slack takes.
MOST_ROWS = 5


def home_view(home: Home, *, link_to: LinkTo) -> dict[str, Any]:
    """As the argument of views.publish."""
    live = [block for view in home.live.rows for block in live_row(view, link_to)]
    blocks = [
        *([] if home.available is None else [small(availability(home.available))]),
        *_tickets(say("Waiting now"), say("Nobody waits."), home, "waiting", home.waiting, link_to),
        *_tickets(say("On me"), say("No open ticket is yours."), home, "mine", home.mine, link_to),
        *_list(say("Live with the AI"), say("Apart from open tickets, nobody talks to the AI."), live),
        *_pages(say("Live with the AI"), home.places, "live", home.live.total, shown=str(home.live.total)),
        *_tickets(say("Mine, closed last"), say("You closed none yet."), home, "done", home.done, link_to),
    ]
    return View(type="home", blocks=blocks).to_dict()


def no_home(why: str) -> dict[str, Any]:
    """The same for who may see nothing of any customer."""
    return View(type="home", blocks=[line(escaped(why))]).to_dict()


def written(places: Places) -> str:
    return ".".join(map(str, astuple(places)))


def read(value: str) -> Places:
    """Raises `BadValue` for what `written` did not write."""
    numbers = value.split(".")
    if len(numbers) != len(astuple(FIRST)) or not all(n.isdecimal() and len(n) < 10 for n in numbers):
        raise BadValue
    return Places(*map(int, numbers))


def _tickets(
    heading: str, none: str, home: Home, which: str, page: TicketPage, link_to: LinkTo
) -> Sequence[Block]:
    named = which == "waiting"
    rows = [block for view in page.rows for block in ticket_row(view, page.at, link_to, named=named)]
    shown = str(page.total) if page.is_counted else say("more than {number}", number=f"{COUNTED:,}")
    pages = _pages(heading, home.places, which, min(page.total, COUNTED), shown=shown)
    return [*_list(heading, none, rows), *pages]


def _list(heading: str, none: str, rows: Sequence[Block]) -> Sequence[Block]:
    return [title(heading), *(rows or [line(none)])]


def _pages(heading: str, places: Places, which: str, total: int, *, shown: str) -> Sequence[Block]:
    """The buttons to one list's pages before and after; the other lists stay where they are."""
    if total <= MOST_ROWS:
        return []
    at: int = getattr(places, which)
    buttons = [
        button(
            label,
            f"{HOME_PAGE}:{which}:{way}",
            written(replace(places, **{which: to})),
            spoken=f"{label}: {heading}",
        )
        for label, way, to in (
            (say("Previous"), "previous", max(0, at - MOST_ROWS)),
            (say("Next"), "next", at + MOST_ROWS),
        )
        if to != at and to < total
    ]
    counted = say("{first} to {last} of {total}", first=at + 1, last=min(at + MOST_ROWS, total), total=shown)
    return [small(counted), ActionsBlock(elements=buttons)]
