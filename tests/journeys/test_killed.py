"""What a process that was killed had under way is found by whoever comes after it, whatever its version."""

from __future__ import annotations

import os
import signal
from datetime import timedelta

import pytest

import bot.blocks.thread
from benchmarks.bridge_process import MODULE, SERVER_KEY, settings
from benchmarks.processes import child
from bot.demo.customer import CustomerChat
from bot.demo.thread import ThreadScreen
from bot.slack.poster import Waits
from tests.journeys.world import CHANNEL, world

NAME = "Maya Lindqvist"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fitting", [9, 400])
async def test_a_merged_post_is_believed_by_a_version_in_which_another_number_fits(
    database_url: str, fitting: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"Line {number}" + " and more" * 50 for number in range(40)]
    async with world(database_url, ai="external") as here:
        await here.bridge.stop()
        old = {
            "SLACK_BOT_TOKEN": here.slack.bot_token,
            "SLACK_APP_TOKEN": here.slack.app_token,
            "SLACK_API_URL": here.slack.api_url,
            "SLACK_CHANNEL": f"#{CHANNEL}",
        }
        async with child(MODULE, settings(database_url, old)) as process:
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
        monkeypatch.setattr(bot.blocks.thread, "MOST_BLOCKS", fitting)
        monkeypatch.setattr(bot.blocks.thread, "LONGEST", fitting * 250)
        # Long enough for the post to be looked for before it is there.
        here.how["waits"] = Waits(look_after=timedelta(seconds=0.1), quarantine=timedelta(seconds=4))
        await here.start()
        await here.settled()
        said = [text for reply in thread.replies() for _, text in thread.said(reply)]
        assert said == ["Hello", *words]


def _carries_many(arguments: dict[str, object]) -> bool:
    return str(arguments.get("blocks")).count("Line ") > 5
