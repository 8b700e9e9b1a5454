"""The rules of what is written: messages, threads, blocks, reactions and files."""

from __future__ import annotations

from sandbox.sources.rule import Rule

_METHOD = "docs.slack.dev/reference/methods/"
_KIT = "docs.slack.dev/reference/block-kit/"
_EVENT = "docs.slack.dev/reference/events/message/"

THREADS = (
    Rule(
        "post_to_a_gone_thread",
        "A post to a thread whose parent is gone stands in the channel, and only its missing thread_ts says so.",
        ("people.messages.Messages._parent",),
        "slack-go/slack issue 1571; slackapi/python-slack-events-api issue 87",
    ),
    Rule(
        "broadcast_to_a_gone_thread",
        "So does one that was to be sent to the channel too.",
        ("people.messages.Messages._parent",),
        assumed="A post without reply_broadcast does.",
    ),
    Rule(
        "file_to_a_gone_thread",
        "So does a file.",
        ("people.uploads.WorkspaceUploads.share",),
        assumed="A post does; uploading names no error for it.",
    ),
    Rule(
        "answer_to_a_gone_thread",
        "So does an answer to a response URL.",
        ("delivery.response_urls.ResponseUrls.answer",),
        assumed="A post does.",
        unasked="Only a person's press gives a response URL.",
    ),
    Rule(
        "reply_to_a_reply",
        "A post under a reply stands in the thread that the reply stands in.",
        ("people.messages.Messages._parent",),
        assumed="The page of chat.postMessage only says that a reply's ts should be avoided.",
    ),
    Rule(
        "tombstone",
        "A deleted parent with replies stays as a tombstone until its last reply goes, and then goes with an event.",
        (
            "people.messages.TOMBSTONE_TEXT",
            "model.SLACKBOT",
            "people.messages.Messages.delete",
            "people.messages.Messages._drop_empty_tombstone",
        ),
        "42wim/matterbridge issue 600; slack-edge/slack-edge pull request 10",
    ),
    Rule(
        "tombstone_holds_its_thread",
        "A tombstone's thread takes posts.",
        ("people.messages.Messages._parent",),
        assumed="Its replies stay and it keeps its thread_ts.",
    ),
    Rule(
        "retention",
        "Messages may vanish without an event and without a tombstone.",
        ("people.messages.Messages.forget",),
        "dust-tt/dust issue 2683; getmunin/munin issue 885",
    ),
    Rule(
        "malformed_thread_ts",
        "A thread_ts that is no timestamp is refused.",
        ("web_api.chat._thread",),
        codes=("invalid_thread_ts",),
        assumed="Its page names no error for it; this is what assistant.threads.setStatus says.",
    ),
    Rule(
        "broadcast",
        "A reply that is sent to the channel too is a thread_broadcast with its root.",
        ("people.messages.Messages.post",),
        _EVENT + "thread_broadcast; java-slack-sdk, json-logs/samples/events, MessageThreadBroadcastPayload",
    ),
)

