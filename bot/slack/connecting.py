"""Connecting an inbox to a channel: who may, and which channel can be used; asked of Slack at that moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.channels import Channels
from bot.slack.directory import UnknownPerson
from bot.slack.errors import CALL_ERRORS, Failure, Trouble
from bot.slack.installation import Installation, is_shared_outside
from bot.tongues import say
from storage.channels import Connected
from storage.database import Database
from storage.records import PersonId
from storage.transaction import Expects

# As in the API.
LONGEST_INBOX = 40


class NotConnectable(Exception):
    """It was not done. The text says why, and what would help."""


class Connecting:
    """What the team's admins change about where conversations start."""

    def __init__(
        self, client: AsyncWebClient, database: Database, channels: Channels, installation: Installation
    ) -> None:
        self._client = client
        self._database = database
        self._channels = channels
        self._installation = installation

    async def connect(self, inbox: str, channel: str, *, by: PersonId) -> str:
        """From now on conversations of that inbox start there. Returns what to say.

        Raises `NotConnectable`.
        """
        inbox = _name(inbox)
        await self._admit(by)
        await self._usable(channel)
        # From this moment on we look after it, whoever is in it.
        await self._channels.of(channel)
        connected = await self._database.write(
            lambda tx: tx.channels.connect(inbox, channel, by=by), expects=Expects()
        )
        if not connected:
            async with self._database.read() as tx:
                where = await tx.channels.of(inbox)
            if where != channel:
                raise NotConnectable(
                    say(
                        "The inbox “{inbox}” is connected to {channel}. Say `/bookbag disconnect {inbox}` "
                        "first, then this again.",
                        inbox=inbox,
                        channel=f"<#{where}>",
                    )
                )
        return say(
            "Done: conversations of the inbox “{inbox}” that start from now on have their threads here, and "
            "only those who are here can see and answer them.",
            inbox=inbox,
        )

    async def disconnect(self, inbox: str, *, by: PersonId) -> str:
        """New conversations start in the configured channel again. Raises `NotConnectable`."""
        inbox = _name(inbox)
        await self._admit(by)
        async with self._database.read() as tx:
            where = await tx.channels.of(inbox)
        if where is None:
            raise NotConnectable(say("The inbox “{inbox}” is connected to no channel.", inbox=inbox))
        await self._database.write(lambda tx: tx.channels.disconnect(inbox), expects=Expects())
        return say(
            "Done: new conversations of the inbox “{inbox}” start in #{channel} again. Those in {where} stay "
            "there and go on.",
            inbox=inbox,
            channel=self._installation.channel_name,
            where=f"<#{where}>",
        )

    async def connected(self) -> Sequence[Connected]:
        async with self._database.read() as tx:
            return await tx.channels.inboxes()

    async def list(self) -> str:
        """Which inboxes are connected where, and how that is changed (mrkdwn)."""
        found = await self.connected()
        lines = [
            say("“{inbox}” in {channel}", inbox=one.inbox, channel=f"<#{one.channel}>")
            if one.is_usable
            else say(
                "“{inbox}” in {channel}, which cannot be used: its conversations are in #{configured}",
                inbox=one.inbox,
                channel=f"<#{one.channel}>",
                configured=self._installation.channel_name,
            )
            for one in found
        ]
        if not lines:
            lines = [
                say(
                    "No inbox has a channel of its own: all conversations start in #{channel}.",
                    channel=self._installation.channel_name,
                )
            ]
        how = say(
            "An admin of this workspace can say `/bookbag connect vip` in a channel where Bookbag is, and "
            "`/bookbag disconnect vip`."
        )
        return "\n".join([*lines, how])

    async def _admit(self, by: PersonId) -> None:
        try:
            answer = await self._client.users_info(user=by.user)
        except CALL_ERRORS as error:
            raise UnknownPerson(Failure.of(error).reason) from error
        user: Mapping[str, Any] = answer["user"]
        is_ours = by.team == self._installation.team == user.get("team_id", by.team)
        is_admin = user.get("is_admin") or user.get("is_owner")
        if not (is_ours and is_admin) or user.get("deleted") or user.get("is_bot"):
            raise NotConnectable(
                say("Only admins and owners of this workspace can change that. Please ask one of them.")
            )

    async def _usable(self, channel: str) -> None:
        if channel == self._installation.channel:
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
            # A direct message between others, or a private channel without us.
            is_direct = channel.startswith("D")
            raise NotConnectable(_in_a_channel() if is_direct else invite) from error
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
    name = " ".join(inbox.split())
    if (
        not name
        or len(name) > LONGEST_INBOX
        or any(mark in name for mark in "<>&`")
        or not name.isprintable()
    ):
        raise NotConnectable(
            say(
                "An inbox’s name has up to {number} characters, as the website or program sends it.",
                number=LONGEST_INBOX,
            )
        )
    return name
