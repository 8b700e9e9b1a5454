"""Keeps those available who still may answer customers, and are in our channels; Slack says once a minute."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bot.slack.channels import Channels
from bot.slack.directory import Directory, UnknownPerson
from storage.database import Database, reason_of
from storage.records import PersonId
from storage.transaction import Transaction

log = logging.getLogger(__name__)

CALL_EVERY = 60.0


class Roll:
    """Takes out who left our channels, was deactivated or became a guest: a rule cannot ask Slack.

    Until the next call somebody gone may be assigned a conversation: a minute after they left the channel, an
    hour after they were deactivated, for so long what Slack said of a person is good.
    """

    def __init__(
        self, database: Database, directory: Directory, channels: Channels, *, bot_user: str
    ) -> None:
        self._database = database
        self._directory = directory
        self._channels = channels
        self._bot_user = bot_user
        self._soon = asyncio.Event()

    async def run(self) -> None:
        """Call it once a minute and when it is to be called soon, until cancelled."""
        while True:
            self._soon.clear()
            try:
                await self.call()
            except Exception as error:  # noqa: BLE001 - there is a next minute
                log.warning("nobody knows whether who is available is there: %s", reason_of(error))
            try:
                async with asyncio.timeout(CALL_EVERY):
                    await self._soon.wait()
            except TimeoutError:
                pass

    def call_soon(self) -> None:
        """There is another channel to be in."""
        self._soon.set()

    async def call(self) -> None:
        async with self._database.read() as tx:
            available = await tx.roster.everybody()
        if not available:
            return
        homes = await self._channels.homes()
        # We are in our channels ourselves. Where even that is not known, Slack does not say who is.
        known = await self._channels.with_(self._bot_user)
        if self._channels.configured_id not in known:
            return
        for person in available:
            there = await self._channels.with_(person.user) & known
            if there and await self._may_act(person):
                if len(homes) > 1:
                    await self._database.write(partial(_attends, person, there))
            else:
                log.info("a teammate who is gone is not available any more: %s/%s", person.team, person.user)
                await self._database.write(lambda tx, gone=person: tx.roster.put(gone, available=False))  # type: ignore[misc]

    async def _may_act(self, person: PersonId) -> bool:
        try:
            return (await self._directory.person(person)).may_act
        except UnknownPerson:
            return True


async def _attends(person: PersonId, there: frozenset[str], tx: Transaction) -> None:
    await tx.channels.attends(person, there)
