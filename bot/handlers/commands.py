"""`/bookbag`, and turning the pages of its lists."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.elements.ids import PAGE
from bot.blocks.elements.list_rows import PAGE_SIZE
from bot.blocks.elements.message import Message
from bot.blocks.elements.references import told
from bot.blocks.lists.found import FURTHER_BACK, LONGEST_WORDS, FindValue, found_list
from bot.blocks.lists.overview import (
    CONVERSATIONS,
    availability_message,
    conversations_list,
    help_message,
    unknown_command,
)
from bot.blocks.lists.settings import settings_message
from bot.blocks.lists.stats import day_message
from bot.blocks.lists.tickets import TICKETS, ticket_shown, tickets_list
from bot.blocks.thread.prompts import not_a_member, refusal
from bot.desk.desk import Desk
from bot.desk.errors import DeskError, MayNotAct
from bot.desk.queries.finding import Finder
from bot.desk.queries.lists import Lists
from bot.desk.queries.stats import today
from bot.handlers.interactions.interaction import Interaction
from bot.i18n import say
from bot.settings import Settings
from bot.slack.outbound.private import Listed, Private
from bot.slack.text.escaping import unescaped
from bot.slack.workspace.connecting import Connecting, NotConnectable
from bot.slack.workspace.identity import person_in
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from bot.text.lines import one_line
from storage.chat.search import SearchPlace
from storage.records import PersonId, TicketNumber
from storage.slack.slack_channels import Among, reads_nothing
from storage.tickets.ticket_filters import TicketFilter

COMMAND = "/bookbag"

LAST_MESSAGES = 5
# Ticket numbers are 32-bit integers in PostgreSQL.
LARGEST_NUMBER = 2**31 - 1


class Usage(Exception):
    """A command that lacks something, or has something odd. The text says how it goes."""


def register(
    app: AsyncApp,
    *,
    desk: Desk,
    lists: Lists,
    finder: Finder,
    channels: SlackChannels,
    connecting: Connecting,
    permissions: Permissions,
    private: Private,
    users: UserCache,
    installation: Installation,
    channel_language: str,
    settings: Settings,
) -> None:
    link_to = installation.link_to

    @app.command(COMMAND)
    async def bookbag(ack: AsyncAck, command: dict[str, Any]) -> None:
        word, _, rest = unescaped(str(command.get("text") or "")).strip().partition(" ")
        by = person_in(command, team=private.team)
        try:
            message = await answer(word.lower(), rest.strip(), by, command)
        except DeskError as error:
            message = refusal(error.in_words())
        except NotConnectable as error:
            message = told(str(error))
        except Usage as error:
            message = refusal(str(error))
        except UnknownPerson:
            message = refusal(
                say("Slack could not say who you are just now. Nothing was changed; please try again.")
            )
        await ack(text=message.text, blocks=message.blocks, response_type="ephemeral")

    async def answer(word: str, rest: str, by: PersonId, command: dict[str, Any]) -> Message:
        # An admin may set up a channel that is the first of ours where they are.
        if word == "connect" and rest:
            channel, called = str(command["channel_id"]), str(command.get("channel_name") or "")
            return told(await connecting.connect(rest, channel, called=called, by=by))
        if word == "disconnect" and rest:
            return told(await connecting.disconnect(rest, by=by))
        among = await permissions.reads(by)
        if word in ("", "help"):
            return await overview(by, among)
        if reads_nothing(among):
            raise Usage(not_a_member(channels.configured_name))
        match word:
            case "connect" | "disconnect":
                return told(await connecting.list())
            case "conversations":
                return await conversations(among, offset=0)
            case "tickets":
                return await tickets(shelf_of(rest), by, among, offset=0)
            case "find":
                return await find(words_in(rest), None, among)
            case "show":
                shown = await lists.ticket(number_in(rest, "show"), messages=LAST_MESSAGES, among=among)
                return ticket_shown(shown, link_to=link_to)
            case "stats":
                return day_message(await today(desk.database, await users.zone(by), among))
            case "settings":
                return settings_message(
                    settings, channel=channels.configured_name, inboxes=await connecting.connected()
                )
            case "rebuild":
                number = number_in(rest, "rebuild")
                about = await lists.conversation(number, among=among)
                await desk.rebuild(number, by=await permissions.about(about.id, by))
                return refusal(
                    say(
                        "The thread of ticket #{number} starts again in a moment, from the ledger.",
                        number=number,
                    )
                )
            case "back" | "away":
                here = await permissions.attends(by)
                configured = channels.configured_id
                home = configured if configured in here else min(here, default=configured)
                person = await permissions.admitted(by, home=home)
                await desk.be_available(by=person, available=word == "back", among=here)
                return availability_message(word == "back", is_used=desk.assignment.is_on)
            case _:
                return unknown_command(word)

    @app.action(re.compile(rf"^{PAGE}:"))
    async def turn_page(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = Interaction(body, private)
        which, _, offset = interaction.value.partition(".")
        ticket_filter = (
            TicketFilter.OPEN if which == CONVERSATIONS else TicketFilter(which.removeprefix(f"{TICKETS}-"))
        )

        async def page(among: Among) -> Message:
            if which == CONVERSATIONS:
                return await conversations(among, offset=int(offset))
            return await tickets(ticket_filter, interaction.by, among, offset=int(offset))

        await ack()
        await turned(interaction, page)

    @app.action(FURTHER_BACK)
    async def further_back(ack: AsyncAck, body: dict[str, Any]) -> None:
        interaction = Interaction(body, private)
        value = FindValue.read(interaction.value)
        await ack()
        await turned(interaction, lambda among: find(value.words, value.place, among))

    async def turned(interaction: Interaction, page: Callable[[Among], Awaitable[Message]]) -> None:
        """Another page in the place of the one whose button was pressed, as far as they may read."""
        try:
            among = await permissions.reads(interaction.by)
        except MayNotAct as error:
            await interaction.replace_by(error.in_words())
        except UnknownPerson:
            await interaction.refuse(
                say("Slack could not say who you are just now. Nothing was changed; please press again.")
            )
        else:
            if reads_nothing(among):
                await interaction.replace_by(not_a_member(channels.configured_name))
            else:
                await interaction.replace(await page(among), about=Listed(among))

    async def overview(by: PersonId, among: Among) -> Message:
        live = await desk.live(limit=0, among=among)
        open_tickets = await desk.open_tickets(limit=0, among=among)
        return help_message(
            live=live.total,
            tickets=open_tickets.total,
            waiting=await desk.waiting(among),
            channel_language=channel_language,
            available=await desk.is_available(by) if desk.assignment.is_on else None,
        )

    async def conversations(among: Among, *, offset: int) -> Message:
        found = await desk.live(limit=PAGE_SIZE, offset=offset, among=among)
        return conversations_list(found, offset=offset, link_to=link_to)

    async def tickets(ticket_filter: TicketFilter, by: PersonId, among: Among, *, offset: int) -> Message:
        page = await lists.tickets(ticket_filter, by=by, limit=PAGE_SIZE, offset=offset, among=among)
        return tickets_list(page, offset=offset, link_to=link_to)

    async def find(words: str, before: SearchPlace | None, among: Among) -> Message:
        found = await finder.find(words, limit=PAGE_SIZE, before=before, among=among)
        return found_list(found, link_to=link_to)


def words_in(text: str) -> str:
    words = one_line(text)[:LONGEST_WORDS].strip()
    if not words:
        raise Usage(say("Say what to look for: {command} find parcel", command=COMMAND))
    return words


def shelf_of(word: str) -> TicketFilter:
    try:
        return TicketFilter(word.lower() or TicketFilter.OPEN)
    except ValueError:
        which = ", ".join(TicketFilter)
        raise Usage(say("There are no such tickets. Ask for {which}.", which=which)) from None


def number_in(text: str, word: str) -> TicketNumber:
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits[:11]) <= LARGEST_NUMBER):
        raise Usage(say("Say which ticket, by its number: {command} 12", command=f"{COMMAND} {word}"))
    return TicketNumber(int(digits))
