"""What a message in a thread may carry besides its text, in the shapes that Slack delivers.

Block types: docs.slack.dev/reference/block-kit/blocks and the models of slackapi/java-slack-sdk. Attachments
and subtypes: the recorded samples of slackapi/java-slack-sdk (json-logs/samples). A pasted table: vercel/chat
issue 803. A forwarded message: slackapi/java-slack-sdk issue 1179. A person's post through an app:
anneschuth/claude-threads issue 526.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.slack.composed import Node, bullets, date, fence, link, message, quote, section, text

Fields = dict[str, Any]
# The words of the message, and what it shows besides, that no customer may read half of.
Shape = Callable[[str, str], Fields]

STAND_IN = "This message contains interactive elements."
INSIDE = "https://acme.slack.com/archives/C0TEAM0001/p1700000000000100"
OUTSIDE = "https://shop.example/returns?a=1&b=2"


def composed(words: str, *more: Node) -> Fields:
    """As the composer sends it."""
    return {"text": words, "blocks": message(section(words), *more)}


def blocks(*extra: Node) -> Shape:
    return lambda words, _: {"text": words, "blocks": [*message(section(words)), *extra]}


def attached(make: Callable[[str], Fields]) -> Shape:
    return lambda words, extra: {**composed(words), "attachments": [make(extra)]}


def _forward(extra: str) -> Fields:
    return {
        "ts": "1688651267.097029", "author_id": "U0OTHER001", "channel_id": "C0TEAM0001", "id": 1,
        "channel_team": "T0TEAM001", "is_msg_unfurl": True, "is_share": True, "from_url": INSIDE,
        "author_name": "Ben", "text": extra, "fallback": f"[July 6th] ben: {extra}", "footer": "#team",
        "message_blocks": [
            {
                "team": "T0TEAM001", "channel": "C0TEAM0001", "ts": "1688651267.097029",
                "message": {"blocks": message(section(extra))},
            }
        ],
    }  # fmt: skip


def _unfurl_of_a_message(extra: str) -> Fields:
    return {key: value for key, value in _forward(extra).items() if key != "is_share"}


def _table(extra: str) -> Node:
    cell = {"type": "rich_text", "elements": [section(extra)]}
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "Margin"}, cell]]}


def preview(url: str, extra: str = "Returns") -> Fields:
    """What Slack adds by itself below a link."""
    return {
        "id": 1, "from_url": url, "original_url": url, "service_name": "Shop", "title": extra,
        "service_icon": "https://shop.example/icon.png", "title_link": url, "fallback": f"Shop: {extra}",
        "text": "Send it back within 30 days", "thumb_url": "https://shop.example/thumb.png",
        "thumb_width": 75, "thumb_height": 75,
    }  # fmt: skip


def _linked(words: str, url: str) -> Fields:
    escaped = url.replace("&", "&amp;")
    return {"text": f"{words} <{escaped}>", "blocks": message(section(f"{words} ", link(url)))}


def _app_preview(url: str) -> Fields:
    return {
        "id": 1, "from_url": url, "app_unfurl_url": url, "is_app_unfurl": True, "bot_id": "B0TRACKER1",
        "app_id": "A0TRACKER1", "color": "D0D0D0", "fallback": "BUG-1", "bot_team_id": "T0TEAM001",
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "BUG-1 open"}}],
    }  # fmt: skip


# All that these show is carried.
WHOLE: Mapping[str, Shape] = {
    "composed": lambda words, _: composed(words),
    "text alone": lambda words, _: {"text": words},
    "empty lists": lambda words, _: {**composed(words), "attachments": [], "files": []},
    "lists, quotes and code": lambda words, _: composed(words, bullets("a"), quote("b"), fence("c")),
    "a link that Slack previews": lambda words, _: {
        **_linked(words, OUTSIDE),
        "attachments": [preview(OUTSIDE)],
    },
    "a link that an app previews": lambda words, _: {
        **_linked(words, OUTSIDE),
        "attachments": [_app_preview(OUTSIDE.replace("&", "&amp;"))],
    },
    "a link typed without its scheme": lambda words, _: {
        "text": f"{words} <http://shop.example|shop.example>",
        "blocks": message(section(f"{words} ", link("http://shop.example", "shop.example"))),
        "attachments": [{**preview("https://shop.example/"), "original_url": "http://shop.example"}],
    },
    "also sent to the channel": lambda words, _: {**composed(words), "subtype": "thread_broadcast"},
    "said with /me": lambda words, _: {"text": words, "subtype": "me_message"},
    "things nobody sees": lambda words, _: {
        **composed(words),
        "metadata": {"event_type": "x", "event_payload": {"id": 1}},
        "language": {"locale": "de", "is_reliable": True},
        "mrkdwn": True, "is_starred": True, "unread_count": 0, "pinned_to": [],
    },
}  # fmt: skip

# These show more than their words: nothing of them is carried.
MORE: Mapping[str, Shape] = {
    "a picture by its address": blocks(
        {"type": "image", "image_url": "https://gif.example/x.gif", "alt_text": "x", "is_animated": True}
    ),
    "a video": blocks({"type": "video", "video_url": "https://v.example", "title": {"text": "x"}}),
    "a table": lambda words, extra: {"text": words, "blocks": [*message(section(words)), _table(extra)]},
    "a pasted table": attached(
        lambda extra: {"id": 1, "blocks": [_table(extra)], "fallback": "[no preview available]"}
    ),
    "a table of data": blocks({"type": "data_table", "rows": []}),
    "a chart": blocks({"type": "data_visualization", "chart": {}}),
    "a forwarded message": attached(_forward),
    "a forwarded message without a word": lambda _, extra: {"text": "", "attachments": [_forward(extra)]},
    "a forwarded message with its files": attached(
        lambda extra: {**_forward(extra), "files": [{"id": "F0TEAM0001", "name": "a.png"}]}
    ),
    "Slack's view of a team message": attached(_unfurl_of_a_message),
    "Slack's view of a reply": attached(
        lambda extra: {"is_reply_unfurl": True, "from_url": INSIDE, "text": extra, "id": 1}
    ),
    "a team message without its marks": attached(lambda extra: {"from_url": INSIDE, "text": extra, "id": 1}),
    "a preview of what is not in the text": attached(lambda extra: preview("https://other.example/", extra)),
    "a preview with something unknown": lambda words, extra: {
        **_linked(words, OUTSIDE),
        "attachments": [{**preview(OUTSIDE), "is_hologram": True, "hologram": extra}],
    },
    "a preview with a file": lambda words, extra: {
        **_linked(words, OUTSIDE),
        "attachments": [{**preview(OUTSIDE), "files": [{"id": "F0TEAM0001", "title": extra}]}],
    },
    "two attachments of which one is a preview": lambda words, extra: {
        **_linked(words, OUTSIDE),
        "attachments": [preview(OUTSIDE), _forward(extra)],
    },
    "a classic attachment": attached(
        lambda extra: {"id": 1, "title": "Order 7", "fields": [{"title": "Margin", "value": extra}]}
    ),
    "an attached picture": attached(lambda _: {"id": 1, "image_url": "https://x.example/a.png"}),
    "an attachment that is a file": attached(
        lambda extra: {"id": 1, "is_file_attachment": True, "file_id": "F0TEAM0001", "title": extra}
    ),
    "an attachment that is nothing": lambda words, _: {**composed(words), "attachments": ["x"]},
    "attachments that are no list": lambda words, _: {**composed(words), "attachments": {"text": "x"}},
    "sections of an app": lambda words, extra: {
        "text": words,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": extra}},
            {"type": "section", "text": {"type": "mrkdwn", "text": words}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": extra}]},
            {"type": "divider"},
        ],
    },
    "markdown of an app": lambda words, extra: {
        "text": words,
        "blocks": [{"type": "markdown", "text": f"{words} {extra}"}],
    },
    "buttons": lambda _, extra: {
        "text": STAND_IN,
        "blocks": [{"type": "actions", "elements": [{"type": "button", "text": {"text": extra}}]}],
    },
    "buttons below words": blocks({"type": "actions", "elements": []}),
    "a stand-in without blocks": lambda _words, _extra: {"text": STAND_IN},
    "another stand-in": lambda _words, _extra: {"text": "This content can't be displayed."},
    "a call": blocks({"type": "call", "call_id": "R1", "call": {"v1": {"name": "x"}}}),
    "a remote file": blocks({"type": "file", "external_id": "x", "source": "remote"}),
    "a card": blocks({"type": "card", "title": {"type": "plain_text", "text": "x"}}),
    "a plan": blocks({"type": "plan", "title": "x"}),
    "a block that nobody knows": blocks({"type": "hologram", "text": "x"}),
    "a block without a kind": blocks({"text": "x"}),
    "a block that is nothing": lambda words, _: {"text": words, "blocks": [*message(section(words)), "x"]},
    "blocks that are no list": lambda words, _: {"text": words, "blocks": {"type": "rich_text"}},
    "composed, with a part that nobody knows": lambda words, extra: {
        "text": words,
        "blocks": message(section(words), {"type": "rich_text_hologram", "elements": [text(extra)]}),
    },
    "composed, with a word that nobody knows": lambda words, extra: {
        "text": words,
        "blocks": message(section(f"{words} ", {"type": "hologram", "text": extra})),
    },
    "composed, with a word whose kind is none": lambda words, extra: {
        "text": words,
        "blocks": message(section(f"{words} ", {"type": {"name": "text"}, "text": extra})),
    },
    "an attachment whose blocks are no list": attached(lambda extra: {"id": 1, "blocks": 7, "text": extra}),
    "a list that nobody knows": lambda words, _: composed(words, {**bullets("done"), "style": "checklist"}),
    "a date that leads somewhere": lambda words, _: {
        "text": words,
        "blocks": message(section(f"{words} ", {**date(1392734382, "x"), "url": "https://x.example"})),
    },
    "a kind of message that nobody knows": lambda words, _: {**composed(words), "subtype": "hologram"},
    "a message about a file": lambda words, extra: {
        "text": words,
        "subtype": "file_comment",
        "comment": {"id": "Fc1", "comment": extra},
    },
    "a huddle": lambda words, _: {**composed(words), "room": {"id": "R1", "name": "x"}},
    "files of another workspace": lambda words, _: {**composed(words), "x_files": ["F0OTHER001"]},
    "a file that is nothing": lambda words, _: {**composed(words), "files": ["F0TEAM0001"]},
    "files that are no list": lambda words, _: {**composed(words), "files": {"id": "F0TEAM0001"}},
    "words that are no text": lambda _, extra: {"text": {"text": extra}},
}
