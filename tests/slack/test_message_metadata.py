"""A post found again by its label, and how many rows it says it shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.message_metadata import METADATA_TYPE, FoundPost, find, label
from sandbox import Workspace
from storage.records import MessageRef

KEY = "a-parcel"


@pytest.mark.parametrize(
    ("payload", "shows"),
    [
        (label(KEY, shows=3)["event_payload"], 3),
        (label(KEY, shows=0)["event_payload"], 0),
        # An older version did not say.
        ({"key": KEY}, None),
        ({"key": KEY, "shows": "3"}, None),
    ],
)
@pytest.mark.parametrize("in_thread", [True, False])
async def test_a_post_says_how_many_rows_it_shows_or_not(
    slack: Workspace, client: AsyncWebClient, payload: dict[str, Any], shows: int | None, in_thread: bool
) -> None:
    channel, since = slack.channel("live-chat").id, datetime.now(UTC) - timedelta(minutes=1)
    card = str((await client.chat_postMessage(channel=channel, text="card"))["ts"])
    under = card if in_thread else None
    posted = await client.chat_postMessage(
        channel=channel,
        text="x",
        metadata={"event_type": METADATA_TYPE, "event_payload": payload},
        thread_ts=under,
    )
    await client.chat_postMessage(
        channel=channel, text="y", metadata=label("another", shows=1), thread_ts=under
    )
    thread = MessageRef(slack.team_id, channel, card) if in_thread else None
    found = await find(client, KEY, channel=channel, thread=thread, since=since)
    assert found == FoundPost(str(posted["ts"]), shows)
    assert await find(client, "none", channel=channel, thread=thread, since=since) is None
