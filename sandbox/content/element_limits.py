"""Slack's documented limits of buttons, menus and inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sandbox.content.complaints import Complaints
    from sandbox.payload import Payload

Place = Literal["section", "actions", "input"]

_SELECTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
_CHOICES = {"checkboxes", "radio_buttons"}
_PICKERS = {"datepicker", "timepicker", "datetimepicker"}
_TYPED = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
_BUTTONS = {"button", "overflow", "workflow_button"}
ALLOWED: dict[Place, set[str]] = {
    "section": {*_SELECTS, *_CHOICES, *_PICKERS, *_BUTTONS, "image"},
    "actions": {*_SELECTS, *_CHOICES, *_PICKERS, *_BUTTONS, "rich_text_input"},
    "input": {*_SELECTS, *_CHOICES, *_PICKERS, *_TYPED},
}
_MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_BUTTON_KEYS = {
    "type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label",
}  # fmt: skip


def check(complaints: Complaints, element: object, path: str, *, place: Place) -> None:
    """Add what Slack would refuse in one element that stands at `place`."""
    if not isinstance(element, dict):
        complaints.add("must be an object", path)
        return
    kind = element.get("type")
    if kind not in ALLOWED[place]:
        complaints.add(f"unsupported type: {kind}", f"{path}/type")
        return
    if "action_id" in element:
        complaints.string(element["action_id"], f"{path}/action_id", longest=255)
    if "placeholder" in element:
        complaints.text(element["placeholder"], f"{path}/placeholder", longest=150, plain_only=True)
    if "confirm" in element:
        _check_confirm(complaints, element["confirm"], f"{path}/confirm")
    if kind == "button":
        _check_button(complaints, element, path)
    elif kind in {"static_select", "multi_static_select", "overflow", *_CHOICES}:
        _check_options(complaints, element, path, mrkdwn=kind in _CHOICES)
    elif kind == "image":
        complaints.string(element.get("alt_text"), f"{path}/alt_text", longest=2000)
    elif kind == "plain_text_input":
        _check_plain_input(complaints, element, path)


def _check_button(complaints: Complaints, element: Payload, path: str) -> None:
    complaints.text(element.get("text"), f"{path}/text", longest=75, plain_only=True)
    for key in element.keys() - _BUTTON_KEYS:
        complaints.add(f"invalid additional property: {key}", path)
    if "value" in element:
        complaints.string(element["value"], f"{path}/value", longest=2000)
    if "url" in element:
        complaints.string(element["url"], f"{path}/url", longest=3000)
    if "accessibility_label" in element:
        complaints.string(element["accessibility_label"], f"{path}/accessibility_label", longest=75)
    if element.get("style", "primary") not in ("primary", "danger"):
        complaints.add("must be one of: primary, danger", f"{path}/style")


def _check_confirm(complaints: Complaints, confirm: object, path: str) -> None:
    if not isinstance(confirm, dict):
        complaints.add("must be an object", path)
        return
    complaints.text(confirm.get("title"), f"{path}/title", longest=100, plain_only=True)
    complaints.text(confirm.get("text"), f"{path}/text", longest=300)
    complaints.text(confirm.get("confirm"), f"{path}/confirm", longest=30, plain_only=True)
    complaints.text(confirm.get("deny"), f"{path}/deny", longest=30, plain_only=True)


def _check_options(complaints: Complaints, element: Payload, path: str, *, mrkdwn: bool) -> None:
    groups = element.get("option_groups")
    if groups is not None:
        for at, group in enumerate(complaints.count(groups, f"{path}/option_groups", most=100)):
            where = f"{path}/option_groups/{at}"
            if not isinstance(group, dict):
                complaints.add("must be an object", where)
                continue
            complaints.text(group.get("label"), f"{where}/label", longest=75, plain_only=True)
            _check_options(complaints, {**group, "type": element["type"]}, where, mrkdwn=mrkdwn)
        return
    most = _MOST_OPTIONS.get(element["type"], 100)
    for at, option in enumerate(complaints.count(element.get("options"), f"{path}/options", most=most)):
        where = f"{path}/options/{at}"
        if not isinstance(option, dict):
            complaints.add("must be an object", where)
            continue
        complaints.text(option.get("text"), f"{where}/text", longest=75, plain_only=not mrkdwn)
        complaints.string(option.get("value"), f"{where}/value", longest=150)
        if "description" in option:
            complaints.text(option["description"], f"{where}/description", longest=75, plain_only=not mrkdwn)


def _check_plain_input(complaints: Complaints, element: Payload, path: str) -> None:
    for key, least, most in (("min_length", 0, 3000), ("max_length", 1, 3000)):
        length = element.get(key)
        if length is not None and not (isinstance(length, int) and least <= length <= most):
            complaints.add(f"must be between {least} and {most}", f"{path}/{key}")
