"""What goes on after a press was acknowledged, such as waiting for the AI to write something."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.blocks.modals.forms import said_modal
from bot.blocks.thread.prompts import refusal
from bot.desk.errors import MayNotAct
from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.outbound.private import OWN_WORDS, About, Private
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import ConversationId, PersonId

log = logging.getLogger(__name__)

# Seconds. What is written by then is in a modal when it opens; the right to open one lasts for three.
WRITTEN_AT_ONCE = 0.25


class BackgroundTasks:
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


class ModalShown:
    """A view on the screen of `to`, about a conversation.

    It is changed only if nobody changed it since: Slack compares the hash.
    """

    def __init__(
        self, private: Private, to: PersonId, about: ConversationId, view: Mapping[str, Any]
    ) -> None:
        self._private = private
        self.to = to
        self.about = about
        self._id = str(view["id"])
        self._hash = str(view.get("hash") or "")

    async def becomes(self, view: View) -> ModalShown | None:
        """The view as it is then; None if it was closed or changed meanwhile, or Slack does not answer.

        Where they may not see the conversation any more, the view says that instead.
        """
        try:
            return await self._changed(view, self.about)
        except MayNotAct as error:
            log.info("conversation %s: a window is not for its teammate any more", self.about)
            await self.says(error.in_words())
        except UnknownPerson as error:
            log.info("conversation %s: a window was not changed: %s", self.about, error)
        return None

    async def says(self, why: str) -> None:
        """A sentence of this program in place of all that it shows."""
        await self._changed(said_modal(refusal(why)), OWN_WORDS)

    async def _changed(self, view: View, about: About) -> ModalShown | None:
        try:
            answer = await self._private.update(
                self.to, view, view_id=self._id, hash_=self._hash, about=about
            )
        except CALL_ERRORS as error:
            log.info("a modal was not changed: %s", Failure.of(error).reason)
            return None
        return ModalShown(self._private, self.to, self.about, answer["view"])
