"""The chat window on bad networks, in a real browser: what the ledger has is on the screen within seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, expect

from .house import House, until
from .proxies import Habits, Proxy
from .test_widget import Window, browser, context, database, house, pytestmark

__all__ = ["browser", "context", "database", "house", "pytestmark"]

PROMISE_MS = 5000  # by when the window shows what the ledger has


@asynccontextmanager
async def shop(api: str, *, policy: str | None = None) -> AsyncIterator[str]:
    """Another website, whose pages embed the chat window of that address, under that policy."""
    page = (
        '<!doctype html><link rel="icon" href="data:,">'
        f'<script src="{api}/widget.js" defer data-open data-locale="en"></script>'
    )

    async def serve(_request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": policy} if policy else {}
        return web.Response(text=page, content_type="text/html", headers=headers)

    app = web.Application()
    app.router.add_get("/", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def behind(
    habits: Habits, house: House, context: BrowserContext
) -> AsyncIterator[tuple[Window, Proxy]]:
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(Proxy(house, habits))
        url = await stack.enter_async_context(shop(proxy.base))
        window = await Window.at(url, house, context)
        try:
            yield window, proxy
        finally:
            await window.page.close()


async def shows_in_time(window: Window, text: str) -> None:
    await expect(window.bubble(text)).to_have_count(1, timeout=PROMISE_MS)


@pytest.mark.parametrize(
    "habits",
    [
        Habits("buffer"),
        Habits("mute"),
        Habits("blocks"),
        Habits("late", seconds=20),
        Habits("cut", seconds=0),
        Habits("cut", seconds=1.5),
        Habits("strip"),
        Habits(is_http_1_0=True),
        Habits(gone={"/events": 403}),
        Habits(gone={"/events": 404}),
        Habits(gone={"/events": 502}),
    ],
    ids=lambda habits: f"{habits.stream}{habits.seconds or ''}{habits.gone or ''}{habits.is_http_1_0 or ''}",
)
async def test_whatever_a_proxy_does_to_streams_answers_are_shown_within_seconds(
    house: House, context: BrowserContext, habits: Habits
) -> None:
    async with behind(habits, house, context) as (window, _proxy):
        await window.said("Hello")
        chat = await window.chat()
        for number in range(3):
            await chat.ai_says(f"answer {number}")
            await shows_in_time(window, f"answer {number}")
        await chat.taken_over()
        message = await chat.reply("Helo")
        await shows_in_time(window, "Helo")
        await chat.reword(message, "Hallo")
        lines = ["Hello", "answer 0", "answer 1", "answer 2", "Ana García joined the chat.", "Halloedited"]
        await window.reads_in_the_end(*lines)
        await expect(window.status).to_have_text("")


async def test_a_stream_that_falls_silent_later_is_noticed(house: House, context: BrowserContext) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        chat = await window.chat()
        await chat.ai_says("by the stream")
        await shows_in_time(window, "by the stream")
        proxy.habits.stream = "stall"
        await chat.ai_says("by asking")
        await shows_in_time(window, "by asking")
        # The stream is taken anew, and once that brings something the window stops asking.
        await until(lambda: proxy.asked["GET events"] >= 2, within=30)
        proxy.habits.stream = "through"
        await _stops_asking(proxy)
        await chat.ai_says("by the stream again")
        await shows_in_time(window, "by the stream again")


async def _stops_asking(proxy: Proxy, *, within: float = 40) -> None:
    """Waits for six seconds in which nothing was asked."""
    deadline = time.monotonic() + within
    asked, since = -1, time.monotonic()
    while time.monotonic() - since < 6:
        assert time.monotonic() < deadline, proxy.asked
        if proxy.asked["GET messages"] != asked:
            asked, since = proxy.asked["GET messages"], time.monotonic()
        await asyncio.sleep(0.1)


async def test_a_stream_that_is_alive_costs_no_request(house: House, context: BrowserContext) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        await _stops_asking(proxy)
        assert proxy.asked["GET events"] == 1


async def test_a_stream_that_brings_nothing_costs_few_requests(house: House, context: BrowserContext) -> None:
    async with behind(Habits("mute"), house, context) as (window, proxy):
        await window.said("Hello")
        await until(lambda: proxy.asked["GET events"] >= 2, within=60)
        before, begun = proxy.asked.total(), time.monotonic()
        await until(lambda: proxy.asked["GET events"] >= 3, within=60)
        a_minute = (proxy.asked.total() - before) / (time.monotonic() - begun) * 60
        # Twenty questions, each perhaps asked leave for first by the browser, and the tries of the stream.
        assert a_minute <= 48


async def test_eight_tabs_share_one_stream_and_all_show_and_send_at_once(
    house: House, context: BrowserContext
) -> None:
    async with Proxy(house) as proxy, shop(proxy.base) as url:
        first = await Window.at(url, house, context)
        await first.said("Hello")
        chat = await first.chat()
        tabs = [first, *[await Window.at(url, house, context) for _ in range(7)]]
        for tab in tabs:
            await tab.reads_in_the_end("Hello")
        lines = ["Hello"]
        for number, tab in enumerate(tabs):
            begun = time.monotonic()
            await tab.said(f"from {number}")
            lines.append(f"from {number}")
            for other in tabs:
                await shows_in_time(other, f"from {number}")
            assert time.monotonic() - begun < 5
        await chat.ai_says("to all")
        for tab in tabs:
            await tab.reads_in_the_end(*lines, "to all")
            assert tab.complaints == []
        assert proxy.streams == 1


@pytest.mark.parametrize("how", ["closed", "frozen", "navigated"])
async def test_another_tab_takes_over_the_stream_from_one_that_goes(
    house: House, context: BrowserContext, how: str
) -> None:
    async with Proxy(house) as proxy, shop(proxy.base) as url:
        first = await Window.at(url, house, context)
        await first.said("Hello")
        chat = await first.chat()
        await until(lambda: proxy.streams == 1)
        others = [await Window.at(url, house, context) for _ in range(2)]
        for other in others:
            await other.reads_in_the_end("Hello")
        if how == "closed":
            await first.page.close()
        elif how == "navigated":
            await first.page.goto("about:blank")
        else:
            devtools = await context.new_cdp_session(first.page)
            await devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        await chat.ai_says("still here?")
        for other in others:
            await shows_in_time(other, "still here?")
        await until(lambda: proxy.streams == 1, within=15)
        await _stops_asking(proxy)
        if how == "frozen":
            await devtools.send("Page.setWebLifecycleState", {"state": "active"})
            await shows_in_time(first, "still here?")
            await until(lambda: proxy.streams == 1, within=15)


async def test_what_is_sent_once_the_server_is_back_opens_the_stream_again(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("Hello")
        chat = await window.chat()
        await until(lambda: proxy.streams == 1)
        proxy.habits.broken = 502
        proxy.cut()
        # Long enough that the next try by itself is far away.
        asked = proxy.asked["OPTIONS events"] + proxy.asked["GET events"]
        await until(lambda: proxy.asked["OPTIONS events"] + proxy.asked["GET events"] >= asked + 4, within=60)
        proxy.habits.broken = 0
        await window.say("Are you there?")
        await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0, timeout=PROMISE_MS)
        await until(lambda: proxy.streams == 1, within=3)
        await chat.ai_says("Back again")
        await shows_in_time(window, "Back again")
        await expect(window.status).to_have_text("")


async def test_two_new_tabs_that_send_at_the_same_moment_share_one_conversation(
    house: House, context: BrowserContext
) -> None:
    one, two = [await Window.at(f"{house.base}/", house, context) for _ in range(2)]
    await one.input.fill("from one")
    await two.input.fill("from two")
    await asyncio.gather(one.input.press("Enter"), two.input.press("Enter"))
    for tab in (one, two):
        await expect(tab.page.locator("bookbag-chat li:is(.pending, .failed)")).to_have_count(0)
        await expect(tab.page.locator("bookbag-chat .bubble")).to_have_count(2)
    chat = await one.chat()
    assert sorted(await chat.texts()) == ["from one", "from two"]
    assert await one.reads() == await two.reads() == await chat.texts()
    assert (await two.chat()).id == chat.id
    async with house.database.read() as tx:
        assert (await tx.ticket_filters.live(since=tx.now.replace(year=2000), limit=9, offset=0))[1] == 1
