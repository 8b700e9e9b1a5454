"""Slack's answers, sorted once into what they mean for the work at hand.

The error strings are those of docs.slack.dev/reference/methods for the methods used here, and those that all
methods share; `tests/slack/test_error_vocabulary.py` walks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError


class Trouble(StrEnum):
    """What a failed call means."""

    THROTTLED = "throttled"  # later
    NOT_SENT = "not_sent"  # later, and certainly nothing happened
    MAYBE_SENT = "maybe_sent"  # nobody knows whether it happened
    ALREADY_SO = "already_so"
    GONE = "gone"  # what it is about, or whom it is for, is not there
    THREAD = "thread"  # the thread takes nothing; its channel may
    CHANNEL = "channel"  # the channel takes nothing until somebody mends it
    TOKEN = "token"  # noqa: S105 - a kind of trouble, not a secret: the workspace takes nothing from us
    TOO_LONG = "too_long"  # in smaller pieces it may be taken
    METADATA = "metadata"  # without its label it may be taken
    REFUSED = "refused"  # in another form it may be taken


_MEANS: Mapping[Trouble, str] = {
    Trouble.THROTTLED: "ratelimited rate_limited",
    Trouble.NOT_SENT: "streaming_state_conflict hash_conflict",
    # Slack's own pages say of the first two that part of the work may have been done.
    Trouble.MAYBE_SENT: """
        fatal_error internal_error service_unavailable request_timeout update_failed file_update_failed
        fetch_members_failed list_record_comment_fetch_failed""",
    Trouble.ALREADY_SO: "already_reacted no_reaction message_already_deleted",
    Trouble.GONE: """
        message_not_found cant_update_message cant_delete_message edit_window_closed user_not_in_channel
        users_not_found user_not_found user_not_visible user_disabled messages_tab_disabled
        file_not_found file_deleted file_is_deleted not_visible template_not_visible not_found
        expired_trigger_id exchanged_trigger_id invalid_trigger_id trigger_expired trigger_exchanged""",
    # The last two are said of channels too: then the new thread's card is refused as well.
    Trouble.THREAD: """
        thread_not_found cannot_reply_to_message restricted_action_thread_locked thread_locked
        channel_type_not_supported is_inactive""",
    Trouble.CHANNEL: """
        channel_not_found not_in_channel is_archived invalid_channel channel_is_limited_access
        restricted_action restricted_action_read_only_channel restricted_action_thread_only_channel
        restricted_action_non_threadable_channel external_channel_migrating
        method_not_supported_for_channel_type""",
    Trouble.TOKEN: """
        access_denied accesslimited ekm_access_denied enterprise_is_restricted no_permission
        not_allowed_token_type team_added_to_org two_factor_setup_required invalid_auth not_authed
        account_inactive token_revoked token_expired missing_scope team_access_not_granted
        org_login_required app_access_restricted team_not_found forbidden_team insecure_request
        not_enabled message_limit_exceeded unknown_method deprecated_endpoint method_deprecated
        not_implemented is_bot no_access""",
    Trouble.TOO_LONG: "msg_blocks_too_long msg_too_long attachment_payload_limit_exceeded view_too_large",
    Trouble.METADATA: """
        metadata_too_large invalid_metadata_format invalid_metadata_schema
        metadata_must_be_sent_from_app""",
    # What Slack refuses for what is in it, or for how it is asked.
    Trouble.REFUSED: """
        posting_to_channel_denied
        invalid_blocks invalid_blocks_format block_mismatch no_text markdown_text_conflict
        invalid_attachments too_many_attachments too_many_contact_cards missing_file_data
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked slack_connect_blocked_file_type
        slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked
        cant_broadcast_message no_dual_broadcast_content_update as_user_not_supported
        send_on_behalf_not_allowed draft_already_deleted draft_already_sent draft_has_conflict
        draft_not_found duplicate_channel_not_found duplicate_message_not_found blocked_file_type
        file_share_limit_reached max_file_sharing_exceeded unable_to_share_files bad_timestamp
        invalid_name no_item_specified not_reactable too_many_emoji too_many_reactions
        file_comment_not_found channels_limit_exceeded file_type_not_allowed
        file_uploads_except_images_disabled alt_txt_too_large file_upload_size_restricted
        file_uploads_disabled missing_argument snippet_too_large storage_limit_reached
        unknown_snippet_type unknown_subtype canvas_globally_disabled canvas_disabled_user_team
        canvas_disabled_file_team invalid_cursor invalid_limit invalid_types
        invalid_metadata_filter_keys invalid_ts_latest invalid_ts_oldest too_many_users
        invalid_arguments duplicate_external_id missing_profile_id push_limit_reached missing_args
        invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type
        missing_post_type""",
}
# The thread is not there any more.
THREAD_GONE = {"thread_not_found", "message_not_found", "cannot_reply_to_message"}
MEANING: Mapping[str, Trouble] = {
    code: trouble for trouble, codes in _MEANS.items() for code in codes.split()
}


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

    @classmethod
    def of_edit(cls, error: Exception) -> Failure:
        """The same where an edit failed.

        What `is_inactive` says of an edit is that the channel is archived, frozen or deleted, and nothing of
        the thread. Source: docs.slack.dev/reference/methods/chat.update.
        """
        failure = cls.of(error)
        if failure.reason == "is_inactive":
            return cls(Trouble.CHANNEL, failure.reason)
        return failure


def _of_answer(error: SlackApiError) -> Failure:
    response = error.response
    # The client hands over aiohttp's own response, without a body, where it could not read one.
    status: int = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    answer = getattr(response, "data", None)
    if not isinstance(answer, dict):
        answer = {}
    code = str(answer.get("error") or f"HTTP {status}")
    # What Slack adds to its vocabulary is refused like a form it does not take: certainly not done, and tried
    # in others.
    means = MEANING.get(code, Trouble.REFUSED)
    if status == 429 or means is Trouble.THROTTLED:
        headers = {name.lower(): value for name, value in getattr(response, "headers", {}).items()}
        seconds = headers.get("retry-after", "1")
        wait = float(seconds) if seconds.replace(".", "", 1).isdecimal() else 1.0
        return Failure(Trouble.THROTTLED, code, after=timedelta(seconds=wait))
    if "error" not in answer or status >= 500:
        return Failure(Trouble.MAYBE_SENT, code)
    return Failure(means, code)
