"""Who a Slack user is: asked of Slack, remembered in the database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure
from storage.database import Database
from storage.records import Person, PersonId

log = logging.getLogger(__name__)

GOOD_FOR = timedelta(hours=1)
REMEMBERED = 10_000
# A press has three seconds; better answered in English than not at all.
LANGUAGE_WITHIN = timedelta(seconds=1)


class UnknownPerson(Exception):
    """Slack could not be asked about somebody who was never seen before."""


class Directory:
    """Teammates by their id. `home_team` is the workspace whose full members may act."""

    def __init__(self, client: AsyncWebClient, database: Database, *, home_team: str) -> None:
        self._client = client
        self._database = database
        self._home_team = home_team
        # What this process was told lately: a reply should not wait for the database to say who wrote it.
        self._recent: dict[PersonId, Person] = {}

    async def person(self, person_id: PersonId) -> Person:
        """As Slack described them within the last hour, or the last time it answered.

        Raises `UnknownPerson` when Slack cannot be asked and never was.
        """
        known = self._recent.get(person_id)
        if known is None or not self._is_good(known):
            async with self._database.read() as tx:
                known = await tx.people.get(person_id)
        if known is not None and self._is_good(known):
            return self._remembered(known)
        try:
            answer = await self._client.users_info(user=person_id.user, include_locale=True)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            log.warning("Slack did not describe a teammate: %s", failure.reason)
            if known is None:
                raise UnknownPerson(failure.reason) from error
            return known
        person = self._described(person_id, answer["user"])
        await self._database.write(lambda tx: tx.people.remember(person))
        return self._remembered(person)

    async def locale(self, person_id: PersonId) -> str | None:
        """Which language they read Slack in, as `de-DE`. None where Slack does not say so in time."""
        try:
            async with asyncio.timeout(LANGUAGE_WITHIN.total_seconds()):
                return (await self.person(person_id)).locale
        except (UnknownPerson, TimeoutError):
            return None

    async def zone(self, person_id: PersonId) -> tzinfo:
        """Which zone their day is in. UTC where Slack does not say or this machine does not know the zone."""
        try:
            return ZoneInfo((await self.person(person_id)).zone or "UTC")
        except (UnknownPerson, ValueError, OSError, KeyError):
            return UTC

    async def names(self, users: Collection[str]) -> Mapping[str, str]:
        """Display names of users of the home team, as far as they can be had."""
        found = {}
        for user in users:
            try:
                found[user] = (await self.person(PersonId(self._home_team, user))).name
            except UnknownPerson:
                continue
        return found

    def _is_good(self, known: Person) -> bool:
        # Remembered by a version that did not ask for it.
        is_whole = known.locale is not None
        return is_whole and self._database.clock() - known.fetched_at < GOOD_FOR

    def _remembered(self, person: Person) -> Person:
        if len(self._recent) >= REMEMBERED:
            self._recent.clear()
        self._recent[person.id] = person
        return person

    def _described(self, person_id: PersonId, user: Mapping[str, Any]) -> Person:
        profile = user.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or ""
        outsider = (
            person_id.team != self._home_team
            or user.get("team_id", self._home_team) != self._home_team
            or user.get("is_stranger")
        )
        guest = user.get("is_restricted") or user.get("is_ultra_restricted")
        return Person(
            id=person_id,
            name=str(name).strip()[:120] or "A teammate",
            # Slack's picture addresses contain the ids of team and user: no customer's business.
            avatar_url=None,
            may_act=not (outsider or guest or user.get("deleted") or user.get("is_bot")),
            fetched_at=self._database.clock(),
            locale=str(user.get("locale") or "")[:35],
            zone=str(user.get("tz") or "")[:64],
        )
