"""Notes written in a window: the shortcut of a message that opens it, and what is submitted in it."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.elements.ids import NOTE_MODAL, NOTE_WORDS, WRITE_NOTE, ConversationValue
from bot.blocks.modals.forms import note_modal
from bot.desk.desk import Desk
from bot.handlers.interactions.action_runner import ActionRunner
from bot.i18n import say


def register(app: AsyncApp, *, desk: Desk, runner: ActionRunner) -> None:
    @app.shortcut(WRITE_NOTE)
    async def write_note(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        otherwise = say("This is not in a customer’s thread, so there is nobody to write a note about.")
        about = await runner.thread_of(ack, interaction, otherwise=otherwise)
        if about is not None and await runner.may_ask(ack, interaction, about):
            view = await desk.view(about)
            await interaction.ask(note_modal(ConversationValue(about, view.conversation.epoch)), about=about)
            await ack()

    @app.view(NOTE_MODAL)
    async def written(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = runner.form(body)
        about, text = form.about.conversation_id, form.text(NOTE_WORDS).strip()
        await runner.submitted(
            ack,
            form,
            asked=NOTE_WORDS,
            rule=lambda by: desk.write_note(about, text, by=by, source=f"note:{form.view_id}"),
        )
