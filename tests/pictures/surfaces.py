"""Each surface's picture: who looks, at what size, what must be there, and which part is kept."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from bot.blocks.elements.ids import ALLOW_AI_REPLIES
from tests.journeys.world import CHANNEL, NOTE
from tests.png import png

if TYPE_CHECKING:
    from playwright.async_api import Page

    from sandbox import WorkspacePerson
    from tests.ai.fake_anthropic import FakeAnthropic
    from tests.journeys.world import Chat
    from tests.pictures.camera import Camera
    from tests.pictures.day import Day

WINDOW = (1280, 800)
PHONE = (390, 760)

Step = Callable[["Page"], Awaitable[object]]
Take = Callable[[str, "Page", str], Awaitable[None]]


async def _nothing(_page: Page) -> None:
    """The page as it opens."""


@dataclass(frozen=True, slots=True)
class Studio:
    """The day, and what is needed to take pictures of it. `take` keeps the part of a page at a selector."""

    day: Day
    camera: Camera
    take: Take

    def screen(
        self, who: WorkspacePerson, *, size: tuple[int, int] = WINDOW, dark: bool = False, **query: str
    ) -> AbstractAsyncContextManager[Page]:
        """A person's Slack, at the channel or the thread that `query` names."""
        query = {"as": who.name, "channel": CHANNEL, **query}
        return self.camera.opened(self.day.slack.url, size=size, dark=dark, query=query)

    async def slack(
        self,
        name: str,
        who: WorkspacePerson,
        shows: str,
        *,
        part: str = "body",
        size: tuple[int, int] = WINDOW,
        dark: bool = False,
        then: Step = _nothing,
        **query: str,
    ) -> None:
        """Take a person's Slack once `then` was done and `shows` is in it; else the surface is missing."""
        async with self.screen(who, size=size, dark=dark, **query) as page:
            await then(page)
            await page.get_by_text(shows).last.wait_for()
            await self.take(name, page, part)

    async def window(
        self, name: str, chat: Chat, shows: str, *, part: str = "body", size: tuple[int, int] = WINDOW
    ) -> None:
        """Take the customer's chat window, in the browser that they started the conversation with."""
        address = self.day.world.bridge.address
        async with self.camera.opened(
            address, size=size, remembers={f"bookbag {address}  chat": await _kept(address, chat)}
        ) as page:
            if not await page.locator(".panel").is_visible():
                await page.locator(".launcher").click()
            await page.get_by_text(shows).last.wait_for()
            await self.take(name, page, part)


async def _kept(address: str, chat: Chat) -> dict[str, str]:
    """What the window keeps of its conversation."""
    start = chat.customer.client_id
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{address}/v1/conversations", json={"client_id": start}) as answer,
    ):
        said = await answer.json()
    return {"start": start, "user": "", "id": said["conversation_id"], "token": said["token"]}


async def all_day(studio: Studio) -> None:
    """The whole day, with a picture of each surface when it is there to be seen."""
    day, world = studio.day, studio.day.world
    await day.a_closed_ticket()
    await day.one_on_hold()
    await day.one_with_the_ai()
    maya = await day.a_broken_backpack()
    await held_reply(studio, maya)
    await day.taken_over(maya)
    otis = await day.one_waiting()
    thread = await maya.thread.ts()
    await studio.slack("thread", world.ana, "send the old one back", thread=thread, size=(1280, 860))
    await studio.slack("dark", world.ana, "send the old one back", thread=thread, dark=True)
    await studio.slack("phone", world.ana, "Otis Brown", size=PHONE)
    await studio.slack("phone-thread", world.ana, "send the old one back", thread=thread, size=PHONE)
    await windows(studio, maya, otis)
    await menus(studio, thread)
    await modals(studio, maya, thread)
    await day.at(9, 24, 30)
    # Her customer has waited so long by now that Ana is reminded.
    await world.until(lambda: _told(day, world.ana))
    await home(studio)
    await answers(studio)
    await a_customers_file(studio, maya, thread)
    await files(studio, maya, thread)
    await troubles(studio, maya, thread)


async def held_reply(studio: Studio, chat: Chat) -> None:
    ts = await studio.day.typed_too_early(chat)
    ben = studio.day.world.ben
    thread = await chat.thread.ts()
    await studio.slack("held", ben, "Take over and send", part="#thread", thread=thread, size=(1280, 760))
    await studio.day.kept(ts, chat)


async def windows(studio: Studio, answered: Chat, waiting: Chat) -> None:
    await studio.window("chat", answered, "send the old one back", part=".panel", size=(1280, 800))
    await studio.window("chat-phone", answered, "send the old one back", size=PHONE)
    await studio.window("chat-waiting", waiting, "about my invoice", part=".panel", size=(1280, 700))


async def menus(studio: Studio, thread: str) -> None:
    def opened(at: int) -> Step:
        async def step(page: Page) -> None:
            await page.locator("#messages button.overflow").nth(at).click()
            # Away from the message, whose toolbar would stick out half.
            await page.mouse.move(0, 0)

        return step

    async def on_a_message(page: Page) -> None:
        message = page.locator("#replies .message", has_text="A new backpack leaves today")
        await message.hover()
        await message.get_by_label("More actions").click()

    ana = studio.day.world.ana
    await studio.slack("menu-ticket", ana, "Edit subject…", part="main", then=opened(3), size=(1000, 640))
    await studio.slack("menu-holder", ana, "Join Ana", part="main", then=opened(2), size=(1000, 640))
    await studio.slack("menu-message", ana, "Edit message", part="#thread", then=on_a_message, thread=thread)


