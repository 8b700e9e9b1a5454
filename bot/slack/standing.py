"""Whether we can still work in our channel, looked at anew whenever Slack says that something changed."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import NoReturn

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import Failure, Trouble
from bot.slack.installation import NotConnected, SharedOutside, find_installation

log = logging.getLogger(__name__)

# One process hears of a change; the others find it by looking.
LOOK_EVERY = timedelta(minutes=5)
LOOK_AGAIN = timedelta(seconds=5)
_FOR_AN_OPERATOR = (Trouble.CHANNEL, Trouble.TOKEN, Trouble.REFUSED)


class Standing:
    """`trouble`: what an operator has to mend before we can work in `channel` again, or None.

    `is_exposed`: people of another organisation would read what is posted there.
    """

    def __init__(self, client: AsyncWebClient, channel: str) -> None:
        self._client = client
        self._channel = channel
        self._doubted = asyncio.Event()
        self.trouble: str | None = None
        self.is_exposed = False

    def doubt(self) -> None:
        """Something changed: look again."""
        self._doubted.set()

    async def run(self) -> NoReturn:
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
        trouble, exposed = None, False
        try:
            await find_installation(self._client, self._channel)
        except NotConnected as error:
            cause = error.__cause__
            if isinstance(cause, Exception) and Failure.of(cause).trouble not in _FOR_AN_OPERATOR:
                return False
            trouble, exposed = str(error), isinstance(error, SharedOutside)
        self.is_exposed = exposed
        if trouble != self.trouble:
            if trouble is None:
                log.info("the channel can be used again")
            else:
                log.error("the channel cannot be used: %s", trouble)
            self.trouble = trouble
        return True