TEXT = (
    Rule(
        "no_text",
        "A message of nothing is refused, and so is markdown_text beside text or blocks.",
        ("content.stored.compose",),
        _METHOD + "chat.postMessage",
        ("no_text", "markdown_text_conflict"),
    ),
    Rule(
        "truncated_text",
        "What is over 40,000 characters in a post's text is cut off.",
        ("content.stored.TRUNCATED_AT",),
        "api.slack.com/changelog/2018-04-truncating-really-long-messages",
    ),
    Rule(
        "update_text_limit",
        "chat.update refuses more than 4,000 in its text.",
        ("content.stored.MAX_UPDATE_TEXT",),
        _METHOD + "chat.update",
        ("msg_too_long",),
    ),
    Rule(
        "update_text_counted",
        "What it counts of the text are bytes.",
        ("rules.Rules", "content.stored._counted"),
        assumed="Its page says characters; the one measurement there is says bytes.",
    ),
    Rule(
        "blocks_limit",
        "A post whose blocks are over about 13,200 characters is refused.",
        ("content.stored.MAX_BLOCKS_SIZE",),
        "slackapi/bolt-js issues 2509 and 2867",
        ("msg_blocks_too_long",),
    ),
    Rule(
        "blocks_counted_as_json",
        "What is counted of the blocks is their JSON, structure and all.",
        ("content.stored.size_of_blocks",),
        assumed="Many small blocks were refused with fewer characters of text than one large: bolt-js issue 2867.",
    ),
    Rule(
        "blocks_counted",
        "In that JSON each character counts one, not its escape.",
        ("rules.Rules", "content.stored.size_of_blocks"),
        assumed="Nobody measured it; the sandbox can be set to either.",
    ),
    Rule(
        "blocks_limit_of_an_update",
        "chat.update has the same limit of blocks, and the same word for it.",
        ("content.stored.compose",),
        codes=("msg_blocks_too_long",),
        assumed="Its page does not name the error.",
    ),
    Rule(
        "attachments",
        "Attachments that are none are refused, and so are more than 100.",
        ("content.stored.stored_attachments",),
        _METHOD + "chat.update; " + _METHOD + "chat.postMessage",
        ("invalid_attachments", "too_many_attachments"),
    ),
    Rule(
        "signs_become_entities",
        "Stray `& < >` in a post's text become entities.",
        ("content.mrkdwn.normalise", "content.mrkdwn.escape"),
        assumed="The page on formatting asks apps to do it themselves.",
    ),
    Rule(
        "emoji_become_names",
        "An emoji in a post's text becomes its name between colons.",
        ("content.emoji.to_names",),
        assumed="Messages that are read have names; the pages do not say what a post's answer has.",
    ),
    Rule(
        "addresses_become_links",
        "A bare address in a post's text becomes a link unless `parse` says none.",
        ("content.mrkdwn._normalise_plain",),
        assumed="The page on formatting shows it done on the screen, not in what is stored.",
    ),
    Rule(
        "update_links_names",
        "chat.update without `parse` links names, as chat.postMessage does not.",
        ("content.stored.compose",),
        _METHOD + "chat.update",
    ),
    Rule(
        "rich_text_stays",
        "The text of rich_text stays as it was sent, addresses and names in it too.",
        ("content.stored._fill", "content.block_limits._rich_text"),
        assumed="Links and mentions are elements of their own there.",
    ),
    Rule(
        "markup",
        "`<…>` is live where its inside is one of Slack's forms.",
        ("content.mrkdwn.token", "content.mrkdwn.CONTROL"),
        "docs.slack.dev/messaging/formatting-message-text",
    ),
    Rule(
        "typed_text",
        "What a person types comes as encoded text and a rich_text block.",
        ("content.composer.type_message",),
        "docs.slack.dev/reference/block-kit/blocks/rich-text-block; java-slack-sdk, json-logs/samples/events",
    ),
    Rule(
        "emoji_names",
        "Emoji are called so.",
        ("content.emoji.CHARACTERS", "content.emoji.BY_NAME", "content.emoji.BY_CHARACTER", "content.emoji.exists"),
        "iamcal/emoji-data, whose short names are Slack's",
    ),
    Rule(
        "edited_mark",
        "An update with blocks leaves no `edited` mark, one of text alone does.",
        ("web_api.chat.update",),
        assumed="The page of chat.update says nothing of it.",
    ),
    Rule(
        "update_of_text_alone",
        "An update with text alone takes the blocks away.",
        ("web_api.chat.update",),
        _METHOD + "chat.update",
    ),
    Rule(
        "metadata",
        "Metadata without a type or payload is refused, and is only given to who asks for it.",
        ("web_api.chat._metadata", "content.shapes.message_shape"),
        "docs.slack.dev/messaging/message-metadata; " + _METHOD + "chat.postMessage",
        ("invalid_metadata_format",),
    ),
    Rule(
        "metadata_kept",
        "An update without metadata keeps what the message has.",
        ("web_api.chat.update",),
        assumed="The page on metadata says that it is kept unless it is replaced, not by which calls.",
    ),
    Rule(
        "own_messages",
        "Who did not write a message neither changes nor deletes it; one that is not there is not found.",
        ("web_api.chat._own", "people.messages.Messages.find"),
        _METHOD + "chat.update; " + _METHOD + "chat.delete",
        ("cant_update_message", "cant_delete_message", "message_not_found"),
    ),
    Rule(
        "archived",
        "An archived channel takes no posts, reactions, joins and leaves, and no edits.",
        ("people.messages.Messages.post", "web_api.chat.update", "web_api.chat.add_reaction",
         "web_api.conversations.leave"),
        _METHOD + "chat.postMessage; " + _METHOD + "reactions.add; " + _METHOD + "chat.update; " + _METHOD
        + "conversations.leave",
        ("is_archived", "is_inactive"),
    ),
    Rule(
        "messages_tab",
        "Without its Messages tab an app cannot write to people.",
        ("web_api.chat._destination", "model.MessagesTab"),
        _METHOD + "chat.postMessage",
        ("messages_tab_disabled",),
    ),
    Rule(
        "ephemeral",
        "An ephemeral message goes to a member of the channel, and the app never sees it again.",
        ("web_api.chat.post_ephemeral", "people.ephemerals"),
        _METHOD + "chat.postEphemeral",
        ("user_not_in_channel",),
    ),
    Rule(
        "custom_author",
        "A post under a name of its own is a bot_message without `user`.",
        ("people.messages.Messages.bot_author",),
        _EVENT + "bot_message; java-slack-sdk, json-logs/samples/events, MessageBotPayload",
    ),
    Rule(
        "reactions",
        "A reaction has an emoji's name and a message; twice or none of one's own is refused.",
        ("people.messages.Messages.react", "web_api.chat._item"),
        _METHOD + "reactions.add; " + _METHOD + "reactions.remove",
        ("invalid_name", "already_reacted", "no_reaction", "no_item_specified", "bad_timestamp"),
    ),
)  # fmt: skip

