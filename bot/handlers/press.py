"""A press of a button: who, where, and how to answer only them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.blocks.message import Message
from bot.blocks.modals import said_modal
from bot.blocks.prompts import refusal
from bot.handlers.errands import Shown
from bot.slack.errors import CALL_ERRORS, Failure
from bot.tongues import say
from storage.records import MessageRef, PersonId

log = logging.getLogger(__name__)

# The answer to a press should come while the presser looks; Slack wants its acknowledgement within 3 s.
ANSWER_TIMEOUT = 2


class Press:
    """What a `block_actions` or a `message_action` payload says.

    See docs.slack.dev/reference/interaction-payloads.
    """

    def __init__(self, body: Mapping[str, Any], client: AsyncWebClient) -> None:
        user = body["user"]
        self.by = PersonId(user.get("team_id") or body["team"]["id"], user["id"])
        action = body["actions"][0] if "actions" in body else body
        # A menu's value is that of what was chosen in it.
        self.value = str((action.get("selected_option") or action).get("value") or "")
        self.at = str(action["action_ts"])
        self._trigger = body.get("trigger_id")
        self.container: Mapping[str, Any] = body.get("container") or _where(body)
        self.is_on_ephemeral = bool(self.container.get("is_ephemeral"))
        self._thread_ts = self.container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
        self._team = body["team"]["id"]
        self._response_url = body.get("response_url")
        self._client = client

    @property
    def card(self) -> MessageRef | None:
        """The card that was pressed, or under which; None for what only the presser sees."""
        ts = self._thread_ts or self.container.get("message_ts")
        channel = self.container.get("channel_id")
        if self.is_on_ephemeral or not ts or not channel:
            return None
        return MessageRef(self._team, channel, ts)

    async def answer(self, message: Message) -> None:
        """Say something to the presser alone, beside what they pressed.

        In a window over it where nothing can stand beside it, and else in a direct message.
        """
        said = await self._said_beside(message) or await self._said_in_window(message)
        if not said and not await self._said(self._client.chat_postMessage, self.by.user, message):
            log.warning("a press could not be answered")

    async def _said_beside(self, message: Message) -> bool:
        """False in App Home, and for who is not in the channel."""
        channel, thread = self.container.get("channel_id"), self.container.get("thread_ts")
        ephemeral = partial(self._client.chat_postEphemeral, user=self.by.user, thread_ts=thread)
        return channel is not None and await self._said(ephemeral, channel, message)

    async def _said_in_window(self, message: Message) -> bool:
        try:
            await self._client.views_open(trigger_id=str(self._trigger), view=said_modal(message))
        except CALL_ERRORS as error:
            log.info("a window for a press was not opened: %s", Failure.of(error).reason)
            return False
        return True

    async def _said(self, call: Callable[..., Awaitable[object]], where: str, message: Message) -> bool:
        try:
            await call(channel=where, **message.arguments())
        except CALL_ERRORS as error:
            log.info("a press was not answered there: %s", Failure.of(error).reason)
            return False
        return True

    async def ask(self, view: View) -> Shown | None:
        """Open a modal for the presser, or tell them that Slack did not."""
        shown = await self.open(view)
        if shown is None:
            why = say("Slack did not open the window in time. Nothing was changed; please choose it again.")
            await self.answer(refusal(why))
        return shown

    async def open(self, view: View) -> Shown | None:
        """Open a modal for the presser: within three seconds of the press, or Slack refuses.

        None where nobody knows of a modal that is open.
        """
        if not self._trigger:
            return None
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                answer = await self._client.views_open(trigger_id=str(self._trigger), view=view)
        except CALL_ERRORS as error:
            log.warning("a modal could not be opened: %s", Failure.of(error).reason)
            return None
        opened = answer.get("view") or {}
        if "id" not in opened:
            return None
        return Shown(self._client, str(opened["id"]), str(opened.get("hash") or ""))

    async def replace(self, message: Message) -> None:
        """Put something else in the place of the ephemeral message whose button was pressed."""
        await self._respond(replace_original=True, **message.arguments())

    async def remove(self) -> None:
        """Take the ephemeral message whose button was pressed away."""
        await self._respond(delete_original=True)

    async def _respond(self, **body: Any) -> None:
        if not self._response_url:
            return
        body.pop("link_names", None)
        body.pop("parse", None)
        webhook = AsyncWebhookClient(self._response_url, timeout=ANSWER_TIMEOUT)
        try:
            await webhook.send_dict(body)
        except CALL_ERRORS as error:
            log.warning("a press could not be answered: %s", Failure.of(error).reason)


def _where(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message a shortcut was used on, as a press describes it."""
    if body["type"] != "message_action":
        return {}
    message = body["message"]
    where = {"channel_id": body["channel"]["id"], "message_ts": message["ts"]}
    return where | ({"thread_ts": message["thread_ts"]} if message.get("thread_ts") else {})
