"""What happens to our channel and to our app, after which we may not be able to work in it as before."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.installation import Installation
from bot.slack.standing import Standing

# docs.slack.dev/reference/events
CHANNEL_EVENTS = (
    "channel_archive",
    "channel_id_changed",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_unarchive",
)
APP_EVENTS = ("app_uninstalled", "tokens_revoked")


def register(app: AsyncApp, *, standing: Standing, installation: Installation) -> None:
    async def channel_changed(event: dict[str, Any]) -> None:
        if installation.channel in (event.get("channel"), event.get("old_channel_id")):
            standing.doubt()

    async def app_changed() -> None:
        standing.doubt()

    for name in CHANNEL_EVENTS:
        app.event(name)(channel_changed)
    for name in APP_EVENTS:
        app.event(name)(app_changed)