BLOCKS = (
    Rule(
        "blocks",
        "Blocks that are none, or not as Block Kit has them, are refused, each fault with where it is.",
        ("content.block_limits.check", "content.complaints.Complaints", "content.stored.stored_blocks"),
        _METHOD + "chat.postMessage; grafana/oncall pull request 5121",
        ("invalid_blocks", "invalid_blocks_format"),
    ),
    Rule(
        "blocks_of_a_surface",
        "A message has up to 50 blocks, a modal and App Home 100.",
        ("content.block_limits.MAX_BLOCKS",),
        _KIT + "blocks",
    ),
    Rule(
        "markdown",
        "A message's markdown blocks have 12,000 characters together.",
        ("content.block_limits.MAX_MARKDOWN",),
        _KIT + "blocks/markdown-block",
    ),
    Rule(
        "section",
        "A section has text of 3,000 characters, or 10 fields of 2,000.",
        ("content.block_limits._section",),
        _KIT + "blocks/section-block",
    ),
    Rule("header", "A header has 150 characters.", ("content.block_limits._header",), _KIT + "blocks/header-block"),
    Rule("context", "A context has 10 elements.", ("content.block_limits._context",), _KIT + "blocks/context-block"),
    Rule("actions", "Actions have 25 elements.", ("content.block_limits._actions",), _KIT + "blocks/actions-block"),
    Rule("image", "An image has 2,000 characters of alt text and title, 3,000 of URL.", ("content.block_limits._image",),
         _KIT + "blocks/image-block"),
    Rule("input", "An input's label and hint have 2,000 characters.", ("content.block_limits._input",),
         _KIT + "blocks/input-block"),
    Rule("elements", "Which elements a block may have.", ("content.element_limits.ALLOWED", "content.elements"),
         _KIT + "block-elements"),
    Rule("button", "A button has 75 characters, a value 2,000, a URL 3,000.", ("content.element_limits._check_button",),
         _KIT + "block-elements/button-element"),
    Rule("confirm", "A confirmation has a title of 100 characters, text of 300, buttons of 30.",
         ("content.element_limits._check_confirm",), _KIT + "composition-objects/confirmation-dialog-object"),
    Rule("options", "A menu has 100 options, an overflow 5, checkboxes and radio buttons 10.",
         ("content.element_limits._check_options",), _KIT + "composition-objects/option-object; " + _KIT
         + "block-elements/overflow-menu-element; " + _KIT + "block-elements/checkboxes-element"),
    Rule("typed_input", "A text input has up to 3,000 characters.", ("content.element_limits._check_plain_input",),
         _KIT + "block-elements/plain-text-input-element"),
    Rule(
        "unknown_field",
        "A block with a field that it does not have is refused.",
        ("content.block_limits._check_block",),
        codes=("invalid_blocks",),
        assumed="slack-go/slack issue 612 met it in an option; of blocks nothing is said.",
    ),
    Rule(
        "same_block_id",
        "Two blocks of one message with the same block_id are refused.",
        ("content.block_limits._check_together",),
        codes=("invalid_blocks",),
        assumed="slack-go/slack issue 823 met it in a modal; the page says that it should be unique.",
    ),
    Rule(
        "same_action_id",
        "Two elements of one block with the same action_id are refused.",
        ("content.block_limits._actions",),
        codes=("invalid_blocks",),
        assumed="The page says that it should be unique in its block.",
    ),
)  # fmt: skip

