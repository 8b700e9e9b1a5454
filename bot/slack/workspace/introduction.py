"""Remembers what Slack said about this app and its channel, for a start at which Slack does not answer."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging

from bot.slack.workspace.installation import Installation
from storage.engine.database import Database

log = logging.getLogger(__name__)

# The fact that holds what Slack said last.
INTRODUCTION = "slack_introduction"


async def remember(database: Database, found: Installation, *, token: str, slack_channel: str) -> None:
    """Keep what Slack said to that token about that Slack channel, as the settings name it."""
    said = {"asked": _asked(token, slack_channel), "said": dataclasses.asdict(found)}
    await database.write(lambda tx: tx.key_values.put(INTRODUCTION, json.dumps(said)))


async def remembered(database: Database, *, token: str, slack_channel: str) -> Installation | None:
    """What Slack said last to the same token about the same Slack channel; None if it never did."""
    async with database.read() as tx:
        kept = await tx.key_values.get(INTRODUCTION)
    if kept is None:
        return None
    try:
        found = json.loads(kept)
        return Installation(**found["said"]) if found["asked"] == _asked(token, slack_channel) else None
    except (ValueError, KeyError, TypeError):
        log.info("what another version remembered of Slack is not used")
        return None


def _asked(token: str, slack_channel: str) -> str:
    """Tells one question from another without keeping the token."""
    return hashlib.sha256(f"{token}\n{slack_channel}".encode()).hexdigest()
