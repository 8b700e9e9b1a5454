"""HTTP mode: the workspace calls a real Bolt server, or a small one that misbehaves."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace
from sandbox.delivery.callbacks import UnverifiedUrl

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.sandbox.conftest import Bot


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bolt_over_http(bot: Bot) -> AsyncIterator[None]:
    async def handle(request: web.Request) -> web.Response:
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await bot.app.async_dispatch(bolt_request))

    async with serving(handle) as url:
        await bot.slack.deliver_events_to(url)
        yield


async def test_bolt_takes_events_commands_and_presses(slack: Workspace, bot: Bot) -> None:
    @bot.app.command("/bookbag")
    async def bookbag(ack: Any) -> None:
        await ack("help")

    @bot.app.action("take")
    async def take(ack: Any, respond: Any) -> None:
        await ack()
        await respond("taken", replace_original=False)

    button = {"type": "button", "text": {"type": "plain_text", "text": "Take over"}, "action_id": "take"}
    async with bolt_over_http(bot):
        ana = slack.person("ana")
        await ana.post("live-chat", "hello")
        await slack.until(lambda: bot.heard("message", text="hello"))
        assert (await ana.command("/bookbag", channel="live-chat"))["text"] == "help"
        posted = await bot.client.chat_postMessage(
            channel="live-chat", text="card", blocks=[{"type": "actions", "elements": [button]}]
        )
        assert (await ana.press("live-chat", posted["ts"], "take"))["ok"]
        assert slack.ephemerals("ana")[-1]["text"] == "taken"


async def test_requests_are_signed(slack: Workspace) -> None:
    verified: list[bool] = []

    async def handle(request: web.Request) -> web.Response:
        body = await request.text()
        verified.append(SignatureVerifier(slack.signing_secret).is_valid_request(body, dict(request.headers)))
        return web.Response(text=json.loads(body).get("challenge", ""))

    async with serving(handle) as url:
        await slack.deliver_events_to(url)
        await slack.person("ana").post("live-chat", "hello")
        await slack.until(lambda: len(verified) == 2)
    assert verified == [True, True]


async def test_a_url_must_echo_the_challenge(slack: Workspace) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async with serving(handle) as url:
        with pytest.raises(UnverifiedUrl, match="without the challenge"):
            await slack.deliver_events_to(url)


@pytest.mark.parametrize(
    ("answers", "attempts"),
    [
        ([500, 500, 200], [(None, None), ("1", "http_error"), ("2", "http_error")]),
        (["hang", 200], [(None, None), ("1", "http_timeout")]),
        (["no-retry", 200], [(None, None)]),
        ([500] * 9, [(None, None), *[(str(n), "http_error") for n in (1, 2, 3)]]),
    ],
)
async def test_failed_events_come_again_three_times_at_most(
    answers: list[int | str], attempts: list[tuple[str | None, str | None]]
) -> None:
    heard: list[tuple[str | None, str | None]] = []
    bodies: set[str] = set()
    still = asyncio.Event()

    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        if "challenge" in body:
            return web.Response(text=body["challenge"])
        heard.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        bodies.add(body["event_id"])
        answer = answers[len(heard) - 1]
        if answer == "hang":
            await still.wait()
        if answer == "no-retry":
            return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
        return web.Response(status=int(answer))

    async with (
        Workspace(ack_timeout=0.1, retry_delays=(0.0, 0.01, 0.01)) as slack,
        serving(handle) as url,
    ):
        await slack.deliver_events_to(url)
        await slack.person("ana").post("live-chat", "hello")
        await slack.until(lambda: len(heard) >= len(attempts))
        gives_up = attempts[-1][0] == "3" or answers[0] == "no-retry"
        await slack.until(lambda: bool(slack.lost_events) == gives_up)
        still.set()
    assert heard == attempts
    assert len(bodies) == 1


async def test_a_dead_url_fails_interactions_at_once(slack: Workspace) -> None:
    async def handle(request: web.Request) -> web.Response:
        return web.Response(text=(await request.json())["challenge"])

    async with serving(handle) as url:
        await slack.deliver_events_to(url)
    answer = await slack.person("ana").command("/bookbag", channel="live-chat")
    assert answer["error"] == "dispatch_failed"


async def test_an_unreachable_url_is_not_verified(slack: Workspace) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
    await client.auth_test()
    with pytest.raises(UnverifiedUrl, match="ClientConnectorError"):
        await slack.deliver_events_to("http://127.0.0.1:9/slack/events")


async def test_limited_events_are_told_of_over_http(slack: Workspace) -> None:
    heard: list[dict[str, Any]] = []

    async def handle(request: web.Request) -> web.Response:
        heard.append(json.loads(await request.text()))
        return web.Response(text=heard[-1].get("challenge", ""))

    async with serving(handle) as url:
        await slack.deliver_events_to(url)
        slack.limit_events()
        await slack.until(lambda: len(heard) == 2)
    assert heard[1]["type"] == "app_rate_limited"
    assert "event" not in heard[1]
