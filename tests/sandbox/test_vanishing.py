"""What Slack does without telling the app: messages that vanish, and a clock of its own."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from sandbox import PersonError, RemoteWorkspace

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from sandbox import Workspace


async def test_retention_takes_messages_away_without_an_event(
    slack: Workspace, client: AsyncWebClient
) -> None:
    ana = slack.person("ana")
    old = await ana.post("live-chat", "old")
    parent = await ana.post("live-chat", "parent")
    replies = [await ana.post("live-chat", f"reply {number}", parent) for number in range(3)]
    published = len(slack.events)
    assert slack.retention("live-chat", before=parent) == [old]
    assert slack.retention("live-chat", ts=[replies[0]]) == [replies[0]]
    assert [message["ts"] for message in slack.messages("live-chat")] == [parent]
    assert [message["ts"] for message in slack.thread("live-chat", parent)] == [parent, *replies[1:]]
    assert slack.message("live-chat", parent)["reply_count"] == 2
    assert slack.retention("live-chat", thread=parent, with_parent=False) == replies[1:]
    assert "reply_count" not in slack.message("live-chat", parent)
    assert len(slack.events) == published
    channel = slack.channel("live-chat").id
    assert slack.retention("live-chat") == [parent]
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=channel, ts=parent)
    assert (await client.conversations_history(channel=channel))["messages"] == []


async def test_a_parent_may_go_before_its_replies(slack: Workspace, client: AsyncWebClient) -> None:
    ana, channel = slack.person("ana"), slack.channel("live-chat").id
    parent = await ana.post(channel, "parent")
    reply = await ana.post(channel, "reply", parent)
    assert slack.retention(channel, ts=[parent]) == [parent]
    assert slack.message(channel, reply)["thread_ts"] == parent
    with pytest.raises(SlackApiError, match="thread_not_found"):
        await client.conversations_replies(channel=channel, ts=parent)
    with pytest.raises(PersonError, match="no thread"):
        await ana.post(channel, "one more", parent)
    assert slack.retention(channel, thread=parent) == [reply]


@pytest.mark.parametrize("offset", [-90.0, 90.0])
async def test_timestamps_and_times_of_events_follow_slacks_own_clock(
    slack: Workspace, client: AsyncWebClient, offset: float
) -> None:
    ana, channel = slack.person("ana"), slack.channel("live-chat").id
    parent = await ana.post(channel, "in step")
    slack.clock_offset(offset)
    reply = await ana.post(channel, "out of step", parent)
    assert float(reply) - time.time() == pytest.approx(offset, abs=5)
    assert slack.events[-1]["event_time"] - time.time() == pytest.approx(offset, abs=5)
    answer = await client.conversations_replies(channel=channel, ts=parent)
    assert [message["ts"] for message in answer["messages"]] == [parent, reply]
    told = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert told - time.time() == pytest.approx(offset, abs=5)


async def test_messages_stay_in_the_order_of_their_timestamps_when_the_clock_is_set_back(
    slack: Workspace, client: AsyncWebClient
) -> None:
    ana, channel = slack.person("ana"), slack.channel("live-chat").id
    first = await ana.post(channel, "first")
    slack.clock_offset(-90)
    second = await ana.post(channel, "second")
    slack.clock_offset(0)
    third = await ana.post(channel, "third")
    history = (await client.conversations_history(channel=channel))["messages"]
    assert [message["ts"] for message in history] == [third, first, second]
    read = await client.conversations_history(channel=channel, latest=first, inclusive=True)
    assert [message["ts"] for message in read["messages"]] == [first, second]


async def test_retention_and_the_clock_are_set_from_another_process(slack: Workspace) -> None:
    async with RemoteWorkspace(slack.url) as remote:
        parent = await remote.person("ana").post("live-chat", "parent")
        reply = await remote.person("ana").post("live-chat", "reply", parent)
        assert await remote.retention("live-chat", thread=parent, with_parent=False) == [reply]
        assert await remote.retention("live-chat", ts=[parent]) == [parent]
        await remote.clock_offset(-90)
        assert (await remote.status())["clock_offset"] == -90
        late = await remote.person("ana").post("live-chat", "late")
    assert float(late) - time.time() == pytest.approx(-90, abs=5)
