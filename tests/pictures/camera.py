"""A Chromium that opens a page at a given size and hour, and takes a picture of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

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
# Milliseconds; the pages are on this machine.
PATIENCE = 8_000


class Camera:
    """Opens pages as somebody sees them."""

    def __init__(self, browser: Browser, hours: Hours) -> None:
        self._browser = browser
        self._hours = hours

    @asynccontextmanager
    async def opened(
        self, address: str, *, size: tuple[int, int], dark: bool = False, query: dict[str, str] | None = None
    ) -> AsyncIterator[Page]:
        """The page at that address, at the day's hour, for as long as it is looked at."""
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
        await page.goto(f"{address}/?{urlencode(query)}" if query else address)
        try:
            yield page
        finally:
            await page.close()


@asynccontextmanager
async def camera(hours: Hours) -> AsyncIterator[Camera]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield Camera(browser, hours)
        finally:
            await browser.close()
