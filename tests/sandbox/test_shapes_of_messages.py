"""Messages in any shape that Slack may deliver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox import PersonError
from tests.sandbox.test_files import download
from tests.slack.shapes import MORE, WHOLE

if TYPE_CHECKING:
    from sandbox import Workspace
    from tests.sandbox.conftest import Bot

STAND_IN = "This message contains interactive elements."
SHAPES: list[dict[str, Any]] = [
    {
        "text": STAND_IN,
        "blocks": [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"}],
    },
    {"text": STAND_IN, "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "42"}]]}]},
    {"text": "", "blocks": [{"type": "from_the_future", "words": "?"}]},
    {"text": "", "attachments": [{"is_share": True, "text": "forwarded", "author_name": "Ben"}]},
    {"text": "On behalf", "bot_id": "B0OTHER", "app_id": "A0OTHER", "bot_profile": {"id": "B0OTHER"}},
    {"text": "waves", "subtype": "me_message"},
    {"text": "", "files": [{"id": "F0ELSEWHERE", "mode": "hidden_by_limit"}]},
    {"text": "who?", "user": "U0NOBODY"},
]


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_message_comes_in_the_shape_it_was_given(
    slack: Workspace, bot: Bot, shape: dict[str, Any]
) -> None:
    ana = slack.person("ana")
    parent = await ana.post("live-chat", "parent")
    ts = await ana.post("live-chat", "typed", parent, as_=shape)
    await slack.until(lambda: bot.heard("message", ts=ts))
    (event,) = bot.heard("message", ts=ts)
    assert {key: event[key] for key in shape} == shape
    assert event["thread_ts"] == parent
    read = await bot.client.conversations_replies(channel=event["channel"], ts=parent)
    assert {key: read["messages"][1][key] for key in shape} == shape


@pytest.mark.parametrize(
    "shape",
    [
        *SHAPES,
        {"blocks": [{"words": "no type"}, "no block", {"type": "section", "text": "no object"}]},
        {"blocks": [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{}]}]}]},
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn"}}, {"type": "markdown"}]},
        {"attachments": [{"text": 5, "blocks": None}], "text": None},
    ],
)
async def test_any_shape_can_be_shown(slack: Workspace, shape: dict[str, Any]) -> None:
    ts = await slack.person("ana").post("live-chat", "x", as_=shape)
    message = slack.message("live-chat", ts)
    assert isinstance(slack.rendered(message), str)
    assert slack.mentions(message) == set()
    assert ts in slack.describe()


async def test_a_field_that_is_null_is_left_out(slack: Workspace) -> None:
    shape = {
        "client_msg_id": None,
        "blocks": None,
        "subtype": "bot_message",
        "user": None,
        "bot_id": "B0OTHER",
    }
    ts = await slack.person("ana").post("live-chat", "from an app", as_=shape)
    message = slack.message("live-chat", ts)
    assert not {"client_msg_id", "blocks", "user"} & message.keys()
    assert (message["text"], message["bot_id"]) == ("from an app", "B0OTHER")


async def test_where_a_message_stands_is_not_for_its_shape_to_say(slack: Workspace) -> None:
    ana, there = slack.person("ana"), await slack.person("ana").post("live-chat", "there")
    for wrong, words in (
        ({"ts": "1.0"}, "no timestamp"),
        ({"ts": there}, "already"),
        ({"channel": "C0"}, "another channel"),
        ({"type": "reaction_added"}, "another type"),
        ({"thread_ts": "1700000000.000100"}, "no thread"),
    ):
        with pytest.raises(PersonError, match=words):
            await ana.post("live-chat", "x", as_=wrong)


async def test_a_whole_event_can_be_played_as_slack_delivered_it(slack: Workspace, bot: Bot) -> None:
    channel = slack.channel("live-chat").id
    parent = await slack.person("ana").post(channel, "parent")
    event = {
        "type": "message",
        "user": slack.user_id("ben"),
        "text": "from long ago",
        "ts": "1700000000.000100",
        "event_ts": "1700000000.000100",
        "channel": channel,
        "channel_type": "channel",
        "team": slack.team_id,
        "thread_ts": parent,
    }
    ts = await slack.person("ben").post(channel, "", as_={**event, "client_msg_id": None})
    assert ts == event["ts"]
    await slack.until(lambda: bot.heard("message", ts=ts))
    assert bot.heard("message", ts=ts)[0] == {**event, "parent_user_id": slack.user_id("ana")}


async def test_a_change_and_a_deletion_can_be_played(slack: Workspace, bot: Bot) -> None:
    ana, channel = slack.person("ana"), slack.channel("live-chat").id
    ts = await ana.post(channel, "words")
    files = [{"id": "F0LATER", "mode": "hosted"}]
    changed = {**slack.message(channel, ts), "files": files}
    await ana.post(channel, "", as_={"subtype": "message_changed", "message": changed})
    await slack.until(lambda: bot.heard("message_changed"))
    (event,) = bot.heard("message_changed")
    assert event["message"]["files"] == slack.message(channel, ts)["files"] == files
    assert "files" not in event["previous_message"]
    await ana.post(
        channel, "", as_={"subtype": "message_deleted", "deleted_ts": ts, "previous_message": None}
    )
    await slack.until(lambda: bot.heard("message_deleted"))
    (event,) = bot.heard("message_deleted")
    assert event["deleted_ts"] == ts
    assert "previous_message" not in event
    assert slack.messages(channel) == []
    with pytest.raises(PersonError, match="message_not_found"):
        await ana.post(channel, "", as_={"subtype": "message_deleted", "deleted_ts": ts})


async def test_a_file_is_added_later(slack: Workspace, bot: Bot) -> None:
    ana = slack.person("ana")
    ts = await ana.post("live-chat", "see below")
    await ana.edit("live-chat", ts, files={"a.txt": b"bytes"})
    await slack.until(lambda: bot.heard("message_changed"))
    (change,) = bot.heard("message_changed")
    assert change["message"]["text"] == "see below"
    assert "edited" not in change["message"]
    assert "files" not in change["previous_message"]
    (file,) = change["message"]["files"]
    assert await download(slack, file) == (200, "text/plain", b"bytes")


async def test_fields_change_later_without_a_mark(slack: Workspace, bot: Bot) -> None:
    ana, table = slack.person("ana"), [{"type": "table", "rows": []}]
    ts = await ana.post("live-chat", "words")
    await ana.edit("live-chat", ts, as_={"attachments": [{"blocks": table}], "blocks": None})
    await slack.until(lambda: bot.heard("message_changed"))
    message = bot.heard("message_changed")[0]["message"]
    assert message["attachments"] == [{"blocks": table}]
    assert not {"edited", "blocks"} & message.keys()


async def test_whatever_shape_a_message_has_it_can_be_shown(slack: Workspace) -> None:
    for shape in {**MORE, **WHOLE}.values():
        slack.rendered({"ts": "1700000000.000100", "user": "U0ANA0001", **shape("words", "more")})
