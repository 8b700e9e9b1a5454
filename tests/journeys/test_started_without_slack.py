"""A start at which Slack does not answer: customers and the AI go on, and Slack catches up."""

from __future__ import annotations

import asyncio

import aiohttp

from sandbox import Workspace
from tests.command_line import Operator, operator, slack, up
from tests.journeys.world import world

__all__ = ["operator", "slack"]


async def test_customers_go_on_while_slack_fails_at_the_start(database_url: str) -> None:
    async with world(database_url) as bridge:
        before = await bridge.chat("Maya", first="Hello?")
        await before.thread.ts()
        await bridge.settled()
        await bridge.bridge.stop()
        posted = bridge.slack.calls_of("chat.postMessage")
        bridge.slack.faults.random(1.0, kinds={"server_error"})
        await bridge.start()
        assert "slack" in await bridge.bridge.ready()
        chat = await bridge.chat("Jonas", first="When do you open?")
        await chat.customer.sees(lambda entry: entry["from"] == "ai")
        # Nobody knows whether the Slack channel was shared meanwhile.
        assert bridge.slack.calls_of("chat.postMessage") == posted
        bridge.slack.faults.calm()
        await chat.shows("When do you open?")
        await bridge.until(bridge.is_ready)
        await chat.taken_over(bridge.ana)
        await chat.reply(bridge.ana, "At nine.")
        await chat.sees("At nine.", author="teammate")


async def test_a_slack_that_hangs_at_the_start_is_not_waited_for_call_after_call(database_url: str) -> None:
    async with world(database_url) as bridge:
        await bridge.bridge.stop()
        bridge.slack.faults.slow("auth.test", seconds=60, times=10)
        async with asyncio.timeout(30):
            await bridge.start()
        bridge.slack.faults.clear()
        chat = await bridge.chat("Jonas", first="When do you open?")
        await chat.shows("When do you open?")


async def test_run_starts_where_nobody_listens_at_slacks_address(operator: Operator) -> None:
    async with Workspace() as slack:
        operator.connected_to(slack)
        process = await operator.starts("run")
        await up(process)
        process.terminate()
        await operator.ends(process)
    process = await operator.starts("run")
    address = await up(process)
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}v1/conversations", json={}) as answer:
            assert answer.status == 201
        async with session.get(f"{address}readyz") as answer:
            assert answer.status == 503
    process.terminate()
    ended = await operator.ends(process)
    assert ended.code == 0
    assert "starts without Slack" in ended.err


async def test_another_channel_in_the_settings_is_not_started_from_memory(operator: Operator) -> None:
    async with Workspace() as slack:
        operator.connected_to(slack)
        process = await operator.starts("run")
        await up(process)
        process.terminate()
        await operator.ends(process)
    operator.settings["SLACK_CHANNEL"] = "#general"
    ended = await operator.runs("run")
    assert ended.code == 1
    assert "Slack cannot be reached" in ended.err
