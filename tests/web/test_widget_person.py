"""Whose conversation the chat window shows, in a real browser: one person's, and nobody else's."""

from __future__ import annotations

import html
import re
import time
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Request, Route, expect

from . import chromium
from .house import Chat, House, until
from .test_identity import token, user_hash
from .test_widget import Window, browser, context, database, house

__all__ = ["browser", "context", "database", "house"]

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    chromium.is_there,
]

SECRET_WORDS = "My card ends in 4242"
NOT_YOU = "This page could not confirm who you are"
ANNA = {"user-id": "anna", "user-hash": user_hash("anna"), "name": "Anna", "email": "anna@corp.example"}
BEN = {"user-id": "ben", "user-hash": user_hash("ben"), "name": "Ben"}
NOBODY: dict[str, str] = {}


def with_token(user: str, **claims: Any) -> dict[str, str]:
    return {"user-token": token(sub=user, **claims)}


# Each a way of saying that Anna is signed in, and then that Ben is, or nobody.
OTHERS = {
    "hash": (ANNA, BEN),
    "token": (with_token("anna", name="Anna"), with_token("ben", name="Ben")),
    "hash, then token": (ANNA, with_token("ben")),
    "id alone": ({"user-id": "anna"}, {"user-id": "ben"}),
    "address alone": ({"email": "anna@corp.example"}, {"email": "ben@corp.example"}),
    "name alone": ({"name": "Anna"}, {"name": "Ben"}),
    "same name": ({"user-id": "1", "name": "Kim"}, {"user-id": "2", "name": "Kim"}),
    "another inbox": ({**ANNA, "inbox": "vip"}, BEN),
    "nobody": (ANNA, NOBODY),
    "nobody with a token": (with_token("anna"), NOBODY),
    "an address is left": (ANNA, {"email": "anna@corp.example"}),
}


def page_of(attributes: dict[str, str]) -> str:
    said = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f'<!doctype html><script src="/widget.js" defer data-open data-locale="en" {said}></script>'


async def opened_as(house: House, context: BrowserContext, attributes: dict[str, str]) -> Window:
    """A new tab on a page that says this of its customer, from now on."""
    await serve(house, context, attributes)
    return await Window.at(f"{house.base}/", house, context)


async def serve(house: House, context: BrowserContext, attributes: dict[str, str]) -> None:
    async def answer(route: Route) -> None:
        await route.fulfill(body=page_of(attributes), content_type="text/html")

    await context.unroute(f"{house.base}/")
    await context.route(f"{house.base}/", answer)


async def script_says(page: Page, attributes: dict[str, str]) -> None:
    """The page changes its script tag, as its own code does when somebody signs in."""
    await page.evaluate(
        """said => {
            const script = document.querySelector("script");
            for (const { name } of [...script.attributes])
                if (/^data-(?!open|locale)/.test(name)) script.removeAttribute(name);
            for (const [name, value] of Object.entries(said)) script.setAttribute(`data-${name}`, value);
        }""",
        attributes,
    )


async def element_says(page: Page, attributes: dict[str, str]) -> None:
    await page.evaluate(
        """said => {
            const chat = document.querySelector("bookbag-chat");
            for (const name of chat.getAttributeNames())
                if (!["open", "locale"].includes(name)) chat.removeAttribute(name);
            for (const [name, value] of Object.entries(said)) chat.setAttribute(name, value);
        }""",
        attributes,
    )


async def another_script_says(page: Page, attributes: dict[str, str]) -> None:
    """As a page does that swaps its head."""
    await page.evaluate(
        """said => {
            const old = document.querySelector("script");
            const script = document.createElement("script");
            script.src = old.src;
            for (const [name, value] of Object.entries(said)) script.setAttribute(`data-${name}`, value);
            old.replaceWith(script);
            return new Promise(loaded => script.addEventListener("load", loaded));
        }""",
        {"open": "", "locale": "en", **attributes},
    )


async def memory_of(page: Page) -> str:
    return str(await page.evaluate("JSON.stringify({...localStorage})"))


