"""What an app may put into a message, and how Slack stores it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.content import block_limits
from sandbox.content.mrkdwn import MrkdwnNames, escape, normalise, unescape
from sandbox.errors import SlackError
from sandbox.payload import Payload, copied, random_id

if TYPE_CHECKING:
    from sandbox.rules import Counting, Rules

TRUNCATED_AT = 40_000
MAX_UPDATE_TEXT = 4_000
MAX_BLOCKS_SIZE = 13_200


def size_of_blocks(blocks: list[Payload], counting: Counting) -> int:
    """What Slack counts of a message's stored blocks: the characters of their JSON.

    Source: slackapi/bolt-js issues 2509 and 2867. Posts were refused with msg_blocks_too_long from about
    13,200 characters on, and so were texts of 11,341 characters in many blocks.
    Assumed: that it is the JSON's length, and what a character is: with "unescaped" a code point, with
    "escaped" each character of JSON in ASCII (`\\u00e9`, `\\/`) in which `& < >` are entities.
    Blocks inside attachments are not counted.
    """
    written = json.dumps(blocks, ensure_ascii=counting == "escaped", separators=(",", ":"))
    plain = unescape(written)
    return len(plain) if counting == "unescaped" else len(escape(plain).replace("/", "\\/"))


def compose(
    arguments: Payload, *, names: MrkdwnNames, update: bool = False, rules: Rules | None = None
) -> Payload:
    """Check and normalise text, blocks and attachments; raises SlackError as Slack does.

    Where `parse` is left out, chat.postMessage behaves like `none` for names, and chat.update like
    `client`, which links them (docs: chat.update). Bare URLs are linked unless `parse` says `none`.

    `rules`: how much a message may hold. None: whatever it holds, as in the answer to an interaction or a
    command. Source: slackapi/bolt-js issue 2867, where respond() took what was refused else.
    """
    text = arguments.get("text")
    blocks = arguments.get("blocks")
    attachments = arguments.get("attachments")
    if text is not None and not isinstance(text, str):
        text = str(text)
    if arguments.get("markdown_text") and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if not text and not blocks and not attachments:
        markdown = arguments.get("markdown_text")
        if not markdown:
            raise SlackError("no_text")
        text, blocks = str(markdown), [{"type": "markdown", "text": str(markdown)}]
    if update and rules is not None and text and _counted(text, rules) > MAX_UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content: Payload = {}
    parse = arguments.get("parse") or ("client" if update else None)
    link_names = bool(arguments.get("link_names")) or parse in ("full", "client")
    if text is not None or not update:
        stored = normalise(text or "", link_urls=parse != "none", link_names=link_names, names=names)
        content["text"] = stored[:TRUNCATED_AT]
    if blocks:
        content["blocks"] = stored_blocks(blocks, names=names)
        if rules and size_of_blocks(content["blocks"], rules.blocks_counted) > MAX_BLOCKS_SIZE:
            raise SlackError("msg_blocks_too_long")
    if attachments:
        content["attachments"] = stored_attachments(attachments)
    if arguments.get("mrkdwn") is False:
        content["mrkdwn"] = False
    return content


def _counted(text: str, rules: Rules) -> int:
    return len(text.encode()) if rules.update_text_counted == "bytes" else len(text)


def stored_blocks(
    blocks: Any,
    *,
    names: MrkdwnNames,
    surface: block_limits.Surface = "message",
    error: str = "invalid_blocks",
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


def _fill(node: Any, names: MrkdwnNames) -> None:
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
