"""Where a page of Slack's names the error, the sandbox says that one."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ("reactions.add", {"name": "eyes"}, "no_item_specified"),
        ("reactions.remove", {"name": "eyes", "timestamp": "yesterday"}, "bad_timestamp"),
        ("reactions.get", {}, "no_item_specified"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.list", {"limit": 1000}, "invalid_limit"),
        (
            "assistant.threads.setStatus",
            {"thread_ts": "1700000000.000100", "status": "…"},
            "invalid_thread_ts",
        ),
        ("files.completeUploadExternal", {"files": [{"id": "F404"}]}, "file_not_found"),
    ],
)
async def test_a_call_is_refused_as_its_page_says(
    slack: Workspace, client: AsyncWebClient, method: str, arguments: dict[str, Any], error: str
) -> None:
    channel = slack.channel("live-chat").id
    with pytest.raises(SlackApiError, match=f"'{error}'"):
        await client.api_call(method, json={"channel": channel, "channel_id": channel, **arguments})


async def test_an_archived_channel_takes_no_edit_no_reaction_and_no_leave(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    ts = (await client.chat_postMessage(channel=channel, text="x"))["ts"]
    slack.archive("live-chat")
    with pytest.raises(SlackApiError, match="is_inactive"):
        await client.chat_update(channel=channel, ts=ts, text="y")
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    with pytest.raises(SlackApiError, match="is_archived"):
        await client.conversations_leave(channel=channel)


async def test_a_tombstone_goes_with_its_last_reply_and_the_app_hears_of_it(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    reply = await slack.person("ana").post(channel, "reply", parent)
    await client.chat_delete(channel=channel, ts=parent)
    await slack.person("ana").delete(channel, reply)
    gone = [event["event"] for event in slack.events if event["event"].get("subtype") == "message_deleted"]
    assert [event["deleted_ts"] for event in gone] == [reply, parent]
    assert gone[1]["previous_message"]["subtype"] == "tombstone"
    assert slack.messages(channel) == []