async def shows_nothing_of(window: Window, chat: Chat) -> None:
    await window.reads_in_the_end()
    await expect(window.page.get_by_text("Hello! How can we help?")).to_be_visible()
    kept = await memory_of(window.page)
    for gone in (SECRET_WORDS, "half a thought", chat.id, chat.token):
        assert gone not in kept
        assert gone not in await window.page.content()
    assert await window.input.input_value() == ""


@pytest.mark.parametrize("how", ["reload", "script", "element", "another script"])
@pytest.mark.parametrize("who", OTHERS)
async def test_another_person_gets_another_conversation_and_sees_nothing_of_the_one_before(
    house: House, context: BrowserContext, who: str, how: str
) -> None:
    first, then = OTHERS[who]
    window = await opened_as(house, context, first)
    await window.said(SECRET_WORDS)
    annas = await window.chat()
    await annas.ai_says("Thank you, Anna.")
    await window.bubble("Thank you, Anna.").wait_for()
    await window.input.fill("half a thought")
    if how == "reload":
        await serve(house, context, then)
        await window.page.reload()
        await window.input.wait_for()
    elif how == "script":
        await script_says(window.page, then)
    elif how == "element":
        await element_says(window.page, then)
    else:
        await another_script_says(window.page, then)
    await shows_nothing_of(window, annas)
    # What is said there now stays there.
    await annas.ai_says("Anna, are you there?")
    await window.said("Hello from somebody else")
    other = await window.chat()
    assert other.id != annas.id
    assert await other.texts() == ["Hello from somebody else"]
    assert await annas.texts() == [SECRET_WORDS, "Thank you, Anna.", "Anna, are you there?"]
    await window.reads_in_the_end("Hello from somebody else")
    assert window.complaints == []


@pytest.mark.parametrize("how", ["reload", "script"])
@pytest.mark.parametrize(
    ("attributes", "proven"),
    [
        (BEN, {"user_id"}),
        (with_token("ben", name="Ben"), {"user_id", "name"}),
        ({"user-id": "ben", "name": "Ben"}, set()),
    ],
)
async def test_who_chats_first_and_signs_in_then_keeps_their_conversation(
    house: House, context: BrowserContext, attributes: dict[str, str], proven: set[str], how: str
) -> None:
    window = await opened_as(house, context, NOBODY)
    await window.said("Where is my order?")
    chat = await window.chat()
    await serve(house, context, attributes)
    async with window.page.expect_response(re.compile("/customer$")):
        if how == "reload":
            await window.page.reload()
        else:
            await script_says(window.page, attributes)
    customer = (await house.desk.view(chat.id)).conversation.customer
    assert customer.name == "Ben"
    assert customer.proven == proven
    await window.said("It is number 7")
    assert (await window.chat()).id == chat.id
    assert await chat.texts() == ["Where is my order?", "It is number 7"]
    async with house.database.read() as tx:
        events = [one.data.get("event") for one in await tx.ledger.since(chat.id, 0) if one.data.get("event")]
    assert events == ["signed_in" if proven else "described"]
    # And from then on it is theirs alone.
    await serve(house, context, NOBODY)
    await window.page.reload()
    await shows_nothing_of(window, chat)
    assert window.complaints == []


async def test_the_same_person_goes_on_whatever_else_is_said_of_them(
    house: House, context: BrowserContext
) -> None:
    window = await opened_as(house, context, ANNA)
    await window.said("one")
    chat = await window.chat()
    changed = {**with_token("anna", name="Anna B."), "metadata": '{"plan": "pro"}'}
    await script_says(window.page, changed)
    await window.said("two")
    await serve(house, context, {**changed, "email": "new@corp.example"})
    await window.page.reload()
    await window.said("three")
    assert (await window.chat()).id == chat.id
    assert await chat.texts() == ["one", "two", "three"]
    customer = (await house.desk.view(chat.id)).conversation.customer
    assert (customer.name, customer.email) == ("Anna B.", "new@corp.example")
    assert customer.metadata == {"plan": "pro"}
    assert customer.proven == {"user_id", "name"}


