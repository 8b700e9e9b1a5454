"""Trigger ids: the right to open one modal, for three seconds, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.clock import Clock

LIFETIME_SECONDS = 3.0
REMEMBERED_SECONDS = 60 * 60


@dataclass
class Trigger:
    """Who pressed, when, and from which view if from one."""

    id: str
    user_id: str
    issued: float
    view_id: str | None = None
    used: bool = False


class Triggers:
    """Issues and exchanges trigger ids."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str, *, view_id: str | None = None) -> Trigger:
        now = self._clock()
        self._forget_old(now)
        first, second = secrets.randbelow(10**13), secrets.randbelow(10**12)
        trigger = Trigger(f"{first}.{second}.{secrets.token_hex(16)}", user_id, now, view_id)
        self._issued[trigger.id] = trigger
        return trigger

    def _forget_old(self, now: float) -> None:
        # In order of issue. Kept longer than they live, so that one who comes late is told why.
        while self._issued and now - next(iter(self._issued.values())).issued > REMEMBERED_SECONDS:
            del self._issued[next(iter(self._issued))]

    def exchange(self, trigger_id: str) -> Trigger:
        """Use the trigger up; raises SlackError in the words of views.open."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._clock() - trigger.issued > LIFETIME_SECONDS:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger
