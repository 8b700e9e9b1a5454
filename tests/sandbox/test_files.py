"""Files as Slack handles them: who may download, and what a deleted one leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox.test_browser import CHROMIUM
from tests.web.pictures import picture

if TYPE_CHECKING:
    from sandbox import Workspace


async def download(slack: Workspace, file: dict[str, Any]) -> tuple[int, str, bytes]:
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(file["url_private_download"], headers=headers) as response,
    ):
        return response.status, response.content_type, await response.read()


async def test_a_download_needs_the_scope_and_else_shows_the_sign_in_page(slack: Workspace) -> None:
    ts = await slack.person("ana").post("live-chat", "", files={"a.png": b"bytes"})
    file = slack.message("live-chat", ts)["files"][0]
    slack.fail_downloads()
    assert (await download(slack, file))[0] == 503
    assert await download(slack, file) == (200, "image/png", b"bytes")
    assert slack.downloads == ["a.png"]
    slack.revoke_scope("files:read")
    status, kind, page = await download(slack, file)
    assert (status, kind) == (200, "text/html")
    assert b"Sign in" in page


async def test_a_deleted_file_leaves_a_tombstone_in_words_and_takes_the_rest_along(slack: Workspace) -> None:
    ana = slack.person("ana")
    with_words = await ana.post("live-chat", "Look", files={"a.png": b"1", "b.png": b"2"})
    alone = await ana.post("live-chat", "", files={"c.png": b"3"})
    first = slack.message("live-chat", with_words)["files"][0]["id"]
    await ana.delete_file(first)
    await ana.delete_file(slack.message("live-chat", alone)["files"][0]["id"])
    left = slack.message("live-chat", with_words)
    assert left["files"][0] == {"id": first, "mode": "tombstone"}
    assert left["files"][1]["name"] == "b.png"
    assert "edited" not in left
    assert [message["ts"] for message in slack.messages("live-chat")] == [with_words]
    kinds = [event["event"].get("subtype") for event in slack.events]
    assert kinds[-2:] == ["message_changed", "message_deleted"]


@pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine")
async def test_the_browser_view_shows_pictures_and_names_other_files(slack: Workspace) -> None:
    playwright = pytest.importorskip("playwright.async_api")
    await slack.person("ana").post("live-chat", "Look", files={"a.png": picture(), "b.txt": b"2"})
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = await browser.new_page()
        await page.goto(f"{slack.url}/?as=ben&channel=live-chat")
        shown = page.locator("#messages .picture img")

        # The page's policy forbids what `wait_for_function` does when its first look comes too early.
        async def has_come() -> bool:
            return bool(await shown.evaluate("image => image.naturalWidth") == 320)

        await slack.until(has_come)
        assert "b.txt" in await page.locator("#messages a.file").inner_text()
        await browser.close()
