"""Whether the words and files of a thread message are all that it shows.

A message can show more than its text: a forwarded message, a table, a picture by its address, an app's
layout. Slack then describes the rest in `blocks` and `attachments`, and may put a stand-in into `text`. What
is known to add nothing is listed here; everything else counts as more, whatever it is. The vocabulary is that
of docs.slack.dev/reference/block-kit/blocks and of the recorded messages in slackapi/java-slack-sdk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.desk.attachments import FileRejection
from bot.slack.text import rich_text
from bot.slack.text.escaping import unescaped
from bot.slack.text.internal_links import is_inside

Node = Mapping[str, Any]

# Subtypes under which people's own words arrive.
PEOPLES = frozenset({"", "file_share", "thread_broadcast", "me_message", "bot_message"})

_PICTURES = {"image", "video"}
_TABLES = {"table", "data_table", "data_visualization"}
_LAYOUT = {
    "actions", "alert", "call", "card", "carousel", "container", "context", "context_actions", "divider",
    "file", "header", "input", "markdown", "plan", "section", "share_shortcut", "task_card",
}  # fmt: skip
# What Slack writes where a message has no text of its own (matterbridge issue 2062; vercel/chat issue 803).
_STAND_INS = {
    "this message contains interactive elements",
    "this content can't be displayed",
    "[no preview available]",
}
# All that Slack, or an app that knows the site, says about a link below the message that has it.
_PREVIEW = {
    "actions", "app_id", "app_unfurl_url", "audio_html", "audio_html_height", "audio_html_width",
    "author_icon", "author_link", "author_name", "author_subname", "blocks", "bot_id", "bot_team_id",
    "callback_id", "color", "fallback", "fields", "footer", "footer_icon", "from_url", "hide_border",
    "hide_color", "id", "image_bytes", "image_height", "image_url", "image_width", "indent",
    "is_app_unfurl", "is_animated", "mrkdwn_in", "original_url", "pretext", "preview", "service_icon",
    "service_name", "service_url", "text", "thumb_height", "thumb_url", "thumb_width", "title",
    "title_link", "ts", "video_html", "video_html_height", "video_html_width", "video_url",
}  # fmt: skip
_PREVIEWED = ("from_url", "original_url", "app_unfurl_url")
# Marks of another message in Slack.
_FORWARDS = ("is_share", "is_msg_unfurl", "is_reply_unfurl", "is_thread_root_unfurl", "message_blocks")
_LINK_IN_TEXT = re.compile(r"<(https?://[^<>|]+)")


def what_is_more(message: Node, before: Node | None = None) -> Sequence[FileRejection]:
    """All that a message shows besides its words and files, each by its kind. Empty: they are the whole.

    `before` is what it was before an edit: the preview of a link that is gone goes a moment later.
    """
    return (*_of_itself(message), *_of_blocks(message), *_of_attachments(message, before or {}))


def subtype_of(message: Node) -> str:
    """Empty where there is none."""
    subtype = message.get("subtype")
    return subtype if isinstance(subtype, str) else "" if subtype is None else "unknown"


def _of_itself(message: Node) -> Iterator[FileRejection]:
    is_known = subtype_of(message) in PEOPLES and isinstance(message.get("text"), str | None)
    if not is_known or message.get("room") or message.get("comment"):
        yield FileRejection.UNKNOWN
    if not _is_list_of_objects(message.get("files")) or message.get("x_files"):
        yield FileRejection.UNKNOWN
    if not _blocks(message) and _plain(_text(message)) in _STAND_INS:
        yield FileRejection.LAYOUT


def _of_blocks(message: Node) -> Iterator[FileRejection]:
    if not _is_list_of_objects(message.get("blocks")):
        yield FileRejection.UNKNOWN
    composed = []
    for block in _blocks(message):
        if block.get("type") == "rich_text":
            composed.append(block)
        else:
            yield _kind(block)
    shown = rich_text.shows(composed)
    # Words that are in the text alone are shown to nobody.
    if shown is None or (composed and not shown and _text(message).strip()):
        yield FileRejection.UNKNOWN


def _of_attachments(message: Node, before: Node) -> Iterator[FileRejection]:
    attachments = message.get("attachments")
    if not _is_list_of_objects(attachments):
        yield FileRejection.UNKNOWN
        return
    links = {_spelled(link) for one in (message, before) for link in _links(one)} if attachments else set()
    for attachment in attachments or ():
        if not _is_preview(attachment, links):
            yield _attached(attachment)


def _is_preview(attachment: Node, links: Iterable[str]) -> bool:
    """Whether it only shows where a link of the message's own leads."""
    return (
        attachment.keys() <= _PREVIEW
        and not _is_forward(attachment)
        and any(_spelled(attachment.get(name)) in links for name in _PREVIEWED)
    )


def _attached(attachment: Node) -> FileRejection:
    if _is_forward(attachment):
        return FileRejection.FORWARD
    kinds = [_kind(block) for block in _blocks(attachment)]
    for kind in (FileRejection.TABLE, FileRejection.PICTURE):
        if kind in kinds:
            return kind
    if attachment.get("image_url") or attachment.get("thumb_url") or attachment.get("video_url"):
        return FileRejection.PICTURE
    return FileRejection.LAYOUT


def _is_forward(attachment: Node) -> bool:
    addresses = [attachment.get(name) for name in _PREVIEWED]
    return any(attachment.get(name) for name in _FORWARDS) or any(
        isinstance(one, str) and is_inside(unescaped(one)) for one in addresses
    )


def _kind(block: Node) -> FileRejection:
    kind = block.get("type")
    if not isinstance(kind, str):
        return FileRejection.UNKNOWN
    if kind in _TABLES:
        return FileRejection.TABLE
    if kind in _PICTURES:
        return FileRejection.PICTURE
    return FileRejection.LAYOUT if kind in _LAYOUT else FileRejection.UNKNOWN


def _links(message: Node) -> Iterator[str]:
    yield from _LINK_IN_TEXT.findall(_text(message))
    yield from rich_text.links(_blocks(message))


def _spelled(address: object) -> str:
    """An address as it can be compared: Slack escapes it here and there, and completes what was typed."""
    if not isinstance(address, str):
        return "no address"
    _, _, rest = unescaped(address).rpartition("://")
    return rest.rstrip("/").casefold()


def _plain(text: str) -> str:
    return text.replace("’", "'").strip().rstrip(".").casefold()


def _text(message: Node) -> str:
    text = message.get("text")
    return text if isinstance(text, str) else ""


def _blocks(message: Node) -> Sequence[Node]:
    blocks = message.get("blocks")
    return [one for one in blocks if isinstance(one, dict)] if isinstance(blocks, list) else []


def _is_list_of_objects(value: object) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
