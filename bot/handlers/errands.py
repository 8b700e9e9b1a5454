"""What goes on after a press was acknowledged, such as waiting for the AI to write something."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import CALL_ERRORS, Failure

log = logging.getLogger(__name__)

# Seconds. What is written by then is in a modal when it opens; the right to open one lasts for three.
WRITTEN_AT_ONCE = 0.25


class Errands:
    """Keeps them until they are done. At the stop they are cut short: a modal is then filled in by hand."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def run(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._done)

    async def stop(self) -> None:
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(set(self._running))

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("an errand for a modal broke off", exc_info=task.exception())


class Shown:
    """A view on somebody's screen. It is changed only if nobody changed it since: Slack compares the hash."""

    def __init__(self, client: AsyncWebClient, view_id: str, hash_: str) -> None:
        self._client = client
        self._id = view_id
        self._hash = hash_

    async def becomes(self, view: View) -> Shown | None:
        """The view as it is then; None if it was closed or changed meanwhile, or Slack does not answer."""
        try:
            answer = await self._client.views_update(view_id=self._id, hash=self._hash, view=view)
        except CALL_ERRORS as error:
            log.info("a modal was not changed: %s", Failure.of(error).reason)
            return None
        return Shown(self._client, self._id, str(answer["view"]["hash"]))
