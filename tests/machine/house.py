"""A Slack workspace, the service in its own process, customers, and the clock that all of them share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp

from bot.settings import AIKind, Settings
from sandbox import Workspace, WorkspacePerson
from storage.engine.database import Database
from tests import databases
from tests.journeys.world import CHANNEL, SERVER_KEY
from tests.machine.customer import CustomerAtHome
from tests.machine.service import Service, clock_ahead

# How long whatever may go wrong may keep the service from having done everything.
SETTLES_WITHIN = 30.0
# What a process took on and did not finish is taken on again after its lease (bot/app.py).
LONGEST_LEASE = 90.0

# What is not dealt with yet, and whether something is still to be looked for.
_GAUGES = ("bookbag_inbox_rows", "bookbag_catch_up_pending")


class House:
    """Everything that stands around one example. `ledger` reads what the service committed.

    Slack's clock is `slack_ahead` seconds ahead of the service's.
    """

    def __init__(
        self, database_url: str, folder: Path, *, ai: AIKind, thinks: float, slack_ahead: float
    ) -> None:
        self._ahead = 0.0
        self._slack_ahead = slack_ahead
        self._database_url = database_url
        self._ai: AIKind = ai
        self.service = Service(folder / "service.log", thinks=thinks)
        self.service.log.write_text("")
        self.slack: Workspace
        self.ledger: Database
        self.customers: list[CustomerAtHome] = []
        self._settings: Settings

    async def open(self) -> None:
        self.slack = Workspace(clock=self._now, ack_timeout=1.0, retries=20)
        await self.slack.start()
        self.slack.clock_offset(self._slack_ahead)
        self.slack.add_person("gina", real_name="Gina Guest", is_restricted=True)
        self.ledger = Database(self._database_url)
        self._settings = replace(
            Settings(slack_bot_token=self.slack.bot_token, slack_channel=f"#{CHANNEL}"),
            slack_app_token=self.slack.app_token,
            slack_api_url=self.slack.api_url,
            posts_per_second=0,
            database_url=self._database_url,
            ai=self._ai,
            api_key=SERVER_KEY,
            port=0,
        )
        await self._start()

    async def close(self) -> None:
        for customer in self.customers:
            await customer.close()
        self.service.kill()
        await self.ledger.close()
        await self.slack.stop()

    async def restart(self) -> None:
        """As an update does: what is under way is finished first."""
        await self.service.stop()
        await self._start()

    async def away(self, meanwhile: Awaitable[None]) -> None:
        """That happens while no process is there."""
        await self.service.stop()
        await meanwhile
        await self._start()

    async def kill(self) -> None:
        """Pull the plug, and put it in again when the dead process's leases have run out."""
        self.service.kill()
        self._ahead += LONGEST_LEASE + 1
        await self._start()

    async def customer(self) -> CustomerAtHome:
        customer = CustomerAtHome(lambda: self.service.address, len(self.customers) + 1)
        self.customers.append(customer)
        await customer.start()
        return customer

    def person(self, name: str) -> WorkspacePerson:
        return self.slack.person(name)

    async def owed(self) -> Mapping[str, int]:
        """What the service itself says of its outbox, and of what it has not dealt with yet."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.service.address}/metrics") as answer:
            lines = (await answer.text()).splitlines()
        prefix = 'bookbag_outbox_rows{state="'
        rows = [line.removeprefix(prefix).split('"} ') for line in lines if line.startswith(prefix)]
        gauges = dict(line.split() for line in lines if line.startswith(_GAUGES))
        waiting = sum(int(gauges.get(name, 0)) for name in _GAUGES)
        return {state: int(count) for state, count in rows} | {"waiting": waiting}

    async def settled(self) -> None:
        """Wait until nothing is owed to anybody, on either side, whatever was about to go wrong."""
        self.slack.faults.clear()
        for customer in self.customers:
            customer.come_back()

        async def quiet() -> bool:
            # The events first: what they leave in the outbox is there once they are acknowledged.
            if self.slack.events_under_way:
                return False
            owed = await self.owed()
            return owed["open"] == owed["waiting"] == 0

        if not await self.within(SETTLES_WITHIN, quiet):
            events, owed = self.slack.events_under_way, (await self.owed())["open"]
            raise AssertionError(f"{events} events are not acknowledged, {owed} rows of the outbox are open")

    async def within(self, seconds: float, predicate: Any) -> Any:
        """What the predicate gives as soon as it is true, or None if it is not in time."""
        try:
            return await self.slack.until(predicate, timeout=seconds)
        except TimeoutError:
            return None

    async def _start(self) -> None:
        await self.service.start(self._settings, ahead=self._ahead)
        self.ledger.clock = clock_ahead(self._ahead)
        await self.slack.until(lambda: self.slack.open_connections >= 2)

    def _now(self) -> float:
        return time.time() + self._ahead


async def emptied(database_url: str) -> None:
    """Take everything out of a PostgreSQL database that the last example left in it."""
    database = Database(database_url)
    async with asyncio.timeout(10):
        await databases.emptied(database)
    await database.close()
