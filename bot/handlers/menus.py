"""The menus on a card, and the modals they open."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.ids import HOLD_MODAL, HOLD_REASON, TICKET_MENU, Choice, MenuValue
from bot.blocks.modals import hold_modal
from bot.desk.desk import Desk
from bot.handlers.acts import Acts
from bot.handlers.form import Form
from bot.handlers.press import Press


def register(app: AsyncApp, *, desk: Desk, acts: Acts) -> None:
    @app.action(TICKET_MENU)
    async def chosen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        press = Press(body, client)
        menu = MenuValue.read(press.value)
        about, epoch = menu.about.conversation_id, menu.about.epoch
        match menu.choice:
            case Choice.ON_HOLD:
                await press.ask(hold_modal(menu.about))
                await ack()
            case Choice.OFF_HOLD:
                await acts.pressed(
                    ack, press, about, lambda by: desk.take_off_hold(about, by=by, epoch=epoch)
                )

    @app.view(HOLD_MODAL)
    async def hold(ack: AsyncAck, body: dict[str, Any]) -> None:
        form = Form(body)
        about, reason = form.about, form.text(HOLD_REASON)
        await acts.submitted(
            ack,
            form,
            asked=HOLD_REASON,
            rule=lambda by: desk.put_on_hold(about.conversation_id, by=by, epoch=about.epoch, reason=reason),
        )
