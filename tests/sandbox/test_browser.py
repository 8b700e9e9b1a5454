"""The browser view: what it is served, and one visit with a real browser where there is one."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import PersonError, Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sandbox.conftest import Bot

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
NASTY = "<img src=x onerror=\"document.title='broken'\"> <script>document.title='broken'</script>"


@asynccontextmanager
async def visit(**how: Any) -> AsyncIterator[tuple[Any, list[str]]]:
    """A page in a real browser, and what its console complains of."""
    playwright = pytest.importorskip("playwright.async_api")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = await browser.new_page(**how)
        page.set_default_timeout(5000)
        problems: list[str] = []
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page, problems
        await browser.close()


async def get(slack: Workspace, path: str) -> tuple[int, str, dict[str, str]]:
    async with aiohttp.ClientSession() as session, session.get(slack.url + path) as response:
        return response.status, await response.text(), dict(response.headers)


async def test_the_page_runs_nothing_but_its_own_files(slack: Workspace) -> None:
    status, page, headers = await get(slack, "/")
    assert status == 200
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "http" not in page
    scripts = ("app", "blocks", "dates", "dom", "menu", "messages", "modal", "text")
    for name in (*(f"{script}.js" for script in scripts), "style.css"):
        asset = await get(slack, f"/browser/{name}")
        assert asset[0] == 200
        assert "innerHTML" not in asset[1]
    assert (await get(slack, "/browser/none.js"))[0] == 404
    assert (await get(slack, f"/archives/{slack.channel('live-chat').id}/p1700000000000100"))[0] == 200


async def test_a_screen_shows_what_that_person_may_see(slack: Workspace) -> None:
    slack.add_channel("secret", is_private=True, members=["ben"])
    ts = await slack.person("ana").post("live-chat", "parent")
    await slack.person("ana").post("live-chat", "reply", ts)

    async def screen(path: str) -> dict[str, Any]:
        async with aiohttp.ClientSession() as session, session.get(slack.url + path) as response:
            return await response.json()  # type: ignore[no-any-return]

    ana = await screen(f"/sandbox/screen?as=ana&channel=live-chat&thread={ts}")
    assert [channel["name"] for channel in ana["channels"]] == ["general", "live-chat"]
    assert [message["text"] for message in ana["messages"]] == ["parent"]
    assert [message["text"] for message in ana["thread"]] == ["parent", "reply"]
    ben = await screen("/sandbox/screen?as=ben&channel=secret")
    assert ben["channel"]["name"] == "secret"
    assert "nobody is called" in (await screen("/sandbox/screen?as=zoe"))["error"]


async def test_a_screen_has_the_direct_messages_with_the_app_and_its_shortcuts() -> None:
    async with Workspace(message_shortcuts={"polish": "Polish my words"}) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)

        async def screen(who: str, channel: str = "") -> dict[str, Any]:
            path = f"/sandbox/screen?as={who}&channel={channel}"
            return json.loads((await get(slack, path))[1])  # type: ignore[no-any-return]

        assert (await screen("ana"))["app"]["messages"] is None
        posted = await client.chat_postMessage(channel=slack.user_id("ana"), text="To you alone")
        ana = await screen("ana", posted["channel"])
        assert ana["app"]["messages"]["id"] == ana["channel"]["id"] == posted["channel"]
        assert [message["text"] for message in ana["messages"]] == ["To you alone"]
        assert ana["shortcuts"] == [{"callback_id": "polish", "name": "Polish my words"}]
        ben = await screen("ben", posted["channel"])
        assert ben["app"]["messages"] is None
        assert ben["channel"]["name"] == "live-chat"


async def test_an_app_without_a_messages_tab_cannot_write_to_people() -> None:
    async with Workspace(messages_tab="off") as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError, match="messages_tab_disabled"):
            await client.chat_postMessage(channel=slack.user_id("ana"), text="To you alone")
    async with Workspace(messages_tab="read-only") as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        posted = await client.chat_postMessage(channel=slack.user_id("ana"), text="To you alone")
        with pytest.raises(PersonError, match="turned off"):
            await slack.person("ana").post(posted["channel"], "Hello?")


async def test_the_page_is_told_of_changes(slack: Workspace) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{slack.url}/sandbox/changes") as stream:
        first = await stream.content.readuntil(b"\n\n")
        await slack.person("ana").post("live-chat", "news")
        second = await asyncio.wait_for(stream.content.readuntil(b"\n\n"), 5)
    assert (first[:6], second[:6]) == (b"data: ", b"data: ")
    assert first != second


async def test_other_sites_cannot_act_as_people(slack: Workspace) -> None:
    address = f"{slack.url}/sandbox/people/ana/post"
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data='{"channel": "live-chat", "text": "x"}') as response,
    ):
        assert response.status == 415
    assert slack.messages("live-chat") == []


@pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine")
async def test_a_visit_reads_presses_and_replies_and_runs_no_customer_text(
    slack: Workspace, bot: Bot
) -> None:
    @bot.app.action("take")
    async def take(ack: Any, respond: Any) -> None:
        await ack()
        await respond("You have it.", replace_original=False)

    button = {"type": "button", "text": {"type": "plain_text", "text": "Take over"}, "action_id": "take"}
    posted = await bot.client.chat_postMessage(
        channel="live-chat",
        text="x",
        blocks=[
            {"type": "section", "text": {"type": "plain_text", "text": NASTY}},
            {"type": "markdown", "text": f"{NASTY} [x](javascript:document.title='broken')"},
            {"type": "actions", "elements": [button]},
        ],
    )
    async with visit() as (page, problems):
        await page.goto(f"{slack.url}/?as=ben&channel=live-chat&thread={posted['ts']}")
        await page.click("#messages button[data-action=take]")
        await page.wait_for_selector("text=Only visible to you")
        await page.fill("#thread-composer textarea", "On my way <b>")
        await page.press("#thread-composer textarea", "Enter")
        await slack.until(lambda: len(slack.thread("live-chat", posted["ts"])) == 2)
        title = await page.title()
    assert title == "Sandbox · Ben Okafor"
    assert problems == []
    reply = slack.thread("live-chat", posted["ts"])[1]
    assert (reply["text"], reply["user"]) == ("On my way &lt;b&gt;", slack.user_id("ben"))


@pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine")
async def test_menus_open_with_the_keyboard_and_times_are_the_readers_own(bot: Bot, slack: Workspace) -> None:
    chosen: list[str] = []

    @bot.app.action("more")
    async def more(ack: Any, action: Any) -> None:
        await ack()
        chosen.append(action["selected_option"]["value"])

    options = [{"text": {"type": "plain_text", "text": text}, "value": text} for text in ("Hold", "Close")]
    seen = "Seen <!date^1700000000^{date_num} {time}|never>"
    await bot.client.chat_postMessage(
        channel="live-chat",
        text="x",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": seen}},
            {"type": "actions", "elements": [{"type": "overflow", "action_id": "more", "options": options}]},
        ],
    )
    async with visit(timezone_id="Asia/Tokyo", locale="en-GB") as (page, problems):
        await page.goto(f"{slack.url}/?as=ben&channel=live-chat")
        await page.wait_for_selector("text=Seen 2023-11-15 07:13")
        await page.focus("button.overflow")
        for key in ("Enter", "ArrowDown", "Enter"):
            await page.keyboard.press(key)
        await slack.until(lambda: chosen)
        assert not await page.is_visible("#menu")
    assert chosen == ["Close"]
    assert problems == []


@pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine")
async def test_what_is_typed_into_a_modal_stays_while_the_view_is_updated(bot: Bot, slack: Workspace) -> None:
    def view(heading: str) -> dict[str, Any]:
        words = {"type": "plain_text_input", "action_id": "words", "initial_value": "first"}
        polish = {"type": "button", "text": {"type": "plain_text", "text": "Polish"}, "action_id": "polish"}
        return {
            "type": "modal",
            "title": {"type": "plain_text", "text": "Words"},
            "submit": {"type": "plain_text", "text": "Send"},
            "blocks": [
                {"type": "section", "text": {"type": "plain_text", "text": heading}},
                {
                    "type": "input",
                    "block_id": "words",
                    "label": {"type": "plain_text", "text": "Words"},
                    "element": words,
                },
                {"type": "actions", "elements": [polish]},
            ],
        }

    sent: list[str] = []

    @bot.app.command("/words")
    async def words(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view("Before"))

    @bot.app.action("polish")
    async def polish(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_update(view_id=body["view"]["id"], view=view("After"))

    @bot.app.view("")
    async def submitted(ack: Any, body: Any) -> None:
        await ack()
        sent.append(body["view"]["state"]["values"]["words"]["words"]["value"])

    async with visit() as (page, problems):
        await page.goto(f"{slack.url}/?as=ben&channel=live-chat")
        await page.fill("#composer textarea", "/words")
        await page.press("#composer textarea", "Enter")
        await page.fill("dialog input", "second")
        await page.click("dialog button[data-action=polish]")
        await page.wait_for_selector("dialog >> text=After")
        await page.click("dialog button.primary")
        await slack.until(lambda: sent)
    assert sent == ["second"]
    assert problems == []


async def test_the_command_line_prints_working_settings() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    settings: dict[str, str] = {}
    while "SLACK_CHANNEL" not in settings:
        line = (await asyncio.wait_for(process.stdout.readline(), 10)).decode().strip()
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            settings[name] = value
    client = AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    assert (await client.chat_postMessage(channel=settings["SLACK_CHANNEL"], text="hello"))["ok"]
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
