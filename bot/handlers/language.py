"""Whoever acts is answered in the language they read Slack in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.slack.directory import Directory
from bot.tongues import speak
from storage.records import PersonId


def register(app: AsyncApp, *, directory: Directory) -> None:
    @app.middleware
    async def in_their_language(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> None:
        actor = actor_of(body)
        # For the rest of this task: Bolt runs its listeners after the middleware, not within it.
        speak(None if actor is None else await directory.locale(actor))
        await next_()


def actor_of(body: Mapping[str, Any]) -> PersonId | None:
    """Who pressed, submitted or typed a command. Events are nobody's: nothing is answered to them at once."""
    user = body.get("user")
    if isinstance(user, Mapping):
        return PersonId(user.get("team_id") or body["team"]["id"], user["id"])
    if "user_id" in body:
        return PersonId(body["team_id"], body["user_id"])
    return None
