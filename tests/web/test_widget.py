"""The chat window in a real browser, against the real server."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    async_playwright,
    expect,
)

from storage.engine.database import Database
from storage.records import Author, ConversationId, Kind, PersonId

from . import chromium
from .house import ANA, TEAM, Chat, House, opened, until

MESSAGES = re.compile(r"/v1/conversations/[0-9a-f]+/messages$")

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    chromium.is_there,
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium.CHROMIUM, args=chromium.FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest_asyncio.fixture(loop_scope="module")
async def house(database: Database) -> AsyncIterator[House]:
    async with House(database) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1180, "height": 800})
    context.set_default_timeout(5000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def window(house: House, context: BrowserContext) -> Window:
    return await Window.at(f"{house.base}/", house, context)


class Window:
    """The chat window on a page, as its customer uses it."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house
        self.complaints: list[str] = []
        self.input = page.get_by_placeholder("Write a message…")
        self.log = page.get_by_role("log")
        self.header = page.locator("bookbag-chat header")
        self.status = page.locator("bookbag-chat [role=status]")
        self.launcher = page.locator("bookbag-chat .launcher")
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    async def at(cls, url: str, house: House, context: BrowserContext) -> Window:
        window = cls(await context.new_page(), house)
        await window.page.goto(url)
        await window.input.wait_for()
        return window

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    async def say(self, text: str) -> None:
        await self.input.fill(text)
        await self.input.press("Enter")

    async def said(self, text: str) -> None:
        await self.say(text)
        await expect(self.bubble(text)).to_have_count(1)
        await expect(self.page.locator("bookbag-chat li.pending")).to_have_count(0)

    def bubble(self, text: str) -> Any:
        return self.page.locator("bookbag-chat .bubble", has_text=re.compile(f"^{re.escape(text)}$"))

    async def reads(self) -> list[str]:
        """Every line of the log, as it reads now."""
        lines: list[str] = await self.page.locator(
            "bookbag-chat .bubble, bookbag-chat li.system"
        ).all_inner_texts()
        return lines

    async def reads_in_the_end(self, *lines: str) -> None:
        """Waits for that; anything more, anything twice and any other order fails."""
        await expect(self.page.locator("bookbag-chat .bubble, bookbag-chat li.system")).to_have_text(
            list(lines), timeout=8000
        )

    async def chat(self) -> Chat:
        kept = await self.page.evaluate(
            "Object.entries(localStorage).find(([name]) => name.endsWith(' chat'))[1]"
        )
        return Chat(self.house, json.loads(kept)["id"], json.loads(kept)["token"])


async def test_a_whole_conversation_with_the_ai_and_a_teammate(window: Window) -> None:
    await expect(window.header).to_contain_text("AI assistant")
    await window.said("Where is my order?")
    chat = await window.chat()
    await chat.ai_says("It left on Friday.")
    await expect(window.page.locator("li.first .name", has_text="AI assistant")).to_be_visible()

    await window.house.desk.escalate(chat.id, reason="x")
    await expect(window.header).to_contain_text("Waiting for a colleague")
    await chat.taken_over()
    await expect(window.header).to_contain_text("Ana García")
    await expect(window.header.locator(".face")).to_have_text("AG")
    message = await chat.reply("Helo")
    wrong = await chat.reply("Oops")
    await window.bubble("Helo").wait_for()
    await chat.reword(message, "Hello")
    await chat.take_back(wrong)
    await window.said("Thanks!")
    await chat.handed_back()
    await window.reads_in_the_end(
        "Where is my order?",
        "It left on Friday.",
        "I have asked a colleague to join this chat. They will answer you right here.",
        "Ana García joined the chat.",
        "Helloedited",
        "Message removed",
        "Thanks!",
        "Ana García left the chat. The AI assistant is answering again.",
    )
    await expect(window.header).to_contain_text("AI assistant")
    assert window.complaints == []


async def test_nothing_is_asked_of_the_server_before_the_first_message(
    house: House, context: BrowserContext
) -> None:
    page = await context.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/v1/" in request.url:
            asked.append(request.method)

    page.on("request", note)
    window = Window(page, house)
    await page.goto(f"{house.base}/")
    await window.input.wait_for()
    assert asked == []
    await window.said("Hello")
    assert asked[0] == "POST"
    assert await page.evaluate("document.cookie") == ""
    assert await context.cookies() == []


