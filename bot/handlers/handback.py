"""**Allow AI replies**: a short hand back, and the hand back itself."""

from __future__ import annotations

import asyncio
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.blocks.elements.ids import (
    AGREED,
    ALLOW_AI_REPLIES,
    HAND_BACK_MODAL,
    STAYS_OPEN,
    TICKET_STAYS,
    WRITE_MYSELF,
    ConversationValue,
)
from bot.blocks.modals.handing_back import hand_back_being_written, hand_back_modal
from bot.desk.desk import Desk
from bot.desk.errors import DeskError
from bot.desk.writing import ReplyWriter
from bot.handlers.interactions.action_runner import ActionRunner
from bot.handlers.interactions.background_tasks import WRITTEN_AT_ONCE, BackgroundTasks, ModalShown
from bot.i18n import say


def register(
    app: AsyncApp,
    *,
    desk: Desk,
    runner: ActionRunner,
    writer: ReplyWriter | None,
    background: BackgroundTasks,
) -> None:
    @app.action(ALLOW_AI_REPLIES)
    async def allow_ai_replies(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        pressed = ConversationValue.read(interaction.value)
        about, epoch = pressed.conversation_id, pressed.epoch
        if writer is None:
            # Another program's AI reads no word of this, so there is nothing to ask about.
            await runner.pressed(
                ack, interaction, about, lambda by: desk.allow_ai_replies(about, by=by, epoch=epoch)
            )
            return
        if not await runner.pressed(
            ack, interaction, about, lambda by: desk.may_hand_back(about, by=by, epoch=epoch)
        ):
            return
        writing = asyncio.create_task(written(writer, pressed))
        await asyncio.wait({writing}, timeout=WRITTEN_AT_ONCE)
        view = writing.result() if writing.done() else hand_back_being_written(pressed)
        shown = await interaction.open(view, about=about)
        if shown is None:
            # The button says what it does, so it does that: nobody presses into the void.
            writing.cancel()
            if await runner.pressed(
                ack, interaction, about, lambda by: desk.allow_ai_replies(about, by=by, epoch=epoch)
            ):
                await interaction.refuse(
                    say("Handed back. Slack opened no window, so the AI was told nothing.")
                )
        elif not writing.done():
            background.run(fill_in(shown, writing))

    async def written(writer: ReplyWriter, about: ConversationValue) -> View:
        try:
            return hand_back_modal(about, agreed=await writer.agreement(about.conversation_id))
        except DeskError as error:
            return hand_back_modal(about, agreed="", trouble=error.in_words())

    async def fill_in(shown: ModalShown, writing: asyncio.Task[View]) -> None:
        await shown.becomes(await writing)

    @app.action(WRITE_MYSELF)
    async def write_myself(ack: AsyncAck, body: dict[str, Any]) -> None:
        about = ConversationValue.read(body["view"]["private_metadata"])
        # From now on its hash is another, and what the AI still writes finds no place any more.
        await runner.window(body, about.conversation_id).becomes(hand_back_modal(about, agreed=""))
        await ack()

    @app.view(HAND_BACK_MODAL)
    async def hand_back(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = runner.form(body)
        about = form.about
        agreed = form.text(AGREED) if form.asks(AGREED) else ""
        keep_open = form.is_checked(TICKET_STAYS, STAYS_OPEN)
        await runner.submitted(
            ack,
            form,
            asked=AGREED if form.asks(AGREED) else TICKET_STAYS,
            rule=lambda by: desk.allow_ai_replies(
                about.conversation_id, by=by, epoch=about.epoch, agreed=agreed, keep_open=keep_open
            ),
        )
