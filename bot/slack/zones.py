"""Which zone a teammate's day is in: asked of Slack, remembered for a while."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure
from storage.database import Clock
from storage.records import PersonId

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(hours=1)
# More people than that ask for figures in no workspace's hour.
MOST = 1000


class Zones:
    """Zones of teammates. UTC where Slack does not say or this machine does not know the zone."""

    def __init__(self, client: AsyncWebClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[PersonId, tuple[tzinfo, datetime]] = {}

    async def of(self, person: PersonId) -> tzinfo:
        zone, asked = self._known.get(person, (UTC, None))
        if asked is not None and self._clock() - asked < GOOD_FOR:
            return zone
        try:
            answer = await self._client.users_info(user=person.user)
        except CALL_ERRORS as error:
            log.warning("Slack did not say a teammate's zone: %s", Failure.of(error).reason)
            return zone
        try:
            zone = ZoneInfo(str(answer["user"].get("tz") or "UTC"))
        except (ValueError, OSError, KeyError):
            zone = UTC
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[person] = (zone, self._clock())
        return zone
