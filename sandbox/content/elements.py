"""Interactive elements: finding them in blocks, and what choosing something in them sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.content.mrkdwn import unescape
from sandbox.errors import PersonError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.payload import Payload

# What each element's state is called in Slack's payloads.
_ONE_ID = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
_MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
_INITIAL = {
    "users_select": "initial_user",
    "conversations_select": "initial_conversation",
    "channels_select": "initial_channel",
    "datepicker": "initial_date",
    "timepicker": "initial_time",
    "datetimepicker": "initial_date_time",
    "multi_users_select": "initial_users",
    "multi_conversations_select": "initial_conversations",
    "multi_channels_select": "initial_channels",
}


def interactive(blocks: list[Payload]) -> Iterator[tuple[Payload, Payload]]:
    """Every element with an action_id, beside the block it stands in."""
    for block in blocks:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def find(
    blocks: list[Payload], action_id: str, value: Any = None, *, block_id: str | None = None
) -> tuple[Payload, Payload]:
    """The element as a click finds it; raises PersonError that names what is there instead."""
    for block, element in interactive(blocks):
        if element["action_id"] != action_id or block_id not in (None, block["block_id"]):
            continue
        if element["type"] == "button" and value not in (None, element.get("value")):
            continue
        return block, element
    there = ", ".join(f"{label(element)} ({element['action_id']})" for _, element in interactive(blocks))
    wanted = action_id if value is None else f"{action_id} with value {value!r}"
    raise PersonError(f"there is no {wanted} to press here; there is {there or 'nothing to press'}")


def label(element: Payload) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", element["type"]))


def chosen(element: Payload, value: Any) -> Payload:
    """The state an element has once the person chose `value` in it."""
    kind = element["type"]
    if kind == "button":
        return {key: element[key] for key in ("text", "value", "style") if key in element}
    if kind in _ONE_OPTION:
        return {"selected_option": None if value is None else _option(element, value)}
    if kind in _MANY_OPTIONS:
        return {"selected_options": [_option(element, one) for one in value or []]}
    return {_ONE_ID.get(kind, "value"): value}


def initial(element: Payload) -> Payload:
    """The state an element has before anybody touches it."""
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"selected_option": element.get("initial_option")}
    if kind in _MANY_OPTIONS:
        return {"selected_options": element.get("initial_options", [])}
    return {_ONE_ID.get(kind, "value"): element.get(_INITIAL.get(kind, "initial_value"))}


def _option(element: Payload, value: Any) -> Payload:
    groups = [group.get("options", []) for group in element.get("option_groups", [])]
    options: list[Payload] = [*element.get("options", []), *(option for group in groups for option in group)]
    for option in options:
        if value in (option["value"], unescape(option["text"]["text"])):
            return option
    if element["type"].endswith("external_select"):
        return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}
    offered = ", ".join(option["value"] for option in options)
    raise PersonError(f"{value!r} is not offered by {element['action_id']}; it offers {offered}")


def action(block: Payload, element: Payload, value: Any, *, at: str) -> Payload:
    """An item of `actions` in a block_actions payload."""
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **chosen(element, value),
        "action_ts": at,
    }


def state_values(
    blocks: list[Payload], typed: Payload | None = None, *, held: Payload | None = None
) -> Payload:
    """`state.values`: what every input holds, with `typed` over the initial values.

    An input that is in `held`, an earlier `state.values`, under the same ids keeps what it holds there:
    Slack applies an initial value only to an input it has not shown before.
    `typed` may be keyed by block_id then action_id, by block_id alone, or by action_id alone.
    Raises PersonError for a key that is no input here.
    """
    left = dict(typed or {})
    values: Payload = {}
    for block, element in interactive(blocks):
        if element["type"] in ("button", "overflow", "workflow_button"):
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        before = (held or {}).get(block_id, {}).get(action_id, {})
        kept = {key: value for key, value in before.items() if key != "type"}
        state = kept if before.get("type") == element["type"] else initial(element)
        given = left.get(block_id)
        if isinstance(given, dict) and action_id in given:
            state = chosen(element, given[action_id])
        elif block_id in left:
            state = chosen(element, given)
        elif action_id in left:
            state = chosen(element, left[action_id])
        values.setdefault(block_id, {})[action_id] = {"type": element["type"], **state}
    known = values.keys() | {action_id for inside in values.values() for action_id in inside}
    for key in left.keys() - known:
        raise PersonError(f"the view has no input {key!r}; it has {', '.join(sorted(known)) or 'none'}")
    return values


def missing_inputs(blocks: list[Payload], values: Payload) -> dict[str, str]:
    """What Slack itself refuses before the app hears of it: required inputs left empty, lengths."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = values[block["block_id"]][element["action_id"]]
        held = [state[key] for key in state if key != "type"]
        if not any(held) and not block.get("optional"):
            errors[block["block_id"]] = "Please complete this required field."
        longest = element.get("max_length")
        if longest and any(isinstance(text, str) and len(text) > longest for text in held):
            errors[block["block_id"]] = f"Must be at most {longest} characters."
    return errors
