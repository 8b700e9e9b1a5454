"""The chat window with no help from the browser: no memory or a full one, sleep, a clock that is set back."""

from __future__ import annotations

from playwright.async_api import BrowserContext, expect

from .house import House, until
from .proxies import Habits, Proxy
from .test_widget import Window, browser, context, database, house, pytestmark
from .test_widget_network import behind, shop, shows_in_time

__all__ = ["browser", "context", "database", "house", "pytestmark"]

FULL = """
() => {
  for (let size = 1 << 20; size >= 1; size >>= 1)
    try { for (let n = 0; ; n += 1) localStorage.setItem(`filler ${size} ${n}`, "x".repeat(size)); } catch {}
}
"""


# The origin of such a page is its own alone: the browser lets it keep nothing and share nothing.
NO_MEMORY = "sandbox allow-scripts allow-forms"


async def test_without_a_memory_the_chat_goes_on_for_as_long_as_its_page(
    house: House, context: BrowserContext
) -> None:
    async with Proxy(house) as proxy, shop(proxy.base, policy=NO_MEMORY) as url:
        window = await Window.at(url, house, context)
        await window.said("Hello")
        async with house.database.read() as tx:
            live, _ = await tx.ticket_filters.live(since=tx.now.replace(year=2000), limit=9, offset=0)
        await house.desk.outside_ai_says(live[0], "An answer", client_id="a")
        await shows_in_time(window, "An answer")
        await window.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        await window.said("Still here")
        await window.reads_in_the_end("Hello", "An answer", "Still here")
        await until(lambda: proxy.streams == 1)
        assert window.complaints == []


async def test_a_full_memory_loses_nothing_while_the_page_is_open(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.page.evaluate(FULL)
        await window.said("Hello")
        await window.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        await window.said("Still here")
        await window.reads_in_the_end("Hello", "Still here")
        assert proxy.asked["POST conversations"] == 1
        assert window.complaints == []


async def test_a_page_that_comes_back_as_it_was_left_shows_what_it_missed(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        chat = await window.chat()
        await until(lambda: proxy.streams == 1)
        await window.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
        # Nothing is open that would keep a browser from laying the page aside.
        await until(lambda: proxy.streams == 0)
        await chat.ai_says("Meanwhile")
        await window.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
        await shows_in_time(window, "Meanwhile")
        await until(lambda: proxy.streams == 1)
        await window.reads_in_the_end("Hello", "Meanwhile")


async def test_a_clock_that_is_set_back_changes_no_order(house: House, context: BrowserContext) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        chat = await window.chat()
        await window.page.evaluate(
            "() => { const now = Date.now; let back = 0; Date.now = () => now() - (back += 3_600_000); }"
        )
        proxy.habits.broken = 502
        for text in ("one", "two", "three"):
            await window.say(text)
        await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(3)
        await window.page.context.set_offline(True)
        proxy.habits.broken = 0
        await window.page.context.set_offline(False)
        await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0, timeout=15_000)
        assert await chat.texts() == ["Hello", "one", "two", "three"]
        await chat.ai_says("four")
        await shows_in_time(window, "four")


async def test_what_waited_is_sent_in_order_after_a_reload_though_the_clock_was_set_back(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        chat = await window.chat()
        await window.page.evaluate(
            "() => { const now = Date.now; let back = 0; Date.now = () => now() - (back += 3_600_000); }"
        )
        await window.page.route("**/messages", lambda route: route.abort())
        texts = [f"m{number}" for number in range(6)]
        for text in texts:
            await window.say(text)
        await window.page.unroute("**/messages")
        await window.page.reload()
        await expect(window.page.locator("bookbag-chat li:is(.pending, .failed)")).to_have_count(
            0, timeout=15_000
        )
        assert await chat.texts() == ["Hello", *texts]
        assert proxy.asked["POST conversations"] == 1


async def test_offline_is_said_and_what_was_missed_is_shown_when_the_network_is_back(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, _proxy):
        await window.said("Hello")
        chat = await window.chat()
        await context.set_offline(True)
        await expect(window.status).to_have_text("You are offline")
        await chat.ai_says("Meanwhile")
        await context.set_offline(False)
        await shows_in_time(window, "Meanwhile")
        await expect(window.status).to_have_text("")
