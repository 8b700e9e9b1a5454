"""The menus on a card, and the modals they open."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.blocks.ids import (
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
from bot.blocks.modals import hand_over_modal, hold_modal, note_modal, subject_modal
from bot.desk.desk import Desk
from bot.handlers.acts import Acts
from bot.handlers.compose import Composer
from bot.handlers.press import Press
from bot.slack.channels import Channels
from bot.slack.directory import UnknownPerson
from bot.slack.rights import Rights
from bot.tongues import say
from storage.records import ConversationId, Status


def register(
    app: AsyncApp, *, desk: Desk, rights: Rights, channels: Channels, acts: Acts, composer: Composer
) -> None:
    @app.action(TICKET_MENU)
    @app.action(HOLDER_MENU)
    async def chosen(ack: AsyncAck, body: dict[str, Any]) -> None:
        press = acts.press(body)
        menu = MenuValue.read(press.value)
        about, epoch = menu.about.conversation_id, menu.about.epoch
        match menu.choice:
            case Choice.ON_HOLD:
                await ask(ack, press, about, hold_modal(menu.about))
            case Choice.OFF_HOLD:
                await acts.pressed(
                    ack, press, about, lambda by: desk.take_off_hold(about, by=by, epoch=epoch)
                )
            case Choice.EDIT_SUBJECT:
                ticket = (await desk.view(about)).ticket
                subject = ticket.subject if ticket else None
                await ask(ack, press, about, subject_modal(menu.about, subject=subject))
            case Choice.CLOSE | Choice.CANCEL:
                status = Status.CLOSED if menu.choice is Choice.CLOSE else Status.CANCELLED
                await acts.pressed(
                    ack, press, about, lambda by: desk.close(about, by=by, epoch=epoch, status=status)
                )
            case Choice.JOIN:
                await acts.pressed(ack, press, about, lambda by: desk.join(about, by=by, epoch=epoch))
            case Choice.HAND_OVER:
                await ask(ack, press, about, hand_over_modal(menu.about))
            case Choice.COMPOSE:
                await composer.open(ack, press, about)
            case Choice.NOTE:
                await ask(ack, press, about, note_modal(menu.about))
            case Choice.TAKE_FROM:
                await acts.pressed(
                    ack, press, about, lambda by: desk.hand_over(about, to=by, by=by, epoch=epoch)
                )

    async def ask(ack: AsyncAck, press: Press, about: ConversationId, view: View) -> None:
        if await acts.may_ask(ack, press, about):
            await press.ask(view, about=about)
            await ack()

    @app.view(HAND_OVER_MODAL)
    async def hand_over(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = acts.form(body)
        about = form.about
        try:
            home = await channels.home_of(about.conversation_id)
            to = await rights.of(form.person(HAND_OVER_TO), home=home)
        except UnknownPerson:
            why = say("Slack could not describe that person just now. Nothing was changed; please try again.")
            await ack(response_action="errors", errors={HAND_OVER_TO: why})
            return
        await acts.submitted(
            ack,
            form,
            asked=HAND_OVER_TO,
            rule=lambda by: desk.hand_over(about.conversation_id, to=to, by=by, epoch=about.epoch),
        )

    @app.view(HOLD_MODAL)
    async def hold(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = acts.form(body)
        about, reason = form.about, form.text(HOLD_REASON)
        await acts.submitted(
            ack,
            form,
            asked=HOLD_REASON,
            rule=lambda by: desk.put_on_hold(about.conversation_id, by=by, epoch=about.epoch, reason=reason),
        )

    @app.view(SUBJECT_MODAL)
    async def subject(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = acts.form(body)
        about, typed = form.about, form.text(SUBJECT)
        await acts.submitted(
            ack,
            form,
            asked=SUBJECT,
            rule=lambda by: desk.rename_ticket(
                about.conversation_id, by=by, epoch=about.epoch, subject=typed
            ),
        )
