"""Slack's answers, sorted once into what they mean for the work at hand.

The error strings are those of docs.slack.dev/reference/methods for the methods used here.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError


class Trouble(StrEnum):
    """What a failed call means."""

    THROTTLED = "throttled"
    NOT_SENT = "not_sent"
    MAYBE_SENT = "maybe_sent"
    ALREADY_SO = "already_so"
    GONE = "gone"
    CHANNEL = "channel"
    TOKEN = "token"  # noqa: S105 - a kind of trouble, not a secret
    REFUSED = "refused"


_ALREADY_SO = {"already_reacted", "no_reaction", "message_already_deleted"}
_GONE = {
    "message_not_found",
    "thread_not_found",
    "cant_update_message",
    "cannot_reply_to_message",
    "edit_window_closed",
    "restricted_action_thread_locked",
    "user_not_in_channel",
    "users_not_found",
}
# The thread is not there any more.
THREAD_GONE = {"thread_not_found", "message_not_found", "cannot_reply_to_message"}
_CHANNEL = {
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "external_channel_migrating",
    "method_not_supported_for_channel_type",
}
_TOKEN = {
    "access_denied",
    "accesslimited",
    "ekm_access_denied",
    "enterprise_is_restricted",
    "no_permission",
    "not_allowed_token_type",
    "team_added_to_org",
    "two_factor_setup_required",
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "missing_scope",
    "team_access_not_granted",
    "org_login_required",
}
# Slack's own pages say of these that part of the work may have been done.
_MAYBE_SENT = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
_THROTTLED = {"ratelimited", "rate_limited", "message_limit_exceeded"}


# What a call through slack_sdk's client raises when it did not go well.
CALL_ERRORS = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)


class Failure:
    """One failed call: its trouble, a short reason without anybody's words, and how long to wait."""

    def __init__(self, trouble: Trouble, reason: str, *, after: timedelta = timedelta(seconds=1)) -> None:
        self.trouble = trouble
        self.reason = reason
        self.after = after

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """Sort one of `CALL_ERRORS`."""
        if isinstance(error, SlackApiError):
            return _of_answer(error)
        if isinstance(error, aiohttp.ClientConnectorError):
            # No connection, so no request either.
            return cls(Trouble.NOT_SENT, f"Slack cannot be reached: {type(error).__name__}")
        return cls(Trouble.MAYBE_SENT, f"no answer from Slack: {type(error).__name__}")


def _of_answer(error: SlackApiError) -> Failure:
    response = error.response
    # The client hands over aiohttp's own response, without a body, where it could not read one.
    status: int = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    answer = getattr(response, "data", None)
    if not isinstance(answer, dict):
        answer = {}
    code = str(answer.get("error") or f"HTTP {status}")
    if status == 429 or code in _THROTTLED:
        headers = {name.lower(): value for name, value in getattr(response, "headers", {}).items()}
        seconds = headers.get("retry-after", "1")
        wait = float(seconds) if seconds.replace(".", "", 1).isdecimal() else 1.0
        return Failure(Trouble.THROTTLED, code, after=timedelta(seconds=wait))
    if "error" not in answer or status >= 500 or code in _MAYBE_SENT:
        return Failure(Trouble.MAYBE_SENT, code)
    for codes, trouble in (
        (_ALREADY_SO, Trouble.ALREADY_SO),
        (_GONE, Trouble.GONE),
        (_CHANNEL, Trouble.CHANNEL),
        (_TOKEN, Trouble.TOKEN),
    ):
        if code in codes:
            return Failure(trouble, code)
    return Failure(Trouble.REFUSED, code)
