"""The workspace driven by a program in any language: JSON over plain HTTP, and settings on its output."""

from __future__ import annotations

import asyncio
import base64
import inspect
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox import RemoteWorkspace
from sandbox.outside.console import Console
from tests.sandbox.test_web_api import button

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox import Workspace
    from tests.sandbox.conftest import Bot


class Http:
    """Nothing but POST with a JSON object."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def send(self, path: str, **said: Any) -> dict[str, Any]:
        async with self._session.post(f"{self._url}/sandbox/{path}", json=said) as answer:
            return {**await answer.json(), "status": answer.status}

    async def ana(self, action: str, **said: Any) -> Any:
        return (await self.send(f"people/ana/{action}", **said))["result"]

    async def workspace(self, action: str, **said: Any) -> Any:
        return (await self.send(f"workspace/{action}", **said))["result"]


@pytest.fixture
async def http(slack: Workspace) -> AsyncIterator[Http]:
    async with aiohttp.ClientSession() as session:
        yield Http(slack.url, session)


async def test_the_program_prints_its_address_and_settings_to_export() -> None:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert started.stdout is not None
    exported: dict[str, str] = {}
    try:
        url = (await asyncio.wait_for(started.stdout.readline(), 20)).decode().split()[-1]
        while "SLACK_CHANNEL" not in exported:
            line = (await asyncio.wait_for(started.stdout.readline(), 20)).decode().strip()
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                exported[name] = value
        async with aiohttp.ClientSession() as session:
            headers = {"Authorization": f"Bearer {exported['SLACK_BOT_TOKEN']}"}
            said = {"channel": exported["SLACK_CHANNEL"], "text": "hello"}
            async with session.post(
                f"{exported['SLACK_API_URL']}chat.postMessage", json=said, headers=headers
            ) as answer:
                assert (await answer.json())["ok"]
            messages = await Http(url, session).ana("messages", channel="live-chat")
    finally:
        started.terminate()
        await started.wait()
    assert [message["text"] for message in messages] == ["hello"]
    assert exported.keys() == {
        "SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CHANNEL"
    }  # fmt: skip


async def test_a_person_posts_reads_edits_reacts_and_deletes(slack: Workspace, http: Http) -> None:
    parent = await http.ana("post", channel="live-chat", text="parent")
    reply = await http.ana("post", channel="live-chat", text="reply", thread_ts=parent)
    shaped = await http.ana(
        "post",
        channel="live-chat",
        thread_ts=parent,
        **{"as": {"text": "", "attachments": [{"is_share": True}]}},
    )
    content = base64.b64encode(b"bytes").decode()
    with_file = await http.ana("post", channel="live-chat", files=[{"name": "a.txt", "content": content}])
    await http.ana("edit", channel="live-chat", ts=reply, text="other words")
    await http.ana("react", channel="live-chat", ts=reply, emoji=":eyes:")
    thread = await http.ana("thread", channel="live-chat", ts=parent)
    assert [message["text"] for message in thread] == ["parent", "other words", ""]
    assert thread[1]["reactions"][0]["name"] == "eyes"
    assert thread[2]["attachments"] == [{"is_share": True}]
    await http.ana("unreact", channel="live-chat", ts=reply, emoji="eyes")
    await http.ana("delete", channel="live-chat", ts=shaped)
    shown = await http.ana("messages", channel="live-chat")
    assert [message["ts"] for message in shown] == [parent, with_file]
    assert shown[0]["reply_count"] == 1
    await http.ana("delete_file", file=shown[1]["files"][0]["id"])
    assert len(await http.ana("messages", channel="live-chat")) == 1


async def test_a_person_presses_commands_submits_and_opens(slack: Workspace, bot: Bot, http: Http) -> None:
    plain = {"type": "plain_text", "text": "Name"}
    view: dict[str, Any] = {
        "type": "modal",
        "title": plain,
        "submit": plain,
        "callback_id": "form",
        "blocks": [
            {"type": "input", "block_id": "name", "label": plain, "element": {"type": "plain_text_input"}},
            {"type": "actions", "elements": [button(action_id="in_view")]},
        ],
    }
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button(action_id="in_view")]}]}
    submitted: list[Any] = []

    @bot.app.command("/ask")
    async def ask(ack: Any) -> None:
        await ack("asked")

    @bot.app.action("go")
    async def go(ack: Any, body: Any) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=view)

    @bot.app.action("in_view")
    @bot.app.shortcut("note")
    async def taken(ack: Any) -> None:
        await ack()

    @bot.app.view("form")
    async def form(ack: Any, body: Any) -> None:
        submitted.append(body["view"]["state"]["values"]["name"])
        await ack()

    @bot.app.event("app_home_opened")
    async def opened(event: Any) -> None:
        await bot.client.views_publish(user_id=event["user"], view=home)

    assert (await http.ana("command", channel="live-chat", command="/ask"))["text"] == "asked"
    assert [one["text"] for one in await http.ana("ephemerals")] == ["asked"]
    card = await bot.client.chat_postMessage(
        channel="live-chat", text="card", blocks=[{"type": "actions", "elements": [button()]}]
    )
    assert (await http.ana("press", channel="live-chat", ts=card["ts"], action_id="go"))["ok"]
    await slack.until(lambda: slack.views("ana"))
    assert [one["callback_id"] for one in await http.ana("views")] == ["form"]
    assert (await http.ana("press_view", action_id="in_view"))["ok"]
    assert (await http.ana("submit", values={"name": "Ana"}))["ok"]
    assert [value["value"] for one in submitted for value in one.values()] == ["Ana"]
    assert (await http.ana("shortcut", callback_id="note", channel="live-chat", ts=card["ts"]))["ok"]
    assert await http.ana("home") is None
    await http.ana("open_home")
    await slack.until(lambda: slack.home("ana"))
    assert (await http.ana("home"))["type"] == "home"
    await http.ana("press", channel="live-chat", ts=card["ts"], action_id="go")
    await slack.until(lambda: slack.views("ana"))
    await http.ana("close_view")
    assert await http.ana("views") == []


async def test_the_workspace_fails_and_drops(slack: Workspace, bot: Bot, http: Http) -> None:
    await http.workspace(
        "script_fault", kind="error", method="chat.postMessage", code="is_archived", when={"text": "this one"}
    )
    await bot.client.chat_postMessage(channel="live-chat", text="another")
    with pytest.raises(SlackApiError, match="is_archived"):
        await bot.client.chat_postMessage(channel="live-chat", text="this one")
    await http.workspace("script_fault", kind="answer", method="team.info", body={"ok": True, "team": None})
    assert (await bot.client.team_info())["team"] is None
    await http.workspace("random_faults", rate=1.0, kinds=["slow"])
    await http.workspace("clear_faults")
    await http.workspace("disturb", seed=1, repeats=1.0, longest_hold=0.01)
    await http.workspace("disturb")
    await http.workspace("disconnect_sockets", reason="warning")
    assert (await http.workspace("status"))["open_connections"] == 1
    await http.workspace("drop_sockets")
    await slack.until(lambda: slack.open_connections == 1)
    await http.workspace("limit_events")
    await http.workspace("limit_events", limited=False)
    await http.workspace("fail_downloads", times=2)
    await http.workspace("revoke_scope", scope="chat:write")
    await http.workspace("grant_scope", scope="chat:write")
    assert (await http.workspace("rules", tiers=True))["tiers"] is True
    assert (await http.workspace("rules", tiers=False))["tiers"] is False


async def test_channels_change_and_people_come_and_go(slack: Workspace, bot: Bot, http: Http) -> None:
    other = await http.workspace("add_channel", name="other", is_private=True, members=["ana"])
    assert slack.channel("other").id == other
    await http.workspace("add_person", name="erin", real_name="Erin\u200b", teams=["T0SISTER", slack.team_id])
    await http.workspace("join", channel="other", user="erin")
    await http.workspace("leave", channel="other", user="erin")
    await http.workspace("change_person", name="erin", is_restricted=True)
    await http.workspace("hide_person", name="erin")
    await http.workspace("add_emoji", name="shipit")
    await http.workspace("archive", channel="other")
    await http.workspace("archive", channel="other", archived=False)
    await http.workspace("leave", channel="live-chat")
    await http.workspace("join", channel="live-chat")
    moved = await http.workspace("change_channel_id", channel="other")
    assert slack.channel("other").id == moved != other
    kinds = [payload["event"]["type"] for payload in slack.events]
    assert kinds == [
        "member_joined_channel", "member_left_channel", "user_change", "group_archive", "group_unarchive",
        "channel_left", "member_joined_channel", "channel_id_changed",
    ]  # fmt: skip


async def test_a_channel_is_shared_outside_and_no_longer(slack: Workspace, bot: Bot, http: Http) -> None:
    channel = slack.channel("live-chat").id

    async def described() -> dict[str, Any]:
        return (await bot.client.conversations_info(channel=channel))["channel"]  # type: ignore[no-any-return]

    await http.workspace("share", channel="live-chat", pending=True)
    assert (await described())["is_pending_ext_shared"]
    assert slack.events == []
    await http.workspace("share", channel="live-chat", with_team="T0ACME")
    shared = await described()
    assert (shared["is_ext_shared"], shared["is_pending_ext_shared"]) == (True, False)
    assert shared["shared_team_ids"] == [slack.team_id, "T0ACME"]
    await http.ana("post", channel="live-chat", text="seen by others")
    await http.workspace("share", channel="live-chat", with_team="T0ACME", shared=False)
    assert not (await described())["is_ext_shared"]
    told, post, ended = (payload["event"] for payload in slack.events)
    assert (told["type"], told["channel"], told["connected_team_id"]) == ("channel_shared", channel, "T0ACME")
    assert [payload["is_ext_shared_channel"] for payload in slack.events] == [True, True, False]
    assert post["text"] == "seen by others"
    assert (ended["type"], ended["previously_connected_team_id"], ended["is_ext_shared"]) == (
        "channel_unshared",
        "T0ACME",
        False,
    )


async def test_messages_vanish_and_the_clock_moves(slack: Workspace, http: Http) -> None:
    ts = await http.ana("post", channel="live-chat", text="look at https://example.com/")
    await http.workspace("unfurl", channel="live-chat", ts=ts)
    event = {"type": "channel_rename", "channel": {"id": slack.channel("live-chat").id, "name": "renamed"}}
    await http.workspace("publish", event=event)
    (thread,) = await http.workspace("threads", channel="live-chat")
    assert (thread["ts"], len(thread["messages"][0]["attachments"])) == (ts, 1)
    assert await http.workspace("retention", channel="live-chat", ts=ts) == [ts]
    assert await http.workspace("threads", channel="live-chat") == []
    await http.workspace("clock_offset", seconds=-90)
    assert float(await http.ana("post", channel="live-chat", text="late")) < float(ts)


async def test_what_is_missing_or_unknown_is_said_in_words(slack: Workspace, http: Http) -> None:
    for path, said, status, words in (
        ("people/ana/explode", {}, 404, "there are close_view, command"),
        ("people/ana/post", {"text": "x"}, 400, "'channel' is missing"),
        ("people/ana/post", {"channel": "live-chat", "text": "x", "deliveries": "two"}, 400, "two"),
        ("people/nobody/post", {"channel": "live-chat", "text": "x"}, 409, "here are ana, ben, chloe"),
        ("people/ana/post", {"channel": "live-chat"}, 409, "nothing to send"),
        ("workspace/explode", {}, 404, "there are add_channel, add_emoji"),
        ("workspace/share", {}, 400, "share takes channel, with_team"),
        ("workspace/retention", {"channel": "nowhere"}, 409, "no channel"),
        ("workspace/add_person", {"name": "ana"}, 409, "called 'ana' already"),
        ("workspace/change_person", {"name": "ana", "wings": 2}, 400, "wings"),
    ):
        answer = await http.send(path, **said)
        assert (answer["status"], words in answer["error"]) == (status, True), answer


async def test_python_has_a_method_for_each_action(slack: Workspace) -> None:
    for name in Console(slack).actions:
        assert inspect.iscoroutinefunction(getattr(RemoteWorkspace, name)), name
