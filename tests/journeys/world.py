"""The whole program between a Slack workspace and customers, and words to say what happens in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.app import Bridge
from bot.blocks.elements.ids import ALLOW_AI_REPLIES, HAND_BACK_MODAL, TAKE_OVER
from bot.demo.customer import CustomerChat, JsonEntry
from bot.demo.show import NO_LIMITS
from bot.demo.thread import ThreadScreen
from bot.settings import AIKind, Settings
from bot.slack.outbound.message_sender import Waits
from sandbox import Workspace, WorkspacePerson
from storage.records import ConversationId
from storage.schema import outbox
from tests.clocks import RunningClock

CHANNEL = "live-chat"
SERVER_KEY = "a-key-for-tests"
SENT, NOTE, HELD, FAILED = "white_check_mark", "lock", "hourglass_flowing_sand", "warning"


class Chat:
    """One customer's chat, seen from both ends."""

    def __init__(self, world: World, customer: CustomerChat, name: str, channel: str = CHANNEL) -> None:
        self.channel = channel
        self.name = name
        self._world = world
        self.customer = customer
        self.thread = ThreadScreen(world.slack, name, channel)

    @property
    def id(self) -> ConversationId:
        return ConversationId(self.customer.conversation_id)

    def window(self) -> list[tuple[str, str]]:
        """The messages in the customer's window: who and what, as they read now."""
        now: dict[int, tuple[str, str]] = {}
        for entry in self.customer.seen:
            match entry["kind"]:
                case "message":
                    now[entry["seq"]] = (entry["from"], entry["text"])
                case "edit":
                    now[entry["target"]] = (now[entry["target"]][0], entry["text"])
                case "retract":
                    del now[entry["target"]]
        return list(now.values())

    async def sees(self, text: str, *, author: str | None = None) -> JsonEntry:
        """Wait until the customer reads exactly these words."""
        return await self.customer.sees(
            lambda e: e["text"] == text and (author is None or e["from"] == author)
        )

    async def reply(self, who: WorkspacePerson, text: str, **how: Any) -> str:
        """Type in the thread; returns the message's ts."""
        return await who.post(self.channel, text, thread_ts=await self.thread.ts(), **how)

    async def press(self, who: WorkspacePerson, action: str) -> Mapping[str, Any]:
        """Press a button of the card once it is there."""
        ts = await self.thread.ts()
        message = self._world.slack.message

        def offered() -> bool:
            blocks = message(self.channel, ts).get("blocks", [])
            return any(e.get("action_id") == action for b in blocks for e in b.get("elements", []))

        await self._world.slack.until(offered)
        return await who.press(self.channel, ts, action)

    async def choose(self, who: WorkspacePerson, label: str) -> Mapping[str, Any]:
        """Choose that in one of the card's menus once it is there."""
        ts = await self.thread.ts()
        message = self._world.slack.message
        menu = await self._world.slack.until(
            lambda: next(
                (menu for menu, offered in menus(message(self.channel, ts)) if label in offered), None
            )
        )
        return await who.press(self.channel, ts, menu, label)

    async def offered(self, *labels: str) -> None:
        """Wait until the card's menus offer exactly these."""
        ts = await self.thread.ts()
        message = self._world.slack.message
        await self._world.slack.until(
            lambda: (
                [one for _, offered in menus(message(self.channel, ts)) for one in offered] == list(labels)
            )
        )

    async def taken_over(self, by: WorkspacePerson) -> None:
        await self.press(by, TAKE_OVER)
        await self.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "teammate")

    async def handed_back(self, by: WorkspacePerson) -> None:
        await self.press(by, ALLOW_AI_REPLIES)
        if [view for view in await by.views() if view["callback_id"] == HAND_BACK_MODAL]:
            assert (await by.submit())["ok"]
        await self.customer.sees(lambda e: bool(e.get("state")) and e["state"]["state"] == "ai")

    async def shows(self, words: str) -> str:
        """Wait until some message in the thread reads so; returns how it reads in full."""
        return self.thread.rendered(await self.thread.shows(lambda m: words in self.thread.rendered(m)))

    def in_thread(self) -> list[tuple[str, str]]:
        """The messages in the thread: who and what."""
        return [said for reply in self.thread.replies() for said in self.thread.said(reply)]

    def marks(self, ts: str) -> set[str]:
        message = self._world.slack.message(self.channel, ts)
        return {reaction["name"] for reaction in message.get("reactions", [])}

    async def marked(self, ts: str, mark: str) -> None:
        """Wait until a teammate's message carries exactly this mark."""
        await self._world.slack.until(lambda: self.marks(ts) == {mark})


