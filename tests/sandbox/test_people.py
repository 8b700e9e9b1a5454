"""Who people are: on an Enterprise Grid, unknown to users.info, with names nobody would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.sandbox.test_web_api import button

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from sandbox import Workspace
    from tests.sandbox.conftest import Bot

SISTER, FIXED = "T0SISTER", "T0FIXED"


async def test_somebody_on_a_grid_names_another_workspace_in_each_place(slack: Workspace, bot: Bot) -> None:
    teams = [SISTER, FIXED, slack.team_id]
    grace = slack.add_person("grace", team_id=SISTER, teams=teams, action_team_id=FIXED)

    @bot.app.action("go")
    async def pressed(ack: Any) -> None:
        await ack()

    @bot.app.command("/where")
    async def typed(ack: Any) -> None:
        await ack("here")

    user = (await bot.client.users_info(user=grace))["user"]
    assert user["team_id"] == SISTER
    assert user["enterprise_user"]["teams"] == teams
    assert not user.get("is_stranger")
    blocks = [{"type": "actions", "elements": [button()]}]
    post = await bot.client.chat_postMessage(
        channel=slack.channel("live-chat").id, text="press", blocks=blocks
    )
    await slack.person("grace").press("live-chat", post["ts"], "go")
    press = bot.bodies[-1]
    assert (press["user"]["team_id"], press["team"]["id"]) == (FIXED, slack.team_id)
    assert press["enterprise"]["id"] == user["enterprise_user"]["enterprise_id"]
    assert (await slack.person("grace").command("/where", channel="live-chat"))["text"] == "here"
    assert bot.bodies[-1]["team_id"] == slack.team_id
    await slack.person("grace").post("live-chat", "hello")
    await slack.until(lambda: bot.heard("message", user=grace))
    assert bot.heard("message", user=grace)[0]["team"] == SISTER
    assert bot.bodies[-1]["authorizations"][0]["enterprise_id"] == press["enterprise"]["id"]


async def test_without_a_grid_nothing_speaks_of_one(slack: Workspace, client: AsyncWebClient) -> None:
    user = (await client.users_info(user=slack.user_id("ana")))["user"]
    assert not {"enterprise_user", "enterprise_id", "teams"} & user.keys()
    assert "enterprise_id" not in (await client.auth_test()).data


async def test_an_author_may_be_unknown_for_good(slack: Workspace, client: AsyncWebClient) -> None:
    slack.hide_person("ben")
    ts = await slack.person("ben").post("live-chat", "I am here")
    assert slack.message("live-chat", ts)["user"] == slack.user_id("ben")
    for _ in range(2):
        with pytest.raises(SlackApiError, match="user_not_found"):
            await client.users_info(user=slack.user_id("ben"))
    everybody = [member["name"] for member in (await client.users_list())["members"]]
    assert "ben" not in everybody
    assert "ana" in everybody


@pytest.mark.parametrize(
    ("name", "delivered"),
    [
        ("\u200b\u2060", "\u200b\u2060"),
        ("\u202enaS", "\u202enaS"),
        ("Ana\nnote for the team", "Ana\nnote for the team"),
        ("Tom & <Jerry>", "Tom &amp; &lt;Jerry&gt;"),
        (":lock: Ana", ":lock: Ana"),
        ("", ""),
    ],
)
async def test_a_name_may_hold_anything(
    slack: Workspace, client: AsyncWebClient, name: str, delivered: str
) -> None:
    user_id = slack.add_person("odd", real_name=name, display_name=name)
    user = (await client.users_info(user=user_id))["user"]
    assert user["real_name"] == user["profile"]["real_name"] == delivered
    assert user["profile"]["display_name"] == delivered
