"""Notices who cannot answer customers any more: left our channels, was deactivated or became a guest.

They are not available any more, what they hold waits for another teammate, and what they joined they left. A
rule cannot ask Slack, so this does: when Slack reports that somebody changed or left, when somebody turns out
not to be who may act, and once a minute all the same: an event may have been missed, or heard by another
process. Nobody is taken for gone because Slack did not answer (`Permissions.departure`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence

from bot.desk.desk import Desk
from bot.slack.workspace.permissions import Departure, Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from storage.engine.database import reason_of
from storage.records import PersonId

log = logging.getLogger(__name__)

CALL_EVERY = 60.0
# Seconds between two calls, however often one is wanted: everybody in the workspace changes their profile.
SPACING = 1.0
# Slack is asked about so many holders in one call; users.info is a tier 4 method.
AT_ONCE = 40

# Somebody, and a home channel whose customers they answer.
Holding = tuple[PersonId, str | None]


class DepartureMonitor:
    """Until the next call somebody gone may still be assigned a conversation; then it is given on at once."""

    def __init__(self, desk: Desk, permissions: Permissions, channels: SlackChannels) -> None:
        self._desk = desk
        self._database = desk.database
        self._permissions = permissions
        self._channels = channels
        self._soon = asyncio.Event()
        # Where the next call goes on, if there are more than can be asked about in one.
        self._after: Holding | None = None

    async def run(self) -> None:
        """Call it once a minute and when it is to be called soon, until cancelled."""
        while True:
            self._soon.clear()
            began = time.monotonic()
            try:
                await self.call()
            except Exception as error:  # noqa: BLE001 - there is a next minute
                log.warning("who answers customers was not looked after: %s", reason_of(error))
            try:
                async with asyncio.timeout(CALL_EVERY):
                    await self._soon.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(max(0.0, began + SPACING - time.monotonic()))

    def call_soon(self) -> None:
        """Somebody may be gone, or there is another channel to be in."""
        self._soon.set()

    async def call(self) -> None:
        """Those who are available first: what somebody gone leaves is not assigned to somebody gone."""
        async with self._database.read() as tx:
            available = await tx.availability.everybody()
            holding = sorted({*await tx.conversations.holders(), *await tx.joined.everybody()}, key=_in_order)
        for person in available:
            await self._look_after(person)
        for person, home in self._turn(holding):
            # What goes on in a former channel is on its way to the configured one.
            if self._channels.exposure.is_left(home):
                continue
            why = await self._permissions.departure(person, home=home or self._channels.configured_id)
            if why is not None:
                await self._gone(person, home, why)

    async def _look_after(self, available: PersonId) -> None:
        """Somebody available may not be in every channel any more, or in none."""
        why = await self._permissions.departure(available, home=self._channels.configured_id)
        there, _ = await self._permissions.is_in(available)
        if why is Departure.NO_MEMBER or (why is Departure.LEFT and not there):
            log.info(
                "a teammate who is gone is not available any more: %s/%s", available.team, available.user
            )
            await self._database.write(lambda tx: tx.availability.put(available, available=False))
        elif there and len(await self._channels.homes()) > 1:
            await self._database.write(lambda tx: tx.slack_channels.attends(available, there))

    def _turn(self, holding: Sequence[Holding]) -> Sequence[Holding]:
        """Those to ask about now, so that everybody's turn comes."""
        first = 0
        if self._after is not None and len(holding) > AT_ONCE:
            first = sum(_in_order(one) <= _in_order(self._after) for one in holding)
        turn = [*holding[first:], *holding[:first]][:AT_ONCE]
        self._after = turn[-1] if turn else None
        return turn

    async def _gone(self, person: PersonId, home: str | None, why: str) -> None:
        async with self._database.read() as tx:
            held = await tx.conversations.held_by(person, home)
            beside = await tx.joined.by(person, home)
        for one in held:
            if await self._desk.holder_left(one, holder=person, why=why):
                log.info("conversation %s: its holder is gone, and it waits for another teammate", one)
        for one in beside:
            await self._desk.joined_left(one, person=person)


def _in_order(holding: Holding) -> tuple[str, str, str]:
    person, home = holding
    return person.team, person.user, home or ""
