"""The buttons on cards, in threads and on prompts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.elements.ids import (
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
from bot.blocks.thread.prompts import you_have_it
from bot.desk.desk import Desk
from bot.handlers.interactions.action_runner import ActionRunner
from bot.handlers.interactions.interaction import Interaction
from bot.slack.workspace.installation import Installation


def register(app: AsyncApp, *, desk: Desk, runner: ActionRunner, installation: Installation) -> None:
    @app.action(TAKE_OVER)
    async def take_over(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        pressed = ConversationValue.read(interaction.value)
        taken = await runner.pressed(
            ack,
            interaction,
            pressed.conversation_id,
            lambda by: desk.take_over(pressed.conversation_id, by=by),
        )
        if taken and interaction.is_on_ephemeral:
            # Pressed on a list: the card is elsewhere, so say where.
            view = await desk.view(pressed.conversation_id)
            await interaction.show(
                you_have_it(view, link_to=installation.link_to), about=view.conversation.id
            )

    @app.action(TAKE_OVER_AND_SEND)
    async def take_over_and_send(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, runner.interaction(body), partial(desk.send_held, taking_over=True))

    @app.action(TAKE_FROM_AND_SEND)
    async def take_from_and_send(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        held = TakeFromValue.read(interaction.value)
        about = held.about.conversation_id
        rule = partial(desk.send_held, about, held.source, taking_over=True, epoch=held.about.epoch)
        if await runner.pressed(ack, interaction, about, lambda by: rule(by=by)):
            await interaction.remove()

    @app.action(SEND_AS_ME)
    async def send_as_me(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, runner.interaction(body), partial(desk.send_held, taking_over=False))

    @app.action(SEND_TRANSLATION)
    async def send_translation(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        seen = TranslationValue.read(interaction.value)
        about, source = seen.held.conversation_id, seen.held.source
        rule = partial(desk.send_translation, about, source, print_of=seen.print_of)
        if await runner.pressed(ack, interaction, about, lambda by: rule(by=by)):
            await interaction.remove()

    @app.action(KEEP_AS_NOTE)
    async def keep_as_note(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, runner.interaction(body), desk.keep_as_note)

    @app.action(TRY_AGAIN)
    async def try_again(ack: AsyncAck, body: dict[str, Any]) -> None:
        await decided(ack, runner.interaction(body), desk.try_again)

    async def decided(
        ack: AsyncAck, interaction: Interaction, rule: Callable[..., Awaitable[object]]
    ) -> None:
        held = HeldValue.read(interaction.value)
        about = held.conversation_id
        if await runner.pressed(ack, interaction, about, lambda by: rule(about, held.source, by=by)):
            await interaction.remove()

    @app.action(RETRY)
    async def retry(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        notice = EntryValue.read(interaction.value)
        about = notice.conversation_id
        await runner.pressed(ack, interaction, about, lambda by: desk.show_again(about, notice.seq, by=by))

    @app.action(TAKE_BACK)
    async def take_back(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        notice = EntryValue.read(interaction.value)
        about = notice.conversation_id
        await runner.pressed(
            ack, interaction, about, lambda by: desk.take_back_absent(about, notice.seq, by=by)
        )

    @app.action(OPEN_THREAD)
    async def open_thread(ack: AsyncAck) -> None:
        # Slack follows the link by itself and still wants an answer.
        await ack()
