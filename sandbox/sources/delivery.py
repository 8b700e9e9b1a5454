"""The rules of what Slack sends: events, sockets, requests, presses, modals and answers."""

from __future__ import annotations

from sandbox.sources.rule import Rule

_METHOD = "docs.slack.dev/reference/methods/"
_EVENT = "docs.slack.dev/reference/events/"
_SOCKET = "docs.slack.dev/apis/events-api/using-socket-mode"
_HTTP = "docs.slack.dev/apis/events-api"
_PRESSED = "docs.slack.dev/interactivity/handling-user-interaction"
_NOT_OURS = "Events go to one of the app's connections: the probe would take them from the bridge."
_A_PERSON = "Only a person's press starts it."

EVENTS = tuple(
    Rule(name, "It is sent when its page says, as its page shows it.", ("delivery.feed.DEFAULT_SUBSCRIPTIONS",),
         _EVENT + name.partition(".")[0])
    for name in (
        "message.channels", "message.groups", "message.im", "reaction_added", "reaction_removed",
        "app_home_opened", "member_joined_channel", "member_left_channel", "channel_archive",
        "channel_unarchive", "channel_rename", "group_archive", "group_unarchive", "channel_shared",
        "channel_unshared", "channel_id_changed", "app_uninstalled", "tokens_revoked", "user_change",
        "channel_left", "group_left",
    )
)  # fmt: skip