class World:
    """A workspace and a running bridge."""

    def __init__(self, slack: Workspace, settings: Settings, **bridge: Any) -> None:
        self.slack = slack
        self.settings = settings
        self.how = bridge
        self._stack = AsyncExitStack()
        self.bridge: Bridge
        self.ana, self.ben, self.chloe = (slack.person(name) for name in ("ana", "ben", "chloe"))

    async def start(self) -> None:
        self.bridge = Bridge(self.settings, limits=NO_LIMITS, **self.how)
        await self.bridge.start()

    async def restart(self) -> None:
        await self.bridge.stop()
        await self.start()

    async def close(self) -> None:
        await self._stack.aclose()
        await self.bridge.stop()

    async def chat(
        self,
        name: str = "Maya Lindqvist",
        *,
        first: str | None = None,
        inbox: str | None = None,
        channel: str = CHANNEL,
    ) -> Chat:
        """A customer opens the chat and, with `first`, says so much."""
        customer = await self._stack.enter_async_context(
            CustomerChat(self.bridge.address, name=name, server_key=SERVER_KEY, inbox=inbox)
        )
        chat = Chat(self, customer, name, channel)
        if first is not None:
            await customer.say(first)
        return chat

    async def same_chat(self, chat: Chat, *, channel: str = CHANNEL) -> Chat:
        """The same customer's chat with the bridge that runs now, and its thread in that channel."""
        customer = await self._stack.enter_async_context(
            CustomerChat(
                self.bridge.address,
                name=chat.name,
                client_id=chat.customer.client_id,
                server_key=SERVER_KEY,
            )
        )
        return Chat(self, customer, chat.name, channel)

    async def prompt(self, who: str, *, offering: str = "") -> dict[str, Any]:
        """Wait for the latest message that only this person sees, with this button if one is named."""

        def found() -> list[dict[str, Any]]:
            return [one for one in self.slack.ephemerals(who) if offering in str(one.get("blocks"))]

        prompts: list[dict[str, Any]] = await self.slack.until(found)
        return prompts[-1]

    async def is_ready(self) -> bool:
        return not await self.bridge.ready()

    async def until(self, predicate: Callable[[], Any | Awaitable[Any]]) -> Any:
        return await self.slack.until(predicate)

    async def held_back(self) -> None:
        """Wait until all that is owed has been tried and waits for what may be written to."""

        async def nothing_else() -> bool:
            async with self.bridge.database.read() as tx:
                found = (
                    await tx.connection.execute(
                        select(outbox.c.last_error).where(outbox.c.finished_at.is_(None))
                    )
                ).all()
            return bool(found) and all("shared outside" in str(row.last_error) for row in found)

        await self.slack.until(nothing_else, timeout=60)

    async def settled(self) -> None:
        """Wait until nothing is owed to anybody any more."""

        async def nothing_owed() -> bool:
            async with self.bridge.database.read() as tx:
                return await tx.slack_events.count() == 0 and (await tx.outbox.counts())["open"] == 0

        await self.slack.until(nothing_owed, timeout=60)


@asynccontextmanager
async def world(
    database_url: str,
    *,
    ai: AIKind = "offline",
    http_mode: bool = False,
    workspace: Mapping[str, Any] | None = None,
    clock: RunningClock | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """A world with these settings, taken down at the end. With a `clock`, Slack's is the same."""
    slacks = {} if clock is None else {"clock": clock.seconds}
    async with Workspace(**{**slacks, **(workspace or {})}) as slack:
        chosen = replace(
            Settings(slack_bot_token=slack.bot_token, slack_channel=f"#{CHANNEL}"),
            slack_app_token=None if http_mode else slack.app_token,
            slack_signing_secret=slack.signing_secret if http_mode else None,
            slack_api_url=slack.api_url,
            database_url=database_url,
            ai=ai,
            api_key=SERVER_KEY,
            port=0,
            **{"posts_per_second": 0, **settings},
        )
        here = World(
            slack,
            chosen,
            waits=Waits(
                look_after=timedelta(seconds=0.1),
                quarantine=timedelta(seconds=0.5),
                while_closed=timedelta(seconds=0.2),
            ),
            catch_up_spacing=timedelta(seconds=0.1),
            **({} if clock is None else {"clock": clock}),
        )
        await here.start()
        try:
            if http_mode:
                await slack.deliver_events_to(f"{here.bridge.address}/slack/events")
            yield here
        finally:
            await here.close()


def menus(message: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """A message's menus: the action id of each, and what it offers."""
    return [
        (element["action_id"], [option["text"]["text"] for option in element["options"]])
        for block in message.get("blocks", [])
        for element in [block.get("accessory") or {}, *block.get("elements", [])]
        if element.get("type") == "overflow"
    ]
