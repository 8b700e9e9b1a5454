"""Every error that Slack documents for what we call is sorted on purpose, not by default.

The lists are the errors of each method's page at docs.slack.dev/reference/methods as of August 2026, and of
the list that those pages share, as slack-ruby/slack-api-ref keeps them. Names alone.
"""

from __future__ import annotations

from collections import Counter

import pytest

from bot.slack.api import errors
from bot.slack.api.errors import MEANING, Trouble

EVERY_METHOD = """
    ratelimited unknown_method access_denied account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted is_bot method_deprecated missing_scope not_allowed_token_type not_authed
    no_permission org_login_required token_expired token_revoked two_factor_setup_required accesslimited
    fatal_error invalid_arg_name invalid_array_arg invalid_charset invalid_form_data invalid_post_type
    missing_post_type request_timeout service_unavailable team_added_to_org"""

METHODS = {
    "chat.postMessage": """
        app_access_restricted as_user_not_supported attachment_payload_limit_exceeded
        cannot_reply_to_message channel_not_found draft_already_deleted draft_already_sent
        draft_has_conflict draft_not_found duplicate_channel_not_found duplicate_message_not_found
        ekm_access_denied invalid_blocks invalid_blocks_format invalid_metadata_format
        invalid_metadata_schema is_archived markdown_text_conflict message_limit_exceeded
        messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large missing_file_data
        msg_blocks_too_long no_text not_in_channel rate_limited restricted_action
        restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel send_on_behalf_not_allowed
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked team_not_found too_many_attachments too_many_contact_cards""",
    "chat.update": """
        as_user_not_supported block_mismatch blocked_file_type cant_broadcast_message
        cant_update_message channel_not_found edit_window_closed external_channel_migrating file_deleted
        file_is_deleted file_not_found file_share_limit_reached invalid_attachments invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_inactive
        markdown_text_conflict max_file_sharing_exceeded message_limit_exceeded message_not_found
        metadata_must_be_sent_from_app metadata_too_large msg_too_long no_dual_broadcast_content_update
        no_text posting_to_channel_denied slack_connect_blocked_file_type
        slack_connect_canvas_sharing_blocked slack_connect_clip_sharing_blocked
        slack_connect_file_link_sharing_blocked slack_connect_file_upload_sharing_blocked
        streaming_state_conflict team_not_found too_many_attachments unable_to_share_files update_failed""",
    "chat.delete": "cant_delete_message channel_not_found message_not_found",
    "chat.postEphemeral": """
        cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks
        invalid_blocks_format is_archived markdown_text_conflict message_limit_exceeded
        messages_tab_disabled msg_too_long no_text not_in_channel restricted_action too_many_attachments
        user_not_in_channel""",
    "reactions.add": """
        already_reacted bad_timestamp channel_not_found external_channel_migrating invalid_name
        is_archived message_not_found no_access no_item_specified not_reactable thread_locked
        too_many_emoji too_many_reactions""",
    "reactions.remove": """
        bad_timestamp channel_not_found external_channel_migrating file_comment_not_found file_not_found
        invalid_name message_not_found no_access no_item_specified no_reaction thread_locked""",
    "files.getUploadURLExternal": """
        alt_txt_too_large file_type_not_allowed file_upload_size_restricted file_uploads_disabled
        file_uploads_except_images_disabled missing_argument snippet_too_large storage_limit_reached
        unknown_snippet_type unknown_subtype""",
    "files.completeUploadExternal": """
        access_denied channel_not_found channels_limit_exceeded file_not_found file_type_not_allowed
        file_update_failed file_uploads_except_images_disabled invalid_blocks invalid_channel
        not_in_channel posting_to_channel_denied""",
    "files.info": """
        access_denied canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled
        file_deleted file_not_found not_visible slack_connect_canvas_sharing_blocked
        template_not_visible""",
    "conversations.replies": """
        channel_not_found invalid_cursor invalid_metadata_filter_keys invalid_ts_latest
        invalid_ts_oldest list_record_comment_fetch_failed method_not_supported_for_channel_type
        missing_scope thread_not_found""",
    "conversations.history": """
        channel_is_limited_access channel_not_found invalid_cursor invalid_metadata_filter_keys
        invalid_ts_latest invalid_ts_oldest not_in_channel""",
    "conversations.info": "channel_is_limited_access channel_not_found missing_scope",
    "conversations.list": """
        invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type
        missing_argument missing_scope""",
    "conversations.members": """
        channel_not_found fetch_members_failed invalid_cursor invalid_limit
        method_not_supported_for_channel_type missing_scope""",
    "users.info": "too_many_users user_not_found user_not_visible",
    "views.open": """
        duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id view_too_large""",
    "views.update": "duplicate_external_id hash_conflict not_found view_too_large",
    "views.publish": """
        duplicate_external_id hash_conflict missing_profile_id not_allowed_token_type not_enabled
        not_implemented view_too_large""",
    "auth.test": "internal_error invalid_auth",
    "apps.connections.open": "forbidden_team insecure_request internal_error invalid_auth missing_args",
}


@pytest.mark.parametrize("method", [*METHODS, "every method"])
def test_every_documented_error_is_sorted_on_purpose(method: str) -> None:
    documented = METHODS.get(method, EVERY_METHOD).split()
    assert [code for code in documented if code not in MEANING] == []


def test_no_error_means_two_things() -> None:
    every = Counter(code for codes in errors._MEANS.values() for code in codes.split())
    assert [code for code, times in every.items() if times > 1] == []


def test_what_may_be_delivered_in_another_form_is_told_from_what_nothing_helps() -> None:
    assert {code for code, means in MEANING.items() if means is Trouble.TOO_LONG} >= {
        "msg_blocks_too_long",
        "msg_too_long",
    }
    for code in ("invalid_blocks", "invalid_blocks_format", "block_mismatch", "no_text"):
        assert MEANING[code] is Trouble.REFUSED
    for code in ("restricted_action_thread_locked", "cannot_reply_to_message", "thread_not_found"):
        assert MEANING[code] is Trouble.THREAD
