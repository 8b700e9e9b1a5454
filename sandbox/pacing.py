"""Slack's real pace for posting: about one message a second in each channel."""

from __future__ import annotations

import math
import time

from sandbox.errors import RateLimited


class Pace:
    """Lets one post per `1 / rate` seconds into a channel; None lets everything through."""

    def __init__(self, rate: float | None) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._next: dict[str, float] = {}

    def take(self, channel_id: str) -> None:
        """Count one post; raises RateLimited where it comes too soon. Real time, not the workspace's."""
        now = time.monotonic()
        wait = self._next.get(channel_id, now) - now
        if wait > 0:
            raise RateLimited(math.ceil(wait))
        self._next[channel_id] = now + self._interval
