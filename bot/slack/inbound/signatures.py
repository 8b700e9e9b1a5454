"""Whether what arrives as a delivery is Slack's, as far as its signature tells an operator."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

# Seconds. Anybody can send a wrong signature, so one line a minute is enough.
SAY_AGAIN = 60.0
# Slack delivers again after 1 and after 5 minutes.
LASTS = 600.0


class Signatures:
    """Whether what arrives is signed with our secret. `clock` gives seconds that only grow."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accepted_at: float | None = None
        self._refused_at: float | None = None
        self._said_at: float | None = None

    def accepted(self) -> None:
        self._accepted_at = self._clock()

    def refused(self) -> None:
        now = self._refused_at = self._clock()
        if self._said_at is None or now - self._said_at >= SAY_AGAIN:
            self._said_at = now
            log.error("a delivery was refused: its signature is not made with SLACK_SIGNING_SECRET")

    @property
    def trouble(self) -> str | None:
        """What an operator has to mend; None while a delivery was accepted lately, whatever else arrives."""
        now = self._clock()
        if self._refused_at is None or now - self._refused_at > LASTS:
            return None
        if self._accepted_at is not None and now - self._accepted_at <= LASTS:
            return None
        return (
            "what Slack delivers is refused: its signature is not made with SLACK_SIGNING_SECRET. "
            "Copy it anew from “Basic Information” → “App Credentials”"
        )
