"""Our channels: the configured one, and those that inboxes were connected to. Who is in each, and how it is.

A conversation is at home in one of them (docs/decisions/0022-channels.md). None names the configured one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.desk import Desk
from bot.slack.installation import CONNECTED, Installation
from bot.slack.members import Members
from bot.slack.standing import Standing
from storage.channels import Among
from storage.records import ConversationId, MessageRef
from storage.transaction import Expects

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Channel:
    """One of ours. What is said of its people and its state is what Slack said."""

    id: str
    members: Members
    standing: Standing


class Channels:
    """Learns of a connected channel when first asked about it; until Slack has described it, it is exposed.

    `configured` is looked after by whoever made it, the others are until `stop`.
    """

    def __init__(
        self, client: AsyncWebClient, desk: Desk, installation: Installation, standing: Standing
    ) -> None:
        self._client = client
        self._desk = desk
        self._database = desk.database
        self.configured = Channel(
            installation.channel,
            Members(client, installation.channel, self._database.clock),
            standing,
        )
        self.configured_name = installation.channel_name
        self._connected: dict[str, Channel] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}

    async def of(self, home: str | None) -> Channel:
        if home is None or home == self.configured.id:
            return self.configured
        found = self._connected.get(home)
        if found is None:
            standing = Standing(self._client, home, mends=CONNECTED, changed=partial(self._changed, home))
            found = Channel(home, Members(self._client, home, self._database.clock), standing)
            self._connected[home] = found
            self._watching[home] = asyncio.create_task(standing.run())
        await found.standing.looked_at()
        return found

    async def homes(self) -> Sequence[str | None]:
        """Where conversations may be at home."""
        async with self._database.read() as tx:
            return [None, *await tx.channels.known()]

    async def look(self) -> None:
        """Begin to look after those that are known already."""
        await asyncio.gather(*(self.of(home) for home in await self.homes()))

    async def read_by(self, user: str) -> Among:
        """Where they may read what customers say: in the channels they are in. None: in all of them."""
        homes = await self.homes()
        here = await self._those_with(user, homes)
        return None if len(here) == len(homes) else here

    async def with_(self, user: str) -> frozenset[str | None]:
        """The same, each by its name."""
        return await self._those_with(user, await self.homes())

    async def home_of(self, conversation_id: ConversationId) -> str | None:
        """None also for what is no conversation: then the rule says so."""
        async with self._database.read() as tx:
            found = await tx.conversations.get(conversation_id)
        return None if found is None else found.home

    async def home_in(self, thread: MessageRef) -> str | None:
        """Where the conversation of that thread is at home, as far as it is known whose it is."""
        if thread.channel == self.configured.id:
            return None
        async with self._database.read() as tx:
            found = await tx.conversations.by_thread(thread)
            if found is not None:
                return found.home
            # Its card's place is not saved yet.
            return thread.channel if thread.channel in await tx.channels.known() else None

    def somebody_moved(self, channel: str) -> None:
        """Somebody came or went."""
        for one in self._ours(channel):
            one.members.forget()

    def doubt(self, channel: str | None = None) -> None:
        """Something about the channel changed, or about us in all of them."""
        for one in self._ours(channel):
            one.members.forget()
            one.standing.doubt()

    async def renamed(self, old: str, new: str) -> None:
        """A channel has another id for good, and the old one names nothing any more."""
        if await self._desk.channel_renamed(old=old, new=new):
            log.warning("the connected channel %s has the id %s now", old, new)
            self._leave(old)
            await self.of(new)
        self.doubt(old)
        self.doubt(new)

    async def stop(self) -> None:
        watching = list(self._watching.values())
        for one in watching:
            one.cancel()
        if watching:
            await asyncio.wait(watching)

    def _ours(self, channel: str | None) -> Sequence[Channel]:
        every = [self.configured, *self._connected.values()]
        return [one for one in every if channel in (None, one.id)]

    async def _those_with(self, user: str, homes: Sequence[str | None]) -> frozenset[str | None]:
        channels = await asyncio.gather(*(self.of(home) for home in homes))
        there = await asyncio.gather(*(one.members.has(user) for one in channels))
        return frozenset(home for home, is_there in zip(homes, there, strict=True) if is_there)

    async def _changed(self, channel: str, standing: Standing) -> None:
        """What is waited for there goes on in the configured channel when nobody can post there any more."""
        is_usable = standing.trouble is None
        news = await self._database.write(
            lambda tx: tx.channels.usable(channel, is_usable=is_usable), expects=Expects()
        )
        if news:
            log.warning("inboxes connected to %s: it can%s be used", channel, "" if is_usable else "not")
        if not standing.is_lost:
            return
        async with self._database.read() as tx:
            is_ours = channel in await tx.channels.known()
            stranded = await tx.conversations.at_home(channel)
        for one in stranded:
            await self._desk.come_home(one.id, away_from=channel)
        if not is_ours:
            # It goes by another id, of which another process heard.
            self._leave(channel)

    def _leave(self, channel: str) -> None:
        """Look after it no more."""
        self._connected.pop(channel, None)
        watching = self._watching.pop(channel, None)
        if watching is not None:
            watching.cancel()
