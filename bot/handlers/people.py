"""Somebody comes, goes or changes: what Slack said of them before counts no longer, from that moment on."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.outbound.homes import Homes
from bot.slack.workspace.departures import DepartureMonitor
from bot.slack.workspace.identity import person_in
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache


def register(
    app: AsyncApp,
    *,
    users: UserCache,
    channels: SlackChannels,
    installation: Installation,
    departures: DepartureMonitor,
    homes: Homes,
) -> None:
    @app.event("member_joined_channel")
    @app.event("member_left_channel")
    async def came_or_went(event: dict[str, Any]) -> None:
        channel = str(event.get("channel"))
        if event.get("user") == installation.bot_user:
            if event.get("type") == "member_joined_channel":
                # What it was like when we were in it before says nothing.
                await channels.shared(channel)
            channels.doubt(channel)
        else:
            channels.somebody_moved(channel)
        departures.call_soon()
        homes.somebody_changed(str(event.get("user")))

    @app.event("channel_left")
    @app.event("group_left")
    async def went_ourselves(event: dict[str, Any]) -> None:
        """Slack does not tell an app of its own removal as it tells of others'."""
        channels.doubt(str(event.get("channel")))
        departures.call_soon()

    @app.event("user_change")
    async def changed(event: dict[str, Any]) -> None:
        """Deactivated, made a guest, or only renamed: Slack is asked when it matters."""
        person = person_in(event, team=installation.team)
        users.forget(person)
        departures.call_soon()
        homes.somebody_changed(person.user)
