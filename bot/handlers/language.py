"""Whoever acts is answered in the language they read Slack in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.i18n import speak
from bot.slack.workspace.identity import person_in
from bot.slack.workspace.user_cache import UserCache


def register(app: AsyncApp, *, users: UserCache, team: str) -> None:
    @app.middleware
    async def in_their_language(body: dict[str, Any], next_: Callable[[], Awaitable[None]]) -> None:
        # Events are nobody's: nothing is answered to them at once.
        is_somebodys = "user" in body or "user_id" in body
        # For the rest of this task: Bolt runs its listeners after the middleware, not within it.
        speak(await users.locale(person_in(body, team=team)) if is_somebodys else None)
        await next_()
