"""The Web API through the real SDK: shapes, errors and limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import PersonError, Workspace

if TYPE_CHECKING:
    from collections.abc import Awaitable


async def refusal(call: Awaitable[Any]) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    return dict(caught.value.response.data)


def button(label: str = "Go", *, action_id: str = "go", value: str = "1") -> dict[str, Any]:
    text = {"type": "plain_text", "text": label}
    return {"type": "button", "text": text, "action_id": action_id, "value": value}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_auth_test_says_who_the_bot_is(slack: Workspace, client: AsyncWebClient) -> None:
    who = await client.auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == (slack.team_id, slack.bot_user_id, slack.bot_id)
    assert "chat:write" in who.headers["x-oauth-scopes"]


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), (None, "not_authed")])
async def test_a_bad_token_is_refused(slack: Workspace, token: str | None, error: str) -> None:
    assert (await refusal(AsyncWebClient(token, base_url=slack.api_url).auth_test()))["error"] == error


async def test_tokens_are_good_for_their_own_methods(slack: Workspace) -> None:
    client = AsyncWebClient(slack.app_token, base_url=slack.api_url)
    assert (await refusal(client.auth_test()))["error"] == "not_allowed_token_type"


async def test_unknown_methods_and_missing_scopes_are_named() -> None:
    async with Workspace(scopes={"chat:write"}) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        assert (await refusal(client.api_call("chat.shout")))["error"] == "unknown_method"
        answer = await refusal(client.users_info(user=slack.bot_user_id))
        assert (answer["error"], answer["needed"], answer["provided"]) == (
            "missing_scope",
            "users:read",
            "chat:write",
        )


async def test_a_post_comes_back_as_stored(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat")
    first = await client.chat_postMessage(channel="#live-chat", text="one & two")
    second = await client.chat_postMessage(channel=channel.id, text="three", blocks=[section("three")])
    assert first["channel"] == channel.id
    assert first["message"]["text"] == "one &amp; two"
    assert first["ts"] < second["ts"]
    assert second["message"]["blocks"][0]["block_id"]
    assert slack.messages(channel) == [first["message"], second["message"]]


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": "general", "text": "x"}, "not_in_channel"),
        ({"channel": "old", "text": "x"}, "is_archived"),
        ({"channel": "secret", "text": "x"}, "channel_not_found"),
        ({"channel": "live-chat"}, "no_text"),
        ({"channel": "live-chat", "text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"channel": "live-chat", "text": "x", "blocks": "[oops"}, "invalid_blocks_format"),
        ({"channel": "live-chat", "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ],
)
async def test_a_post_slack_would_refuse_is_refused(
    slack: Workspace, client: AsyncWebClient, arguments: dict[str, Any], error: str
) -> None:
    slack.add_channel("old", is_archived=True)
    slack.add_channel("secret", is_private=True, with_bot=False)
    assert (await refusal(client.chat_postMessage(**arguments)))["error"] == error


@pytest.mark.parametrize(
    ("blocks", "complaint"),
    [
        ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
        ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        ([section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([{"type": "sparkle"}], "unsupported type: sparkle [json-pointer:/blocks/0/type]"),
        ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
        (
            [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
            "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
        ),
        (
            [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
            "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
        ),
        (
            [{"type": "section", "text": {"type": "plain_text", "text": "x", "verbatim": True}}],
            "invalid additional property: verbatim [json-pointer:/blocks/0/text]",
        ),
        (
            [{"type": "actions", "elements": [button("x" * 76)]}],
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
        ),
        (
            [{"type": "actions", "elements": [button(value="x" * 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
        ),
        (
            [{"type": "actions", "elements": [button(action_id="x" * 256)]}],
            "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
        ),
        (
            [{"type": "actions", "elements": [button(), button()]}],
            "`action_id` go already exists in this block [json-pointer:/blocks/0/elements]",
        ),
        (
            [{"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11}],
            "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
        ),
        (
            [{**section("x"), "block_id": "b"}, {**section("x"), "block_id": "b"}],
            "`block_id` b is used 2 times [json-pointer:/blocks]",
        ),
        (
            [{"type": "markdown", "text": "x" * 7000}, {"type": "markdown", "text": "x" * 7000}],
            "markdown must be less than 12001 characters in all [json-pointer:/blocks]",
        ),
    ],
)
async def test_blocks_over_a_limit_are_refused_with_the_place(
    client: AsyncWebClient, blocks: list[dict[str, Any]], complaint: str
) -> None:
    answer = await refusal(client.chat_postMessage(channel="live-chat", text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert complaint in answer["errors"]
    assert f"[ERROR] {complaint}" in answer["response_metadata"]["messages"]


async def test_an_update_replaces_the_content_and_keeps_metadata(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    metadata = {"event_type": "outbox", "event_payload": {"id": "7"}}
    ts = (await client.chat_postMessage(channel=channel, text="a", blocks=[section("a")], metadata=metadata))[
        "ts"
    ]
    changed = await client.chat_update(channel=channel, ts=ts, text="b")
    assert changed["text"] == "b"
    assert "blocks" not in changed["message"]
    assert slack.message(channel, ts)["metadata"] == metadata
    long = await refusal(client.chat_update(channel=channel, ts=ts, text="x" * 4001))
    assert long["error"] == "msg_too_long"


async def test_only_own_messages_can_be_changed(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat").id
    ts = await slack.person("ana").post(channel, "mine")
    assert (await refusal(client.chat_update(channel=channel, ts=ts, text="x")))[
        "error"
    ] == "cant_update_message"
    assert (await refusal(client.chat_delete(channel=channel, ts=ts)))["error"] == "cant_delete_message"
    gone = await refusal(client.chat_update(channel=channel, ts="1700000000.000100", text="x"))
    assert gone["error"] == "message_not_found"


async def test_replies_come_oldest_first_after_the_parent_and_metadata_only_on_request(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    sent = [
        (
            await client.chat_postMessage(
                channel=channel,
                thread_ts=parent,
                text=str(number),
                metadata={"event_type": "outbox", "event_payload": {"id": number}},
            )
        )["ts"]
        for number in range(5)
    ]
    first = await client.conversations_replies(channel=channel, ts=parent, limit=3)
    assert [m["ts"] for m in first["messages"]] == [parent, *sent[:3]]
    assert first["messages"][0]["reply_count"] == 5
    assert first["has_more"]
    assert "metadata" not in first["messages"][1]
    rest = await client.conversations_replies(
        channel=channel,
        ts=parent,
        limit=3,
        cursor=first["response_metadata"]["next_cursor"],
        include_all_metadata=True,
    )
    assert [m["ts"] for m in rest["messages"]] == [parent, *sent[3:]]
    assert rest["messages"][1]["metadata"]["event_payload"] == {"id": 3}
    since = await client.conversations_replies(channel=channel, ts=parent, oldest=sent[2])
    assert [m["ts"] for m in since["messages"]] == [parent, *sent[3:]]
    inclusive = await client.conversations_replies(
        channel=channel, ts=parent, oldest=sent[2], latest=sent[3], inclusive=True
    )
    assert [m["ts"] for m in inclusive["messages"]] == [parent, *sent[2:4]]
    unknown = await refusal(client.conversations_replies(channel=channel, ts="1700000000.000100"))
    assert unknown["error"] == "thread_not_found"


@pytest.mark.parametrize("broadcast", [False, True])
async def test_a_post_into_a_thread_that_is_gone_stands_in_the_channel(
    slack: Workspace, client: AsyncWebClient, *, broadcast: bool
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await client.chat_delete(channel=channel, ts=parent)
    stray = await client.chat_postMessage(
        channel=channel, text="reply", thread_ts=parent, reply_broadcast=broadcast
    )
    assert stray["ok"]
    assert not {"thread_ts", "parent_user_id", "root", "subtype"} & stray["message"].keys()
    assert [message["ts"] for message in slack.messages(channel)] == [stray["ts"]]
    assert "thread_ts" not in slack.events[-1]["event"]


async def test_a_file_for_a_thread_that_is_gone_stands_in_the_channel(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await client.chat_delete(channel=channel, ts=parent)
    await client.files_upload_v2(channel=channel, thread_ts=parent, filename="a.txt", content="hello")
    (stray,) = slack.messages(channel)
    assert [file["name"] for file in stray["files"]] == ["a.txt"]
    assert "thread_ts" not in stray


async def test_a_post_under_a_reply_stands_in_that_replys_thread(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = await slack.person("ana").post(channel, "parent")
    reply = await slack.person("ana").post(channel, "reply", parent)
    posted = await client.chat_postMessage(channel=channel, text="x", thread_ts=reply)
    assert posted["message"]["thread_ts"] == parent


async def test_a_thread_whose_parent_is_a_tombstone_takes_posts(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    await slack.person("ana").post(channel, "reply", parent)
    await client.chat_delete(channel=channel, ts=parent)
    posted = await client.chat_postMessage(channel=channel, text="x", thread_ts=parent)
    assert posted["message"]["thread_ts"] == parent


async def test_history_is_newest_first_and_leaves_replies_out(
    slack: Workspace, client: AsyncWebClient
) -> None:
    ana = slack.person("ana")
    parent = await ana.post("live-chat", "parent")
    await ana.post("live-chat", "reply", parent)
    shared = await ana.post("live-chat", "also in the channel", parent, broadcast=True)
    history = await client.conversations_history(channel=slack.channel("live-chat").id)
    assert [m["ts"] for m in history["messages"]] == [shared, parent]
    assert history["messages"][0]["subtype"] == "thread_broadcast"
    assert history["messages"][0]["root"]["ts"] == parent


async def test_reactions_are_counted_and_doubles_refused(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat").id
    ts = await slack.person("ana").post(channel, "look")
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    await slack.person("ben").react(channel, ts, ":eyes:")
    assert slack.message(channel, ts)["reactions"] == [
        {"name": "eyes", "users": [slack.bot_user_id, slack.user_id("ben")], "count": 2}
    ]
    again = await refusal(client.reactions_add(channel=channel, timestamp=ts, name="eyes"))
    assert again["error"] == "already_reacted"
    await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    gone = await refusal(client.reactions_remove(channel=channel, timestamp=ts, name="eyes"))
    assert gone["error"] == "no_reaction"


async def test_an_ephemeral_reaches_only_members(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat").id
    await client.chat_postEphemeral(channel=channel, user=slack.user_id("ana"), text="psst")
    assert [m["text"] for m in await slack.person("ana").ephemerals()] == ["psst"]
    assert slack.ephemerals("ben") == []
    stranger = slack.add_person("dara", channels=())
    answer = await refusal(client.chat_postEphemeral(channel=channel, user=stranger, text="psst"))
    assert answer["error"] == "user_not_in_channel"


async def test_a_file_goes_up_in_three_steps_and_comes_down_with_the_token(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    answer = await client.files_upload_v2(
        channel=channel, thread_ts=parent, filename="note.txt", content="hello", initial_comment="see"
    )
    file_id = answer["files"][0]["id"]
    assert answer["files"][0]["shares"] == {}
    info = (await client.files_info(file=file_id))["file"]
    reply = slack.thread(channel, parent)[1]
    assert info["shares"]["public"][channel][0]["ts"] == reply["ts"]
    assert reply["files"][0]["id"] == file_id
    session = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as http:
        async with http.get(info["url_private_download"], headers=session) as response:
            assert await response.text() == "hello"
        async with http.get(info["url_private_download"]) as response:
            assert response.content_type == "text/html"


async def test_channels_and_people_are_listed_as_the_bot_may_see_them(
    slack: Workspace, client: AsyncWebClient
) -> None:
    slack.add_channel("secret", is_private=True, with_bot=False)
    slack.add_channel("team", is_private=True)
    slack.add_person("dara", real_name="Dara Novak", is_restricted=True)
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert {c["name"]: c["is_member"] for c in listed["channels"]} == {
        "general": False,
        "live-chat": True,
        "team": True,
    }
    joined = await client.conversations_join(channel=slack.channel("general").id)
    assert joined["channel"]["is_member"]
    dara = (await client.users_info(user=slack.user_id("dara")))["user"]
    assert (dara["real_name"], dara["is_restricted"], dara["profile"]["email"]) == (
        "Dara Novak",
        True,
        "dara@example.com",
    )
    assert (await refusal(client.users_info(user="U404")))["error"] == "user_not_found"


async def test_a_permalink_names_the_thread(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat").id
    parent = await slack.person("ana").post(channel, "parent")
    reply = await slack.person("ana").post(channel, "reply", parent)
    link = (await client.chat_getPermalink(channel=channel, message_ts=reply))["permalink"]
    assert (
        link == f"{slack.url}/archives/{channel}/p{reply.replace('.', '')}?thread_ts={parent}&cid={channel}"
    )


async def test_posting_too_fast_into_one_channel_is_limited() -> None:
    async with Workspace(post_rate=1.0) as slack:
        slack.add_channel("other")
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        await client.chat_postMessage(channel="live-chat", text="1")
        with pytest.raises(SlackApiError) as limited:
            await client.chat_postMessage(channel="live-chat", text="2")
        assert (limited.value.response.status_code, limited.value.response["error"]) == (429, "ratelimited")
        assert limited.value.response.headers["Retry-After"] == "1"
        await client.chat_postMessage(channel="other", text="3")


async def test_a_name_of_ones_own_makes_a_bot_message_without_user(
    slack: Workspace, client: AsyncWebClient
) -> None:
    posted = await client.chat_postMessage(channel="live-chat", text="hi", username="Web visitor")
    assert posted["message"]["subtype"] == "bot_message"
    assert "user" not in posted["message"]


async def test_a_reply_that_is_broadcast_stands_in_thread_and_channel_until_it_is_deleted(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    parent = (await client.chat_postMessage(channel=channel, text="card"))["ts"]
    reply = await client.chat_postMessage(channel=channel, text="!", thread_ts=parent, reply_broadcast=True)
    assert reply["message"]["subtype"] == "thread_broadcast"
    assert [m["ts"] for m in slack.messages("live-chat")] == [parent, reply["ts"]]
    assert [m["ts"] for m in slack.thread("live-chat", parent)] == [parent, reply["ts"]]
    await client.chat_delete(channel=channel, ts=reply["ts"])
    assert [m["ts"] for m in slack.messages("live-chat")] == [parent]
    assert [m["ts"] for m in slack.thread("live-chat", parent)] == [parent]


async def test_what_the_bot_tells_somebody_stands_in_their_direct_messages_alone(
    slack: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel=slack.user_id("ana"), text="psst")
    assert [m["text"] for m in slack.direct_messages("ana")] == ["psst"]
    assert slack.direct_messages("ben") == []
    assert slack.messages("live-chat") == []


async def test_a_deactivated_person_is_described_so(slack: Workspace, client: AsyncWebClient) -> None:
    slack.change_person("ben", deleted=True)
    assert (await client.users_info(user=slack.user_id("ben")))["user"]["deleted"] is True
    assert (await client.users_info(user=slack.user_id("ana")))["user"]["deleted"] is False


async def test_a_channel_with_another_id_is_found_by_that_one_alone(
    slack: Workspace, client: AsyncWebClient
) -> None:
    old = slack.channel("live-chat").id
    ts = (await client.chat_postMessage(channel=old, text="before"))["ts"]
    new = slack.change_channel_id("live-chat")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.chat_postMessage(channel=old, text="lost")
    await client.chat_postMessage(channel=new, thread_ts=ts, text="after")
    assert [one["text"] for one in slack.thread("live-chat", ts)] == ["before", "after"]


@pytest.mark.parametrize(("with_bot", "answer"), [(True, "missing_scope"), (False, "channel_not_found")])
async def test_a_group_message_is_not_described_to_an_app_without_its_scope(
    slack: Workspace, client: AsyncWebClient, with_bot: bool, answer: str
) -> None:
    group = slack.add_group_message("ana", "ben", with_bot=with_bot)
    with pytest.raises(SlackApiError, match=answer):
        await client.conversations_info(channel=group.id)


async def test_an_emoji_that_slack_does_not_know_is_no_reaction(
    slack: Workspace, client: AsyncWebClient
) -> None:
    channel = slack.channel("live-chat").id
    ts = await slack.person("ana").post(channel, "look")
    for unknown in ("shipit", "wave::skin-tone-7", "no such name"):
        refused = await refusal(client.reactions_add(channel=channel, timestamp=ts, name=unknown))
        assert refused["error"] == "invalid_name"
    with pytest.raises(PersonError, match="invalid_name"):
        await slack.person("ana").react(channel, ts, "shipit")
    slack.add_emoji("shipit")
    for known in ("shipit", "wave::skin-tone-3", "flag-pt", "+1"):
        await client.reactions_add(channel=channel, timestamp=ts, name=known)


@pytest.mark.parametrize("is_private", [False, True])
async def test_archiving_says_who_did_it(slack: Workspace, *, is_private: bool) -> None:
    channel = slack.add_channel("other", is_private=is_private)
    slack.archive("other")
    slack.archive("other", archived=False)
    archived, brought_back = (payload["event"] for payload in slack.events[-2:])
    who, kind = slack.user_id("ana"), "group" if is_private else "channel"
    assert archived == {
        "type": f"{kind}_archive",
        "channel": channel.id,
        "user": who,
        "is_moved": 0,
        "event_ts": archived["event_ts"],
    }
    assert brought_back == {
        "type": f"{kind}_unarchive",
        "channel": channel.id,
        ("actor_id" if is_private else "user"): who,
        "event_ts": brought_back["event_ts"],
    }
