"""The Web API's own rules: its methods, who may call them, pages, paces and how it refuses."""

from __future__ import annotations

from sandbox.sources.rule import Rule

PAGES = "docs.slack.dev/reference/methods/"
_ON_ITS_PAGE = (
    "api.test", "apps.connections.open", "assistant.threads.setStatus", "auth.test", "bots.info", "chat.delete",
    "chat.getPermalink", "chat.postEphemeral", "chat.postMessage", "chat.update", "conversations.history",
    "conversations.info", "conversations.join", "conversations.leave", "conversations.list",
    "conversations.members", "conversations.open", "conversations.replies", "emoji.list",
    "files.completeUploadExternal", "files.delete", "files.getUploadURLExternal", "files.info", "reactions.add",
    "reactions.get", "reactions.remove", "team.info", "usergroups.list", "users.info", "users.list",
    "users.lookupByEmail", "views.open", "views.publish", "views.push", "views.update",
)  # fmt: skip
_EVERY_PAGE = "slack-ruby/slack-api-ref, the errors that all pages of docs.slack.dev/reference/methods share"
_OTHER_PEOPLES_CHANNEL = "It takes a Slack channel that the bot is not in, and the probe keeps to its own."

METHODS = tuple(
    Rule(
        name,
        "Its arguments, scopes and answer are those of its page.",
        ("web_api.call.METHODS",),
        PAGES + name,
    )
    for name in _ON_ITS_PAGE
)

