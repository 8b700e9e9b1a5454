"""The Slack app's manifest, as Slack's “Create an app → From a manifest” takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml

# Beside the packages in a checkout, inside this one in a wheel.
_PLACES = (Path(__file__).parent.parent / "manifest.yml", Path(__file__).parent / "manifest.yml")


def manifest(*, url: str | None = None) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP with everything delivered to `url` + /slack/events."""
    place = next(place for place in _PLACES if place.exists())
    app: dict[str, Any] = yaml.safe_load(place.read_text("utf-8"))
    if url is not None:
        address = f"{url.rstrip('/')}/slack/events"
        app["settings"]["socket_mode_enabled"] = False
        app["settings"]["event_subscriptions"]["request_url"] = address
        app["settings"]["interactivity"]["request_url"] = address
        for command in app["features"]["slash_commands"]:
            command["url"] = address
    return app


def message_shortcuts() -> dict[str, str]:
    """What a message's menu in Slack offers: the names, by callback id."""
    shortcuts = manifest()["features"].get("shortcuts", [])
    return {one["callback_id"]: one["name"] for one in shortcuts if one["type"] == "message"}


def messages_tab() -> Literal["off", "read-only", "open"]:
    """Whether the app may write to people in its Home, and they to it."""
    home = manifest()["features"]["app_home"]
    if not home["messages_tab_enabled"]:
        return "off"
    return "read-only" if home.get("messages_tab_read_only_enabled") else "open"


def as_yaml(app: dict[str, Any]) -> str:
    return yaml.safe_dump(app, sort_keys=False, allow_unicode=True)
