"""What is typed becomes what Slack's composer makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox import Workspace

CUSTOM = {"type": "emoji", "name": "bookbag-blue"}


@pytest.mark.parametrize(
    ("typed", "leaves"),
    [
        (":bookbag-blue: x", [CUSTOM, {"type": "text", "text": " x"}]),
        (":bookbag-red: x", [{"type": "text", "text": ":bookbag-red: x"}]),
        (
            "`:bookbag-blue: :tada:`",
            [{"type": "text", "text": ":bookbag-blue: :tada:", "style": {"code": True}}],
        ),
    ],
)
async def test_only_an_emoji_that_there_is_becomes_one_and_none_in_code(
    slack: Workspace, typed: str, leaves: list[dict[str, Any]]
) -> None:
    slack.add_emoji("bookbag-blue")
    message = slack.message("general", await slack.person("ana").post("general", typed))
    assert message["text"] == typed
    (block,) = message["blocks"]
    assert block["elements"] == [{"type": "rich_text_section", "elements": leaves}]
