"""A workspace in another process, run and read over HTTP."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import PersonError, RemoteWorkspace, Workspace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sandbox.conftest import Bot


@pytest.fixture
async def remote(slack: Workspace) -> AsyncIterator[RemoteWorkspace]:
    async with RemoteWorkspace(slack.url) as opened:
        yield opened


async def test_a_workspace_in_a_process_of_its_own_is_run_from_here() -> None:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--no-log", stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout is not None
    try:
        first = await asyncio.wait_for(started.stdout.readline(), 20)
        async with RemoteWorkspace(first.decode().split()[-1]) as remote:
            parent = await remote.person("ana").post("live-chat", "Hello")
            await remote.person("ben").post("live-chat", "Hi", parent)
            await remote.random_faults(rate=0.5, seed=7, kinds={"slow"})
            (thread,) = await remote.threads("live-chat")
    finally:
        started.terminate()
        await started.wait()
    assert [message["text"] for message in thread["messages"]] == ["Hello", "Hi"]


async def test_faults_are_set_counted_and_cleared(
    slack: Workspace, client: AsyncWebClient, remote: RemoteWorkspace
) -> None:
    await remote.script_fault("error", "chat.postMessage", code="is_archived", times=1)
    await remote.random_faults(rate=1.0, methods={"chat.postMessage"}, kinds={"error_before"})
    for error in ("is_archived", "fatal_error"):
        with pytest.raises(SlackApiError, match=error):
            await client.chat_postMessage(channel="live-chat", text="hello")
    await remote.clear_faults()
    await client.chat_postMessage(channel="live-chat", text="hello")
    assert (await remote.status())["faults"] == {"error is_archived": 1, "error_before": 1}


async def test_sockets_are_dropped_and_events_disturbed(
    slack: Workspace, bot: Bot, remote: RemoteWorkspace
) -> None:
    await remote.disturb(seed=7, repeats=1.0, longest_hold=0.01)
    await remote.person("ana").post("live-chat", "twice")
    await slack.until(lambda: len(bot.heard("message")) == 2)
    assert (await remote.status())["disturbances"] == {"repeated": 1}
    await remote.disturb()
    await remote.drop_sockets()
    assert (await remote.status())["open_connections"] == 0


async def test_the_channel_is_archived_and_the_bot_comes_and_goes(
    slack: Workspace, remote: RemoteWorkspace
) -> None:
    await remote.archive("live-chat")
    assert slack.channel("live-chat").is_archived
    await remote.archive("live-chat", archived=False)
    assert not slack.channel("live-chat").is_archived
    await remote.leave("live-chat")
    assert not slack.channel("live-chat").is_member
    await remote.join("live-chat")
    await remote.join("live-chat", "ana")
    assert slack.channel("live-chat").is_member


async def test_every_thread_is_read_with_blocks_and_metadata(
    slack: Workspace, client: AsyncWebClient, remote: RemoteWorkspace
) -> None:
    assert await remote.threads("live-chat") == []
    metadata = {"event_type": "bookbag", "event_payload": {"key": "k"}}
    blocks = [
        {"type": "section", "text": {"type": "plain_text", "text": "Hello, \N{EARTH GLOBE EUROPE-AFRICA}"}}
    ]
    cards = [
        (await client.chat_postMessage(channel="live-chat", text="card", blocks=blocks))["ts"] for _ in "ab"
    ]
    await client.chat_postMessage(channel="live-chat", text="x", thread_ts=cards[1], metadata=metadata)
    await slack.person("ana").post("live-chat", "also to all", cards[1], broadcast=True)
    threads = await remote.threads("live-chat")
    assert [thread["ts"] for thread in threads] == cards
    assert [len(thread["messages"]) for thread in threads] == [1, 3]
    assert threads[0]["messages"][0]["blocks"][0]["text"]["text"].startswith("Hello, ")
    assert threads[1]["messages"][1]["metadata"] == metadata


async def test_what_is_wrong_is_refused_in_words(slack: Workspace, remote: RemoteWorkspace) -> None:
    with pytest.raises(PersonError, match="no channel"):
        await remote.archive("nowhere")
    with pytest.raises(PersonError, match="no such fault"):
        await remote.script_fault("clear", "*")
    with pytest.raises(PersonError, match="rate"):
        await remote.random_faults(rate=7)
    address = f"{slack.url}/sandbox/workspace/"
    async with aiohttp.ClientSession() as session:
        for said, status in (({}, 404), ([], 400), ("x", 400)):
            action = "explode" if status == 404 else "archive"
            async with session.post(f"{address}{action}", json=said) as answer:
                assert answer.status == status


async def test_another_sites_page_cannot_run_it(slack: Workspace, bot: Bot) -> None:
    # A page elsewhere can send a form or plain text without asking, and JSON only after asking.
    async with aiohttp.ClientSession() as session:
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            async with session.post(
                f"{slack.url}/sandbox/workspace/drop_sockets", data="{}", headers={"Content-Type": kind}
            ) as answer:
                assert answer.status == 415
                assert "Access-Control-Allow-Origin" not in answer.headers
        async with session.options(f"{slack.url}/sandbox/workspace/drop_sockets") as asked:
            assert asked.status == 405
    assert slack.open_connections == 1


async def test_without_a_log_calls_and_events_are_not_kept() -> None:
    async with Workspace(keep_log=False) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        await client.chat_postMessage(channel="live-chat", text="hello")
        assert (slack.calls, slack.events) == ([], [])
        assert [message["text"] for message in slack.messages("live-chat")] == ["hello"]
