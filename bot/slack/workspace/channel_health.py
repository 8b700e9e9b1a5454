"""Whether we can still work in our channel, looked at anew whenever Slack says that something changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import Failure, Trouble
from bot.slack.workspace.installation import (
    CONFIGURED,
    Mends,
    NotConnected,
    SharedOutside,
    find_installation,
)

log = logging.getLogger(__name__)

# One process hears of a change; the others find it by looking.
LOOK_EVERY = timedelta(minutes=5)
LOOK_AGAIN = timedelta(seconds=5)
# Seconds. Slack wants its answer to a press within three.
FIRST_LOOK_WITHIN = 1.0
_FOR_AN_OPERATOR = (Trouble.CHANNEL, Trouble.THREAD, Trouble.TOKEN, Trouble.REFUSED)


@dataclass(frozen=True, slots=True)
class Look:
    """What Slack said of a channel, asked when its doubts were so many.

    `is_exposed`: people of another organisation read it. `is_lost`: it is archived, or gone, or we are not in
    it.
    """

    channel: str
    is_usable: bool
    is_exposed: bool
    is_lost: bool
    doubts: int


class ChannelHealth:
    """`trouble`: what an operator has to mend before we can work in `channel` again, or None. `name`: what
    the channel is called, once Slack has said so.

    `doubts` tells before a look how much was heard of the channel, `looked` is called after it. `is_known`:
    somebody looked just now.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        channel: str,
        *,
        mends: Mends = CONFIGURED,
        doubts: Callable[[], Awaitable[int]],
        looked: Callable[[Look], Awaitable[None]],
        is_known: bool = False,
    ) -> None:
        self._client = client
        self._channel = channel
        self._mends = mends
        self._doubts = doubts
        self._looked = looked
        self._doubted = asyncio.Event()
        self._looked_at = asyncio.Event()
        self.trouble: str | None = None
        self.name: str | None = None
        if is_known:
            self._looked_at.set()
        else:
            self.doubt()

    def doubt(self) -> None:
        """Something changed: look again."""
        self._doubted.set()

    async def looked_at(self) -> None:
        """Wait for the first look of a channel that nobody looked at yet, if it does not take long."""
        if self._looked_at.is_set():
            return
        try:
            async with asyncio.timeout(FIRST_LOOK_WITHIN):
                await self._looked_at.wait()
        except TimeoutError:
            log.warning("Slack has not said yet how channel %s is", self._channel)

    async def run(self) -> None:
        """Look whenever there is a doubt, and now and then without one, until cancelled."""
        wait = LOOK_EVERY
        while True:
            try:
                async with asyncio.timeout(wait.total_seconds()):
                    await self._doubted.wait()
            except TimeoutError:
                pass
            self._doubted.clear()
            try:
                wait = LOOK_EVERY if await self._look() else LOOK_AGAIN
            except Exception as error:  # noqa: BLE001 - one odd answer must not end the looking
                log.warning("Slack's answer about the channel was not understood: %s", type(error).__name__)
                wait = LOOK_AGAIN

    async def _look(self) -> bool:
        """False if Slack did not say."""
        trouble, exposed, lost = None, False, False
        doubts = await self._doubts()
        try:
            found = await find_installation(self._client, self._channel, mends=self._mends)
            self.name = found.channel_name
        except NotConnected as error:
            cause = error.__cause__
            if isinstance(cause, Exception) and Failure.of(cause).trouble not in _FOR_AN_OPERATOR:
                return False
            trouble, exposed = str(error), isinstance(error, SharedOutside)
            lost = not exposed and (
                not isinstance(cause, Exception) or Failure.of(cause).trouble is Trouble.CHANNEL
            )
        if trouble != self.trouble:
            if trouble is None:
                log.info("the channel can be used again")
            else:
                log.error("the channel cannot be used: %s", trouble)
            self.trouble = trouble
        await self._looked(
            Look(self._channel, is_usable=trouble is None, is_exposed=exposed, is_lost=lost, doubts=doubts)
        )
        self._looked_at.set()
        return True
