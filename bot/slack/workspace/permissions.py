"""Who may see and who may do what with a customer's conversation. The only place where that is decided.

A press, a menu, a submitted modal, a command and a typed reply all ask here before they change anything, and
every way to show one person something asks here before it does (`bot.slack.outbound.private`). What is said
here is what Slack itself answered within the last minute: what a payload says of its sender counts for
nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from enum import StrEnum

from bot.desk.errors import ChannelShared, MayNotAct, NotInChannel
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from storage.records import ConversationId, MessageRef, Person, PersonId
from storage.slack.slack_channels import Among

log = logging.getLogger(__name__)

# Seconds. Slack wants an answer to a press within three.
SLACK_ANSWERS_WITHIN = 1.5


class Departure(StrEnum):
    """Why somebody cannot answer customers any more, where Slack says so for certain."""

    NO_MEMBER = "no_member"
    LEFT = "left"


class Permissions:
    """Full members of our workspace who are in a conversation's channel may see it and act on it.

    Nobody may act while outsiders read that channel. Guests, people of other workspaces, bots and deactivated
    people may read what stands in the channel, and that is all: nothing is shown to them alone.

    `refused` is called whenever somebody turns out not to be who may act; `bot_user` is our own user.
    """

    def __init__(self, users: UserCache, channels: SlackChannels, *, bot_user: str) -> None:
        self._users = users
        self._channels = channels
        self._bot_user = bot_user
        self.refused: Callable[[], None] = lambda: None

    @property
    def configured_name(self) -> str:
        """What the channel is called that who may see nothing is told to join."""
        return self._channels.configured_name

    async def of(self, person_id: PersonId, *, home: str) -> Person:
        """Them, with `may_act` as it is now. Raises `UnknownPerson` where Slack does not say."""
        person, bar = await self._judged(person_id, home)
        return replace(person, may_act=bar is None)

    async def in_thread(self, person_id: PersonId, thread: MessageRef) -> Person:
        """The same for what they typed in that thread of a conversation.

        A thread that the conversation left may be in a channel that outsiders read by now: what is typed
        there goes to no customer. While Slack is being asked who reads it, that is not decided: raises
        `UnknownPerson`.
        """
        home = await self._channels.home_in(thread)
        unseen = self._channels.exposure.is_unseen
        is_asked = unseen(home) or unseen(thread.channel)
        person = await self.of(person_id, home=home)
        is_read_outside = thread.channel != home and await self._channels.is_exposed(thread.channel)
        may_act = person.may_act and not is_read_outside
        if not may_act and (is_asked or unseen(home) or unseen(thread.channel)):
            raise UnknownPerson("Slack is asked who reads the channel")
        log.debug(
            "thread %s/%s: %s types, and may%s act", thread.channel, thread.ts, person_id.user,
            "" if may_act else " not",
        )  # fmt: skip
        return replace(person, may_act=may_act)

    async def about(self, conversation_id: ConversationId, person_id: PersonId) -> Person:
        """The same as `admitted` for that conversation."""
        with _decided(f"conversation {conversation_id}: {person_id.user} acts"):
            return await self.admitted(person_id, home=await self._channels.home_of(conversation_id))

    async def admitted(self, person_id: PersonId, *, home: str) -> Person:
        """Them, if they may act; for what Slack wants an answer to at once.

        Raises `MayNotAct`, which says why, and `UnknownPerson` where Slack does not say in time.
        """
        async with _in_time():
            person, bar = await self._judged(person_id, home)
        if bar is not None:
            raise bar
        return person

    async def may_see(self, person_id: PersonId, conversation_id: ConversationId) -> None:
        """Make sure that they may be shown that conversation at this moment. Raises as `admitted` does.

        Outsiders in its channel are no reason against it: they do not see what is shown to one person alone.
        """
        with _decided(f"conversation {conversation_id}: {person_id.user} is shown something"):
            async with _in_time():
                _, bar = await self._judged(person_id, await self._channels.home_of(conversation_id))
            if bar is not None and not isinstance(bar, ChannelShared):
                raise bar

    async def reads(self, person_id: PersonId) -> Among:
        """Of which channels they may be shown the conversations at this moment. None: of all of them.

        A channel of which Slack does not say who is in it is not among them. Raises `MayNotAct`, and
        `UnknownPerson` where Slack does not say who they are or where they are.
        """
        homes = await self._channels.homes()
        async with _in_time():
            here = await self.attends(person_id)
        return None if len(here) == len(homes) else here

    async def attends(self, person_id: PersonId) -> frozenset[str]:
        """The same, each channel by its id."""
        if not (await self._users.current(person_id)).may_act:
            self.refused()
            raise MayNotAct
        here, is_sure = await self.is_in(person_id)
        if not here and not is_sure:
            raise UnknownPerson("Slack did not say who is in our channels")
        return here

    async def is_in(self, person_id: PersonId) -> tuple[frozenset[str], bool]:
        """The channels in which Slack says that they are, and whether it said who is in each of them."""
        homes = await self._channels.homes()
        answers = await asyncio.gather(*(self._is_in(home, person_id) for home in homes))
        here = frozenset(home for home, is_there in zip(homes, answers, strict=True) if is_there)
        return here, None not in answers

    async def may_see_all(self, person_id: PersonId, among: Among) -> None:
        """Make sure that they may be shown what was read for `among` at this moment. Raises like `reads`."""
        now = await self.reads(person_id)
        if now is not None and (among is None or not set(among) <= set(now)):
            raise NotInChannel(channel=self._channels.name_of(self._channels.configured_id))

    async def is_admin(self, person_id: PersonId) -> bool:
        """Whether they may act and are an admin or owner of our workspace, as Slack says at this moment.

        Raises `UnknownPerson`.
        """
        return await self._users.is_admin(person_id)

    async def departure(self, person_id: PersonId, *, home: str) -> Departure | None:
        """Why they cannot answer the customers of that channel any more. None where they can, or in doubt.

        Slack's silence says nothing about anybody, and a list that we ourselves are not in is no list of who
        is there: the channel may be archived, or have been left by us. Nor does an answer of before count:
        another process may have let them take over since, so Slack is asked anew.
        """
        if await self._departure(person_id, home) is None:
            return None
        self._users.forget(person_id)
        (await self._channels.of(home)).members.forget()
        return await self._departure(person_id, home)

    async def _departure(self, person_id: PersonId, home: str) -> Departure | None:
        try:
            if not (await self._users.current(person_id)).may_act:
                return Departure.NO_MEMBER
        except UnknownPerson:
            # Whether they are in the channel may be known all the same.
            pass
        members = (await self._channels.of(home)).members
        try:
            if await members.has_now(self._bot_user) and not await members.has_now(person_id.user):
                return Departure.LEFT
        except UnknownPerson:
            pass
        return None

    async def _is_in(self, home: str, person_id: PersonId) -> bool | None:
        try:
            return await (await self._channels.of(home)).members.has_now(person_id.user)
        except UnknownPerson:
            return None

    async def _judged(self, person_id: PersonId, home: str) -> tuple[Person, MayNotAct | None]:
        person, bar = await self._bar(person_id, home)
        if bar is not None:
            self.refused()
        return person, bar

    async def _bar(self, person_id: PersonId, home: str) -> tuple[Person, MayNotAct | None]:
        person = await self._users.current(person_id)
        if not person.may_act:
            return person, MayNotAct()
        channel = await self._channels.of(home)
        if not await channel.members.has_now(person_id.user):
            return person, NotInChannel(channel=self._channels.name_of(home))
        if await self._channels.is_exposed(home):
            return person, ChannelShared(channel=self._channels.name_of(home))
        return person, None


@contextmanager
def _decided(what: str) -> Iterator[None]:
    try:
        yield
    except (MayNotAct, UnknownPerson) as refusal:
        log.debug("%s: no, %s", what, type(refusal).__name__)
        raise
    log.debug("%s: yes", what)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(SLACK_ANSWERS_WITHIN):
            yield
    except TimeoutError as error:
        raise UnknownPerson("no answer in time") from error
