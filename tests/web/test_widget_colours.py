"""The chat window's colours, sizes and motion, in a real browser: all can be read, whatever the page says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, expect

from .house import House
from .test_widget import MESSAGES, Window, browser, context, database, house, pytestmark, window
from .test_widget_pages import serve

__all__ = ["browser", "context", "database", "house", "pytestmark", "window"]

# Every text and icon of the window whose contrast with what is behind it is too low: text 4.5, icons 3
# (WCAG 2). The colours are those that the browser paints, measured on a canvas.
HARD_TO_READ = """() => {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const painted = (colours) => {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, 1, 1);
    for (const [colour, alpha] of colours) {
      context.globalAlpha = alpha;
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    context.globalAlpha = 1;
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const linear = (part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = rgb.map((part) => linear(part / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const root = document.querySelector("bookbag-chat").shadowRoot;
  const found = [];
  for (const node of root.querySelectorAll(".panel *, .launcher, .launcher *")) {
    if (!node.getClientRects().length || node.closest("[disabled]")) continue;
    const isIcon = node.localName === "svg";
    const says = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    const placeholder = node.placeholder && !node.value;
    if (!isIcon && !says && !placeholder && !node.value) continue;
    const chain = [];
    for (let at = node; at; at = at.parentElement) chain.unshift(at);
    const layers = chain.map((at) => getComputedStyle(at))
      .map((style) => [style.backgroundColor, Number(style.opacity)]);
    // Opacity dims a node together with what is in it: seen through it is what lies behind.
    const dim = layers.reduce((product, [, opacity]) => product * opacity, 1);
    const behind = painted(layers.map(([colour]) => [colour, 1]));
    const colour = getComputedStyle(node, placeholder ? "::placeholder" : null).color;
    const front = painted([...layers.map(([one]) => [one, 1]), [colour, dim]]);
    const [a, b] = [light(behind), light(front)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (isIcon ? 3 : 4.5)) {
      const name = node.className.baseVal ?? node.className;
      found.push(`${node.localName}.${name} in ${node.parentElement?.className}: ${ratio.toFixed(2)}`);
    }
  }
  return found;
}"""

BRAND = "<style>:root { --x: #f90; --accent: rgb(255 200 0) } .night { --x: #204080 }</style>"
ACCENTS = [
    "",
    "#f90",
    "gold",
    "navy",
    "#777",
    "#767676",
    "white",
    "black",
    "oklch(0.7 0.2 145)",
    "oklch(60% 0.4 30)",
    "color(display-p3 0 1 0)",
    "lab(70 60 40)",
    "hsl(200 90% 60%)",
    "rgb(255 153 0 / 30%)",
    "transparent",
    "var(--x)",
    "var(--accent)",
    "var(--missing, teal)",
    "color-mix(in oklch, red, yellow)",
    # These are no colours of their own: the window keeps its own.
    "var(--nowhere)",
    "inherit",
    "currentcolor",
    "no colour at all",
    "red; color: red",
]


@asynccontextmanager
async def page_with(browser: Browser, house: House, html: str, **options: Any) -> AsyncIterator[Window]:
    settings: dict[str, Any] = {"viewport": {"width": 1180, "height": 800}, "locale": "en-GB", **options}
    context = await browser.new_context(**settings)
    context.set_default_timeout(5000)
    try:
        window = Window(await context.new_page(), house)
        await window.page.goto(await serve(house, context, html))
        yield window
        assert window.complaints == []
    finally:
        await context.close()


def page_of(accent: str) -> str:
    said = accent.replace('"', "&quot;")
    return (
        '<!doctype html><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{BRAND}<h1>Shop</h1>"
        '<script src="/widget.js" defer data-open data-locale="en" '
        f'data-accent="{said}"></script>'
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_can_be_read_in_every_accent(browser: Browser, house: House, scheme: str) -> None:
    async with page_with(browser, house, page_of(""), color_scheme=scheme, reduced_motion="reduce") as window:
        await window.said("Hello: https://a.example/b")
        chat = await window.chat()
        await chat.ai_says("It is `here`, see [docs](https://a.example/d)\n\n> or so\n\n```\nx\n```")
        await chat.taken_over()
        message = await chat.reply("I am on it")
        await chat.reword(message, "I am on it!")
        picker = window.page.locator("bookbag-chat input[type=file]")
        setup: FilePayload = {"name": "setup.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
        order: FilePayload = {"name": "order.txt", "mimeType": "text/plain", "buffer": b"A-1042"}
        await picker.set_input_files([order])
        await window.say("This one")
        await expect(window.page.locator("bookbag-chat li.mine .file")).to_have_count(1)
        await expect(window.page.locator("bookbag-chat li.pending")).to_have_count(0)
        await window.page.route(MESSAGES, lambda route: route.fulfill(status=422, json={}), times=1)
        await window.say("Refused")
        await window.page.locator("bookbag-chat li.failed").wait_for()
        # One stays on its way.
        await window.page.route(MESSAGES, lambda route: route.abort())
        await picker.set_input_files([order, setup])
        await window.say("Waiting for the network")
        await expect(window.page.locator("bookbag-chat li.pending .bubble")).to_have_count(1)
        await window.input.fill("And more")
        await chat.handed_back()
        epoch = (await house.desk.view(chat.id)).conversation.epoch
        await house.desk.escalate(chat.id, reason="x", epoch=epoch)
        await expect(window.header).to_contain_text("Waiting for a colleague")
        await window.page.get_by_role("button", name="New conversation").click()
        hard: dict[str, list[str]] = {}
        for accent in ACCENTS:
            await window.page.evaluate(
                "accent => document.querySelector('script').setAttribute('data-accent', accent)", accent
            )
            if found := await window.page.evaluate(HARD_TO_READ):
                hard[accent] = found
        assert hard == {}
        window.complaints.clear()


async def test_the_accent_follows_the_page_from_light_to_dark(browser: Browser, house: House) -> None:
    async with page_with(browser, house, page_of("var(--x)")) as window:
        await expect(window.launcher).to_have_css("background-color", "rgb(255, 153, 0)")
        await window.page.evaluate("document.documentElement.className = 'night'")
        await expect(window.launcher).to_have_css("background-color", "rgb(32, 64, 128)")
        await expect(window.launcher).to_have_css("color", "rgb(255, 255, 255)")
        await window.page.emulate_media(color_scheme="dark")
        await expect(window.page.locator("bookbag-chat .panel")).to_have_css(
            "background-color", "rgb(22, 24, 29)"
        )
        # The accent is resolved anew after the change, not with it.
        async with asyncio.timeout(60):
            while await window.page.evaluate(HARD_TO_READ):
                pass
        # A style sheet of the page that comes late.
        await window.page.evaluate(
            """() => {
              document.querySelector("style").textContent = "";
              document.documentElement.className = "";
            }"""
        )
        await expect(window.launcher).to_have_css("background-color", "rgb(68, 104, 238)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_launcher_and_the_window_have_edges_in_forced_colours(
    browser: Browser, house: House, scheme: str
) -> None:
    async with page_with(
        browser, house, page_of("#f90"), forced_colors="active", color_scheme=scheme
    ) as window:
        await window.said("Hello")
        for part in (".launcher", ".panel", ".bubble", "form:not([hidden])", ".send"):
            edge = window.page.locator(f"bookbag-chat {part}").first
            assert await edge.evaluate(
                """node => {
                  const style = getComputedStyle(node);
                  const canvas = getComputedStyle(document.body).backgroundColor;
                  return parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none"
                    && style.borderTopColor !== getComputedStyle(node.parentElement).backgroundColor
                    && style.borderTopColor !== canvas;
                }"""
            ), part
        await window.input.fill("x")
        assert await window.page.evaluate(HARD_TO_READ) == []


async def test_nothing_moves_for_who_wants_less_motion(browser: Browser, house: House) -> None:
    async with page_with(browser, house, page_of(""), reduced_motion="reduce") as window:
        await window.launcher.click()
        await window.launcher.click()
        await window.said("Hello")
        await (await window.chat()).ai_says("Here")
        await window.bubble("Here").wait_for()
        await window.launcher.hover()
        moving = """() => [document.querySelector("bookbag-chat").shadowRoot].flatMap((root) => [
          root.getAnimations().length,
          ...[...root.querySelectorAll("*")].filter((node) => getComputedStyle(node).transform !== "none"),
        ])"""
        assert await window.page.evaluate(moving) == [0]


# Screens on which little room is left, in CSS pixels: pages at 400 % on two desktops, and phones.
LITTLE = {
    "400 %": (320, 256),
    "400 % of a laptop": (320, 180),
    "small": (320, 568),
    "lying": (844, 390),
    "low": (667, 320),
}


@pytest.mark.parametrize("size", LITTLE)
async def test_a_customer_reads_and_writes_where_little_room_is_left(
    browser: Browser, house: House, size: str
) -> None:
    width, height = LITTLE[size]
    async with page_with(
        browser, house, page_of(""), viewport={"width": width, "height": height}, reduced_motion="reduce"
    ) as window:
        await window.launcher.click()
        await window.said("Hello " + "w" * 80)
        chat = await window.chat()
        await chat.ai_says("Here: https://a.example/" + "long/" * 30)
        await house.desk.escalate(chat.id, reason="x")
        await expect(window.header).to_contain_text("Waiting for a colleague")
        await window.input.fill("Many\nlines\nof\nwords\nin\none\nmessage")
        for part in (window.input, window.page.get_by_role("button", name="Send"), window.log):
            await part.scroll_into_view_if_needed()
            box = await part.bounding_box()
            assert box
            assert -1 < box["x"] < box["x"] + box["width"] < width + 1
            assert -1 < box["y"] < box["y"] + box["height"] < height + 1
        log = await window.log.bounding_box()
        assert log
        assert log["height"] >= 24
        for name in ("bookbag-chat .panel", "bookbag-chat .log"):
            assert await window.page.locator(name).evaluate("node => node.scrollWidth <= node.clientWidth")
        assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # Nobody is caught in it.
        await window.page.locator("bookbag-chat header").get_by_role("button", name="Close chat").click()
        await expect(window.log).to_be_hidden()
        await expect(window.launcher).to_be_in_viewport()