async def test_a_reload_shows_the_same_and_goes_on(window: Window) -> None:
    await window.said("one")
    chat = await window.chat()
    await chat.taken_over()
    message = await chat.reply("two")
    await chat.reword(message, "two!")
    lines = ("one", "Ana García joined the chat.", "two!edited")
    await window.reads_in_the_end(*lines)
    last = (await chat.entries())[-1]["seq"]
    async with window.page.expect_request(re.compile(r"/events\?")) as stream:
        await window.page.reload()
    assert await (await stream.value).header_value("Last-Event-ID") == str(last)
    await window.reads_in_the_end(*lines)
    await expect(window.header).to_contain_text("Ana García")
    await chat.reply("three")
    await window.said("four")
    await window.reads_in_the_end(*lines, "three", "four")
    assert window.complaints == []


async def test_what_is_written_offline_is_sent_once_and_in_order(window: Window) -> None:
    await window.said("one")
    await window.page.context.set_offline(True)
    await window.say("two")
    await window.say("three")
    await expect(window.status).to_have_text("You are offline")
    await expect(window.page.get_by_text("Waiting for a connection…").first).to_be_visible()
    await window.page.context.set_offline(False)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    await expect(window.status).to_have_text("")
    chat = await window.chat()
    await chat.ai_says("four")
    await window.reads_in_the_end("one", "two", "three", "four")
    assert await chat.texts() == ["one", "two", "three", "four"]


async def test_what_was_not_sent_survives_a_reload(window: Window) -> None:
    await window.page.route("**/v1/**", lambda route: route.abort())
    await window.say("one")
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(1)
    await window.page.unroute("**/v1/**")
    await window.page.reload()
    await window.reads_in_the_end("one")
    await expect(window.page.get_by_text("Sent ·")).to_be_visible()
    assert await (await window.chat()).texts() == ["one"]
    assert not await window.page.evaluate("Object.keys(localStorage).some(name => name.includes(' out:'))")


async def test_an_answer_lost_on_the_way_does_not_double_the_message(window: Window) -> None:
    async def accept_then_cut(route: Route) -> None:
        await route.fetch()
        await route.abort()

    await window.said("one")
    await window.page.route(MESSAGES, accept_then_cut, times=1)
    await window.say("two")
    await window.reads_in_the_end("one", "two")
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
    await window.reads_in_the_end("one", "two")
    assert await (await window.chat()).texts() == ["one", "two"]


async def test_our_own_message_from_the_stream_is_not_shown_beside_the_one_on_its_way(window: Window) -> None:
    await window.said("one")
    chat = await window.chat()
    shown: list[list[str]] = []

    async def answer_late(route: Route) -> None:
        response = await route.fetch()
        await chat.say("from elsewhere")
        await chat.ai_says("three")
        await window.bubble("three").wait_for()
        shown.append(await window.reads())
        await route.fulfill(response=response)

    await window.page.route(MESSAGES, answer_late, times=1)
    await window.say("two")
    await window.reads_in_the_end("one", "two", "from elsewhere", "three")
    assert shown == [["one", "three", "two"]]


async def test_a_refused_message_says_so_and_can_be_sent_again(window: Window) -> None:
    await window.said("one")
    await window.page.route(MESSAGES, lambda route: route.fulfill(status=422, json={}), times=1)
    await window.say("two")
    await expect(window.page.get_by_text("Not sent.")).to_be_visible()
    await window.said("three")
    await window.page.get_by_role("button", name="Try again").click()
    await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(0)
    assert await (await window.chat()).texts() == ["one", "three", "two"]


async def test_a_server_that_restarts_is_found_again(
    database: Database, context: BrowserContext, tmp_path: Path
) -> None:
    async with House(database) as house:
        window = await Window.at(f"{house.base}/", house, context)
        await window.said("one")
    async with House(database, port=house.port) as again:
        chat = await window.chat()
        await again.desk.outside_ai_says(chat.id, "two", client_id="b")
        await window.reads_in_the_end("one", "two")
        await again.desk.outside_ai_says(chat.id, "three", client_id="c")
        await window.reads_in_the_end("one", "two", "three")


