"""Slack's documented limits of Block Kit, reported the way Slack reports them.

Each complaint is a sentence with a JSON pointer, such as
`must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from sandbox.content import element_limits
from sandbox.content.complaints import Complaints

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.payload import Payload

Surface = Literal["message", "modal", "home"]

MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MAX_MARKDOWN = 12_000
_UNCHECKED = {
    "alert", "call", "card", "carousel", "container", "context_actions", "data_table", "data_visualization",
    "file", "plan", "share_shortcut", "table", "task_card", "video",
}  # fmt: skip
_KEYS = {
    "section": {"text", "fields", "accessory", "expand"},
    "header": {"text", "level"},
    "context": {"elements"},
    "actions": {"elements"},
    "divider": set[str](),
    "image": {"image_url", "slack_file", "alt_text", "title", "image_width", "image_height", "image_bytes",
              "is_animated", "fallback", "rotation"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "rich_text": {"elements"},
    "markdown": {"text"},
}  # fmt: skip


def check(blocks: object, *, surface: Surface = "message") -> list[str]:
    """Everything Slack would refuse in these blocks; empty when it would take them."""
    complaints = Complaints()
    if not isinstance(blocks, list):
        complaints.add("must be an array", "/blocks")
        return complaints.found
    if len(blocks) > MAX_BLOCKS[surface]:
        complaints.add(f"no more than {MAX_BLOCKS[surface]} items allowed", "/blocks")
    for at, block in enumerate(blocks):
        _check_block(complaints, block, f"/blocks/{at}")
    _check_together(complaints, [block for block in blocks if isinstance(block, dict)])
    return complaints.found


def _check_block(complaints: Complaints, block: object, path: str) -> None:
    if not isinstance(block, dict):
        complaints.add("must be an object", path)
        return
    kind = block.get("type")
    if kind in _UNCHECKED:
        return
    if not isinstance(kind, str) or kind not in _KEYS:
        complaints.add(f"unsupported type: {kind}", f"{path}/type")
        return
    for key in block.keys() - _KEYS[kind] - {"type", "block_id"}:
        complaints.add(f"invalid additional property: {key}", path)
    if "block_id" in block:
        complaints.string(block["block_id"], f"{path}/block_id", longest=255)
    check_kind = _BLOCKS.get(kind)
    if check_kind is not None:
        check_kind(complaints, block, path)


def _check_together(complaints: Complaints, blocks: list[Payload]) -> None:
    used = Counter(block["block_id"] for block in blocks if isinstance(block.get("block_id"), str))
    for block_id, times in used.items():
        if times > 1:
            complaints.add(f"`block_id` {block_id} is used {times} times", "/blocks")
    markdown = sum(len(str(block.get("text", ""))) for block in blocks if block.get("type") == "markdown")
    if markdown > MAX_MARKDOWN:
        complaints.add(f"markdown must be less than {MAX_MARKDOWN + 1} characters in all", "/blocks")


def _section(complaints: Complaints, block: Payload, path: str) -> None:
    if "text" not in block and not block.get("fields"):
        complaints.add("missing required field: text or fields", path)
    if "text" in block:
        complaints.text(block["text"], f"{path}/text", longest=3000)
    fields = block.get("fields", [])
    complaints.count(fields, f"{path}/fields", most=10, least=0)
    for at, field in enumerate(fields if isinstance(fields, list) else []):
        complaints.text(field, f"{path}/fields/{at}", longest=2000)
    if "accessory" in block:
        element_limits.check(complaints, block["accessory"], f"{path}/accessory", place="section")


def _header(complaints: Complaints, block: Payload, path: str) -> None:
    complaints.text(block.get("text"), f"{path}/text", longest=150, plain_only=True)


def _context(complaints: Complaints, block: Payload, path: str) -> None:
    elements = complaints.count(block.get("elements"), f"{path}/elements", most=10)
    for at, element in enumerate(elements):
        where = f"{path}/elements/{at}"
        if isinstance(element, dict) and element.get("type") == "image":
            _image(complaints, element, where)
        else:
            complaints.text(element, where, longest=3000)


def _actions(complaints: Complaints, block: Payload, path: str) -> None:
    elements = complaints.count(block.get("elements"), f"{path}/elements", most=25)
    for at, element in enumerate(elements):
        element_limits.check(complaints, element, f"{path}/elements/{at}", place="actions")
    used = Counter(e.get("action_id") for e in elements if isinstance(e, dict) and e.get("action_id"))
    for action_id, times in used.items():
        if times > 1:
            complaints.add(f"`action_id` {action_id} already exists in this block", f"{path}/elements")


def _image(complaints: Complaints, block: Payload, path: str) -> None:
    complaints.string(block.get("alt_text"), f"{path}/alt_text", longest=2000)
    if "slack_file" not in block:
        complaints.string(block.get("image_url"), f"{path}/image_url", longest=3000)
    if "title" in block:
        complaints.text(block["title"], f"{path}/title", longest=2000, plain_only=True)


def _input(complaints: Complaints, block: Payload, path: str) -> None:
    complaints.text(block.get("label"), f"{path}/label", longest=2000, plain_only=True)
    if "hint" in block:
        complaints.text(block["hint"], f"{path}/hint", longest=2000, plain_only=True)
    element_limits.check(complaints, block.get("element"), f"{path}/element", place="input")


_RICH_SECTIONS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
_RICH_LEAVES = {"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "color", "date", "team"}


def _rich_text(complaints: Complaints, block: Payload, path: str) -> None:
    for at, section in enumerate(complaints.count(block.get("elements"), f"{path}/elements")):
        where = f"{path}/elements/{at}"
        if not isinstance(section, dict) or section.get("type") not in _RICH_SECTIONS:
            complaints.add("failed to match all allowed schemas", where)
            continue
        items = complaints.count(section.get("elements"), f"{where}/elements", least=0)
        for number, item in enumerate(items):
            if section["type"] == "rich_text_list":
                inside = {"type": "rich_text", "elements": [item]}
                _rich_text(complaints, inside, f"{where}/elements/{number}")
            elif not isinstance(item, dict) or item.get("type") not in _RICH_LEAVES:
                complaints.add("failed to match all allowed schemas", f"{where}/elements/{number}")
            elif item["type"] == "text":
                complaints.string(item.get("text"), f"{where}/elements/{number}/text")


def _markdown(complaints: Complaints, block: Payload, path: str) -> None:
    complaints.string(block.get("text"), f"{path}/text", longest=MAX_MARKDOWN)


_BLOCKS: dict[str, Callable[[Complaints, dict[str, Any], str], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
}
