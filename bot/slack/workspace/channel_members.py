"""Who is in the live chat channel: asked of Slack, good for a minute and until somebody comes or goes."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.workspace.user_cache import UnknownPerson
from storage.engine.database import Clock

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(minutes=1)
PAGE = 1000


class ChannelMembers:
    """The people of one channel, as Slack last listed them."""

    def __init__(self, client: AsyncWebClient, channel: str, clock: Clock) -> None:
        self._client = client
        self._channel = channel
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._asked: datetime | None = None
        self._asking = asyncio.Lock()
        # A list that was on its way while somebody left may still have them.
        self._changes = 0

    async def has(self, user: str) -> bool:
        """Whether they may read what customers say. Where Slack does not answer, who was there before may."""
        try:
            return await self.has_now(user)
        except UnknownPerson as error:
            log.warning("Slack did not say who is in the channel: %s", error)
            return user in self._known

    async def has_now(self, user: str) -> bool:
        """Whether they are in the channel by an answer of the last minute. Raises `UnknownPerson` without."""
        async with self._asking:
            while not self._is_good():
                changes = self._changes
                try:
                    self._known = await self._listed()
                except CALL_ERRORS as error:
                    raise UnknownPerson(Failure.of(error).reason) from error
                if changes == self._changes:
                    self._asked = self._clock()
            return user in self._known

    def forget(self) -> None:
        """Somebody came or went: ask again."""
        self._changes += 1
        self._asked = None

    def _is_good(self) -> bool:
        return self._asked is not None and self._clock() - self._asked < GOOD_FOR

    async def _listed(self) -> frozenset[str]:
        people: set[str] = set()
        cursor = ""
        while True:
            page = await self._client.conversations_members(channel=self._channel, limit=PAGE, cursor=cursor)
            people |= set(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(people)
