"""Who is in the channel: asked once a minute and whenever somebody comes or goes."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspace.channel_members import ChannelMembers
from bot.slack.workspace.user_cache import UnknownPerson
from sandbox import Workspace
from tests.clocks import HandClock

LIST = "conversations.members"


@pytest.fixture
def members(slack: Workspace, client: AsyncWebClient, clock: HandClock) -> ChannelMembers:
    return ChannelMembers(client, slack.channel("live-chat").id, clock)


async def test_the_list_is_good_for_a_minute(
    slack: Workspace, members: ChannelMembers, clock: HandClock
) -> None:
    ana = slack.user_id("ana")
    for seconds, calls in ((0, 1), (59, 1), (1, 2)):
        clock.forward(seconds=seconds)
        assert await members.has_now(ana)
        assert len(slack.calls_of(LIST)) == calls


async def test_many_who_ask_at_once_are_answered_by_one_list(
    slack: Workspace, members: ChannelMembers
) -> None:
    people = [slack.user_id(name) for name in ("ana", "ben", "chloe")] * 5
    assert all(await asyncio.gather(*map(members.has_now, people)))
    assert len(slack.calls_of(LIST)) == 1


async def test_who_left_while_the_list_was_on_its_way_is_not_in_it(
    slack: Workspace, members: ChannelMembers
) -> None:
    ana = slack.user_id("ana")
    slack.faults.slow(LIST, seconds=0.2)
    asking = asyncio.create_task(members.has_now(ana))
    await slack.until(lambda: slack.faults.pending == [])
    slack.leave("live-chat", "ana")
    members.forget()
    assert not await asking


async def test_while_slack_is_away_who_was_there_before_may_read_and_nobody_more(
    slack: Workspace, members: ChannelMembers, clock: HandClock
) -> None:
    ana = slack.user_id("ana")
    assert await members.has(ana)
    clock.forward(minutes=2)
    slack.faults.error(LIST, "internal_error", times=9)
    assert await members.has(ana)
    assert not await members.has("U0NOBODY")
    with pytest.raises(UnknownPerson):
        await members.has_now(ana)