RULES = (
    *METHODS,
    Rule(
        "shapes",
        "Answers and events have the fields, and fields the types, of recorded ones.",
        ("content.shapes", "payload", "model", "state", "delivery.feed.Feed._wrap"),
        "java-slack-sdk, json-logs/samples",
    ),
    Rule(
        "tokens",
        "A call without a token, with a wrong one or one of another kind, or to no method is refused.",
        ("web_api.server.WebApi._method",),
        _EVERY_PAGE,
        ("not_authed", "invalid_auth", "not_allowed_token_type", "unknown_method"),
    ),
    Rule(
        "scopes",
        "Without the scope for a method and type of channel a call is refused.",
        ("web_api.call.Call.scoped", "web_api.call.Call.scoped_to", "workspace.DEFAULT_SCOPES"),
        "docs.slack.dev/apis/web-api/using-the-conversations-api; zaratanDotWorld/choreWheel issue 173",
        ("missing_scope",),
    ),
    Rule(
        "accepted_scopes",
        "Answers name the scopes that the token has and those that the method takes.",
        ("web_api.server.WebApi.handle",),
        "slackapi/node-slack-sdk, packages/web-api, WebClient, which reads both headers",
    ),
    Rule(
        "arguments",
        "A call without an argument that it needs is refused; `errors` and `response_metadata` say what is wrong.",
        ("web_api.call.Call.required", "errors.SlackError.answer"),
        "grafana/oncall pull request 5121; Netflix/dispatch issue 833",
        ("invalid_arguments",),
    ),
    Rule(
        "pages",
        "A list comes in pages, each with the cursor of the next; an unknown cursor is refused.",
        ("web_api.call.Call.page",),
        "docs.slack.dev/apis/web-api/pagination",
        ("invalid_cursor",),
    ),
    Rule(
        "page_sizes",
        "conversations.list takes a limit under 1,000; one beyond a method's is refused.",
        ("web_api.conversations.list_channels", "web_api.call.Call.page"),
        PAGES + "conversations.list; " + PAGES + "conversations.members",
        ("invalid_limit",),
    ),
    Rule(
        "history_limit",
        "conversations.history refuses a limit above 999 with invalid_limit.",
        ("web_api.conversations.history",),
        codes=("invalid_limit",),
        assumed="Its page says at most 999, and does not say what becomes of more.",
    ),
    Rule(
        "post_pace",
        "About one post a second in a channel; sooner is refused with 429 and Retry-After.",
        ("faults.pacing.CallPacing.take_post", "errors.RateLimited"),
        "docs.slack.dev/apis/web-api/rate-limits",
        ("ratelimited",),
    ),
    Rule(
        "method_pace",
        "So many calls of a method a minute in the workspace, of two methods in a channel.",
        ("faults.pacing.CALLS_A_MINUTE", "faults.pacing.COUNTED_BY_CHANNEL",
         "faults.pacing.TIER_1", "faults.pacing.TIER_2", "faults.pacing.TIER_3", "faults.pacing.TIER_4"),
        "java-slack-sdk, MethodsRateLimits and MethodsRateLimitTier",
    ),
    Rule(
        "bursts",
        "A minute begins with its first call, and nothing above its number passes.",
        ("faults.pacing.CallPacing.take_call",),
        assumed="Slack's page counts in minutes and speaks of bursts without a number.",
        unasked="Asking takes the workspace's calls away from whoever needs them.",
    ),
    Rule(
        "failures",
        "A call may fail with a 5xx or fatal_error, work done or not, break off, or be slow.",
        ("faults.plays", "faults.scripted", "faults.chance", "faults.chance.SLOW", "faults.chance.LATE"),
        "docs.slack.dev/reference/methods, fatal_error and internal_error: part of the work may have been done",
    ),
    Rule(
        "channel_not_found",
        "A Slack channel that does not exist, or is private without the bot, is not found.",
        ("state.WorkspaceState.channel",),
        PAGES + "conversations.info",
        ("channel_not_found",),
    ),
    Rule(
        "history_needs_membership",
        "A bot reads and writes only where it is a member.",
        ("web_api.call.Call.member_channel", "web_api.chat._destination"),
        PAGES + "conversations.history; " + PAGES + "chat.postMessage",
        ("not_in_channel",),
    ),
    Rule(
        "replies_need_membership",
        "conversations.replies and reactions refuse a bot that is not in the channel, with not_in_channel.",
        ("web_api.conversations.replies", "web_api.chat._reaction"),
        codes=("not_in_channel",),
        assumed="conversations.history says so; the pages of these name no error for it.",
        unasked=_OTHER_PEOPLES_CHANNEL,
    ),
    Rule(
        "bounds",
        "`oldest` and `latest` bound a history, themselves only with `inclusive`.",
        ("web_api.conversations._between",),
        PAGES + "conversations.history; " + PAGES + "conversations.replies",
        ("invalid_ts_oldest", "invalid_ts_latest"),
    ),
    Rule(
        "newest_first",
        "A history is newest first, without replies that were not sent to the channel too.",
        ("web_api.conversations.history",),
        "java-slack-sdk, json-logs/samples/api/conversations.history.json; docs.slack.dev/messaging/retrieving-messages",
    ),
    Rule(
        "replies_parent_leads",
        "Every page of conversations.replies begins with the parent, whatever the bounds.",
        ("web_api.conversations.replies",),
        assumed="Its page says nothing of the parent and the bounds.",
    ),
    Rule(
        "replies_of_a_reply",
        "conversations.replies of a reply gives that reply alone.",
        ("web_api.conversations.replies",),
        "slackapi/bolt-python issue 783",
    ),
    Rule(
        "replies_of_nothing",
        "conversations.replies of a message that is not there is refused.",
        ("web_api.conversations.replies",),
        PAGES + "conversations.replies",
        ("thread_not_found",),
    ),
    Rule(
        "channel_types",
        "Types that a listing does not know are refused, and so is joining a private channel.",
        ("web_api.conversations.list_channels", "web_api.conversations.join"),
        PAGES + "conversations.list; " + PAGES + "conversations.join",
        ("invalid_types", "method_not_supported_for_channel_type"),
    ),
    Rule(
        "joining",
        "A join's answer counts nobody; one who is in already gets a warning.",
        ("web_api.conversations._joined_shape",),
        "java-slack-sdk, json-logs/samples/api/conversations.join.json",
    ),
    Rule(
        "people",
        "Who does not exist is not found; nobody is named for opening a direct message is refused.",
        ("web_api.people", "state.WorkspaceState.user", "web_api.conversations.open_direct"),
        PAGES + "users.info; " + PAGES + "users.lookupByEmail; " + PAGES + "bots.info; " + PAGES
        + "conversations.open",
        ("user_not_found", "users_not_found", "bot_not_found", "users_list_not_supplied"),
    ),
    Rule(
        "hidden_people",
        "users.info may not know somebody who writes.",
        ("state.WorkspaceState.user", "workspace.Workspace.hide_person"),
        "onyx-dot-app/onyx issue 1466",
    ),
    Rule(
        "names_escaped",
        "Names come with `& < >` as entities.",
        ("content.shapes.user_shape",),
        assumed="Texts do, and names with `&amp;` were seen: element-hq/element-web issue 6896.",
        unasked="It takes a person who is called so.",
    ),
    Rule(
        "image_sizes",
        "A picture of a person comes in these sizes.",
        ("content.shapes.IMAGE_SIZES",),
        "java-slack-sdk, json-logs/samples/api/users.info.json",
    ),
    Rule(
        "grid",
        "On an Enterprise Grid a press names one workspace of the person's, a command the one it was typed in.",
        ("people.interactions.Interactions._common", "people.commands.Commands._payload"),
        "slackapi/bolt-js issue 1875",
    ),
    Rule(
        "status",
        "A thread that is none takes no status.",
        ("web_api.chat.set_status",),
        PAGES + "assistant.threads.setStatus",
        ("invalid_thread_ts",),
    ),
)  # fmt: skip