async def test_a_conversation_that_is_gone_gives_way_to_a_new_one(window: Window) -> None:
    await window.said("one")
    old = await window.chat()
    await window.page.route(
        re.compile(old.id), lambda route: route.fulfill(status=404, json={"error": {"code": "not_found"}})
    )
    await window.say("two")
    await window.reads_in_the_end("two")
    await expect(window.page.get_by_text("Sent ·")).to_be_visible()
    new = await window.chat()
    assert new.id != old.id
    assert await new.texts() == ["two"]


async def test_a_new_conversation_begins_only_when_confirmed(window: Window) -> None:
    await window.said("one")
    old = await window.chat()
    fresh = window.page.get_by_role("button", name="New conversation")
    await fresh.click()
    await window.page.get_by_role("button", name="Keep this one").click()
    await window.reads_in_the_end("one")
    await fresh.click()
    await window.page.get_by_role("button", name="Start new").click()
    await window.reads_in_the_end()
    await expect(window.page.get_by_text("Hello! How can we help?")).to_be_visible()
    await window.said("two")
    new = await window.chat()
    assert new.id != old.id
    assert await new.texts() == ["two"]
    assert await old.texts() == ["one"]


async def test_two_tabs_show_one_conversation(window: Window, context: BrowserContext) -> None:
    other = await Window.at(window.page.url, window.house, context)
    await window.said("from the first")
    await other.reads_in_the_end("from the first")
    await other.said("from the second")
    await window.reads_in_the_end("from the first", "from the second")
    assert (await window.chat()).id == (await other.chat()).id


XSS = (
    "<img src=x onerror=pwned=1><svg onload=pwned=1><script>pwned=1</script>",
    "javascript:pwned=1",
    "data:text/html,<script>pwned=1</script>",
    "[click](javascript:pwned=1)",
    "https://x.example/\"onmouseover='pwned=1'",
)


async def test_nothing_that_is_said_runs(window: Window) -> None:
    for payload in XSS:
        await window.say(payload)
    await expect(window.page.get_by_text("Sent ·")).to_be_visible()
    chat = await window.chat()
    evil = replace(ANA, id=PersonId(TEAM, "U6"), name="<b onclick=pwned=1>", avatar_url="javascript:pwned=1")
    await chat.taken_over(by=evil)
    for payload in XSS:
        await chat.reply(payload, by=evil)
    await expect(window.page.locator("bookbag-chat .bubble")).to_have_count(2 * len(XSS))
    assert [line for line in await window.reads() if "joined" not in line] == [*XSS, *XSS]
    for target in await window.page.locator("bookbag-chat a").all():
        await target.hover()
        assert await target.get_attribute("href") == "https://x.example/"
    assert await window.page.locator("bookbag-chat .bubble :not(a)").count() == 0
    assert await window.page.locator("bookbag-chat img").count() == 0
    assert await window.page.evaluate("typeof pwned") == "undefined"
    assert window.complaints == []


async def test_addresses_become_links_that_give_nothing_away(window: Window) -> None:
    await window.said("See https://a.example/b(c)?d=e&f, http://x.example. Or mailto:me@a.example!")
    links = window.page.locator("bookbag-chat .bubble a")
    assert [await link.get_attribute("href") for link in await links.all()] == [
        "https://a.example/b(c)?d=e&f",
        "http://x.example/",
        "mailto:me@a.example",
    ]
    assert set((await links.first.get_attribute("rel") or "").split()) >= {"noopener", "noreferrer"}
    assert await links.first.get_attribute("target") == "_blank"


FORMATTED = (
    "Hello **Eve**, `a < b`:\n\n1. one\n   - two [docs](https://a.example/d)\n2. ~~three~~\n\n> said _so_\n\n"
    "```\n<b>kept</b>\n  as is\n```\n\nSee https://b.example/x. [bank.example](https://evil.example)"
)


