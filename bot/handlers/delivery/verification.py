"""Whether what arrives over HTTP is from Slack, lately."""

from __future__ import annotations

from slack_bolt.middleware.request_verification.async_request_verification import (
    AsyncRequestVerification,
)
from slack_sdk.signature import Clock, SignatureVerifier

from bot.slack.api.clock import SlackClock


class _SlacksTime(Clock):
    def __init__(self, slack_clock: SlackClock) -> None:
        self._slack_clock = slack_clock

    def now(self) -> float:
        return self._slack_clock.best().timestamp()


class Verification(AsyncRequestVerification):
    """Bolt's own check of signatures, by Slack's clock: what was signed more than five minutes ago is old.

    By ours, with a clock that is wrong by more, all that Slack delivers would be refused.
    """

    def __init__(self, signing_secret: str, slack_clock: SlackClock) -> None:
        super().__init__(signing_secret)
        self._verifier = SignatureVerifier(signing_secret, _SlacksTime(slack_clock))