async def test_a_page_may_say_a_moment_later_who_is_signed_in(house: House, context: BrowserContext) -> None:
    window = await opened_as(house, context, NOBODY)
    await element_says(window.page, ANNA)
    await window.said(SECRET_WORDS)
    annas = await window.chat()
    for _ in range(2):
        await window.page.reload()
        await shows_nothing_of(window, annas)
        await element_says(window.page, ANNA)
        await window.reads_in_the_end(SECRET_WORDS)
    assert (await window.chat()).id == annas.id
    await window.page.reload()
    await element_says(window.page, BEN)
    await shows_nothing_of(window, annas)
    await element_says(window.page, ANNA)
    await shows_nothing_of(window, annas)
    assert window.complaints == []


async def test_what_was_not_sent_yet_goes_to_nobody_else(house: House, context: BrowserContext) -> None:
    window = await opened_as(house, context, ANNA)
    await window.said("one")
    annas = await window.chat()
    await window.page.context.set_offline(True)
    await window.say(SECRET_WORDS)
    await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(1)
    await script_says(window.page, BEN)
    await window.page.context.set_offline(False)
    await shows_nothing_of(window, annas)
    await window.said("Hello")
    assert await (await window.chat()).texts() == ["Hello"]
    assert await annas.texts() == ["one"]


async def test_a_message_under_way_when_somebody_else_signs_in_stays_with_its_writer(
    house: House, context: BrowserContext
) -> None:
    window = await opened_as(house, context, NOBODY)
    held: list[Route] = []
    start = f"{house.base}/v1/conversations"
    await window.page.route(start, lambda route: held.append(route), times=1)
    await window.say(SECRET_WORDS)
    await until(lambda: held)
    await script_says(window.page, ANNA)
    await script_says(window.page, BEN)
    await held[0].continue_()
    await window.reads_in_the_end()
    await window.said("Hello")
    ben = await window.chat()
    assert await ben.texts() == ["Hello"]
    assert (await house.desk.view(ben.id)).conversation.customer.user_id == "ben"
    assert SECRET_WORDS not in await memory_of(window.page)


async def test_two_tabs_of_two_people_never_show_each_others_conversation(
    house: House, context: BrowserContext
) -> None:
    anna = await opened_as(house, context, ANNA)
    await anna.said(SECRET_WORDS)
    annas = await anna.chat()
    await anna.input.fill("half a thought")
    ben = await opened_as(house, context, BEN)
    # Ben sits there now: Anna's words leave the screen of the tab that she left, too.
    await shows_nothing_of(anna, annas)
    await ben.said("Hello from Ben")
    bens = await ben.chat()
    await anna.reads_in_the_end()
    await anna.said("Still as Anna")
    await ben.reads_in_the_end("Hello from Ben")
    await anna.reads_in_the_end("Still as Anna")
    assert await bens.texts() == ["Hello from Ben"]
    assert (await ben.chat()).id == bens.id
    assert "Still as Anna" not in await memory_of(ben.page)
    await ben.page.reload()
    await ben.reads_in_the_end("Hello from Ben")


async def test_a_tab_that_saw_nobody_lets_go_of_what_somebody_signed_in_with_elsewhere(
    house: House, context: BrowserContext
) -> None:
    before = await opened_as(house, context, NOBODY)
    await before.said("Where is my order?")
    after = await opened_as(house, context, BEN)
    await after.reads_in_the_end("Where is my order?")
    await before.reads_in_the_end()
    await after.said("It is number 7")
    await after.reads_in_the_end("Where is my order?", "It is number 7")
    await before.reads_in_the_end()


