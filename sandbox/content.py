"""What an app may put into a message, and how Slack stores it."""

from __future__ import annotations

from typing import Any

from sandbox import block_limits
from sandbox.errors import SlackError
from sandbox.mrkdwn import Names, normalise
from sandbox.payload import Payload, copied, random_id

TRUNCATED_AT = 40_000
MAX_UPDATE_TEXT = 4_000


def compose(arguments: Payload, *, names: Names, update: bool = False) -> Payload:
    """Check and normalise text, blocks and attachments; raises SlackError as Slack does.

    Where `parse` is left out, chat.postMessage behaves like `none` for names, and chat.update like
    `client`, which links them (docs: chat.update). Bare URLs are linked unless `parse` says `none`.
    """
    text = arguments.get("text")
    blocks = arguments.get("blocks")
    attachments = arguments.get("attachments")
    if text is not None and not isinstance(text, str):
        text = str(text)
    if not text and not blocks and not attachments:
        markdown = arguments.get("markdown_text")
        if not markdown:
            raise SlackError("no_text")
        text, blocks = str(markdown), [{"type": "markdown", "text": str(markdown)}]
    if update and text and len(text) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content: Payload = {}
    parse = arguments.get("parse") or ("client" if update else None)
    link_names = bool(arguments.get("link_names")) or parse in ("full", "client")
    if text is not None or not update:
        stored = normalise(text or "", link_urls=parse != "none", link_names=link_names, names=names)
        content["text"] = stored[:TRUNCATED_AT]
    if blocks:
        content["blocks"] = stored_blocks(blocks, names=names)
    if attachments:
        content["attachments"] = stored_attachments(attachments)
    if arguments.get("mrkdwn") is False:
        content["mrkdwn"] = False
    return content


def stored_blocks(
    blocks: Any, *, names: Names, surface: block_limits.Surface = "message", error: str = "invalid_blocks"
) -> list[Payload]:
    """The blocks as Slack gives them back: ids filled in, defaults spelled out."""
    details = block_limits.check(blocks, surface=surface)
    if details:
        raise SlackError(error, details=details)
    stored: list[Payload] = copied(blocks)
    for block in stored:
        block.setdefault("block_id", random_id("", length=5))
        _fill(block, names)
    return stored


def stored_attachments(attachments: Any) -> list[Payload]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    stored: list[Payload] = copied(attachments)
    for number, attachment in enumerate(stored, start=1):
        attachment.setdefault("id", number)
        attachment.setdefault("fallback", "[no preview available]")
    return stored


_NEED_ACTION_ID = {
    "button",
    "overflow",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
}


def _fill(node: Any, names: Names) -> None:
    if isinstance(node, list):
        for item in node:
            _fill(item, names)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind == "plain_text" and isinstance(node.get("text"), str):
            node.setdefault("emoji", True)
        elif kind == "mrkdwn" and isinstance(node.get("text"), str):
            loose = not node.setdefault("verbatim", False)
            node["text"] = normalise(node["text"], link_urls=loose, link_names=loose, names=names)
        elif isinstance(kind, str) and (kind in _NEED_ACTION_ID or kind.endswith(("_select", "_input"))):
            node.setdefault("action_id", random_id("", length=5))
        for value in node.values():
            _fill(value, names)
