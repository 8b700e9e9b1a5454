"""Which scope opens which type of channel, and what Slack says of scopes."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Workspace

EVERY_SCOPE = frozenset(
    {"channels:read", "groups:read", "im:read", "channels:history", "groups:history", "im:history"}
    | {"mpim:read", "mpim:history", "channels:manage", "groups:write", "chat:write"}
)


async def refused_for(call: Any) -> str:
    """The scope that Slack says is needed."""
    with pytest.raises(SlackApiError, match="missing_scope") as caught:
        await call
    return str(caught.value.response["needed"])


@pytest.mark.parametrize("kind", ["channels", "groups", "im", "mpim"])
async def test_each_scope_opens_its_own_type_of_channel(kind: str) -> None:
    async with Workspace(scopes=EVERY_SCOPE) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        slack.add_channel("secret", is_private=True)
        parent = await slack.person("ana").post("secret", "x")
        places = {
            "channels": slack.channel("live-chat").id,
            "groups": slack.channel("secret").id,
            "im": (await client.chat_postMessage(channel=slack.user_id("ana"), text="x"))["channel"],
            "mpim": slack.add_group_message("ana", "ben", with_bot=True).id,
        }
        slack.revoke_scope(f"{kind}:read")
        slack.revoke_scope(f"{kind}:history")
        for other, channel in places.items():
            if other != kind:
                await client.conversations_info(channel=channel)
                await client.conversations_members(channel=channel)
                await client.conversations_history(channel=channel)
        place = places[kind]
        assert await refused_for(client.conversations_info(channel=place)) == f"{kind}:read"
        assert await refused_for(client.conversations_members(channel=place)) == f"{kind}:read"
        assert await refused_for(client.conversations_history(channel=place)) == f"{kind}:history"
        assert await refused_for(client.conversations_replies(channel=place, ts=parent)) == f"{kind}:history"


async def test_listing_needs_the_scope_of_each_type_that_is_asked_for() -> None:
    async with Workspace(scopes={"channels:read"}) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        assert (await client.conversations_list())["channels"]
        both = client.conversations_list(types="public_channel,private_channel")
        assert await refused_for(both) == "groups:read"
        with pytest.raises(SlackApiError, match="invalid_types"):
            await client.conversations_list(types="secret")


@pytest.mark.parametrize(("is_private", "needed"), [(False, "channels:manage"), (True, "groups:write")])
async def test_leaving_needs_the_scope_that_changes_such_a_channel(*, is_private: bool, needed: str) -> None:
    async with Workspace(scopes=EVERY_SCOPE) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        channel = slack.add_channel("other", is_private=is_private)
        slack.revoke_scope(needed)
        assert await refused_for(client.conversations_leave(channel=channel.id)) == needed
        slack.grant_scope(needed)
        await client.conversations_leave(channel=channel.id)
        assert not channel.is_member


async def test_answers_say_which_scopes_there_are_and_which_would_do() -> None:
    async with Workspace(scopes={"groups:read", "channels:read"}) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        answer = await client.conversations_list()
        assert answer.headers["x-oauth-scopes"] == "channels:read,groups:read"
        assert "groups:read" in answer.headers["x-accepted-oauth-scopes"].split(",")
