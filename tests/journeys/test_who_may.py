"""Who may act: each kind of person, and each thing that a teammate can do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from bot.blocks.elements.ids import (
    ALLOW_AI_REPLIES,
    HAND_OVER_TO,
    HOLD_REASON,
    KEEP_AS_NOTE,
    TAKE_OVER,
    TAKE_OVER_AND_SEND,
)
from sandbox import WorkspacePerson
from sandbox.errors import PersonError
from storage.records import ConversationState
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, Chat, World

FULL = "Only full members of this workspace"
IN_CHANNEL = f"Only those who are in #{CHANNEL}"
READERS = f"What customers say is for those in #{CHANNEL}"
SHARED = "shared with another organisation"
SILENT = "Slack could not say who you are just now"

Act = Callable[[], Awaitable[object]]


class Dora:
    """A teammate who has begun everything that one can do, and then becomes somebody who may not."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.id = world.slack.add_person("dora", real_name="Dora Lund")
        self.person = WorkspacePerson(world.slack.url, self.id)
        self.chats: dict[str, Chat] = {}

    async def begins(self) -> None:
        """One conversation for each thing, so that none is in the way of another."""
        for name in ("Free", "Held", "Asked", "Hers", "Prompt", "Kept"):
            self.chats[name] = await self.world.chat(name, first="Hello")
            await self.chats[name].thread.ts()
        for name in ("Held", "Asked"):
            await self.chats[name].taken_over(self.world.ana)
        await self.chats["Hers"].taken_over(self.person)
        self.sent = await self.chats["Hers"].reply(self.person, "On its way!")
        await self.chats["Hers"].marked(self.sent, SENT)
        self.prompts = {}
        for name in ("Prompt", "Kept"):
            held = await self.chats[name].reply(self.person, "Let me see")
            await self.chats[name].marked(held, HELD)
            self.prompts[name] = (await self.world.prompt(self.id))["ts"]
        await self.chats["Asked"].choose(self.person, "On hold…")
        await self.person.open_home()
        await self.world.until(lambda: self.world.slack.home(self.id))
        await self.world.settled()

    @property
    def acts(self) -> dict[str, Act]:
        """Everything, by name; each returns what refused it, or None where that is told apart."""
        me, chats = self.person, self.chats
        return {
            "modal": lambda: me.submit(values={HOLD_REASON: "The warehouse"}),
            "press": lambda: chats["Free"].press(me, TAKE_OVER),
            "press to hand back": lambda: chats["Held"].press(me, ALLOW_AI_REPLIES),
            "menu": lambda: chats["Held"].choose(me, "Cancel ticket, AI stays quiet"),
            "menu that asks": lambda: chats["Held"].choose(me, "Edit subject…"),
            "held reply": lambda: me.press(CHANNEL, self.prompts["Prompt"], TAKE_OVER_AND_SEND),
            "held reply, as a note": lambda: me.press(CHANNEL, self.prompts["Kept"], KEEP_AS_NOTE),
            "command": lambda: me.command("/bookbag", "rebuild 1", channel="general"),
            "Home": lambda: me.press_view(TAKE_OVER, view="home"),
        }

    def told(self) -> list[str]:
        """Every sentence that was said to her alone."""
        return [one["text"] for one in self.world.slack.ephemerals(self.id)]

    def has_heard_more_than(self, count: int) -> bool:
        return len(self.told()) > count

    async def stands(self) -> dict[str, object]:
        """Everything of the conversations that an act could change."""
        seen: dict[str, object] = {}
        async with self.world.bridge.database.read() as tx:
            for name, chat in self.chats.items():
                conversation = await tx.conversations.get(chat.id)
                ticket = await tx.tickets.open_of(chat.id)
                assert conversation is not None
                seen[name] = (conversation.epoch, conversation.state, conversation.card, ticket)
        return seen

    async def has_lost_hers(self) -> None:
        """Wait until what she held waits for another teammate, and everybody was told."""

        async def waits() -> bool:
            async with self.world.bridge.database.read() as tx:
                hers = await tx.conversations.get(self.chats["Hers"].id)
                return hers is not None and hers.state is ConversationState.WAITING

        await self.world.until(waits)
        await self.world.settled()

    def windows(self) -> dict[str, list[tuple[str, str]]]:
        return {name: chat.window() for name, chat in self.chats.items()}


@pytest.fixture
async def dora(outside: World) -> Dora:
    someone = Dora(outside)
    await someone.begins()
    return someone


def becomes(**what: bool | str) -> Callable[[World], None]:
    return lambda world: world.slack.change_person("dora", **what)


def leaves(world: World) -> None:
    world.slack.leave(CHANNEL, "dora")


def shared(world: World) -> None:
    channel = world.slack.channel(CHANNEL)
    channel.is_ext_shared = True
    world.slack.publish({"type": "channel_shared", "channel": channel.id, "connected_team_id": "T9"})


KINDS: dict[str, tuple[Callable[[World], None], str]] = {
    "guest": (becomes(is_restricted=True), FULL),
    "guest of one channel": (becomes(is_ultra_restricted=True), FULL),
    "stranger": (becomes(team_id="T0OTHER01"), FULL),
    "deactivated": (becomes(deleted=True), FULL),
    "bot": (becomes(is_bot=True), FULL),
    "not in the channel": (leaves, IN_CHANNEL),
    "in a channel shared outside": (shared, SHARED),
}
# Nothing can stand beside what they pressed, or nothing may: outsiders read there.
BESIDE_NOTHING = ("not in the channel", "in a channel shared outside")


