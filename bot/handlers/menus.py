"""The menus on a card, and the modals they open."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.blocks.elements.ids import (
    HAND_OVER_MODAL,
    HAND_OVER_TO,
    HOLD_MODAL,
    HOLD_REASON,
    HOLDER_MENU,
    SUBJECT,
    SUBJECT_MODAL,
    TICKET_MENU,
    Choice,
    MenuValue,
)
from bot.blocks.modals.forms import hand_over_modal, hold_modal, note_modal, subject_modal
from bot.desk.desk import Desk
from bot.handlers.compose import Composer
from bot.handlers.interactions.action_runner import ActionRunner
from bot.handlers.interactions.interaction import Interaction
from bot.i18n import say
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import ConversationId, Status


def register(
    app: AsyncApp,
    *,
    desk: Desk,
    permissions: Permissions,
    channels: SlackChannels,
    runner: ActionRunner,
    composer: Composer,
) -> None:
    @app.action(TICKET_MENU)
    @app.action(HOLDER_MENU)
    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        menu = MenuValue.read(interaction.value)
        about, epoch = menu.about.conversation_id, menu.about.epoch
        match menu.choice:
            case Choice.ON_HOLD:
                await ask(ack, interaction, about, hold_modal(menu.about))
            case Choice.OFF_HOLD:
                await runner.pressed(
                    ack, interaction, about, lambda by: desk.take_off_hold(about, by=by, epoch=epoch)
                )
            case Choice.EDIT_SUBJECT:
                ticket = (await desk.view(about)).ticket
                subject = ticket.subject if ticket else None
                await ask(ack, interaction, about, subject_modal(menu.about, subject=subject))
            case Choice.CLOSE | Choice.CANCEL:
                status = Status.CLOSED if menu.choice is Choice.CLOSE else Status.CANCELLED
                await runner.pressed(
                    ack, interaction, about, lambda by: desk.close(about, by=by, epoch=epoch, status=status)
                )
            case Choice.JOIN:
                await runner.pressed(ack, interaction, about, lambda by: desk.join(about, by=by, epoch=epoch))
            case Choice.HAND_OVER:
                await ask(ack, interaction, about, hand_over_modal(menu.about))
            case Choice.COMPOSE:
                await composer.open(ack, interaction, about)
            case Choice.NOTE:
                await ask(ack, interaction, about, note_modal(menu.about))
            case Choice.TAKE_FROM:
                await runner.pressed(
                    ack, interaction, about, lambda by: desk.hand_over(about, to=by, by=by, epoch=epoch)
                )

    async def ask(ack: AsyncAck, interaction: Interaction, about: ConversationId, view: View) -> None:
        if await runner.may_ask(ack, interaction, about):
            await interaction.ask(view, about=about)
            await ack()

    @app.view(HAND_OVER_MODAL)
    async def hand_over(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = runner.form(body)
        about = form.about
        try:
            home = await channels.home_of(about.conversation_id)
            to = await permissions.of(form.person(HAND_OVER_TO), home=home)
        except UnknownPerson:
            why = say("Slack could not describe that person just now. Nothing was changed; please try again.")
            await ack(response_action="errors", errors={HAND_OVER_TO: why})
            return
        await runner.submitted(
            ack,
            form,
            asked=HAND_OVER_TO,
            rule=lambda by: desk.hand_over(about.conversation_id, to=to, by=by, epoch=about.epoch),
        )

    @app.view(HOLD_MODAL)
    async def hold(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = runner.form(body)
        about, reason = form.about, form.text(HOLD_REASON)
        await runner.submitted(
            ack,
            form,
            asked=HOLD_REASON,
            rule=lambda by: desk.put_on_hold(about.conversation_id, by=by, epoch=about.epoch, reason=reason),
        )

    @app.view(SUBJECT_MODAL)
    async def subject(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = runner.form(body)
        about, typed = form.about, form.text(SUBJECT)
        await runner.submitted(
            ack,
            form,
            asked=SUBJECT,
            rule=lambda by: desk.rename_ticket(
                about.conversation_id, by=by, epoch=about.epoch, subject=typed
            ),
        )
