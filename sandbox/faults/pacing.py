"""Slack's real pace: about one post a second in each channel, and so many calls a minute of each method."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from sandbox.errors import RateLimited

if TYPE_CHECKING:
    from sandbox.rules import Rules

# Calls a minute in the workspace. Source: java-slack-sdk, MethodsRateLimits and MethodsRateLimitTier.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
CALLS_A_MINUTE = {
    "api.test": TIER_4,
    "apps.connections.open": TIER_1,
    "assistant.threads.setStatus": 60,
    "auth.test": 600,
    "bots.info": TIER_3,
    "chat.delete": TIER_3,
    "chat.getPermalink": 600,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": 60,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.leave": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "emoji.list": TIER_2,
    "files.completeUploadExternal": TIER_4,
    "files.delete": TIER_3,
    "files.getUploadURLExternal": TIER_4,
    "files.info": TIER_4,
    "reactions.add": TIER_3,
    "reactions.get": TIER_3,
    "reactions.remove": TIER_2,
    "team.info": TIER_3,
    "usergroups.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "users.lookupByEmail": TIER_3,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
# These are counted for each channel, by the name of the argument that says which. Source: the same.
COUNTED_BY_CHANNEL = {"chat.postMessage": "channel", "assistant.threads.setStatus": "channel_id"}


class CallPacing:
    """Lets one post per `1 / post_rate` seconds into a channel; None lets everything through.

    With `rules.tiers` it also lets `CALLS_A_MINUTE` of each method through. Times are real time, not the
    workspace's; `minute` is how many seconds a minute has, so that a test need not wait for one.
    """

    def __init__(self, post_rate: float | None, rules: Rules, *, minute: float = 60.0) -> None:
        self._interval = 1 / post_rate if post_rate else 0.0
        self._rules = rules
        self._minute = minute
        self._next: dict[str, float] = {}
        # When the minute of a method (and channel) began, and how many calls it has seen.
        self._minutes: dict[tuple[str, str], tuple[float, int]] = {}

    def take_post(self, channel_id: str) -> None:
        """Count one post; raises RateLimited where it comes too soon."""
        now = time.monotonic()
        wait = self._next.get(channel_id, now) - now
        if wait > 0:
            raise RateLimited(math.ceil(wait))
        self._next[channel_id] = now + self._interval

    def take_call(self, method: str, channel: str) -> None:
        """Count one call of a method, refused ones too; raises RateLimited where its minute is used up.

        Source: docs.slack.dev/apis/web-api/rate-limits, which counts in windows of a minute.
        Assumed: a window begins with its first call, and there is no burst above the number.
        """
        if not self._rules.tiers:
            return
        now = time.monotonic()
        began, calls = self._minutes.get((method, channel), (now, 0))
        if now - began >= self._minute:
            began, calls = now, 0
        if calls >= CALLS_A_MINUTE[method]:
            raise RateLimited(math.ceil(began + self._minute - now))
        self._minutes[method, channel] = began, calls + 1
