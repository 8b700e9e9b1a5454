"""What a press and a submitted modal have in common: one rule, applied for whoever it was, if they may."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.desk.desk import Desk
from bot.desk.errors import AlreadyDecided, DeskError, MayNotAct
from bot.handlers.interactions.background_tasks import ModalShown
from bot.handlers.interactions.interaction import Interaction
from bot.handlers.interactions.view_submission import ViewSubmission
from bot.i18n import say
from bot.slack.inbound.event_queue import EventQueue
from bot.slack.outbound.private import Private
from bot.slack.workspace.identity import person_in
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.user_cache import UnknownPerson
from storage.records import ConversationId, MessageRef, Person, PersonId

Rule = Callable[[Person], Awaitable[object]]


class ActionRunner:
    """Applies a rule for the person who acted and acknowledges. If it refuses, they alone are told why.

    What was typed in the thread before is dealt with before.
    """

    def __init__(
        self, desk: Desk, permissions: Permissions, event_queue: EventQueue, private: Private
    ) -> None:
        self._desk = desk
        self._permissions = permissions
        self._event_queue = event_queue
        self._private = private

    def interaction(self, body: Mapping[str, Any]) -> Interaction:
        return Interaction(body, self._private)

    def form(self, body: Mapping[str, Any]) -> ViewSubmission:
        return ViewSubmission(body, team=self._private.team)

    def who(self, body: Mapping[str, Any]) -> PersonId:
        return person_in(body, team=self._private.team)

    def window(self, body: Mapping[str, Any], about: ConversationId) -> ModalShown:
        """The window in which something was pressed, about that conversation."""
        return ModalShown(self._private, self.who(body), about, body["view"])

    async def pressed(
        self, ack: AsyncAck, interaction: Interaction, about: ConversationId, rule: Rule
    ) -> bool:
        """True if the rule was applied."""
        try:
            await rule(await self._ready(interaction.by, about, before=interaction.at, card=interaction.card))
        except (DeskError, UnknownPerson) as error:
            await ack()
            # Where the question was decided already, its buttons have nothing left to decide.
            is_over = isinstance(error, AlreadyDecided) and interaction.is_on_ephemeral
            await (interaction.replace_by(_why(error)) if is_over else interaction.refuse(_why(error)))
            return False
        await ack()
        return True

    async def may_ask(self, ack: AsyncAck, interaction: Interaction, about: ConversationId) -> bool:
        """Whether a modal about that may be opened for them. If not, they are told why."""
        try:
            await self._permissions.about(about, interaction.by)
        except (DeskError, UnknownPerson) as error:
            await ack()
            await interaction.refuse(_why(error))
            return False
        return True

    async def may_go_on(self, ack: AsyncAck, shown: ModalShown) -> bool:
        """Whether somebody may go on in that window. If not, it says so and shows nothing of the customer.

        Where Slack does not say who they are it stays as it is, with what they typed.
        """
        try:
            await self._permissions.about(shown.about, shown.to)
        except MayNotAct as error:
            await ack()
            await shown.says(error.in_words())
            return False
        except UnknownPerson:
            await ack()
            return False
        return True

    async def thread_of(
        self, ack: AsyncAck, interaction: Interaction, *, otherwise: str
    ) -> ConversationId | None:
        """Whose thread a shortcut's message is in. If it is no conversation's, they are told `otherwise`."""
        about = None if interaction.card is None else await self._desk.conversation_in(interaction.card)
        if about is None:
            await ack()
            await interaction.refuse(otherwise)
        return about

    async def submitted(self, ack: AsyncAck, form: ViewSubmission, *, asked: str, rule: Rule) -> None:
        """Close the modal if the rule was applied; else the reason stands under its input `asked`."""
        refused = await self.tried(form.about.conversation_id, form.by, rule)
        if refused is None:
            await ack()
        else:
            await ack(response_action="errors", errors={asked: refused})

    async def tried(self, about: ConversationId, by: PersonId, rule: Rule) -> str | None:
        """Why the rule was not applied; None if it was."""
        try:
            await rule(await self._ready(by, about, before=self._event_queue.slack_now()))
        except (DeskError, UnknownPerson) as error:
            return _why(error)
        return None

    async def _ready(
        self,
        person: PersonId,
        about: ConversationId,
        *,
        before: str,
        card: MessageRef | None = None,
    ) -> Person:
        """Them, once what was typed before is dealt with. Both at once: Slack waits three seconds."""
        asking = asyncio.create_task(self._permissions.about(about, person))
        try:
            await self._event_queue.settle(about, before=before, card=card)
            return await asking
        finally:
            asking.cancel()


def _why(error: DeskError | UnknownPerson) -> str:
    if isinstance(error, UnknownPerson):
        return say("Slack could not say who you are just now. Nothing was changed; please press again.")
    return error.in_words()
