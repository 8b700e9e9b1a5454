"""Logs that work keeps failing, once a minute with a count instead of a line for every try."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

SAY_AGAIN = 60.0


class FailureLog:
    """One line when a reason is first met, and one a minute while it lasts, with how often it was met.

    `clock` gives seconds that only grow.
    """

    def __init__(self, topic: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._topic = topic
        self._clock = clock
        # By reason: when it was said last, and how often it was met since.
        self._met: dict[str, tuple[float, int]] = {}

    def failed(self, kind: str, reason: str) -> None:
        """A try of that kind did not go through, and will be made again."""
        said_at, since = self._met.get(reason, (None, 0))
        now = self._clock()
        if said_at is not None and now - said_at < SAY_AGAIN:
            self._met[reason] = (said_at, since + 1)
            return
        log.warning(
            "%s did not go through to %s: %s (%d more since it was last said); trying again",
            kind,
            self._topic,
            reason,
            since,
        )
        self._met[reason] = (now, 0)