async def has_heard(dora: Dora, kind: str) -> None:
    """Wait until the change was delivered: from then on nothing remembered may count."""
    world = dora.world
    if kind == "in a channel shared outside":

        async def is_exposed() -> bool:
            return SHARED in (await world.bridge.ready()).get("slack", "")

        await world.until(is_exposed)
    else:
        await world.until(lambda: world.slack.events_under_way == 0)


@pytest.mark.parametrize("kind", KINDS)
async def test_whoever_may_not_is_refused_whatever_they_do(dora: Dora, kind: str) -> None:
    world = dora.world
    change, why = KINDS[kind]
    change(world)
    await has_heard(dora, kind)
    if kind != "in a channel shared outside":
        await dora.has_lost_hers()
    before, windows = await dora.stands(), dora.windows()
    for name, act in dora.acts.items():
        if name == "Home" and TAKE_OVER not in str(world.slack.home(dora.id)):
            # It was emptied meanwhile: there is nothing left to press.
            continue
        heard, opened = len(dora.told()), len(await dora.person.views())
        try:
            answer: Any = await act()
        except PersonError as error:
            # Nobody of another workspace has commands, and who left sees no prompt any more.
            assert kind in ("stranger", "not in the channel"), (name, error)  # noqa: PT017
            continue
        if name == "modal":
            assert why in answer["errors"][HOLD_REASON], name
        elif name == "Home" or (kind in BESIDE_NOTHING and name != "command"):
            # Told in a window, where nothing can stand beside what they pressed.
            assert why in world.slack.rendered((await dora.person.views())[-1])
        else:
            # What she is told may come a moment after her press was acknowledged.
            await world.until(partial(dora.has_heard_more_than, heard))
            assert len(dora.told()) == heard + 1, name
            assert (READERS if kind == "not in the channel" else why) in dora.told()[-1], name
            assert len(await dora.person.views()) == opened, name
        assert await dora.stands() == before, name
    await world.settled()
    assert dora.windows() == windows


# What is typed in a channel shared outside is in `test_written_channel`: nothing is marked there.
NOT_ADMITTED = [one for one in KINDS if one not in BESIDE_NOTHING]


@pytest.mark.parametrize("kind", NOT_ADMITTED)
async def test_what_they_type_stays_with_the_team(dora: Dora, kind: str) -> None:
    world, hers = dora.world, dora.chats["Hers"]
    KINDS[kind][0](world)
    await has_heard(dora, kind)
    windows = dora.windows()
    await dora.person.edit(CHANNEL, dora.sent, "On its way to us!")
    typed = await hers.reply(dora.person, "Anything else?")
    await hers.marked(typed, NOTE)
    await world.settled()
    assert dora.windows() == windows
    told = [
        one for one in dora.told() if "Only full members" in one or "cannot answer this customer now" in one
    ]
    # Nobody reads what a bot is told.
    assert len(told) == (0 if kind == "bot" else 2)


@pytest.mark.parametrize("kind", [one for one in KINDS if one != "in a channel shared outside"])
async def test_nobody_is_handed_a_customer_whom_they_may_not_answer(dora: Dora, kind: str) -> None:
    world, chat = dora.world, dora.chats["Held"]
    KINDS[kind][0](world)
    await has_heard(dora, kind)
    await dora.has_lost_hers()
    before = await dora.stands()
    await chat.choose(world.ana, "Hand over to…")
    refused = await world.ana.submit(values={HAND_OVER_TO: dora.id})
    assert "Dora cannot answer customers" in refused["errors"][HAND_OVER_TO]
    assert await dora.stands() == before


@pytest.mark.parametrize("method", ["users.info", "conversations.members"])
@pytest.mark.both_databases
async def test_while_slack_does_not_say_who_they_are_nobody_acts(dora: Dora, method: str) -> None:
    world, hers = dora.world, dora.chats["Hers"]
    world.slack.faults.error(method, "internal_error", times=1000)
    # What was known of them is not any more.
    world.slack.change_person("dora", title="Head of bags")
    world.slack.join(CHANNEL, world.slack.add_person("eli", channels=[]))
    await has_heard(dora, "")
    before, windows = await dora.stands(), dora.windows()
    for name, act in dora.acts.items():
        answer: Any = await act()
        if name == "modal":
            assert SILENT in answer["errors"][HOLD_REASON]
        elif name == "Home":
            assert SILENT in world.slack.rendered((await dora.person.views())[-1])
        else:
            assert SILENT in dora.told()[-1], name
        assert await dora.stands() == before, name
    # A typed reply waits, and is sent as soon as Slack says who typed it.
    typed = await hers.reply(dora.person, "Anything else?")
    await world.until(lambda: waits(world))
    assert dora.windows() == windows
    world.slack.faults.clear()
    await hers.sees("Anything else?", author="teammate")
    await hers.marked(typed, SENT)


async def waits(world: World) -> bool:
    async with world.bridge.database.read() as tx:
        return await tx.slack_events.count() > 0


async def test_a_slack_that_hangs_is_not_waited_for(dora: Dora) -> None:
    world = dora.world
    world.slack.faults.slow("users.info", seconds=8, times=1000)
    world.slack.change_person("dora", title="Head of bags")
    await has_heard(dora, "")
    assert (await dora.chats["Free"].press(dora.person, TAKE_OVER))["ok"]
    assert SILENT in dora.told()[-1]


async def test_whoever_may_can_again_as_soon_as_slack_says_so(dora: Dora) -> None:
    world, free = dora.world, dora.chats["Free"]
    for change, back in (
        (becomes(is_restricted=True), becomes(is_restricted=False)),
        (leaves, lambda world: world.slack.join(CHANNEL, "dora")),
    ):
        change(world)
        await has_heard(dora, "")
        await free.press(dora.person, TAKE_OVER)
        await free.customer.ai_says("Still me")
        back(world)
    await has_heard(dora, "")
    await free.taken_over(dora.person)
