"""A Chromium that opens a page at a given size and hour, and takes a picture of it."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

from tests.pictures.film import developed

if TYPE_CHECKING:
    from tests.pictures.hours import Hours

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
]
# Which letters a page gets that asks for none by name.
FONTS = Path(__file__).parent / "fonts.conf"
# Milliseconds; the pages are on this machine.
PATIENCE = 8_000
_IS_COLOURED = """
(emoji) => {
  const context = new OffscreenCanvas(40, 40).getContext("2d");
  context.font = "32px sans-serif";
  context.fillText(emoji, 0, 32);
  const { data } = context.getImageData(0, 0, 40, 40);
  return data.some((value, at) => at % 4 === 0 && value !== data[at + 1]);
}
"""


class Camera:
    """Opens pages as somebody sees them."""

    def __init__(self, browser: Browser, darkroom: Page, hours: Hours) -> None:
        self._browser = browser
        self._darkroom = darkroom
        self._hours = hours

    @asynccontextmanager
    async def opened(
        self,
        address: str,
        *,
        size: tuple[int, int],
        dark: bool = False,
        query: Mapping[str, str] | None = None,
        remembers: Mapping[str, object] | None = None,
    ) -> AsyncIterator[Page]:
        """The page at that address, at the day's hour, for as long as it is looked at.

        `remembers` is what the browser's local storage holds from an earlier visit.
        """
        width, height = size
        page = await self._browser.new_page(
            viewport={"width": width, "height": height},
            device_scale_factor=2,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        page.set_default_timeout(PATIENCE)
        await page.clock.set_fixed_time(self._hours())
        for name, value in (remembers or {}).items():
            kept = f"{json.dumps(name)}, {json.dumps(json.dumps(value))}"
            await page.add_init_script(f"localStorage.setItem({kept})")
        await page.goto(f"{address}/?{urlencode(query)}" if query else address)
        try:
            yield page
        finally:
            await page.close()

    async def kept(self, page: Page, part: str) -> bytes:
        """The picture of the part of the page at that selector, as a small PNG."""
        await page.evaluate("document.fonts.ready")
        taken = await page.locator(part).last.screenshot(animations="disabled", caret="hide")
        return await developed(taken, on=self._darkroom)

    async def has_emoji(self) -> bool:
        """Whether this machine can show emoji: without a font for them every one is an empty box."""
        return bool(await self._darkroom.evaluate(_IS_COLOURED, "🎒"))


@asynccontextmanager
async def camera(hours: Hours) -> AsyncIterator[Camera]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "FONTCONFIG_FILE": str(FONTS)}
        )
        try:
            yield Camera(browser, await browser.new_page(), hours)
        finally:
            await browser.close()
