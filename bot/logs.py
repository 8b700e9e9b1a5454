"""Logging: one line for each thing that an operator may need to know, without anybody's words or secrets."""

from __future__ import annotations

import logging


def set_up(level: str) -> None:
    """Log to standard error from `level` on. Libraries only warn: Slack's SDK prints messages at DEBUG."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    # Bolt warns that its authorize function is used, which is what we want, and our handler reports errors.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    for chatty in ("slack_sdk", "aiohttp", "httpx2", "anthropic", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
