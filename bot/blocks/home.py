"""App Home: the help desk as one teammate sees it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.blocks.lists import availability, live_row
from bot.blocks.message import LinkTo, line, small, title
from bot.blocks.prompts import not_a_member
from bot.blocks.tickets import ticket_row
from bot.blocks.words import escaped
from bot.desk.home import Home
from bot.desk.lists import TicketPage
from bot.tongues import say

# Four lists of that many rows of four blocks stay under the hundred that Slack takes.
MOST_ROWS = 5


def home_view(home: Home, *, link_to: LinkTo) -> dict[str, Any]:
    """As the argument of views.publish."""
    live = [block for view in home.live.rows for block in live_row(view, link_to)]
    blocks = [
        *([] if home.available is None else [small(availability(home.available))]),
        *_tickets(say("Waiting now"), say("Nobody waits."), home.waiting, "new", link_to),
        *_tickets(say("On me"), say("No open ticket is yours."), home.mine, "mine", link_to),
        *_list(
            say("Live with the AI"), say("Nobody talks to the AI."), live, home.live.total, "conversations"
        ),
        *_tickets(say("Mine, closed last"), say("You closed none yet."), home.done, "done", link_to),
    ]
    return View(type="home", blocks=blocks).to_dict()


def no_home(channel: str) -> dict[str, Any]:
    """The same for who is not in the channel."""
    return View(type="home", blocks=[line(escaped(not_a_member(channel)))]).to_dict()


def _tickets(heading: str, none: str, page: TicketPage, word: str, link_to: LinkTo) -> Sequence[Block]:
    rows = [block for view in page.rows for block in ticket_row(view, page.at, link_to)]
    return _list(heading, none, rows, page.total, f"tickets {word}")


def _list(heading: str, none: str, rows: Sequence[Block], total: int, command: str) -> Sequence[Block]:
    if not rows:
        return [title(heading), line(none)]
    more = [small(say("The others: {command}", command=f"`/bookbag {command}`"))] if total > MOST_ROWS else []
    return [title(heading), *rows, *more]