FILES = (
    Rule(
        "files",
        "A file comes in three steps; one that is not there is not found.",
        ("web_api.files", "people.uploads.WorkspaceUploads.share"),
        "docs.slack.dev/messaging/working-with-files; " + _METHOD + "files.completeUploadExternal",
        ("file_not_found",),
    ),
    Rule(
        "empty_file",
        "An upload of no bytes is refused with invalid_arguments.",
        ("web_api.files.get_upload_url",),
        codes=("invalid_arguments",),
        assumed="The page of files.getUploadURLExternal wants a length and names no error for 0.",
    ),
    Rule(
        "file_shared_twice",
        "An upload that was completed is not found when it is completed again.",
        ("web_api.files._uploaded",),
        codes=("file_not_found",),
        assumed="files.completeUploadExternal has no other error that would fit.",
    ),
    Rule(
        "other_length",
        "An upload of another length than was announced is refused.",
        ("people.uploads.WorkspaceUploads.take",),
        assumed="The length is asked for before.",
        unasked="It leaves an upload behind that no method takes away.",
    ),
    Rule(
        "largest_file",
        "An upload has 64 MB at most.",
        ("people.uploads.MOST_BYTES",),
        assumed="Slack's own is larger than a test's memory; nothing depends on this one.",
        unasked="It is the sandbox's own limit.",
    ),
    Rule(
        "sign_in_page",
        "A download without a good token, or without files:read, is a sign-in page with status 200.",
        ("people.uploads.SIGN_IN_PAGE", "people.uploads.WorkspaceUploads.give"),
        "slackapi/deno-slack-sdk issue 285; chenhg5/cc-connect pull request 204",
    ),
    Rule(
        "deleted_file",
        "A deleted file stays in its message as a tombstone, and takes a message without words with it.",
        ("people.uploads.WorkspaceUploads.delete",),
        assumed="Messages with `mode: tombstone` are read; when a message goes too is said nowhere.",
        unasked="It takes a person's file: the bot's own is deleted by another rule.",
    ),
)
