"""A press of a button: who, where, and how to answer only them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_sdk.models.views import View

from bot.blocks.elements.message import Message
from bot.blocks.modals.forms import said_modal
from bot.blocks.thread.prompts import refusal
from bot.desk.errors import MayNotAct
from bot.handlers.interactions.background_tasks import ModalShown
from bot.i18n import say
from bot.slack.api.errors import CALL_ERRORS, Failure
from bot.slack.outbound.gate import Withheld
from bot.slack.outbound.private import ANSWER_TIMEOUT, OWN_WORDS, About, Private
from bot.slack.workspace.identity import person_in
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import ConversationId, MessageRef

log = logging.getLogger(__name__)

# Why somebody is not shown something: they may not see it, or Slack does not say who they are.
_NOT_FOR_THEM = (MayNotAct, UnknownPerson)


class Interaction:
    """What a `block_actions` or a `message_action` payload says.

    See docs.slack.dev/reference/interaction-payloads. Everything that is shown to the presser names the
    conversation or the list that it is `about`, and goes to them only while they may see that.
    """

    def __init__(self, body: Mapping[str, Any], private: Private) -> None:
        self.by = person_in(body, team=private.team)
        action = body["actions"][0] if "actions" in body else body
        # A menu's value is that of what was chosen in it.
        self.value = str((action.get("selected_option") or action).get("value") or "")
        self.at = str(action["action_ts"])
        self._trigger = body.get("trigger_id")
        self.container: Mapping[str, Any] = body.get("container") or _where(body)
        self.is_on_ephemeral = bool(self.container.get("is_ephemeral"))
        self._thread_ts = self.container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
        self._response_url = body.get("response_url")
        self._private = private

    @property
    def card(self) -> MessageRef | None:
        """The card that was pressed, or under which; None for what only the presser sees."""
        ts = self._thread_ts or self.container.get("message_ts")
        channel = self.container.get("channel_id")
        if self.is_on_ephemeral or not ts or not channel:
            return None
        return MessageRef(self._private.team, channel, ts)

    async def refuse(self, why: str) -> None:
        """Say a sentence of this program to the presser alone, beside what they pressed.

        In a window over it where nothing can stand beside it, and else in a direct message.
        """
        await self._say(refusal(why), OWN_WORDS)

    async def show(self, message: Message, *, about: ConversationId) -> None:
        """The same for something about a conversation. Nothing where they may not see it any more."""
        await self._say(message, about)

    async def _say(self, message: Message, about: About) -> None:
        channel, thread = self.container.get("channel_id"), self.container.get("thread_ts")
        to, private = self.by, self._private
        try:
            if (
                # Not in App Home, not for who is not in the channel, and not where outsiders read.
                channel is not None
                and await _said(private.beside(to, message, channel=channel, thread_ts=thread, about=about))
            ):
                return
            trigger = str(self._trigger)
            if await _said(private.open(to, said_modal(message), trigger=trigger, about=about)):
                return
            if not await _said(private.direct(to, message, about=about)):
                log.warning("a press could not be answered")
        except _NOT_FOR_THEM as error:
            log.info("a press is not answered: %s", type(error).__name__)

    async def ask(self, view: View, *, about: ConversationId) -> ModalShown | None:
        """Open a modal for the presser, or tell them that Slack did not, or that they may not see it."""
        try:
            shown = await self._opened(view, about)
        except MayNotAct as error:
            await self.refuse(error.in_words())
            return None
        except UnknownPerson:
            shown = None
        if shown is None:
            await self.refuse(
                say("Slack did not open the window in time. Nothing was changed; please choose it again.")
            )
        return shown

    async def open(self, view: View, *, about: ConversationId) -> ModalShown | None:
        """Open a modal for the presser: within three seconds of the press, or Slack refuses.

        None where nobody knows of a modal that is open.
        """
        try:
            return await self._opened(view, about)
        except _NOT_FOR_THEM as error:
            log.info("a modal is not for its presser: %s", type(error).__name__)
            return None

    async def _opened(self, view: View, about: ConversationId) -> ModalShown | None:
        if not self._trigger:
            return None
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                answer = await self._private.open(self.by, view, trigger=str(self._trigger), about=about)
        except CALL_ERRORS as error:
            log.warning("a modal could not be opened: %s", Failure.of(error).reason)
            return None
        opened = answer.get("view") or {}
        return ModalShown(self._private, self.by, about, opened) if "id" in opened else None

    async def replace(self, message: Message, *, about: About) -> None:
        """Put something else in the place of the ephemeral message whose button was pressed."""
        if self._response_url:
            try:
                await _said(
                    self._private.instead(self.by, message, response_url=self._response_url, about=about)
                )
            except _NOT_FOR_THEM as error:
                log.info("a list is not for who turned its page: %s", type(error).__name__)

    async def replace_by(self, why: str) -> None:
        """The same with a sentence of this program."""
        await self.replace(refusal(why), about=OWN_WORDS)

    async def remove(self) -> None:
        """Take the ephemeral message whose button was pressed away."""
        if self._response_url:
            await _said(self._private.remove(response_url=self._response_url))


async def _said(call: Coroutine[Any, Any, object]) -> bool:
    try:
        await call
    except Withheld:
        return False
    except CALL_ERRORS as error:
        log.info("a press was not answered there: %s", Failure.of(error).reason)
        return False
    return True


def _where(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message a shortcut was used on, as a press describes it."""
    if body["type"] != "message_action":
        return {}
    message = body["message"]
    where = {"channel_id": body["channel"]["id"], "message_ts": message["ts"]}
    return where | ({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {})
