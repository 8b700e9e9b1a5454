"""Keeps those available who still may answer customers, and are in the channel; Slack says once a minute."""

from __future__ import annotations

import asyncio
import logging

from bot.slack.directory import Directory, UnknownPerson
from bot.slack.members import Members
from storage.database import Database, reason_of
from storage.records import PersonId

log = logging.getLogger(__name__)

CALL_EVERY = 60.0


class Roll:
    """Takes out who left the channel, was deactivated or became a guest: a rule cannot ask Slack.

    Until the next call somebody gone may be assigned a conversation: a minute after they left the channel, an
    hour after they were deactivated, for so long what Slack said of a person is good.
    """

    def __init__(self, database: Database, directory: Directory, members: Members, *, bot_user: str) -> None:
        self._database = database
        self._directory = directory
        self._members = members
        self._bot_user = bot_user

    async def run(self) -> None:
        """Call it once a minute, until cancelled."""
        while True:
            try:
                await self.call()
            except Exception as error:  # noqa: BLE001 - there is a next minute
                log.warning("nobody knows whether who is available is there: %s", reason_of(error))
            await asyncio.sleep(CALL_EVERY)

    async def call(self) -> None:
        async with self._database.read() as tx:
            available = await tx.roster.everybody()
        # We are in our channel ourselves. Where even that is not known, Slack does not say who is.
        if not available or not await self._members.has(self._bot_user):
            return
        for person in available:
            if not await self._is_there(person):
                log.info("a teammate who is gone is not available any more: %s/%s", person.team, person.user)
                await self._database.write(lambda tx, gone=person: tx.roster.put(gone, available=False))  # type: ignore[misc]

    async def _is_there(self, person: PersonId) -> bool:
        try:
            known = await self._directory.person(person)
        except UnknownPerson:
            return True
        return known.may_act and await self._members.has(person.user)
