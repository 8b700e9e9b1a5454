"""What a message shows, what in it is live, and what the composer makes of typing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from sandbox import Workspace


async def posted(client: AsyncWebClient, **arguments: Any) -> dict[str, Any]:
    arguments.setdefault("text", "")
    answer = await client.api_call("chat.postMessage", json={"channel": "live-chat", **arguments})
    return dict(answer["message"])


def mrkdwn(text: str, **fields: Any) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text, **fields}}]


def rich(*leaves: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(leaves)}]}]


NASTY = "<!channel> <@U0SBX000001> <https://evil.example|your bank> @here #general https://a.example & co"
ENCODED = NASTY.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@pytest.mark.parametrize(
    ("arguments", "live"),
    [
        ({"text": "hi <!here>"}, {"<!here>"}),
        ({"text": "hi <@U0SBX000001|ana>"}, {"<@U0SBX000001>"}),
        ({"text": "<!subteam^S123|@team> <#C0SBX000002|live-chat>"}, {"<!subteam^S123>", "<#C0SBX000002>"}),
        ({"text": "see https://a.example/x."}, {"<https://a.example/x>"}),
        ({"text": "see https://a.example/x.", "parse": "none"}, set()),
        ({"text": "hi @here @ana #general"}, set()),
        (
            {"text": "hi @here @ana #general", "link_names": True},
            {"<!here>", "<@U0SBX000001>", "<#C0SBX000001>"},
        ),
        ({"text": "hi @everyone", "parse": "full"}, {"<!everyone>"}),
        ({"text": "a <b> c <not a link>"}, set()),
        ({"text": "x", "blocks": mrkdwn("hi @channel")}, {"<!channel>"}),
        ({"text": "x", "blocks": mrkdwn("hi @channel https://a.example", verbatim=True)}, set()),
        ({"text": "x", "blocks": mrkdwn("hi <!channel>", verbatim=True)}, {"<!channel>"}),
        ({"text": "<!here>", "blocks": mrkdwn("calm", verbatim=True)}, {"<!here>"}),
        (
            {"text": "x", "blocks": [{"type": "section", "text": {"type": "plain_text", "text": NASTY}}]},
            set(),
        ),
        ({"text": "x", "blocks": rich({"type": "text", "text": NASTY})}, set()),
        (
            {
                "text": "x",
                "blocks": rich(
                    {"type": "user", "user_id": "U1"},
                    {"type": "broadcast", "range": "here"},
                    {"type": "usergroup", "usergroup_id": "S1"},
                    {"type": "channel", "channel_id": "C1"},
                    {"type": "link", "url": "https://a.example"},
                ),
            },
            {"<@U1>", "<!here>", "<!subteam^S1>", "<#C1>", "<https://a.example>"},
        ),
        (
            {"text": "x", "blocks": [{"type": "markdown", "text": "[bank](https://evil.example) <!here>"}]},
            {"<https://evil.example>", "<!here>"},
        ),
        ({"text": ENCODED, "parse": "none", "blocks": mrkdwn(ENCODED, verbatim=True)}, set()),
        ({"text": "x", "attachments": [{"text": "<!here>", "fallback": "x"}]}, {"<!here>"}),
    ],
)
async def test_mentions_finds_all_that_is_live(
    slack: Workspace, client: AsyncWebClient, arguments: dict[str, Any], live: set[str]
) -> None:
    assert slack.mentions(await posted(client, **arguments)) == live


async def test_an_update_without_parse_links_names(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channel("live-chat").id
    ts = (await client.chat_postMessage(channel=channel, text="hi @here", parse="none"))["ts"]
    assert slack.mentions(slack.message(channel, ts)) == set()
    await client.chat_update(channel=channel, ts=ts, text="hi @here")
    assert slack.mentions(slack.message(channel, ts)) == {"<!here>"}
    await client.chat_update(channel=channel, ts=ts, text="hi @here", parse="none")
    assert slack.mentions(slack.message(channel, ts)) == set()


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (
            {"text": "*bold* _slanted_ ~gone~ `code` 2*3*4 snake_case_name"},
            "bold slanted gone code 2*3*4 snake_case_name",
        ),
        ({"text": "*bold*", "mrkdwn": False}, "*bold*"),
        ({"text": "a &lt;b&gt; &amp;amp; c"}, "a <b> &amp; c"),
        ({"text": "<https://a.example|the site> :tada: :nothing_known:"}, "the site 🎉 :nothing_known:"),
        ({"text": "<@U0SBX000001> in <#C0SBX000001>"}, "@Ana Silva in #general"),
        ({"text": "unseen", "blocks": mrkdwn("seen")}, "seen"),
        (
            {
                "text": "x",
                "blocks": [
                    {"type": "header", "text": {"type": "plain_text", "text": "Visitor :wave:"}},
                    {
                        "type": "context",
                        "elements": [
                            {"type": "mrkdwn", "text": "*web*"},
                            {"type": "plain_text", "text": "*new*"},
                        ],
                    },
                    {"type": "divider"},
                    {
                        "type": "actions",
                        "elements": [
                            {
                                "type": "button",
                                "text": {"type": "plain_text", "text": "Take over"},
                                "action_id": "t",
                            },
                            {
                                "type": "overflow",
                                "action_id": "o",
                                "options": [{"text": {"type": "plain_text", "text": "Join"}, "value": "j"}],
                            },
                        ],
                    },
                ],
            },
            "Visitor 👋\nweb *new*\n———\n[Take over] [⋯]",
        ),
        (
            {
                "text": "x",
                "blocks": [
                    {
                        "type": "rich_text",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "text", "text": "<!here> *as is* "}],
                            },
                            {
                                "type": "rich_text_list",
                                "style": "ordered",
                                "elements": [
                                    {
                                        "type": "rich_text_section",
                                        "elements": [{"type": "text", "text": name}],
                                    }
                                    for name in ("one", "two")
                                ],
                            },
                        ],
                    }
                ],
            },
            "<!here> *as is* \n1. one\n2. two",
        ),
        (
            {
                "text": "x",
                "blocks": [{"type": "markdown", "text": "# Top\n**b** [bank](https://evil.example)"}],
            },
            "Top\nb bank",
        ),
    ],
)
async def test_rendered_is_what_a_person_reads(
    slack: Workspace, client: AsyncWebClient, arguments: dict[str, Any], shown: str
) -> None:
    assert slack.rendered(await posted(client, **arguments)) == shown


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("<@U0SBX000002> and @Chloe Martin and @ben", "<@U0SBX000002> and <@U0SBX000003> and <@U0SBX000002>"),
        ("@here in #general", "<!here> in <#C0SBX000001|general>"),
        ("see https://a.example/?a=1&b=2.", "see <https://a.example/?a=1&amp;b=2>."),
        ("&amp; <b>", "&amp;amp; &lt;b&gt;"),
        ("good 👍 :tada:", "good :+1: :tada:"),
        ("mail ana@example.com, x@here", "mail ana@example.com, x@here"),
        ("hello @ben.", "hello <@U0SBX000002>."),
    ],
)
async def test_the_composer_encodes_what_is_typed(slack: Workspace, typed: str, text: str) -> None:
    ts = await slack.person("ana").post("live-chat", typed)
    assert slack.message("live-chat", ts)["text"] == text


async def test_typed_formatting_becomes_rich_text(slack: Workspace) -> None:
    typed = "*so* `x` @Ben Okafor\n> quoted\n• one\n• two\n```\nkept *as is*\n```\nend"
    ts = await slack.person("ana").post("live-chat", typed)
    message = slack.message("live-chat", ts)
    prose, quote, bullets, fence, end = message["blocks"][0]["elements"]
    assert prose["elements"] == [
        {"type": "text", "text": "so", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "x", "style": {"code": True}},
        {"type": "text", "text": " "},
        {"type": "user", "user_id": slack.user_id("ben")},
    ]
    assert (quote["type"], quote["elements"][0]["text"]) == ("rich_text_quote", "quoted")
    assert [item["elements"][0]["text"] for item in bullets["elements"]] == ["one", "two"]
    assert (fence["type"], fence["elements"][0]["text"]) == ("rich_text_preformatted", "kept *as is*")
    assert end["elements"] == [{"type": "text", "text": "end"}]
    assert slack.rendered(message) == "so x @Ben Okafor\nquoted\n• one\n• two\nkept *as is*\nend"


async def test_a_person_can_send_files(slack: Workspace, client: AsyncWebClient) -> None:
    ts = await slack.person("ana").post("live-chat", "look", files={"a.png": b"png"})
    message = slack.message("live-chat", ts)
    assert (message["subtype"], message["files"][0]["mimetype"]) == ("file_share", "image/png")
    assert slack.file(message["files"][0]["id"]) == b"png"
    assert (await client.files_info(file=message["files"][0]["id"]))["file"]["shares"]["public"]
