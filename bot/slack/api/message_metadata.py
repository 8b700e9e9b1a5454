"""The label that each of our posts carries where only programs read, and posts found again by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import THREAD_GONE, Failure
from storage.records import MessageRef

METADATA_TYPE = "bookbag"
_PAGES = 10
_BETWEEN = ":"


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A post of ours. `shows`: how many of its job's rows; None if it does not say: older ones.

    `upto`: it shows the first row up to that character only, and none whole. `made_at`: a card shows what the
    conversation's entries said up to that number.
    `is_beside`: it was for a thread, and stands in the channel itself.
    """

    ts: str
    shows: int | None
    upto: int | None = None
    made_at: int = 0
    is_beside: bool = False


def label(key: str, *, shows: int, upto: int | None = None, made_at: int = 0) -> dict[str, Any]:
    """The metadata of a post that shows so much of the job with this key, as in `FoundPost`."""
    payload: dict[str, Any] = {"key": key, "shows": shows}
    if upto is not None:
        payload["upto"] = upto
    if made_at:
        payload["made_at"] = made_at
    return {"event_type": METADATA_TYPE, "event_payload": payload}


def label_in_blocks(metadata: Mapping[str, Any], blocks: Sequence[Block]) -> None:
    """Let the first block's name be the label: for where Slack takes no metadata."""
    said = metadata["event_payload"]
    parts = [METADATA_TYPE, said["key"], str(said["shows"]), str(said.get("upto", ""))]
    blocks[0].block_id = _BETWEEN.join(parts)


def _label_of(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the post's label says, wherever it is."""
    said: Mapping[str, Any] = (message.get("metadata") or {}).get("event_payload") or {}
    if said:
        return said
    blocks = message.get("blocks") or [{}]
    kind, *parts = str(blocks[0].get("block_id") or "").split(_BETWEEN)
    if kind != METADATA_TYPE or len(parts) < 3:
        return {}
    upto, shows, *key = reversed(parts)
    return {
        "key": _BETWEEN.join(reversed(key)),
        **{name: int(value) for name, value in (("shows", shows), ("upto", upto)) if value.isdecimal()},
    }


async def find(
    client: AsyncWebClient, key: str, *, channel: str, thread: MessageRef | None, since: datetime
) -> FoundPost | None:
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
) -> FoundPost | None:
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
            said = _label_of(message)
            if said.get("key") == key:
                numbers = {
                    name: said[name] for name in ("upto", "made_at") if isinstance(said.get(name), int)
                }
                shows = said.get("shows")
                return FoundPost(str(message["ts"]), shows if isinstance(shows, int) else None, **numbers)
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
    return None
