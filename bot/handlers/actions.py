"""The buttons on cards, in threads and on prompts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.ids import (
    ALLOW_AI_REPLIES,
    KEEP_AS_NOTE,
    OPEN_THREAD,
    RETRY,
    SEND_AS_ME,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
    ConversationValue,
    EntryValue,
    HeldValue,
)
from bot.blocks.prompts import refusal, you_have_it
from bot.desk.desk import Desk
from bot.desk.errors import AlreadyDecided, DeskError
from bot.handlers.press import Press
from bot.slack.directory import Directory, UnknownPerson
from bot.slack.installation import Installation
from bot.slack.intake import Intake
from storage.records import ConversationId, Person

Rule = Callable[[Person], Awaitable[object]]

NOBODY = "Slack could not say who you are just now. Nothing was changed; please press again."


def register(
    app: AsyncApp, *, desk: Desk, directory: Directory, intake: Intake, installation: Installation
) -> None:
    async def done(ack: AsyncAck, press: Press, about: ConversationId, rule: Rule) -> bool:
        """Apply the rule for the presser and acknowledge. If it refuses, they alone are told why.

        What was typed in the thread before the press is dealt with before it.
        """
        try:
            if press.card is not None and (await desk.view(about)).conversation.card is None:
                await desk.card_seen(about, press.card)
            await intake.settle(about, before=press.at)
            await rule(await directory.person(press.by))
        except (DeskError, UnknownPerson) as error:
            await ack()
            why = refusal(NOBODY if isinstance(error, UnknownPerson) else str(error))
            # Where the question was decided already, its buttons have nothing left to decide.
            is_over = isinstance(error, AlreadyDecided) and press.is_on_ephemeral
            await (press.replace(why) if is_over else press.answer(why))
            return False
        await ack()
        return True

    @app.action(TAKE_OVER)
    async def take_over(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        pressed = ConversationValue.read(press.value)
        taken = await done(
            ack, press, pressed.conversation_id, lambda by: desk.take_over(pressed.conversation_id, by=by)
        )
        if taken and press.is_on_ephemeral:
            # Pressed on a list: the card is elsewhere, so say where.
            view = await desk.view(pressed.conversation_id)
            await press.answer(you_have_it(view, link_to=installation.link_to))

    @app.action(ALLOW_AI_REPLIES)
    async def allow_ai_replies(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        pressed = ConversationValue.read(press.value)
        await done(
            ack,
            press,
            pressed.conversation_id,
            lambda by: desk.allow_ai_replies(pressed.conversation_id, by=by, epoch=pressed.epoch),
        )

    @app.action(TAKE_OVER_AND_SEND)
    async def take_over_and_send(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await decided(ack, Press(body, client), partial(desk.send_held, taking_over=True))

    @app.action(SEND_AS_ME)
    async def send_as_me(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await decided(ack, Press(body, client), partial(desk.send_held, taking_over=False))

    @app.action(KEEP_AS_NOTE)
    async def keep_as_note(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await decided(ack, Press(body, client), desk.keep_as_note)

    async def decided(ack: AsyncAck, press: Press, rule: Callable[..., Awaitable[object]]) -> None:
        held = HeldValue.read(press.value)
        about = held.conversation_id
        if await done(ack, press, about, lambda by: rule(about, held.source, by=by)):
            await press.remove()

    @app.action(RETRY)
    async def retry(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        notice = EntryValue.read(press.value)
        about = notice.conversation_id
        await done(ack, press, about, lambda by: desk.show_again(about, notice.seq, by=by))

    @app.action(OPEN_THREAD)
    async def open_thread(ack: AsyncAck) -> None:
        # Slack follows the link by itself and still wants an answer.
        await ack()
