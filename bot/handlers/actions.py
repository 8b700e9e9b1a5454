"""The buttons on cards, in threads and on prompts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.ids import (
    KEEP_AS_NOTE,
    OPEN_THREAD,
    RETRY,
    SEND_AS_ME,
    SEND_TRANSLATION,
    TAKE_BACK,
    TAKE_FROM_AND_SEND,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
    TRY_AGAIN,
    ConversationValue,
    EntryValue,
    HeldValue,
    TakeFromValue,
    TranslationValue,
)
from bot.blocks.prompts import you_have_it
from bot.desk.desk import Desk
from bot.handlers.acts import Acts
from bot.handlers.press import Press
from bot.slack.installation import Installation


def register(app: AsyncApp, *, desk: Desk, acts: Acts, installation: Installation) -> None:
    @app.action(TAKE_OVER)
    async def take_over(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        pressed = ConversationValue.read(press.value)
        taken = await acts.pressed(
            ack, press, pressed.conversation_id, lambda by: desk.take_over(pressed.conversation_id, by=by)
        )
        if taken and press.is_on_ephemeral:
            # Pressed on a list: the card is elsewhere, so say where.
            view = await desk.view(pressed.conversation_id)
            await press.show(you_have_it(view, link_to=installation.link_to), about=view.conversation.id)

    @app.action(TAKE_OVER_AND_SEND)
    async def take_over_and_send(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, acts.press(body), partial(desk.send_held, taking_over=True))

    @app.action(TAKE_FROM_AND_SEND)
    async def take_from_and_send(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        held = TakeFromValue.read(press.value)
        about = held.about.conversation_id
        rule = partial(desk.send_held, about, held.source, taking_over=True, epoch=held.about.epoch)
        if await acts.pressed(ack, press, about, lambda by: rule(by=by)):
            await press.remove()

    @app.action(SEND_AS_ME)
    async def send_as_me(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, acts.press(body), partial(desk.send_held, taking_over=False))

    @app.action(SEND_TRANSLATION)
    async def send_translation(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        seen = TranslationValue.read(press.value)
        about, source = seen.held.conversation_id, seen.held.source
        rule = partial(desk.send_translation, about, source, print_of=seen.print_of)
        if await acts.pressed(ack, press, about, lambda by: rule(by=by)):
            await press.remove()

    @app.action(KEEP_AS_NOTE)
    async def keep_as_note(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, acts.press(body), desk.keep_as_note)

    @app.action(TRY_AGAIN)
    async def try_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, acts.press(body), desk.try_again)

    async def decided(ack: AsyncAck, press: Press, rule: Callable[..., Awaitable[object]]) -> None:
        held = HeldValue.read(press.value)
        about = held.conversation_id
        if await acts.pressed(ack, press, about, lambda by: rule(about, held.source, by=by)):
            await press.remove()

    @app.action(RETRY)
    async def retry(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        notice = EntryValue.read(press.value)
        about = notice.conversation_id
        await acts.pressed(ack, press, about, lambda by: desk.show_again(about, notice.seq, by=by))

    @app.action(TAKE_BACK)
    async def take_back(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        notice = EntryValue.read(press.value)
        about = notice.conversation_id
        await acts.pressed(ack, press, about, lambda by: desk.take_back_absent(about, notice.seq, by=by))

    @app.action(OPEN_THREAD)
    async def open_thread(ack: AsyncAck) -> None:
        # Slack follows the link by itself and still wants an answer.
        await ack()