async def test_an_ais_markdown_is_shown_formatted(window: Window) -> None:
    await window.said("Hi")
    await (await window.chat()).ai_says(FORMATTED)
    bubble = window.page.locator("bookbag-chat li:not(.mine) .bubble")
    await expect(bubble.locator("strong")).to_have_text("Eve")
    await expect(bubble.locator("p code")).to_have_text("a < b")
    await expect(bubble.locator("ol > li")).to_have_count(2)
    await expect(bubble.locator("ol ul li")).to_have_text("two docs")
    await expect(bubble.locator("s")).to_have_text("three")
    await expect(bubble.locator("blockquote em")).to_have_text("so")
    assert await bubble.locator("pre").inner_text() == "<b>kept</b>\n  as is"
    links = await bubble.locator("a").all()
    assert [(await link.inner_text(), await link.get_attribute("href")) for link in links] == [
        ("docs", "https://a.example/d"),
        ("https://b.example/x", "https://b.example/x"),
        ("bank.example", "https://evil.example/"),
        ("https://evil.example", "https://evil.example/"),
    ]
    for link in links:
        assert await link.get_attribute("rel") == "noopener noreferrer nofollow"
    await expect(bubble).to_contain_text("bank.example (https://evil.example)")
    assert await bubble.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert await bubble.locator("li").first.evaluate("node => getComputedStyle(node).display") == "list-item"
    assert window.complaints == []


REFUSED = (
    "<p>x</p><script>pwned=1</script>",
    "<img src=x onerror=pwned=1>",
    '<p onclick="pwned=1">x</p>',
    '<p style="position:fixed">x</p>',
    '<p class="bubble">x</p>',
    '<a href="javascript:pwned=1">x</a>',
    '<a href="//evil.example">x</a>',
    '<a href="/path">x</a>',
    '<a href="https:evil.example">x</a>',
    '<a href="https://a.example\\@b.example">x</a>',
    '<a href="data:text/html,x">x</a>',
    "<a>x</a>",
    '<p href="https://a.example">x</p>',
    '<ol start="x"><li>x</li></ol>',
    '<ul start="3"><li>x</li></ul>',
    "<svg><a>x</a></svg>",
    "<style>*{}</style>",
    "<P>x</P>",
    "<p>x",
    "x</p>",
    "<p><em>x</p></em>",
    "<!--x-->",
    "<p >x</p>",
    "<p>x</p id=y>",
    "a < b",
    "<p>" * 60 + "x" + "</p>" * 60,
)


async def test_html_that_is_not_the_servers_own_is_shown_as_its_text(window: Window) -> None:
    await window.said("Hi")
    chat = await window.chat()
    for number, html in enumerate(REFUSED):
        await _teammate_says(chat, f"line {number}", html)
    await window.bubble(f"line {len(REFUSED) - 1}").wait_for()
    assert await window.reads() == ["Hi", *(f"line {number}" for number in range(len(REFUSED)))]
    assert await window.page.locator("bookbag-chat .bubble *").count() == 0
    assert await window.page.evaluate("typeof pwned") == "undefined"
    assert window.complaints == []


async def test_a_teammates_formatting_is_shown_and_follows_their_edits(window: Window) -> None:
    await window.said("Hi")
    chat = await window.chat()
    await _teammate_says(
        chat, "a & b", '<p><em>a &amp; b</em> <a href="tel:+49">x &lt;</a></p><ol start="3"><li>c</li></ol>'
    )
    bubble = window.page.locator("bookbag-chat li:not(.mine) .bubble")
    await expect(bubble.locator("em")).to_have_text("a & b")
    await expect(bubble.locator("a")).to_have_attribute("href", "tel:+49")
    await expect(bubble.locator("a")).to_have_text("x <")
    assert await bubble.locator("ol").evaluate("node => node.start") == 3
    edit = {"target": 2, "html": "<p><strong>new</strong></p>"}
    await chat.house.database.write(
        lambda tx: tx.ledger.add(chat.id, Kind.EDIT, Author.TEAMMATE, "new", person=ANA, data=edit)
    )
    await expect(bubble.locator("strong")).to_have_text("new")
    await expect(bubble.locator("em")).to_have_count(0)
    await window.reads_in_the_end("Hi", "newedited")
    await chat.house.database.write(
        lambda tx: tx.ledger.add(chat.id, Kind.EDIT, Author.TEAMMATE, "bare", person=ANA, data={"target": 2})
    )
    await window.reads_in_the_end("Hi", "bareedited")
    await expect(bubble.locator("strong")).to_have_count(0)
    assert window.complaints == []


async def _teammate_says(chat: Chat, text: str, html: str) -> None:
    await chat.house.database.write(
        lambda tx: tx.ledger.add(
            chat.id, Kind.MESSAGE, Author.TEAMMATE, text, person=ANA, data={"html": html}
        )
    )


