"""Who is in the live chat channel, and so may read what customers say; asked of Slack, good for a minute."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure
from storage.database import Clock

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(minutes=1)
PAGE = 1000


class Members:
    """The people of one channel, as Slack last listed them."""

    def __init__(self, client: AsyncWebClient, channel: str, clock: Clock) -> None:
        self._client = client
        self._channel = channel
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._asked: datetime | None = None

    async def has(self, user: str) -> bool:
        """Whether they are in the channel. Where Slack does not say, only who was there before is."""
        if self._asked is None or self._clock() - self._asked >= GOOD_FOR:
            try:
                self._known = await self._listed()
                self._asked = self._clock()
            except CALL_ERRORS as error:
                log.warning("Slack did not say who is in the channel: %s", Failure.of(error).reason)
        return user in self._known

    async def _listed(self) -> frozenset[str]:
        people: set[str] = set()
        cursor = ""
        while True:
            page = await self._client.conversations_members(channel=self._channel, limit=PAGE, cursor=cursor)
            people |= set(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return frozenset(people)
