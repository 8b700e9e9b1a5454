"""Our Slack channels: the configured one, and those that inboxes were connected to. Who is in them, and more.

A conversation is at home in one of them, which it knows by its id (docs/decisions/0022-channels.md).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.desk import Desk
from bot.i18n import say
from bot.slack.workspace.channel_health import ChannelHealth, Look
from bot.slack.workspace.channel_members import ChannelMembers
from bot.slack.workspace.exposure import Exposure
from bot.slack.workspace.installation import CONFIGURED, CONNECTED, FORMER, Installation, Mends
from storage.engine.database import reason_of
from storage.records import ConversationId, MessageRef
from storage.slack.slack_channels import Among
from storage.transaction import LockHint, Transaction

log = logging.getLogger(__name__)

BROUGHT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class SlackChannel:
    """One of ours. What is said of its people and its state is what Slack said."""

    id: str
    members: ChannelMembers
    standing: ChannelHealth


class SlackChannels:
    """Looks after each from when it is first asked about it, until `stop`.

    `exposure`: which of them may be written to.
    """

    def __init__(self, client: AsyncWebClient, desk: Desk, installation: Installation) -> None:
        self._client = client
        self._desk = desk
        self._database = desk.database
        self.configured_id = installation.channel
        self._first_name = installation.channel_name
        self.exposure = Exposure()
        self._channels: dict[str, SlackChannel] = {}
        self._watching: dict[str, asyncio.Task[None]] = {}

    @property
    def trouble(self) -> str | None:
        """What an operator has to mend before we can work in the configured channel again, or None."""
        found = self._channels.get(self.configured_id)
        return None if found is None else found.standing.trouble

    async def start(self, *, let_in: bool) -> None:
        """From now on conversations start in the configured channel. `let_in`: Slack let us in just now.

        Those that go on in a former one move here. Then begin to look after every channel.
        """
        found = await self._database.write(
            lambda tx: tx.slack_channels.configure(self.configured_id, let_in=let_in), lock_hint=LockHint()
        )
        homes = await self.homes()
        self.exposure.unseen([one for one in homes if not let_in or one != self.configured_id])
        self._look_after(self.configured_id, is_known=let_in and not found.is_exposed)
        await asyncio.gather(*(self.of(home) for home in homes))
        self._watching[""] = asyncio.create_task(self._bring_home())

    async def of(self, channel: str) -> SlackChannel:
        found = self._channels.get(channel) or self._look_after(channel)
        await found.standing.looked_at()
        return found

    async def is_exposed(self, channel: str) -> bool:
        """Whether people of another organisation read it, or nobody knows yet; as the database has it now."""
        await self.of(channel)
        await self._learn()
        return self.exposure.is_exposed(channel)

    async def homes(self) -> Sequence[str]:
        """Where conversations may be at home."""
        async with self._database.read() as tx:
            found = await tx.slack_channels.health()
        self.exposure.learn(found)
        return [one.id for one in found]

    async def read_by(self, user: str) -> Among:
        """Where they may read what customers say: in the channels they are in. None: in all of them."""
        homes = await self.homes()
        here = await self._those_with(user, homes)
        return None if len(here) == len(homes) else here

    async def with_(self, user: str) -> frozenset[str]:
        """The same, each by its id."""
        return await self._those_with(user, await self.homes())

    async def home_of(self, conversation_id: ConversationId) -> str:
        """The configured one also for what is no conversation: then the rule says so."""
        async with self._database.read() as tx:
            found = await tx.conversations.get(conversation_id)
        return (found and found.home) or self.configured_id

    async def home_in(self, thread: MessageRef) -> str:
        """Where the conversation of that thread is at home, as far as it is known whose it is."""
        if thread.channel == self.configured_id and self.exposure.is_alone(thread.channel):
            return thread.channel
        async with self._database.read() as tx:
            found = await tx.conversations.by_thread(thread)
            if found is not None and found.home is not None:
                return found.home
            # Its card's place is not saved yet.
            return thread.channel if thread.channel in await tx.slack_channels.known() else self.configured_id

    def names(self) -> Collection[str]:
        """What they are called, as far as Slack has said so."""
        found = (one.standing.name for one in self._channels.values())
        return {self._first_name, self.configured_name, *(name for name in found if name is not None)}

    @property
    def configured_name(self) -> str:
        """What the configured channel is called, as Slack said last."""
        found = self._channels.get(self.configured_id)
        return (found and found.standing.name) or self._first_name

    def name_of(self, home: str) -> str:
        """What a conversation's channel is called to anybody, in the language spoken here.

        One that is not the configured one may be private, and its name nobody's who is not in it.
        """
        if home == self.configured_id:
            return f"#{self.configured_name}"
        return say("this conversation’s channel")

    def somebody_moved(self, channel: str) -> None:
        """Somebody came or went."""
        for one in self._ours(channel):
            one.members.forget()

    async def shared(self, channel: str) -> None:
        """Another organisation may read it from now on: all processes go by that until Slack was asked."""
        self.exposure.shared(channel)
        await self._database.write(
            lambda tx: tx.slack_channels.doubted(channel, is_exposed=True), lock_hint=LockHint()
        )
        self.doubt(channel)

    async def heard_outside(self, channel: str) -> None:
        """Slack delivered something as from a shared channel; that it became one may not have been heard."""
        if not self.exposure.is_exposed(channel):
            await self.shared(channel)

    def missed(self) -> None:
        """For a moment Slack could not reach us: nothing is written anywhere before it was asked."""
        self.exposure.unseen(self.exposure.channels)
        self.doubt()

    def doubt(self, channel: str | None = None) -> None:
        """Something about the channel changed, or about us in all of them."""
        for one in self._ours(channel):
            one.members.forget()
            one.standing.doubt()

    async def renamed(self, old: str, new: str) -> None:
        """A channel has another id for good, and the old one names nothing any more."""
        if await self._desk.channel_renamed(old=old, new=new):
            log.warning("the channel %s has the id %s now", old, new)
            if old == self.configured_id:
                self.configured_id = new
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

    def _ours(self, channel: str | None) -> Sequence[SlackChannel]:
        return [one for one in self._channels.values() if channel in (None, one.id)]

    def _look_after(self, channel: str, *, is_known: bool = False) -> SlackChannel:
        standing = ChannelHealth(
            self._client,
            channel,
            mends=self._mends(channel),
            doubts=partial(self._doubts, channel),
            looked=self._looked,
            is_known=is_known,
        )
        found = SlackChannel(channel, ChannelMembers(self._client, channel, self._database.clock), standing)
        self._channels[channel] = found
        self._watching[channel] = asyncio.create_task(standing.run())
        return found

    def _mends(self, channel: str) -> Mends:
        if channel == self.configured_id:
            return CONFIGURED
        return FORMER if self.exposure.is_left(channel) else CONNECTED

    async def _those_with(self, user: str, homes: Sequence[str]) -> frozenset[str]:
        channels = await asyncio.gather(*(self.of(home) for home in homes))
        there = await asyncio.gather(*(one.members.has(user) for one in channels))
        return frozenset(home for home, is_there in zip(homes, there, strict=True) if is_there)

    async def _doubts(self, channel: str) -> int:
        async with self._database.read() as tx:
            return next((one.doubts for one in await tx.slack_channels.health() if one.id == channel), 0)

    async def _learn(self) -> None:
        async with self._database.read() as tx:
            found = await tx.slack_channels.health()
        self.exposure.learn(found)

    async def _looked(self, look: Look) -> None:
        """All processes go by it. What is waited for in a lost channel goes on in the configured one."""

        async def write_down(tx: Transaction) -> bool:
            await tx.slack_channels.looked_at(look.channel, is_exposed=look.is_exposed, doubts=look.doubts)
            return await tx.slack_channels.usable(look.channel, is_usable=look.is_usable)

        news = await self._database.write(write_down, lock_hint=LockHint())
        await self._learn()
        self.exposure.seen(look.channel)
        if look.channel == self.configured_id:
            if look.is_lost:
                await self._find_configured()
            return
        if news:
            log.warning("the channel %s can%s be used", look.channel, "" if look.is_usable else "not")
        if not look.is_lost:
            return
        async with self._database.read() as tx:
            is_ours = look.channel in await tx.slack_channels.known()
            stranded = await tx.conversations.at_home(look.channel)
        for one in stranded:
            await self._desk.come_home(one.id, away_from=look.channel)
        if not is_ours:
            # It goes by another id, of which another process heard.
            self._leave(look.channel)

    async def _find_configured(self) -> None:
        """It may go by another id, of which another process heard."""
        async with self._database.read() as tx:
            now = await tx.slack_channels.configured()
        if now is not None and now != self.configured_id:
            left, self.configured_id = self.configured_id, now
            self._leave(left)
            await self.of(now)

    async def _bring_home(self) -> None:
        """What goes on in former channels goes on in the configured one."""
        while True:
            try:
                left = await self._desk.left_behind(limit=BROUGHT_AT_ONCE)
                moved = [await self._desk.come_home(one.id, away_from=str(one.home)) for one in left]
            except Exception as error:  # noqa: BLE001 - each of them also moves with what is posted in it next
                log.warning("conversations of a former channel were not moved: %s", reason_of(error))
                return
            if not any(moved):
                return

    def _leave(self, channel: str) -> None:
        """Look after it no more."""
        self._channels.pop(channel, None)
        watching = self._watching.pop(channel, None)
        if watching is not None:
            watching.cancel()