async def modals(studio: Studio, chat: Chat, thread: str) -> None:
    async def blank(page: Page) -> None:
        await page.locator("dialog input").fill("  ")
        await page.locator("dialog button.primary").click()

    ana = studio.day.world.ana
    await chat.choose(ana, "On hold…")
    await studio.slack("modal", ana, "What does it wait for?", part="dialog[open]", thread=thread)
    await studio.slack("modal-error", ana, "nothing in it", part="dialog[open]", thread=thread, then=blank)
    await ana.close_view()
    await chat.choose(ana, "Hand over to…")
    await studio.slack("modal-person", ana, "Who answers from here on?", part="dialog[open]", thread=thread)
    await ana.close_view()
    await chat.choose(ana, "Draft a reply…")
    await studio.slack("modal-draft", ana, "Send", part="dialog[open]", thread=thread)
    await ana.close_view()
    await chat.press(ana, ALLOW_AI_REPLIES)
    await studio.slack("modal-hand-back", ana, "What was agreed", part="dialog[open]", thread=thread)
    await ana.close_view()


async def home(studio: Studio) -> None:
    world = studio.day.world
    await world.ana.open_home()
    await world.until(lambda: studio.day.slack.home("ana"))
    await studio.slack("home", world.ana, "Live with the AI", channel="home", size=(1100, 800))


async def answers(studio: Studio) -> None:
    ben = studio.day.world.ben
    for name, text, shows in (
        ("bookbag", "", "live with the AI"),
        ("bookbag-tickets", "tickets", "3 open tickets"),
        ("bookbag-show", "show 3", "Ticket #3"),
        ("bookbag-find", "find backpack", "backpack"),
        ("bookbag-stats", "stats", "Taken over"),
        ("bookbag-settings", "settings", "How Bookbag is set up"),
    ):
        answer = await ben.command("/bookbag", text, channel=CHANNEL)
        ephemeral = "#messages .message.ephemeral"
        await studio.slack(name, ben, shows, part=ephemeral, size=(1000, 1200))
        await ben.delete(CHANNEL, answer["ts"])


async def files(studio: Studio, chat: Chat, thread: str) -> None:
    ana = studio.day.world.ana
    ts = await chat.reply(ana, "note: her buckle, for purchasing", files={"buckle.png": _photo()})
    await chat.marked(ts, NOTE)
    await studio.day.world.settled()
    shows = "her buckle, for purchasing"
    await studio.slack("files", ana, shows, part="#replies .message:has(.picture)", thread=thread)


async def a_customers_file(studio: Studio, chat: Chat, thread: str) -> None:
    async def at_the_end(page: Page) -> None:
        picture = page.locator("#replies .picture").last
        await picture.wait_for()
        await picture.scroll_into_view_if_needed()

    uploaded = await chat.customer.upload("buckle.png", _photo())
    await chat.customer.say("This is how it broke.", attachments=[uploaded])
    await chat.shows("This is how it broke.")
    await studio.day.world.settled()
    await studio.slack(
        "customer-file",
        studio.day.world.ana,
        "This is how it broke.",
        part="#thread",
        thread=thread,
        then=at_the_end,
        size=(1280, 820),
    )


async def translated(studio: Studio, claude: FakeAnthropic) -> None:
    """A customer's words with their translation under them, and a reply that its author sees translated."""
    chat = await studio.day.one_in_german(claude)
    thread = await chat.thread.ts()
    ana = studio.day.world.ana
    await studio.slack(
        "translated", ana, "Send translation", part="#thread", thread=thread, size=(1280, 1060)
    )


async def troubles(studio: Studio, chat: Chat, thread: str) -> None:
    """What Slack refuses, with Retry; and the direct message when the channel takes nothing any more."""
    world = studio.day.world
    faults = studio.day.slack.faults
    faults.error("chat.postMessage", "invalid_blocks", times=100, when=lambda call: "courier" in str(call))
    await chat.customer.say("The courier can have it tomorrow.")
    await chat.shows("could not be posted here")
    await world.settled()
    await studio.slack("failed", world.ana, "Retry", part="#replies .message:last-child", thread=thread)
    faults.clear()
    studio.day.slack.archive(CHANNEL)
    await chat.customer.say("Hello?")
    me = studio.day.slack.user_id("ana")
    await world.until(lambda: len(_told(studio.day, world.ana)) > 1)
    await studio.slack("direct", world.ana, "I cannot post in", channel=me, part="main", size=(1000, 400))
    studio.day.slack.archive(CHANNEL, archived=False)


def _told(day: Day, who: WorkspacePerson) -> list[str]:
    """What the bot told somebody alone."""
    user = day.slack.user_id(who.name)
    posts = [call.arguments for call in day.slack.calls_of("chat.postMessage")]
    return [str(post["text"]) for post in posts if post["channel"] == user]


def _photo() -> bytes:
    """A photo's stand-in: a strap in a buckle, its frame broken on one side."""
    width, height = 320, 200
    rows = b"".join(b"\0" + b"".join(_colour(x, y) for x in range(width)) for y in range(height))
    return png(width, height, zlib.compress(rows))


def _colour(x: int, y: int) -> bytes:
    is_frame = 100 <= x < 220 and 40 <= y < 160 and not (118 <= x < 202 and 58 <= y < 142)
    is_crack = x >= 160 and abs(y - 104 - (x - 210) // 2) < 7
    if is_frame and not is_crack:
        return bytes((58, 62, 68))
    if 152 <= x < 164 and 58 <= y < 142:
        return bytes((88, 92, 98))
    if 74 <= y < 126 and x < 196:
        is_seam = y in (79, 80, 119, 120) and x % 12 < 8
        return bytes((214, 222, 230)) if is_seam else bytes((47, 93, 138))
    return bytes((226, 214, 196))