async def test_a_wrong_hash_is_told_in_plain_words_and_sends_nothing(
    house: House, context: BrowserContext
) -> None:
    wrong = {"user-id": "vip", "user-hash": user_hash("ben"), "name": "Vera", "inbox": "vip"}
    window = await opened_as(house, context, wrong)
    sent: list[Request] = []
    window.page.on("request", lambda request: sent.append(request) if "/messages" in request.url else None)
    await window.say("Hello")
    await expect(window.page.locator("bookbag-chat li.failed")).to_contain_text(NOT_YOU)
    (complaint,) = [one for one in window.complaints if "bookbag-chat" in one]
    assert "invalid_user_hash" in complaint
    assert "BOOKBAG_IDENTITY_SECRET" in complaint
    assert sent == []
    async with house.database.read() as tx:
        assert (await tx.ticket_filters.live(since=tx.now.replace(year=2000), limit=9, offset=0))[1] == 0
    # The page mends it, and what was written goes where it belongs.
    await script_says(window.page, {**wrong, "user-hash": user_hash("vip")})
    await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(0)
    chat = await window.chat()
    assert await chat.texts() == ["Hello"]
    kept = (await house.desk.view(chat.id)).conversation
    assert (kept.inbox, kept.customer.name) == ("vip", "Vera")
    assert kept.customer.proven == {"user_id"}


@pytest.mark.parametrize("wrong", [{"user-hash": "short"}, {"user-id": "v" * 129}])
async def test_a_proof_without_its_form_is_told_in_the_same_words(
    house: House, context: BrowserContext, wrong: dict[str, str]
) -> None:
    window = await opened_as(house, context, {**BEN, **wrong})
    await window.say("Hello")
    await expect(window.page.locator("bookbag-chat li.failed")).to_contain_text(NOT_YOU)
    assert any("user_" in one for one in window.complaints)


async def test_a_page_that_comes_back_as_it_was_left_shows_nothing_of_who_left(
    house: House, context: BrowserContext
) -> None:
    window = await opened_as(house, context, ANNA)
    await window.said(SECRET_WORDS)
    annas = await window.chat()
    # Meanwhile somebody else was there; a page that lay in the browser's cache hears of nothing.
    await window.page.evaluate("localStorage.clear()")
    await window.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await shows_nothing_of(window, annas)


async def test_an_expired_token_is_told_in_plain_words(house: House, context: BrowserContext) -> None:
    window = await opened_as(house, context, with_token("ben", exp=int(time.time()) - 5))
    await window.say("Hello")
    await expect(window.page.locator("bookbag-chat li.failed")).to_contain_text(NOT_YOU)
    assert any("it has expired" in one for one in window.complaints)
    await script_says(window.page, with_token("ben"))
    await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(0)
    assert await (await window.chat()).texts() == ["Hello"]


async def test_who_cannot_prove_who_they_are_hears_so_when_they_sign_in(
    house: House, context: BrowserContext
) -> None:
    window = await opened_as(house, context, NOBODY)
    await window.said("one")
    chat = await window.chat()
    await script_says(window.page, {**BEN, "user-hash": user_hash("eve")})
    await expect(window.status).to_contain_text(NOT_YOU)
    await window.say("two")
    await expect(window.page.locator("bookbag-chat li.failed")).to_contain_text(NOT_YOU)
    assert await chat.texts() == ["one"]
    assert (await house.desk.view(chat.id)).conversation.customer.user_id is None
    await script_says(window.page, BEN)
    await expect(window.page.locator("bookbag-chat li:is(.failed, .pending)")).to_have_count(0)
    await expect(window.status).to_have_text("")
    assert await chat.texts() == ["one", "two"]


async def test_a_detail_without_its_form_is_left_out_alone(house: House, context: BrowserContext) -> None:
    window = await opened_as(
        house, context, {**BEN, "email": "nobody", "inbox": "vip", "metadata": '{"a":{}}'}
    )
    await window.said("Hello")
    kept = (await house.desk.view((await window.chat()).id)).conversation
    assert (kept.inbox, kept.customer.name, kept.customer.user_id) == ("vip", "Ben", "ben")
    assert kept.customer.email is None
    assert kept.customer.proven == {"user_id"}
