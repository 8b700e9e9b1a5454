"""The start: who we are and where we post, or what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspace.installation import NotConnected, find_installation
from sandbox import Workspace
from storage.records import MessageRef


@pytest.mark.parametrize("how", ["name", "#name", "id", " id "])
async def test_the_channel_is_found_by_name_or_id(slack: Workspace, client: AsyncWebClient, how: str) -> None:
    channel = slack.channel("live-chat")
    wanted = {"name": "live-chat", "#name": "#live-chat", "id": channel.id, " id ": f" {channel.id} "}[how]
    found = await find_installation(client, wanted)
    assert (found.channel, found.channel_name) == (channel.id, "live-chat")
    assert (found.team, found.bot_user, found.bot_id) == (slack.team_id, slack.bot_user_id, slack.bot_id)


async def test_a_private_channel_that_the_bot_was_invited_to_will_do(
    slack: Workspace, client: AsyncWebClient
) -> None:
    slack.add_channel("vip", is_private=True)
    assert (await find_installation(client, "#vip")).channel == slack.channel("vip").id


async def test_a_channel_is_found_however_many_there_are(slack: Workspace, client: AsyncWebClient) -> None:
    for number in range(1100):
        slack.add_channel(f"room-{number}", members=[], with_bot=False)
    slack.add_channel("the-last")
    assert (await find_installation(client, "the-last")).channel_name == "the-last"


Prepare = Callable[[Workspace], object]


@pytest.mark.parametrize(
    ("prepare", "channel", "said", "mend"),
    [
        (lambda slack: None, "#nowhere", "no channel “#nowhere”", "SLACK_CHANNEL"),
        (lambda slack: None, "C0000000000", "no channel “C0000000000”", "SLACK_CHANNEL"),
        (
            lambda slack: slack.add_channel("secret", is_private=True, with_bot=False),
            "#secret", "no channel “#secret”", "invited",
        ),
        (lambda slack: None, "#general", "The bot is not in #general", "/invite @"),
        (lambda slack: slack.archive("live-chat"), "#live-chat", "#live-chat is archived", "Unarchive"),
        (
            lambda slack: slack.add_channel("old", is_archived=True),
            "#old", "#old is archived", "SLACK_CHANNEL",
        ),
        (
            lambda slack: slack.add_channel("shared", is_ext_shared=True),
            "#shared", "another organisation", "SLACK_CHANNEL",
        ),
        (lambda slack: slack.faults.error("auth.test", "invalid_auth"), "x", "SLACK_BOT_TOKEN", "Copy"),
        (lambda slack: slack.faults.error("auth.test", "account_inactive"), "x", "account_inactive", "Copy"),
        (
            lambda slack: slack.faults.error("conversations.list", "missing_scope"),
            "#live-chat", "scope is missing", "bookbag manifest",
        ),
        (lambda slack: slack.faults.server_error("auth.test"), "x", "did not answer as expected", "internal"),
        (lambda slack: slack.faults.drop_before("auth.test"), "x", "did not answer as expected", ""),
        (
            lambda slack: slack.faults.rate_limit("conversations.list"),
            "#live-chat", "did not answer as expected", "ratelimited",
        ),
    ],
)  # fmt: skip
async def test_what_stands_in_the_way_is_said_with_its_mend(
    slack: Workspace, client: AsyncWebClient, prepare: Prepare, channel: str, said: str, mend: str
) -> None:
    prepare(slack)
    with pytest.raises(NotConnected) as refused:
        await find_installation(client, channel)
    assert said in str(refused.value)
    assert mend in str(refused.value)
    assert slack.bot_token not in str(refused.value)


async def test_a_message_is_linked_the_way_slack_links_it(slack: Workspace, client: AsyncWebClient) -> None:
    found = await find_installation(client, "live-chat")
    link = found.link_to(MessageRef(found.team, found.channel, "1700000000.000100"))
    assert link.endswith(f"/archives/{found.channel}/p1700000000000100")
    assert "//archives" not in link
