"""Files from the chat window through proxies that let no file of that size pass, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import BrowserContext, Route, expect

from .house import House
from .pictures import picture
from .proxies import Habits
from .test_widget import browser, context, database, house, pytestmark
from .test_widget_files import choose, chosen, send
from .test_widget_network import behind

__all__ = ["browser", "context", "database", "house", "pytestmark"]

# Smaller than what the server takes, larger than what the proxies take.
LARGE = chosen("large.png", "image/png", picture() + bytes(300_000))
TOO_LARGE = re.compile("too large")


@pytest.mark.parametrize(
    ("habits", "mended"),
    [
        (Habits(largest=100_000), Habits()),
        (Habits(gone={"/files": 502}), Habits()),
        (Habits(gone={"/files": 403}), Habits()),
    ],
    ids=["limit", "502", "403"],
)
async def test_a_file_that_a_proxy_keeps_back_is_told_in_words_and_holds_up_nothing(
    house: House, context: BrowserContext, habits: Habits, mended: Habits
) -> None:
    async with behind(habits, house, context) as (window, proxy):
        await window.said("First")
        await choose(window, LARGE)
        await send(window)
        await window.say("Is it there?")
        failed = window.page.locator("bookbag-chat li.failed .meta")
        await expect(failed).to_contain_text(TOO_LARGE, timeout=15_000)
        await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
        chat = await window.chat()
        assert await chat.texts() == ["First", "Is it there?"]
        tried = proxy.asked["POST files"]
        assert tried == 3
        await failed.get_by_role("button", name="Try again").click()
        await expect(failed).to_contain_text(TOO_LARGE, timeout=15_000)
        assert proxy.asked["POST files"] == 6
        proxy.habits = mended
        await failed.get_by_role("button", name="Try again").click()
        await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(
            0, timeout=15_000
        )
        assert [len(entry.get("attachments", [])) for entry in await chat.entries()] == [0, 0, 1]


async def test_a_file_that_does_not_pass_can_be_left_out(house: House, context: BrowserContext) -> None:
    async with behind(Habits(largest=100_000), house, context) as (window, _proxy):
        await window.said("First")
        await choose(window, LARGE)
        await send(window)
        failed = window.page.locator("bookbag-chat li.failed .meta")
        await expect(failed).to_contain_text(TOO_LARGE, timeout=15_000)
        await failed.get_by_role("button", name="Remove").click()
        await window.reads_in_the_end("First")


async def test_a_file_waits_while_the_server_is_away(house: House, context: BrowserContext) -> None:
    async with behind(Habits(), house, context) as (window, proxy):
        await window.said("First")
        proxy.habits.broken = 502
        await choose(window, LARGE)
        await send(window)
        await expect(window.page.get_by_text("Waiting for a connection…")).to_be_visible()
        async with window.page.expect_request(re.compile("/files"), timeout=15_000):
            pass
        proxy.habits.broken = 0
        await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(
            0, timeout=40_000
        )
        assert [len(entry.get("attachments", [])) for entry in await (await window.chat()).entries()] == [
            0,
            1,
        ]


async def test_a_proxy_that_says_too_large_in_html_is_understood(
    house: House, context: BrowserContext
) -> None:
    async with behind(Habits(), house, context) as (window, _proxy):
        await window.said("First")
        await window.page.route(
            re.compile("/files"),
            lambda route: route.fulfill(
                status=413, body="<html>413</html>", headers={"Access-Control-Allow-Origin": "*"}
            ),
        )
        await choose(window, LARGE)
        await send(window)
        failed = window.page.locator("bookbag-chat li.failed .meta")
        await expect(failed).to_contain_text("This file is too large.")
        await window.said("Second")


@pytest.mark.parametrize("status", [401, 403, 404, 502])
async def test_what_a_proxy_says_of_a_server_that_is_away_ends_no_conversation(
    house: House, context: BrowserContext, status: int
) -> None:
    async with behind(Habits(), house, context) as (window, _proxy):
        await window.said("First")
        chat = await window.chat()

        async def from_a_proxy(route: Route) -> None:
            await route.fulfill(
                status=status, body="<html>nobody here</html>", headers={"Access-Control-Allow-Origin": "*"}
            )

        await window.page.route(re.compile("/v1/"), from_a_proxy)
        await window.say("Second")
        await expect(window.page.get_by_text("Waiting for a connection…")).to_be_visible(timeout=10_000)
        await window.page.unroute(re.compile("/v1/"))
        await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(
            0, timeout=15_000
        )
        assert await chat.texts() == ["First", "Second"]
        assert (await window.chat()).id == chat.id
