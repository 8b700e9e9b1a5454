"""Who may act on a customer's conversation. The only place where that is decided, for whatever they do.

A press, a menu, a submitted modal, a command and a typed reply all ask here, and what is said here is what
Slack itself answered within the last minute: what a payload says of its sender counts for nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.desk.errors import ChannelShared, MayNotAct, NotInChannel
from bot.slack.directory import Directory, UnknownPerson
from bot.slack.installation import Installation
from bot.slack.members import Members
from bot.slack.standing import Standing
from storage.records import Person, PersonId

# Seconds. Slack wants an answer to a press within three.
SLACK_ANSWERS_WITHIN = 1.5


class Rights:
    """Full members of our workspace who are in the channel may act, and nobody while outsiders read it.

    Guests, people of other workspaces, bots and deactivated people may read there, and that is all.
    """

    def __init__(
        self, directory: Directory, members: Members, standing: Standing, installation: Installation
    ) -> None:
        self._directory = directory
        self._members = members
        self._standing = standing
        self._channel_name = f"#{installation.channel_name}"

    async def of(self, person_id: PersonId) -> Person:
        """Them, with `may_act` as it is now. Raises `UnknownPerson` where Slack does not say."""
        person, bar = await self._judged(person_id)
        return replace(person, may_act=bar is None)

    async def admitted(self, person_id: PersonId) -> Person:
        """Them, if they may act; for what Slack wants an answer to at once.

        Raises `MayNotAct`, which says why, and `UnknownPerson` where Slack does not say in time.
        """
        try:
            async with asyncio.timeout(SLACK_ANSWERS_WITHIN):
                person, bar = await self._judged(person_id)
        except TimeoutError as error:
            raise UnknownPerson("no answer in time") from error
        if bar is not None:
            raise bar
        return person

    async def _judged(self, person_id: PersonId) -> tuple[Person, MayNotAct | None]:
        person = await self._directory.current(person_id)
        if not person.may_act:
            return person, MayNotAct()
        if self._standing.is_exposed:
            return person, ChannelShared(channel=self._channel_name)
        if not await self._members.has_now(person_id.user):
            return person, NotInChannel(channel=self._channel_name)
        return person, None
