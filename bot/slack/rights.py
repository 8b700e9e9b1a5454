"""Who may act on a customer's conversation. The only place where that is decided, for whatever they do.

A press, a menu, a submitted modal, a command and a typed reply all ask here, and what is said here is what
Slack itself answered within the last minute: what a payload says of its sender counts for nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.desk.errors import ChannelShared, MayNotAct, NotInChannel
from bot.slack.channels import Channels
from bot.slack.directory import Directory, UnknownPerson
from bot.tongues import say
from storage.records import ConversationId, MessageRef, Person, PersonId

# Seconds. Slack wants an answer to a press within three.
SLACK_ANSWERS_WITHIN = 1.5


class Rights:
    """Full members of our workspace who are in a conversation's channel may act on it.

    Nobody may while outsiders read that channel.

    Guests, people of other workspaces, bots and deactivated people may read there, and that is all.
    """

    def __init__(self, directory: Directory, channels: Channels) -> None:
        self._directory = directory
        self._channels = channels

    async def of(self, person_id: PersonId, *, home: str) -> Person:
        """Them, with `may_act` as it is now. Raises `UnknownPerson` where Slack does not say."""
        person, bar = await self._judged(person_id, home)
        return replace(person, may_act=bar is None)

    async def in_thread(self, person_id: PersonId, thread: MessageRef) -> Person:
        """The same for what they typed in that thread of a conversation.

        A thread that the conversation left may be in a channel that outsiders read by now: what is typed
        there goes to no customer.
        """
        home = await self._channels.home_in(thread)
        person = await self.of(person_id, home=home)
        is_read_outside = thread.channel != home and await self._channels.is_exposed(thread.channel)
        return replace(person, may_act=person.may_act and not is_read_outside)

    async def about(self, conversation_id: ConversationId, person_id: PersonId) -> Person:
        """The same as `admitted` for that conversation."""
        return await self.admitted(person_id, home=await self._channels.home_of(conversation_id))

    async def admitted(self, person_id: PersonId, *, home: str) -> Person:
        """Them, if they may act; for what Slack wants an answer to at once.

        Raises `MayNotAct`, which says why, and `UnknownPerson` where Slack does not say in time.
        """
        try:
            async with asyncio.timeout(SLACK_ANSWERS_WITHIN):
                person, bar = await self._judged(person_id, home)
        except TimeoutError as error:
            raise UnknownPerson("no answer in time") from error
        if bar is not None:
            raise bar
        return person

    async def _judged(self, person_id: PersonId, home: str) -> tuple[Person, MayNotAct | None]:
        person = await self._directory.current(person_id)
        if not person.may_act:
            return person, MayNotAct()
        channel = await self._channels.of(home)
        if await self._channels.is_exposed(home):
            return person, ChannelShared(channel=self._name_of(home))
        if not await channel.members.has_now(person_id.user):
            return person, NotInChannel(channel=self._name_of(home))
        return person, None

    def _name_of(self, home: str) -> str:
        """Another channel may be private, and its name nobody's who is not in it."""
        if home == self._channels.configured_id:
            return f"#{self._channels.configured_name}"
        return say("this conversation’s channel")
