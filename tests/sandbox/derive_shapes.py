"""Derives `shapes.json` anew: python -m tests.sandbox.derive_shapes CHECKOUT, a checkout of java-slack-sdk.

That project (MIT) keeps recordings of Slack's answers, events and interactions under `json-logs/samples`. Of
each only the shape is kept here: the names of its fields and the types of their values, as facts about Slack.
Every text is a placeholder there, and the optional fields of many recordings are put together in one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SHAPES = Path(__file__).parent / "shapes.json"
METHODS = (
    "apps.connections.open",
    "assistant.threads.setStatus",
    "auth.test",
    "bots.info",
    "chat.delete",
    "chat.getPermalink",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.info",
    "conversations.join",
    "conversations.leave",
    "conversations.list",
    "conversations.members",
    "conversations.open",
    "conversations.replies",
    "emoji.list",
    "files.completeUploadExternal",
    "files.delete",
    "files.getUploadURLExternal",
    "files.info",
    "reactions.add",
    "reactions.get",
    "reactions.remove",
    "team.info",
    "usergroups.list",
    "users.info",
    "users.list",
    "users.lookupByEmail",
    "views.open",
    "views.publish",
    "views.push",
    "views.update",
)
EVENTS = (
    "app_home_opened",
    "app_rate_limited",
    "app_uninstalled",
    "channel_archive",
    "channel_id_changed",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "file_deleted",
    "group_archive",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
    "user_change",
    "user_profile_changed",
    "user_status_changed",
)
# What somebody composed, as they liked: Block Kit has rules of its own.
ANYTHING = (
    "blocks",
    "attachments",
    "event_payload",
    "previous_message",
    "root",
    "form_data",
    "shares",
    "state",
)
DEEPEST = 6


def shape_of(value: Any, *, depth: int = 0) -> Any:
    """An object's fields, a list's one shape for all, or the type of a value; null is any of them."""
    if depth > DEEPEST:
        return "any"
    if isinstance(value, dict):
        return {
            name: "any" if name in ANYTHING else shape_of(inner, depth=depth + 1)
            for name, inner in sorted(value.items())
        }
    if isinstance(value, list):
        merged: Any = "any"
        for one in value:
            merged = merge(merged, shape_of(one, depth=depth + 1))
        return [merged]
    return {bool: "boolean", int: "number", float: "number", str: "string"}.get(type(value), "any")


def merge(one: Any, other: Any) -> Any:
    """A shape that both have."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: merge(one.get(name, "any"), other.get(name, "any")) for name in sorted(one | other)}
    return other if one == "any" else one


def derive(checkout: Path) -> dict[str, dict[str, Any]]:
    samples = checkout / "json-logs" / "samples"
    events: dict[str, Any] = {}
    for path in sorted((samples / "events").glob("*.json")):
        recorded = json.loads(path.read_text())
        event = recorded.get("event") or recorded
        kind = "/".join(str(event[name]) for name in ("type", "subtype") if event.get(name))
        if event.get("type") in EVENTS:
            events[kind] = shape_of(recorded)
    interactions = {
        path.stem: shape_of(json.loads(path.read_text()))
        for folder in ("interactive-components", "views", "slash-commands")
        for path in sorted((samples / "app-backend" / folder).glob("*.json"))
    }
    api = {
        method: shape_of(json.loads((samples / "api" / f"{method}.json").read_text()))
        for method in METHODS
        if (samples / "api" / f"{method}.json").exists()
    }
    return {"api": api, "events": events, "interactions": interactions}


if __name__ == "__main__":
    groups = (
        f"{json.dumps(group)}: {{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(shape)}" for name, shape in sorted(shapes.items()))
        + "\n}"
        for group, shapes in derive(Path(sys.argv[1])).items()
    )
    SHAPES.write_text("{\n" + ",\n".join(groups) + "\n}\n")
