"""What happens on the day: customers write, teammates press and type. Nothing is shown that nobody did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.blocks.elements.ids import HOLD_REASON
from bot.manifest import message_shortcuts, messages_tab
from bot.settings import Settings
from sandbox import Workspace, WorkspacePerson
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import CHANNEL, HELD, NOTE, SENT, SERVER_KEY, Chat, World
from tests.pictures.hours import Hours

MAYA = "Maya Lindqvist"


class Day:
    """The shop's workspace, its bridge with the offline AI, and the hour."""

    def __init__(self, world: World, hours: Hours) -> None:
        self.world = world
        self.slack = world.slack
        self.hours = hours

    async def at(self, hour: int, minute: int, second: int = 0) -> None:
        """Go on to that time once nothing is under way any more.

        Lengths of time that are shown end on a half minute, so that a slow run rounds them as a quick one.
        """
        await self.world.settled()
        self.hours.set(hour, minute, second)

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
        await self.at(8, 52, 30)
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
        await self.world.chloe.submit(values={HOLD_REASON: "The carrier is looking for the parcel"})
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
        await self.at(9, 17, 30)
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

    async def one_in_german(self, claude: FakeAnthropic) -> Chat:
        """Ana answers a customer who writes German, and her English is held until she saw it translated."""
        await self.at(9, 31)
        claude.say("Nach Graz dauert der Versand zwei bis drei Werktage.")
        chat = await self.world.chat("Jonas Keller", first="Wie lange dauert der Versand nach Graz?")
        await chat.customer.sees(lambda e: e["from"] == "ai")
        await self.at(9, 32)
        claude.summarise("Delivery to Graz", "Asks how long delivery to Graz takes.", "de")
        claude.translate("How long does shipping to Graz take?")
        await chat.taken_over(self.world.ana)
        await chat.shows("shipping to Graz")
        await self.at(9, 33)
        claude.translate("Can you leave the parcel with my neighbour? I am only home from Friday on.")
        await chat.customer.say(
            "Können Sie das Paket bei der Nachbarin abgeben? Ich bin erst ab Freitag zu Hause."
        )
        await chat.shows("leave the parcel")
        await self.at(9, 34)
        claude.translate("Gern. Wie heißt Ihre Nachbarin, und welche Hausnummer hat sie?")
        await chat.marked(
            await chat.reply(self.world.ana, "Of course. What is your neighbour’s name and house number?"),
            HELD,
        )
        await self.world.prompt("ana")
        return chat

    async def reply(self, chat: Chat, who: WorkspacePerson, text: str) -> str:
        ts = await chat.reply(who, text)
        await chat.marked(ts, SENT)
        await self.world.settled()
        return ts


@asynccontextmanager
async def day(database: Path, **how: Any) -> AsyncIterator[Day]:
    """The parts started in that database, the morning ahead; `how` is set beside or instead of the usual."""
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
            api_key=SERVER_KEY,
            port=0,
            **{"ai": "offline", **how},
        )
        world = World(slack, settings, clock=hours)
        await world.start()
        try:
            yield Day(world, hours)
        finally:
            await world.close()
