"""App Homes: published when opened, and again while their people may be looking and something changed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.blocks.home import MOST_ROWS, home_view, no_home
from bot.blocks.thread.prompts import not_a_member
from bot.desk.desk import Desk
from bot.desk.errors import MayNotAct
from bot.desk.queries.home import FIRST, Places, home_of
from bot.desk.queries.lists import Lists
from bot.i18n import speaking
from bot.notifier import ANYTHING, Notifier
from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.outbound.private import OWN_WORDS, About, Listed, Private
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from storage.records import PersonId
from storage.slack.slack_channels import reads_nothing

log = logging.getLogger(__name__)

# Slack does not say when a Home is left.
LOOKING_FOR = 10 * 60.0
# Seconds for which one that was left is refreshed once more, and how many of those are kept in mind.
LOOKED_AT_AGAIN = 60.0
REMEMBERED = 1000
# Between two refreshes of one person's, and between any two, in seconds: views.publish is a tier 4 method.
PAUSE = 3.0
SPACING = 1.0


@dataclass(slots=True)
class _Looking:
    """Somebody whose Home this process published."""

    opened: float
    published: float = 0.0
    is_stale: bool = True
    shown: dict[str, Any] | None = None
    # Slack's name for what it shows them; another one means that another process showed them something.
    known_as: str | None = None
    places: Places = FIRST
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Homes:
    """The Homes that this process published.

    Each process keeps its own: a Home is looked after by the process that last heard of its person, and one
    that finds it changed by another leaves it.
    """

    def __init__(
        self,
        notifier: Notifier,
        desk: Desk,
        installation: Installation,
        permissions: Permissions,
        users: UserCache,
        private: Private,
        *,
        pause: float = PAUSE,
        spacing: float = SPACING,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._notifier = notifier
        self._desk = desk
        self._lists = Lists(desk.database)
        self._installation = installation
        self._permissions = permissions
        self._private = private
        self._users = users
        self._pause = pause
        self._spacing = spacing
        self._clock = clock
        self._looking: dict[PersonId, _Looking] = {}
        # Slack keeps what it was given, so somebody may still find it when they come back.
        self._left: dict[PersonId, _Looking] = {}
        self._refreshed = 0.0

    async def opened(self, person: PersonId, places: Places = FIRST) -> None:
        """Show it to them now, each list from its place on, and keep it up to date for a while."""
        self._left.pop(person, None)
        looking = self._looking.setdefault(person, _Looking(self._clock()))
        looking.opened = self._clock()
        looking.places = places
        # Slack may show another tab's view by now, so the same is published again, whatever it shows.
        looking.shown = looking.known_as = None
        await self._publish(person, looking)

    def somebody_changed(self, user: str) -> None:
        """What they may see may be less than what their Home shows, also if they left it long ago."""
        for person in [one for one in self._left if one.user == user]:
            looking = self._looking[person] = self._left.pop(person)
            looking.opened = self._clock() - LOOKING_FOR + LOOKED_AT_AGAIN
        if any(person.user == user for person in self._looking):
            self._notifier.ring(ANYTHING)

    async def run(self) -> None:
        """Refresh after whatever happened, until cancelled. What shows nothing new is not published."""
        with self._notifier.listening(ANYTHING) as listener:
            while True:
                rung = await listener.heard(timeout=self._until_next())
                self._forget()
                if rung:
                    for looking in self._looking.values():
                        looking.is_stale = True
                if self._until_next() <= 0:
                    self._refreshed = self._clock()
                    await self._publish(*self._next())

    def _next(self) -> tuple[PersonId, _Looking]:
        stale = [(person, one) for person, one in self._looking.items() if one.is_stale]
        return min(stale, key=lambda each: each[1].published)

    def _until_next(self) -> float:
        """Seconds until the next refresh may be made."""
        if not any(one.is_stale for one in self._looking.values()):
            return LOOKING_FOR
        _, longest_ago = self._next()
        due = max(longest_ago.published + self._pause, self._refreshed + self._spacing)
        return max(0.0, due - self._clock())

    def _forget(self) -> None:
        since = self._clock() - LOOKING_FOR
        for person in [person for person, one in self._looking.items() if one.opened <= since]:
            self._left[person] = self._looking.pop(person)
        while len(self._left) > REMEMBERED:
            del self._left[next(iter(self._left))]

    async def _publish(self, person: PersonId, looking: _Looking) -> None:
        # One after the other, or what was read first could be shown last.
        async with looking.turn:
            looking.is_stale = False
            looking.published = self._clock()
            try:
                view, about = await self._view(person, looking.places)
                if view != looking.shown:
                    answer = await self._private.home(person, view, hash_=looking.known_as, about=about)
                    looking.shown, looking.known_as = view, answer["view"]["hash"]
            except (MayNotAct, UnknownPerson) as error:
                # Until Slack says that they may see it; what may not be shown any more is taken away then.
                looking.is_stale = True
                log.info("a Home is not shown just now: %s", error)
            except CALL_ERRORS as error:
                reason = Failure.of(error).reason
                if reason == "hash_conflict":
                    self._looking.pop(person, None)
                else:
                    log.warning("a Home could not be shown: %s", reason)
            except Exception:
                log.exception("a Home could not be made")

    async def _view(self, person: PersonId, places: Places) -> tuple[dict[str, Any], About]:
        """As they may see it at this moment. Raises `UnknownPerson` where Slack does not say."""
        with speaking(await self._users.locale(person)):
            try:
                among = await self._permissions.reads(person)
            except MayNotAct as error:
                return no_home(error.in_words()), OWN_WORDS
            if reads_nothing(among):
                return no_home(not_a_member(self._permissions.configured_name)), OWN_WORDS
            home = await home_of(
                person, desk=self._desk, lists=self._lists, limit=MOST_ROWS, places=places, among=among
            )
            return home_view(home, link_to=self._installation.link_to), Listed(among)
