"""Writing a reply with the AI's help, in a window: from the card's menu, from a message's shortcut."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View

from bot.blocks.elements.ids import (
    COMPOSE_MODAL,
    COMPOSED,
    DRAFT_REPLY,
    STOP_WRITING,
    WISH,
    ComposeValue,
)
from bot.blocks.modals.composing import being_written, compose_modal, kept_text
from bot.desk.desk import Desk
from bot.desk.errors import DeskError, ReadsLikeANote
from bot.desk.replies.composed import Composing
from bot.desk.replies.thread_messages import Intent
from bot.desk.writing import ReplyWriter, Wish
from bot.handlers.interactions.action_runner import ActionRunner
from bot.handlers.interactions.background_tasks import WRITTEN_AT_ONCE, BackgroundTasks, ModalShown
from bot.handlers.interactions.interaction import Interaction
from bot.i18n import say
from bot.slack.text.from_slack import read
from bot.slack.text.intent import as_seen, is_note
from storage.records import ConversationId, Person


class Composer:
    """Opens the window, lets the AI write in it, and sends what stands in it in the end.

    `anyone` is that of replies. Without a `writer` another program's AI answers, and there is none to help.
    """

    def __init__(
        self,
        desk: Desk,
        runner: ActionRunner,
        writer: ReplyWriter | None,
        background: BackgroundTasks,
        *,
        anyone: bool,
    ) -> None:
        self._desk = desk
        self._runner = runner
        self._writer = writer
        self._background = background
        self._anyone = anyone

    async def open(
        self, ack: AsyncAck, interaction: Interaction, about: ConversationId, *, text: str = ""
    ) -> None:
        """With `text`, or, where there is none, with a draft: at once, or as soon as the AI has one."""
        found: list[Composing] = []

        async def look(by: Person) -> None:
            found.append(await self._desk.composing(about, by=by, anyone=self._anyone))

        if self._writer is None:
            await ack()
            await interaction.refuse(
                say("Another program’s AI answers here, so there is none to write for you.")
            )
            return
        if not await self._runner.pressed(ack, interaction, about, look):
            return
        value = ComposeValue.of(found[0].view.conversation, taking_over=not found[0].is_theirs)
        if text.strip():
            await interaction.ask(self._filled(found[0], value, text), about=about)
            return
        writing = asyncio.create_task(self._written(self._writer, found[0], value, "draft", ""))
        await asyncio.wait({writing}, timeout=WRITTEN_AT_ONCE)
        view = writing.result() if writing.done() else being_written(found[0].view, value, text="")
        shown = await interaction.ask(view, about=about)
        if shown is None:
            writing.cancel()
        elif not writing.done():
            self._background.run(_becomes(shown, writing))

    async def wished(self, ack: AsyncAck, body: Mapping[str, Any], wish: Wish) -> None:
        """Let the AI do that to what stands in the window, for who may still answer the customer."""
        view = body["view"]
        value = ComposeValue.read(view["private_metadata"])
        text = typed(view, value)
        shown = self._runner.window(body, value.about.conversation_id)
        if not await self._runner.may_go_on(ack, shown):
            return
        composing = await self._as_opened(value)
        if self._writer is None or (not text.strip() and wish != "draft"):
            await ack()
            trouble = say("There is nothing written yet.")
            await shown.becomes(self._filled(composing, value, text, trouble=trouble))
            return
        writing = asyncio.create_task(self._written(self._writer, composing, value.next, wish, text))
        await asyncio.wait({writing}, timeout=WRITTEN_AT_ONCE)
        if writing.done():
            await shown.becomes(writing.result())
        else:
            busy = await shown.becomes(being_written(composing.view, value, text=text))
            if busy is None:
                writing.cancel()
            else:
                self._background.run(_becomes(busy, writing))
        await ack()

    async def stopped(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Give the teammate their words back; what the AI still writes finds no place any more."""
        view = body["view"]
        value = ComposeValue.read(view["private_metadata"]).next
        text = kept_text(view)
        filled = self._filled(await self._as_opened(value), value, text)
        await self._runner.window(body, value.about.conversation_id).becomes(filled)
        await ack()

    async def sent(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Close the window if it was sent; else say in it why not. The words stay, and can be sent again."""
        view = body["view"]
        value = ComposeValue.read(view["private_metadata"])
        text = typed(view, value).strip()
        about = value.about.conversation_id
        by = self._runner.who(body)

        async def rule(person: Person) -> None:
            if is_note(as_seen(text)):
                raise ReadsLikeANote
            await self._desk.send_composed(
                about,
                text,
                by=person,
                source=f"composed:{view['id']}",
                taking_over=value.taking_over,
                epoch=value.about.epoch,
                anyone=self._anyone,
            )

        refused = await self._runner.tried(about, by, rule)
        if refused is None:
            await ack()
            return
        now = ComposeValue.read(view["private_metadata"]).next
        found: list[Composing] = []

        async def look(person: Person) -> None:
            found.append(await self._desk.composing(about, by=person, anyone=self._anyone))

        if await self._runner.tried(about, by, look) is not None:
            # The window stays as it is: there is nothing that they may be shown.
            await ack(response_action="errors", errors={value.block_id: refused})
            return
        now = ComposeValue.of(
            found[0].view.conversation, taking_over=not found[0].is_theirs, version=now.version
        )
        filled = self._filled(found[0], now, text, trouble=refused)
        await ack(response_action="update", view=filled.to_dict())

    async def _as_opened(self, value: ComposeValue) -> Composing:
        return Composing(await self._desk.view(value.about.conversation_id), not value.taking_over)

    def _filled(
        self, composing: Composing, value: ComposeValue, text: str, *, trouble: str | None = None
    ) -> View:
        rewrites = self._writer is not None and self._writer.rewrites
        return compose_modal(composing.view, value, text=text, rewrites=rewrites, trouble=trouble)

    async def _written(
        self, writer: ReplyWriter, composing: Composing, value: ComposeValue, wish: Wish, text: str
    ) -> View:
        try:
            written = await writer.reply(value.about.conversation_id, wish, text)
        except DeskError as error:
            return self._filled(composing, value, text, trouble=error.in_words())
        return self._filled(composing, value, written)


def register(app: AsyncApp, *, runner: ActionRunner, composer: Composer) -> None:
    @app.shortcut(DRAFT_REPLY)
    async def draft_reply(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = runner.interaction(body)
        otherwise = say("This is not in a customer’s thread, so there is nobody to reply to.")
        about = await runner.thread_of(ack, interaction, otherwise=otherwise)
        if about is not None:
            await composer.open(ack, interaction, about, text=own_words(body["message"], interaction.by.user))

    @app.action(re.compile(rf"^{WISH}:"))
    async def wished(ack: AsyncAck, body: dict[str, Any]) -> None:
        await composer.wished(ack, body, cast(Wish, runner.interaction(body).value))

    @app.action(STOP_WRITING)
    async def stopped(ack: AsyncAck, body: dict[str, Any]) -> None:
        await composer.stopped(ack, body)

    @app.view(COMPOSE_MODAL)
    async def sent(ack: AsyncAck, body: dict[str, Any]) -> None:
        await composer.sent(ack, body)


async def _becomes(shown: ModalShown, writing: asyncio.Task[View]) -> None:
    await shown.becomes(await writing)


def typed(view: Mapping[str, Any], value: ComposeValue) -> str:
    """What stands in the window's field."""
    field = view["state"]["values"].get(value.block_id) or {}
    return str((field.get(COMPOSED) or {}).get("value") or "")


def own_words(message: Mapping[str, Any], user: str) -> str:
    """What they typed themselves in the message the shortcut was used on, unless it was for the team."""
    if message.get("bot_id") or message.get("user") != user:
        return ""
    words = read(str(message.get("text") or ""), names={}, blocks=message.get("blocks") or ())
    return words.text if words.intent is Intent.FOR_CUSTOMER else ""
