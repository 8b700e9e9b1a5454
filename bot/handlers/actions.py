"""The buttons on cards, in threads and on prompts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.ids import (
    ALLOW_AI_REPLIES,
    KEEP_AS_NOTE,
    OPEN_THREAD,
    SEND_AS_ME,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
    ConversationValue,
    HeldValue,
)
from bot.blocks.prompts import refusal, you_have_it
from bot.desk.desk import Desk
from bot.desk.errors import AlreadyDecided, DeskError
from bot.handlers.press import Press
from bot.slack.directory import Directory
from bot.slack.installation import Installation

Payload = Mapping[str, Any]


def register(app: AsyncApp, *, desk: Desk, directory: Directory, installation: Installation) -> None:
    @app.action(TAKE_OVER)
    async def take_over(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        pressed = ConversationValue.read(press.value)
        try:
            await desk.take_over(pressed.conversation_id, by=await directory.person(press.by))
        except DeskError as error:
            await ack()
            await press.answer(refusal(str(error)))
            return
        await ack()
        if press.is_on_ephemeral:
            # Pressed on a list: the card is elsewhere, so say where.
            view = await desk.view(pressed.conversation_id)
            await press.answer(you_have_it(view, link_to=installation.link_to))

    @app.action(ALLOW_AI_REPLIES)
    async def allow_ai_replies(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        pressed = ConversationValue.read(press.value)
        try:
            await desk.allow_ai_replies(
                pressed.conversation_id, by=await directory.person(press.by), epoch=pressed.epoch
            )
        except DeskError as error:
            await ack()
            await press.answer(refusal(str(error)))
            return
        await ack()

    @app.action(TAKE_OVER_AND_SEND)
    async def take_over_and_send(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await send_held(ack, Press(body, client), taking_over=True)

    @app.action(SEND_AS_ME)
    async def send_as_me(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await send_held(ack, Press(body, client), taking_over=False)

    async def send_held(ack: AsyncAck, press: Press, *, taking_over: bool) -> None:
        held = HeldValue.read(press.value)
        by = await directory.person(press.by)
        try:
            await desk.send_held(held.conversation_id, held.source, by=by, taking_over=taking_over)
        except DeskError as error:
            await ack()
            await refused(press, error)
            return
        await ack()
        await press.remove()

    @app.action(KEEP_AS_NOTE)
    async def keep_as_note(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        held = HeldValue.read(press.value)
        try:
            await desk.keep_as_note(held.conversation_id, held.source, by=await directory.person(press.by))
        except DeskError as error:
            await ack()
            await refused(press, error)
            return
        await ack()
        await press.remove()

    async def refused(press: Press, error: DeskError) -> None:
        if isinstance(error, AlreadyDecided):
            # The buttons have nothing left to decide.
            await press.replace(refusal(str(error)))
        else:
            await press.answer(refusal(str(error)))

    @app.action(OPEN_THREAD)
    async def open_thread(ack: AsyncAck) -> None:
        # Slack follows the link by itself and still wants an answer.
        await ack()