async def test_it_works_on_another_website_with_the_strictest_policy(
    house: House, context: BrowserContext
) -> None:
    policy = (
        f"default-src 'none'; script-src {house.base}; connect-src {house.base}; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )

    async def shop(_request: web.Request) -> web.Response:
        page = (
            '<!doctype html><html lang="de"><title>Shop</title><body><h1>Shop</h1>'
            f'<script src="{house.base}/widget.js" defer data-open data-name="Eve" data-locale="en" '
            'data-channel="shop" data-metadata=\'{"plan":"pro"}\' data-accent="gold"></script>'
        )
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", shop)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        window = await Window.at(f"http://127.0.0.1:{runner.addresses[0][1]}/", house, context)
        await window.said("Hello")
        chat = await window.chat()
        await chat.taken_over()
        await chat.reply("Hi Eve")
        await window.reads_in_the_end("Hello", "Ana García joined the chat.", "Hi Eve")
        await _teammate_says(chat, "And so", "<p>And <strong>so</strong></p>")
        await expect(window.page.locator("bookbag-chat .bubble strong")).to_have_text("so")
        kept = (await house.desk.view(chat.id)).conversation
        assert (kept.channel, kept.customer.name, kept.customer.locale) == ("shop", "Eve", "en")
        assert kept.customer.metadata == {"plan": "pro"}
        sender = window.page.get_by_role("button", name="Send")
        await window.input.fill("x")
        await expect(sender).to_have_css("background-color", "rgb(255, 215, 0)")
        await expect(sender).to_have_css("color", "rgb(16, 19, 26)")
        assert window.complaints == []
    finally:
        await runner.cleanup()


async def test_the_keyboard_does_everything(window: Window) -> None:
    await expect(window.log).to_have_attribute("aria-label", "Conversation")
    await window.input.press("a")
    await window.input.press("Shift+Enter")
    await window.input.press("b")
    await window.input.evaluate(
        "node => node.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    assert await window.input.input_value() == "a\nb"
    await window.input.press("Enter")
    await window.reads_in_the_end("a\nb")
    await window.input.press("Escape")
    await expect(window.log).to_be_hidden()
    await expect(window.launcher).to_be_focused()
    await expect(window.launcher).to_have_attribute("aria-expanded", "false")
    await window.page.keyboard.press("Enter")
    await expect(window.input).to_be_focused()


async def test_the_page_hears_none_of_the_typing(window: Window) -> None:
    await window.page.evaluate("heard = 0; addEventListener('keydown', () => heard += 1)")
    await window.input.press("a")
    assert await window.page.evaluate("heard") == 0


async def test_a_closed_window_counts_what_it_missed(window: Window) -> None:
    await window.said("one")
    await window.input.press("Escape")
    chat = await window.chat()
    await chat.ai_says("two")
    await chat.ai_says("three")
    await expect(window.launcher).to_have_attribute("aria-label", "Open chat, 2 new messages")
    await window.page.reload()
    await expect(window.launcher).to_have_attribute("aria-label", "Open chat, 2 new messages")
    await window.launcher.click()
    await expect(window.launcher).to_have_attribute("aria-label", "Close chat")
    await window.page.reload()
    await window.reads_in_the_end("one", "two", "three")


async def test_a_reader_further_up_is_not_pulled_down(window: Window) -> None:
    await window.said("first")
    chat = await window.chat()
    for number in range(30):
        await chat.ai_says(f"line {number}")
    await window.bubble("line 29").wait_for()
    await window.log.evaluate("node => { node.scrollTop = 0 }")
    await chat.ai_says("news")
    newest = window.page.get_by_role("button", name="New messages")
    await expect(newest).to_be_visible()
    assert await window.log.evaluate("node => node.scrollTop") == 0
    await newest.click()
    await expect(window.bubble("news")).to_be_in_viewport()


async def test_every_target_is_large_enough(window: Window) -> None:
    await window.said("one")
    await window.page.get_by_role("button", name="New conversation").click()
    for button in await window.page.locator("bookbag-chat button:visible").all():
        box = await button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24


@pytest.mark.parametrize("look", ["light", "dark", "mobile"])
async def test_how_it_looks(browser: Browser, house: House, tmp_path: Path, look: str) -> None:
    """A picture for people to judge; here only that everything fits."""
    options: dict[str, Any] = {"viewport": {"width": 1180, "height": 800}, "color_scheme": "light"}
    if look == "dark":
        options["color_scheme"] = "dark"
    if look == "mobile":
        options |= {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    context = await browser.new_context(**options, locale="en-GB", reduced_motion="reduce")
    try:
        window = Window(await context.new_page(), house)
        await window.page.goto(f"{house.base}/")
        if look == "mobile":
            await window.launcher.click()
        await window.said("Hi! My order A-1042 was due yesterday 📦")
        chat = await window.chat()
        await chat.ai_says("It was last scanned in Lyon: https://track.example.com/" + "long/" * 30)
        await chat.taken_over()
        await chat.reply("مرحبا! I am on it.")
        await window.said("Thank you " + "w" * 200)
        for part in ("bookbag-chat .panel", "bookbag-chat .log"):
            assert await window.page.locator(part).evaluate("node => node.scrollWidth <= node.clientWidth")
        await window.page.screenshot(path=tmp_path / f"{look}.png")
        assert window.complaints == []
    finally:
        await context.close()


async def test_another_customer_on_the_same_computer_sees_nothing_of_the_one_before(
    house: House, context: BrowserContext
) -> None:
    async def page_for(user: str) -> Window:
        async def with_user(route: Route) -> None:
            page = f'<!doctype html><script src="/widget.js" defer data-open data-user-id="{user}"></script>'
            await route.fulfill(body=page, content_type="text/html")

        await context.route(f"{house.base}/", with_user)
        return await Window.at(f"{house.base}/", house, context)

    eve = await page_for("eve")
    await eve.said("a secret")
    await eve.page.close()
    mallory = await page_for("mallory")
    await mallory.reads_in_the_end()
    await mallory.said("hello")
    await mallory.reads_in_the_end("hello")


async def test_a_teammates_picture_is_shown_in_place_of_initials(window: Window) -> None:
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    )
    await window.page.route(
        "https://pictures.example/ana.png", lambda route: route.fulfill(body=pixel, content_type="image/png")
    )
    await window.said("one")
    chat = await window.chat()
    await chat.taken_over(by=replace(ANA, avatar_url="https://pictures.example/ana.png"))
    await chat.reply("two", by=replace(ANA, avatar_url="https://pictures.example/ana.png"))
    await expect(window.header.locator("img")).to_be_visible()
    await expect(window.page.locator("bookbag-chat li.last img")).to_be_visible()


async def test_a_page_that_describes_its_customer_wrongly_does_not_silence_them(
    house: House, context: BrowserContext
) -> None:
    html = '<!doctype html><script src="/widget.js" defer data-open data-email="nobody"></script>'
    await context.route(f"{house.base}/", lambda route: route.fulfill(body=html, content_type="text/html"))
    window = await Window.at(f"{house.base}/", house, context)
    await window.said("Hello")
    assert await (await window.chat()).texts() == ["Hello"]
    assert any("refused this page's attributes" in text for text in window.complaints)


async def test_a_reply_is_told_as_seen_once_it_stands_before_somebodys_eyes(window: Window) -> None:
    told: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/seen"):
            told.append(json.loads(request.post_data or "")["seq"])

    window.page.on("requestfinished", note)
    await window.said("Hello")
    chat = await window.chat()
    await chat.ai_says("Nobody marks this.")
    await chat.taken_over()
    await window.launcher.click()
    await chat.reply("Behind a closed window")
    await expect(window.launcher.locator(".badge")).not_to_be_empty()
    assert told == []
    await window.launcher.click()
    await until(lambda: told, within=8)
    seen = {entry["text"]: entry["seq"] for entry in await chat.entries()}
    assert told == [seen["Behind a closed window"]]
    async with window.house.database.read() as tx:
        assert await tx.seen.of([ConversationId(chat.id)]) == {chat.id: told[0]}
    # One longer than the window is seen as well, and of several at once the last is told.
    await chat.reply("Short")
    await chat.reply("Long " * 1500)
    longest = max(entry["seq"] for entry in await chat.entries())
    await until(lambda: told[-1] == longest, within=8)
    assert len(told) <= 3
    assert window.complaints == []
