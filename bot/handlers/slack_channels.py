"""What happens to our channels and to our app, after which we may not be able to work in it as before."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.workspace.slack_channels import SlackChannels

# docs.slack.dev/reference/events
CHANNEL_EVENTS = (
    "channel_archive",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_unarchive",
)
APP_EVENTS = ("app_uninstalled", "tokens_revoked")


def register(app: AsyncApp, *, channels: SlackChannels) -> None:
    async def channel_changed(event: dict[str, Any]) -> None:
        channels.doubt(str(event.get("channel")))

    @app.event("channel_shared")
    async def channel_shared(event: dict[str, Any]) -> None:
        await channels.shared(str(event.get("channel")))

    @app.event("channel_id_changed")
    async def renamed(event: dict[str, Any]) -> None:
        await channels.renamed(str(event["old_channel_id"]), str(event["new_channel_id"]))

    async def app_changed() -> None:
        channels.doubt()

    for name in CHANNEL_EVENTS:
        app.event(name)(channel_changed)
    for name in APP_EVENTS:
        app.event(name)(app_changed)
