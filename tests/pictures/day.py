"""What happens on the day: customers write, teammates press and type. Nothing is shown that nobody did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.blocks.ids import HOLD_REASON
from bot.config import Settings
from bot.manifest import message_shortcuts, messages_tab
from sandbox import Person, Workspace
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, SERVER_KEY, Chat, World
from tests.pictures.hours import Hours

MAYA = "Maya Lindqvist"


class Day:
    """The shop's workspace, its bridge with the offline AI, and the hour."""

    def __init__(self, world: World, hours: Hours) -> None:
        self.world = world
        self.slack = world.slack
        self.hours = hours

    async def at(self, hour: int, minute: int) -> None:
        """Go on to that time once nothing is under way any more."""
        await self.world.settled()
        self.hours.set(hour, minute)

    async def writes(self, chat: Chat, text: str) -> None:
        """The customer writes and the AI answers."""
        number = await chat.customer.say(text)
        await chat.customer.sees(lambda e: e["from"] == "ai" and e["seq"] > number)
        await self.world.settled()

    async def a_closed_ticket(self) -> Chat:
        await self.at(8, 41)
        chat = await self.world.chat("Priya Nair", first="Can I still change my order?")
        await chat.customer.sees(lambda e: e["from"] == "ai")
        await self.at(8, 44)
        await chat.taken_over(self.world.ben)
        await chat.marked(await chat.reply(self.world.ben, "Hi Priya, it is size 39 now."), SENT)
        await chat.customer.say("Brilliant, thank you!")
        await self.at(8, 52)
        await chat.handed_back(self.world.ben)
        return chat

    async def one_on_hold(self) -> Chat:
        await self.at(8, 58)
        chat = await self.world.chat("Noor Haddad", first="Where is my parcel? The tracking has not moved.")
        await chat.customer.sees(lambda e: e["from"] == "ai")
        await self.at(9, 1)
        await chat.taken_over(self.world.chloe)
        await self.reply(chat, self.world.chloe, "I am on it, Noor. I have asked the carrier.")
        await self.at(9, 3)
        await chat.choose(self.world.chloe, "On hold…")
        await self.world.chloe.submit(values={HOLD_REASON: "The carrier looks for the parcel"})
        await chat.thread.card_shows("On hold: The carrier")
        return chat

    async def one_with_the_ai(self) -> Chat:
        await self.at(9, 6)
        chat = await self.world.chat("Tom Becker")
        await self.writes(chat, "How long does delivery to Vienna take?")
        return chat

    async def a_broken_backpack(self) -> Chat:
        await self.at(9, 12)
        chat = await self.world.chat(MAYA)
        await self.writes(chat, "Hello! What does shipping cost?")
        await self.at(9, 14)
        await self.writes(chat, "My new backpack broke. What now?")
        return chat

    async def typed_too_early(self, chat: Chat) -> str:
        """Ben types while the AI answers; he alone is asked what he meant."""
        await self.at(9, 15)
        ts = await chat.reply(self.world.ben, "Is this the blue 40 litre one?")
        await chat.marked(ts, HELD)
        await self.world.prompt("ben")
        return ts

    async def kept(self, ts: str, chat: Chat) -> None:
        prompt = await self.world.prompt("ben")
        await self.world.ben.press(CHANNEL, prompt["ts"], "keep_as_note")
        await chat.marked(ts, NOTE)

    async def taken_over(self, chat: Chat) -> None:
        await self.at(9, 16)
        await chat.taken_over(self.world.ana)
        await chat.shows("Ticket #")
        await self.world.settled()
        note = await chat.reply(self.world.ana, "note: third broken buckle this week, tell purchasing")
        await chat.marked(note, NOTE)
        await self.at(9, 17)
        await self.reply(
            chat, self.world.ana, "Hi Maya, sorry about that! A new backpack leaves today, free of charge. 🎒"
        )
        await self.at(9, 18)
        await chat.customer.say("Thank you so much! Do I have to send the old one back?")
        await self.world.settled()

    async def one_waiting(self) -> Chat:
        await self.at(9, 21)
        chat = await self.world.chat("Otis Brown")
        await chat.customer.say("Could I talk to a human about my invoice?")
        await chat.thread.card_shows("Waiting for a teammate")
        await self.world.settled()
        return chat

    async def reply(self, chat: Chat, who: Person, text: str) -> str:
        ts = await chat.reply(who, text)
        await chat.marked(ts, SENT)
        await self.world.settled()
        return ts


@asynccontextmanager
async def day(database: Path) -> AsyncIterator[Day]:
    """The parts started in that database, the morning ahead."""
    hours = Hours(8, 40)
    async with Workspace(
        clock=hours.seconds,
        name="Larkspur Outdoor",
        app_name="Bookbag",
        message_shortcuts=message_shortcuts(),
        messages_tab=messages_tab(),
    ) as slack:
        settings = Settings(
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_channel=f"#{CHANNEL}",
            slack_api_url=slack.api_url,
            posts_per_second=0,
            database_url=f"sqlite+aiosqlite:///{database}",
            ai="offline",
            api_key=SERVER_KEY,
            port=0,
        )
        world = World(slack, settings, clock=hours)
        await world.start()
        try:
            yield Day(world, hours)
        finally:
            await world.close()