RULES = (
    *EVENTS,
    Rule(
        "unarchived_privately",
        "Who brings a private channel back is `actor_id`, elsewhere `user`.",
        ("people.membership.Membership.archive",),
        "java-slack-sdk, json-logs/samples/events, GroupUnarchivePayload",
    ),
    Rule(
        "shared",
        "Sharing a channel outside and ending that is told with the other workspace.",
        ("people.membership.Membership.share",),
        "java-slack-sdk, json-logs/samples/events, ChannelSharedPayload and ChannelUnsharedPayload",
    ),
    Rule(
        "changes",
        "An edit is a message_changed and a deletion a message_deleted, hidden, with what was before.",
        (
            "people.messages.Messages._publish_hidden",
            "people.given.ABOUT_ANOTHER",
            "people.given.given_fields",
        ),
        _EVENT + "message/message_changed; " + _EVENT + "message/message_deleted",
    ),
    Rule(
        "unseen_events",
        "An app hears of channels that it is in.",
        ("delivery.feed.Feed._visible",),
        _EVENT + "message; docs.slack.dev/messaging/retrieving-messages",
    ),
    Rule(
        "own_removal",
        "Of its own removal an app hears as channel_left or group_left, and no member_left_channel.",
        ("delivery.feed.OF_OURSELVES", "people.membership.Membership.leave"),
        "slackapi/bolt-js issue 1847; openma-ai/open-managed-agents pull request 24; slackapi/node-slack-sdk issue 931",
    ),
    Rule(
        "rate_limited_events",
        "Where events come too fast they are dropped, and app_rate_limited says so, without an inner event.",
        ("delivery.feed.Feed.limit",),
        _EVENT + "app_rate_limited",
    ),
    Rule(
        "rate_limited_over_sockets",
        "Over Socket Mode that comes in an envelope as events do.",
        ("delivery.feed.Feed.limit",),
        assumed="Its page shows it over HTTP alone.",
        unasked="It takes 30,000 events in an hour.",
    ),
    Rule(
        "clocks",
        "Slack's clock and the app's may differ.",
        ("clock", "state.WorkspaceState.set_clock_offset"),
        assumed="No page promises that they agree.",
        unasked="A workspace shows its own difference of today, not which there can be.",
    ),
    Rule(
        "sockets",
        "A ticket admits once; up to 10 sockets are open, an envelope goes to any one of them.",
        ("delivery.sockets.MAX_CONNECTIONS", "delivery.sockets.Sockets.connect"),
        _SOCKET + "; slackapi/node-slack-sdk issue 1654",
    ),
    Rule(
        "socket_retries",
        "An event that is not acknowledged in three seconds comes again, with retry_attempt and retry_reason.",
        ("delivery.sockets.Delivery.envelope", "delivery.sockets.Sockets._again"),
        "slackapi/python-slack-events-api issue 93; slackapi/python-slack-sdk issue 1280",
    ),
    Rule(
        "socket_retry_pause",
        "It comes again as soon as its time is over.",
        ("delivery.sockets.Sockets._again",),
        assumed="slackapi/bolt-js issue 2487 saw four seconds between the first two, more before others.",
        unasked=_NOT_OURS,
    ),
    Rule(
        "retry_envelopes",
        "A retry has another envelope id and the same event id.",
        ("delivery.sockets.Sockets._dispatch",),
        assumed="gugu91/pinet pull request 226 saw it so; bolt-js issue 2487 saw an envelope id again.",
        unasked=_NOT_OURS,
    ),
    Rule(
        "late_acknowledgement",
        "A late acknowledgement counts, on whichever connection it comes.",
        ("delivery.sockets.Sockets._acknowledge",),
        assumed="No page says anything of it.",
        unasked=_NOT_OURS,
    ),
    Rule(
        "events_without_a_socket",
        "Events wait while no socket is open.",
        ("delivery.sockets.Sockets._flush",),
        assumed="vercel/chat issue 666 got them as retries after a minute and five; how many wait is not said.",
        unasked=_NOT_OURS,
    ),
    Rule(
        "http_retries",
        "Over HTTP an event comes again at once, after a minute and after five, with the reason in its headers.",
        ("delivery.callbacks.Callbacks._deliver", "delivery.callbacks.FORM"),
        _HTTP,
    ),
    Rule(
        "signatures",
        "A request is signed with the secret over its time and body.",
        ("delivery.callbacks.Callbacks._sign",),
        "docs.slack.dev/authentication/verifying-requests-from-slack",
    ),
    Rule(
        "challenge",
        "A URL must echo a challenge before it gets anything.",
        ("delivery.callbacks.Callbacks._verify",),
        _EVENT + "url_verification",
    ),
    Rule(
        "unacknowledged",
        "A command that is not acknowledged in three seconds, or reaches nobody, is told the person with a code.",
        ("errors.Undelivered", "people.commands.Commands.run"),
        "integrations/slack issues 352 and 1446; Netflix/dispatch issue 495",
        ("operation_timeout", "dispatch_failed", "http_client_error"),
    ),
    Rule(
        "unacknowledged_5xx",
        "A 5xx is http_service_error.",
        ("delivery.callbacks.Callbacks.request",),
        codes=("http_service_error",),
        assumed="A 4xx is http_client_error.",
        unasked=_A_PERSON,
    ),
    Rule(
        "presses",
        "A press, a shortcut and a view's submission come with what was pressed, where and by whom.",
        ("people.interactions.Interactions", "content.elements.action"),
        "docs.slack.dev/reference/interaction-payloads/block_actions-payload; "
        "docs.slack.dev/reference/interaction-payloads/view-interactions-payload",
    ),
    Rule(
        "message_shortcut",
        "A message shortcut names neither the app nor a username.",
        ("people.interactions.Interactions.shortcut",),
        "docs.slack.dev/tools/bolt-js/reference/interfaces/MessageShortcut",
    ),
    Rule(
        "ephemeral_press",
        "A press on an ephemeral message comes without the message.",
        ("people.interactions.Interactions.press",),
        assumed="Captured ones had none.",
        unasked=_A_PERSON,
    ),
    Rule(
        "triggers",
        "A trigger opens one modal within three seconds; what it is refused with says why.",
        ("delivery.triggers.LIFETIME_SECONDS", "delivery.triggers.Triggers.exchange"),
        _METHOD + "views.open; " + _PRESSED,
        ("invalid_trigger_id", "exchanged_trigger_id", "expired_trigger_id"),
    ),
    Rule(
        "response_urls",
        "A response URL takes five answers in thirty minutes.",
        ("delivery.response_urls.MOST_USES", "delivery.response_urls.LIFETIME_SECONDS"),
        _PRESSED,
    ),
    Rule(
        "spent_response_url",
        "One that is over answers 404 with why.",
        ("delivery.response_urls.ResponseUrls.take",),
        assumed="Sentry's pull request 73985 met `Expired url`; how Slack spells it for others is not known.",
        unasked=_A_PERSON,
    ),
    Rule(
        "answer_replaces",
        "An answer about an ephemeral message replaces it unless it says otherwise.",
        ("delivery.response_urls.ResponseUrls.answer",),
        assumed="Legacy messages did so.",
        unasked=_A_PERSON,
    ),
    Rule(
        "answers_are_not_measured",
        "What an acknowledgement or a response URL shows is not held to the limit of blocks.",
        ("content.stored.compose",),
        "slackapi/bolt-js issue 2867, where respond() took what was refused else",
    ),
    Rule(
        "modals",
        "A person has up to three modals over each other, each up to 250 kB and with an external_id of its own.",
        ("people.modals.MOST_STACKED", "people.modals.MOST_BYTES", "people.modals.Modals.push_for"),
        _METHOD + "views.push",
        ("push_limit_reached", "view_too_large", "duplicate_external_id", "not_found"),
    ),
    Rule(
        "view_hash",
        "An update for another state of the view than it has is refused.",
        ("people.modals.Modals.update",),
        _METHOD + "views.update; " + _METHOD + "views.publish",
        ("hash_conflict",),
    ),
    Rule(
        "view_lengths",
        "A modal's title and buttons have 24 characters, private_metadata 3,000, its ids 255.",
        ("people.modals.complaints",),
        "docs.slack.dev/reference/views",
    ),
    Rule(
        "home_of_nobody",
        "App Home of somebody who does not exist is refused with user_not_found.",
        ("web_api.views.publish_view",),
        codes=("user_not_found",),
        assumed="The page of views.publish names no error for it.",
        unasked="What one person alone sees passes a gate of its own in the bot, and the probe keeps to its channel.",
    ),
)
