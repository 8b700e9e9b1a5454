"""What Slack does not take from us at the moment, and where: for readiness, and for those who should know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

log = logging.getLogger(__name__)


class Troubles:
    """One trouble for each place: a channel, a thread, a person.

    It is over with the next thing that is taken there, and forgotten where it was not met again for `lasts`:
    then nothing waits for that place any more.
    """

    def __init__(self, clock: Callable[[], datetime], *, lasts: timedelta) -> None:
        self._clock = clock
        self._lasts = lasts
        self._at: dict[str, tuple[str, datetime]] = {}

    def met(self, place: str, reason: str) -> None:
        if self.at(place) != reason:
            log.error("Slack takes nothing from us, %s: %s", place, reason)
        self._at[place] = (reason, self._clock())

    def every(self) -> Mapping[str, str]:
        """What is wrong in each place."""
        self._forget()
        return {place: reason for place, (reason, _) in self._at.items()}

    def over(self, place: str) -> None:
        if self._at.pop(place, None) is not None:
            log.info("Slack takes what we write in %s again", place)

    def at(self, place: str) -> str | None:
        """What is wrong there."""
        self._forget()
        reason, _ = self._at.get(place, (None, None))
        return reason

    def anywhere(self) -> str | None:
        """The trouble that was met last."""
        self._forget()
        return max(self._at.values(), key=lambda met: met[1], default=(None, None))[0]

    def _forget(self) -> None:
        before = self._clock() - self._lasts
        self._at = {place: met for place, met in self._at.items() if met[1] >= before}
