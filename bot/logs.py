"""Logging: one line for each thing that an operator may need to know, without anybody's words or secrets."""

from __future__ import annotations

import logging


def set_up(level: str) -> None:
    """Log to standard error from `level` on.

    Libraries only warn, whatever the level: at DEBUG Slack's SDK and the SQLite driver print messages.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    for ours in ("bot", "storage"):
        logging.getLogger(ours).setLevel(level)
