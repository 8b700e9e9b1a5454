"""The stage: a sandbox workspace and the bridge, both on loopback, talking as they would to real Slack."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.app import Bridge
from bot.manifest import message_shortcuts, messages_tab
from bot.settings import AIKind, Settings
from bot.web.callers.limits import Limits
from sandbox import Workspace

CHANNEL = "live-chat"


@dataclass(frozen=True, slots=True)
class Stage:
    """What the players need: the workspace to look at, the bridge, and the key of an outside AI."""

    slack: Workspace
    bridge: Bridge
    server_key: str


@asynccontextmanager
async def stage(*, ai: AIKind, port: int = 0, limits: Limits | None = None) -> AsyncIterator[Stage]:
    """Set everything up in a database of its own, and take it down again. Nothing leaves this machine."""
    # A proxy would be asked for loopback addresses too: Slack's SDK reads these and knows no exceptions.
    for name in [name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "all_proxy")]:
        del os.environ[name]
    server_key = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="bookbag-demo-") as directory:
        async with Workspace(
            name="Larkspur Outdoor",
            app_name="Bookbag",
            message_shortcuts=message_shortcuts(),
            messages_tab=messages_tab(),
        ) as slack:
            settings = Settings(
                slack_bot_token=slack.bot_token,
                slack_app_token=slack.app_token,
                slack_channel=f"#{CHANNEL}",
                slack_api_url=slack.api_url,
                # The sandbox takes what it is given; the pace of the real Slack would make this a long play.
                posts_per_second=0,
                database_url=f"sqlite+aiosqlite:///{Path(directory) / 'demo.db'}",
                ai=ai,
                api_key=server_key,
                port=port,
            )
            async with Bridge(settings, limits=limits) as bridge:
                yield Stage(slack, bridge, server_key)
