"""What the chat window offers while its customer waits for a teammate, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Route, expect

from .house import House
from .test_widget import Window, browser, context, database, house, pytestmark, window

__all__ = ["browser", "context", "database", "house", "pytestmark", "window"]

BACK = {
    "en": ("Continue with the AI", "Leave your e-mail"),
    "de": ("Mit der KI weitermachen", "E-Mail hinterlassen"),
    "es": ("Seguir con la IA", "Dejar un correo"),
    "fr": ("Continuer avec l’IA", "Laisser votre e-mail"),
    "ja": ("AI との会話に戻る", "メールアドレスを残す"),
}


# The window of a page in that language.
AGAIN = """language => {
  const chat = document.createElement("bookbag-chat");
  chat.setAttribute("locale", language);
  chat.setAttribute("open", "");
  document.querySelector("bookbag-chat").replaceWith(chat);
}"""


async def waiting(window: Window) -> None:
    await window.said("I want a person")
    await window.house.desk.escalate((await window.chat()).id, reason="asked")
    await expect(window.header).to_contain_text("Waiting for a colleague")


def choice(window: Window, name: str) -> Any:
    return window.page.get_by_role("button", name=name, exact=True)


async def test_who_waits_goes_back_to_the_ai_with_one_press(window: Window) -> None:
    await window.said("Hello")
    await expect(choice(window, "Continue with the AI")).to_be_hidden()
    await waiting(window)
    await choice(window, "Continue with the AI").click()
    await expect(window.header).to_contain_text("AI assistant")
    await expect(choice(window, "Continue with the AI")).to_be_hidden()
    await expect(window.log).to_contain_text("The AI assistant is answering again.")
    assert window.complaints == []


async def test_who_waits_leaves_an_address_and_waits_on(window: Window) -> None:
    await waiting(window)
    await choice(window, "Leave your e-mail").click()
    field = window.page.get_by_placeholder("Your e-mail address")
    await expect(field).to_be_focused()
    await field.fill("maya")
    await field.press("Enter")
    await expect(window.page.get_by_role("alert")).to_have_text("Please check the address.")
    await field.fill("maya@example.com")
    await field.press("Enter")
    await expect(window.log).to_contain_text("Our team has your address maya@example.com")
    await expect(field).to_be_hidden()
    await expect(choice(window, "Leave your e-mail")).to_be_hidden()
    await expect(choice(window, "Continue with the AI")).to_be_visible()
    await expect(window.header).to_contain_text("Waiting for a colleague")
    view = await window.house.desk.view((await window.chat()).id)
    assert view.conversation.customer.email == "maya@example.com"
    assert window.complaints == []


async def test_a_teammate_ends_the_choices_also_half_way(window: Window) -> None:
    await waiting(window)
    await choice(window, "Leave your e-mail").click()
    await (await window.chat()).taken_over()
    await expect(window.page.get_by_placeholder("Your e-mail address")).to_be_hidden()
    await expect(window.header).to_contain_text("Ana García")


async def test_what_did_not_work_says_so_and_can_be_tried_again(window: Window) -> None:
    await waiting(window)

    async def refuse(route: Route) -> None:
        await route.abort()

    await window.page.route("**/resume", refuse)
    await choice(window, "Continue with the AI").click()
    await expect(window.page.get_by_role("alert")).to_have_text("That did not work. Please try again.")
    await window.page.unroute("**/resume")
    await choice(window, "Continue with the AI").click()
    await expect(window.header).to_contain_text("AI assistant")


@pytest.mark.parametrize("language", list(BACK))
async def test_the_choices_speak_the_customers_language(
    browser: Browser, house: House, language: str
) -> None:
    context: BrowserContext = await browser.new_context(locale=language)
    try:
        page = await context.new_page()
        await page.goto(f"{house.base}/")
        window = Window(page, house)
        await page.evaluate(AGAIN, language)
        await page.locator("bookbag-chat textarea").fill("?")
        await page.locator("bookbag-chat textarea").press("Enter")
        await expect(page.locator("bookbag-chat li.pending")).to_have_count(0)
        await house.desk.escalate((await window.chat()).id, reason="asked")
        for name in BACK[language]:
            await expect(choice(window, name)).to_be_visible()
    finally:
        await context.close()


@pytest.mark.parametrize("look", ["light", "dark", "mobile"])
async def test_how_the_wait_looks(browser: Browser, house: House, tmp_path: Path, look: str) -> None:
    """A picture for people to judge; here only that everything fits and is large enough."""
    options: dict[str, Any] = {"viewport": {"width": 1180, "height": 800}, "color_scheme": "light"}
    if look == "dark":
        options["color_scheme"] = "dark"
    if look == "mobile":
        options |= {"viewport": {"width": 320, "height": 640}, "is_mobile": True, "has_touch": True}
    context = await browser.new_context(**options, locale="en-GB", reduced_motion="reduce")
    try:
        window = Window(await context.new_page(), house)
        await window.page.goto(f"{house.base}/")
        if look == "mobile":
            await window.launcher.click()
        await waiting(window)
        for part in ("bookbag-chat .panel", "bookbag-chat .wait"):
            assert await window.page.locator(part).evaluate("node => node.scrollWidth <= node.clientWidth")
        for button in await window.page.locator("bookbag-chat .wait button:visible").all():
            box = await button.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24
        await window.page.screenshot(path=tmp_path / f"{look}.png")
        await choice(window, "Leave your e-mail").click()
        await window.page.screenshot(path=tmp_path / f"{look}-address.png")
    finally:
        await context.close()
