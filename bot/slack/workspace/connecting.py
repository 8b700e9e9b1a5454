"""Connecting an inbox to a channel: who may, and which channel can be used; asked of Slack at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.blocks.elements.references import as_typed
from bot.i18n import say
from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.workspace.installation import Installation, is_shared_outside
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.text.lines import one_line
from storage.engine.database import Database
from storage.records import LONGEST_INBOX, PersonId
from storage.slack.slack_channels import Connected
from storage.transaction import LockHint

# What Slack calls direct messages where a command was typed in them.
_DIRECT = "directmessage"
_BETWEEN_SEVERAL = "mpdm-"


class NotConnectable(Exception):
    """It was not done. The text says why, and what would help."""


class Connecting:
    """What the team's admins change about where conversations start. `connected` is called after each."""

    def __init__(
        self,
        client: AsyncWebClient,
        database: Database,
        channels: SlackChannels,
        permissions: Permissions,
        installation: Installation,
        *,
        connected: Callable[[], None],
    ) -> None:
        self._client = client
        self._database = database
        self._channels = channels
        self._permissions = permissions
        self._told = connected
        self._installation = installation

    async def connect(self, inbox: str, channel: str, *, called: str, by: PersonId) -> str:
        """From now on conversations of that inbox start there. Returns what to say, for `told`.

        `called`: the channel's name as commands carry it. Raises `NotConnectable`.
        """
        inbox = _name(inbox)
        await self._admit(by)
        if called == _DIRECT or called.startswith(_BETWEEN_SEVERAL):
            raise NotConnectable(_in_a_channel())
        await self._usable(channel)
        connected = await self._database.write(
            lambda tx: tx.slack_channels.connect(inbox, channel, by=by), lock_hint=LockHint()
        )
        # From this moment on we look after it, whoever is in it.
        await self._channels.of(channel)
        if connected:
            self._told()
        else:
            async with self._database.read() as tx:
                where = await tx.slack_channels.of(inbox)
            if where != channel:
                raise NotConnectable(
                    say(
                        "The inbox “{inbox}” is connected to {channel}. Say `/bookbag disconnect {inbox}` "
                        "first, then this again.",
                        inbox=as_typed(inbox),
                        channel=f"<#{where}>",
                    )
                )
        return say(
            "Done: conversations of the inbox “{inbox}” that start from now on have their threads here, and "
            "only those who are here can see and answer them.",
            inbox=as_typed(inbox),
        )

    async def disconnect(self, inbox: str, *, by: PersonId) -> str:
        """New conversations start in the configured channel again. Returns what to say, for `told`.

        Raises `NotConnectable`.
        """
        inbox = _name(inbox)
        await self._admit(by)
        async with self._database.read() as tx:
            where = await tx.slack_channels.of(inbox)
        if where is None:
            raise NotConnectable(
                say("The inbox “{inbox}” is connected to no channel.", inbox=as_typed(inbox))
            )
        await self._database.write(lambda tx: tx.slack_channels.disconnect(inbox), lock_hint=LockHint())
        return say(
            "Done: new conversations of the inbox “{inbox}” start in #{channel} again. Those in {where} stay "
            "there and go on.",
            inbox=as_typed(inbox),
            channel=self._channels.configured_name,
            where=f"<#{where}>",
        )

    async def connected(self) -> Sequence[Connected]:
        async with self._database.read() as tx:
            return await tx.slack_channels.inboxes()

    async def list(self) -> str:
        """Which inboxes are connected where, and how that is changed, for `told`."""
        found = await self.connected()
        lines = [
            say("“{inbox}” in {channel}", inbox=as_typed(one.inbox), channel=f"<#{one.channel}>")
            if one.is_usable
            else say(
                "“{inbox}” in {channel}, which cannot be used: its conversations are in #{configured}",
                inbox=as_typed(one.inbox),
                channel=f"<#{one.channel}>",
                configured=self._channels.configured_name,
            )
            for one in found
        ]
        if not lines:
            lines = [
                say(
                    "No inbox has a channel of its own: all conversations start in #{channel}.",
                    channel=self._channels.configured_name,
                )
            ]
        how = say(
            "An admin of this workspace can say `/bookbag connect vip` in a channel where Bookbag is, and "
            "`/bookbag disconnect vip`."
        )
        return "\n".join([*lines, how])

    async def _admit(self, by: PersonId) -> None:
        if not await self._permissions.is_admin(by):
            raise NotConnectable(
                say("Only admins and owners of this workspace can change that. Please ask one of them.")
            )

    async def _usable(self, channel: str) -> None:
        if channel == self._channels.configured_id:
            raise NotConnectable(
                say("This is where conversations start anyway. Say it in the channel they shall start in.")
            )
        invite = say(
            "Bookbag is not in this channel. Say {command} here, then this again.",
            command="`/invite @Bookbag`",
        )
        try:
            answer = await self._client.conversations_info(channel=channel)
        except CALL_ERRORS as error:
            failure = Failure.of(error)
            if failure.trouble is not Trouble.CHANNEL:
                raise NotConnectable(
                    say("Slack could not describe this channel just now. Please try again.")
                ) from error
            # A private channel without us.
            raise NotConnectable(invite) from error
        found: Mapping[str, Any] = answer["channel"]
        if found.get("is_im") or found.get("is_mpim"):
            raise NotConnectable(_in_a_channel())
        if found.get("is_archived"):
            raise NotConnectable(say("This channel is archived, so nothing can be posted here."))
        if is_shared_outside(found):
            raise NotConnectable(
                say(
                    "This channel is shared with another organisation, whose people would read what "
                    "customers say. Choose one of your own."
                )
            )
        if not found.get("is_member"):
            raise NotConnectable(invite)


def _in_a_channel() -> str:
    return say("Conversations need a channel. Say this in one, not in a direct message.")


def _name(inbox: str) -> str:
    """As the API takes it."""
    name = one_line(inbox)
    if not name or len(name) > LONGEST_INBOX:
        raise NotConnectable(
            say(
                "An inbox’s name has up to {number} characters, as the website or program sends it.",
                number=LONGEST_INBOX,
            )
        )
    return name
