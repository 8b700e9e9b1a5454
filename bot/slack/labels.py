"""The label that each of our posts carries where only programs read, and posts found again by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.errors import THREAD_GONE, Failure
from storage.records import MessageRef

METADATA_TYPE = "bookbag"
_PAGES = 10


@dataclass(frozen=True, slots=True)
class Found:
    """A post of ours. `shows`: how many of its parcel's rows; None if it does not say: older ones.

    `is_beside`: it was for a thread, and stands in the channel itself.
    """

    ts: str
    shows: int | None
    is_beside: bool = False


def label(key: str, *, shows: int) -> dict[str, Any]:
    """The metadata of a post that shows so many rows of the parcel with this key."""
    return {"event_type": METADATA_TYPE, "event_payload": {"key": key, "shows": shows}}


async def find(
    client: AsyncWebClient, key: str, *, channel: str, thread: MessageRef | None, since: datetime
) -> Found | None:
    """The post that carries this key, if Slack shows one, in the thread or else in the channel itself.

    Slack posts into the channel what is for a thread that is gone (slack-go/slack issue 1571). Raises what
    Slack's client raises, also where the thread is gone and no such post is in the channel.
    """
    gone = None
    if thread is not None:
        try:
            found = await _first(client, key, channel=channel, thread=thread, since=since)
        except SlackApiError as error:
            if Failure.of(error).reason not in THREAD_GONE:
                raise
            found, gone = None, error
        if found is not None:
            return found
    found = await _first(client, key, channel=channel, thread=None, since=since)
    if found is None and gone is not None:
        raise gone
    return None if found is None else replace(found, is_beside=thread is not None)


async def _first(
    client: AsyncWebClient, key: str, *, channel: str, thread: MessageRef | None, since: datetime
) -> Found | None:
    arguments: dict[str, Any] = {
        "oldest": f"{since.timestamp():.6f}",
        "include_all_metadata": True,
        "limit": 200,
    }
    cursor = None
    for _ in range(_PAGES):
        if thread is None:
            page = await client.conversations_history(channel=channel, cursor=cursor, **arguments)
        else:
            page = await client.conversations_replies(
                channel=thread.channel, ts=thread.ts, cursor=cursor, **arguments
            )
        for message in page["messages"]:
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                shows = payload.get("shows")
                return Found(str(message["ts"]), shows if isinstance(shows, int) else None)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
    return None
