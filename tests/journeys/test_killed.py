"""What a process that was killed had under way is found by whoever comes after it, whatever its version."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from datetime import timedelta

import pytest

import bot.blocks.elements.budget
import bot.blocks.thread.entries
from benchmarks.bridge_process import MODULE, SERVER_KEY, settings
from benchmarks.processes import child
from bot.demo.customer import CustomerChat
from bot.demo.thread import ThreadScreen
from bot.slack.outbound.message_sender import Waits
from tests.journeys.world import CHANNEL, World, world

pytestmark = pytest.mark.both_databases

NAME = "Maya Lindqvist"
LEASE = 30.0


@pytest.mark.parametrize("fitting", [9, 25])
async def test_a_merged_post_is_believed_by_a_version_in_which_another_number_fits(
    database_url: str, fitting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"Line {number}" + " and more" * 50 for number in range(40)]
    async with world(database_url, ai="external") as here:
        await here.bridge.stop()
        async with child(MODULE, other_settings(here, database_url)) as process:
            address = process.said["address"]
            async with CustomerChat(address, name=NAME, server_key=SERVER_KEY) as customer:
                await customer.say("Hello")
                thread = ThreadScreen(here.slack, NAME)
                await thread.shows(lambda m: "Hello" in thread.rendered(m))
                faults = here.slack.faults
                # What is said while Slack wants no posts travels together.
                faults.rate_limit("chat.postMessage", retry_after=2)
                faults.land_late("chat.postMessage", seconds=1.5, when=_carries_many)
                for text in words:
                    await customer.say(text)
                await here.until(lambda: faults.met["land_late"])
                os.kill(process.pid, signal.SIGKILL)
        monkeypatch.setattr(bot.blocks.thread.entries, "MOST_BLOCKS", fitting * 2)
        monkeypatch.setattr(bot.blocks.elements.budget, "LARGEST", fitting * 500)
        # Long enough for the post to be looked for before it is there.
        here.how["waits"] = Waits(look_after=timedelta(seconds=0.1), quarantine=timedelta(seconds=4))
        await here.start()
        await here.settled()
        said = [text for reply in thread.replies() for _, text in thread.said(reply)]
        assert said == ["Hello", *words]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_a_killed_process_had_under_way_waits_for_no_lease(database_url: str) -> None:
    async with world(database_url, ai="external") as here:
        async with (
            child(MODULE, other_settings(here, database_url)) as process,
            CustomerChat(process.said["address"], name=NAME, server_key=SERVER_KEY) as customer,
        ):
            await customer.say("Hello")
            thread = ThreadScreen(here.slack, NAME)
            await thread.shows(lambda m: "Hello" in thread.rendered(m))
            here.slack.faults.land_late("chat.postMessage", seconds=3)
            began = time.monotonic()
            await customer.say("Are you there?")
            await here.until(lambda: here.slack.faults.met["land_late"])
            os.kill(process.pid, signal.SIGKILL)
            await thread.shows(lambda m: "Are you there?" in thread.rendered(m))
        await here.settled()
        assert time.monotonic() - began < LEASE / 2
        said = [text for reply in thread.replies() for _, text in thread.said(reply)]
        assert said == ["Hello", "Are you there?"]


def other_settings(here: World, database_url: str) -> Mapping[str, str]:
    """Those of a process of its own beside or after the one in this house."""
    there = {
        "SLACK_BOT_TOKEN": here.slack.bot_token,
        "SLACK_APP_TOKEN": here.slack.app_token,
        "SLACK_API_URL": here.slack.api_url,
        "SLACK_CHANNEL": f"#{CHANNEL}",
    }
    return settings(database_url, there)


def _carries_many(arguments: dict[str, object]) -> bool:
    return str(arguments.get("blocks")).count("Line ") > 5
