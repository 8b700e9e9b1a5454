"""The workspace this bot is installed in, and the channel where conversations live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import CALL_ERRORS, Failure, Trouble
from storage.records import MessageRef


class NotConnected(Exception):
    """Slack cannot be used as it is set up. The message says what is wrong and how to mend it."""


class SharedOutside(NotConnected):
    """People of another organisation read the channel."""


class NotAnswering(NotConnected):
    """Slack did not answer as it should, which may be over in a moment."""


class NotReachable(NotConnected):
    """Nobody listens at Slack's address, or nobody did just now."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What Slack said about us at the start. `channel` is the live chat channel's id."""

    team: str
    team_name: str
    bot_user: str
    bot_id: str
    url: str
    channel: str
    channel_name: str

    @property
    def ourselves(self) -> frozenset[str]:
        """Our user and our app: whose posts are our own."""
        return frozenset((self.bot_user, self.bot_id))

    def link_to(self, message: MessageRef) -> str:
        """The address of a message, in the form that Slack's own "Copy link" gives."""
        return f"{self.url.rstrip('/')}/archives/{message.channel}/p{message.ts.replace('.', '')}"


@dataclass(frozen=True, slots=True)
class Mends:
    """What to do about a channel that is archived, shared outside, without us, or not to be seen by us."""

    archived: str
    shared: str
    without_us: str
    unseen: str


CONFIGURED = Mends(
    archived="Unarchive it, or set SLACK_CHANNEL to another channel.",
    shared="Set SLACK_CHANNEL to a channel of your own workspace.",
    without_us="Type “/invite @{bot}” there, then start again.",
    unseen="Check SLACK_CHANNEL; a private channel is visible to the bot only after it was invited there.",
)
_ELSEWHERE = (
    "connect its inboxes to another one: “/bookbag disconnect INBOX”, then “/bookbag connect INBOX” there."
)
CONNECTED = Mends(
    archived=f"Unarchive it, or {_ELSEWHERE}",
    shared=f"Stop sharing it, or {_ELSEWHERE}",
    without_us=f"Type “/invite @{{bot}}” there, or {_ELSEWHERE}",
    unseen=f"If it still exists, invite the bot there again, or {_ELSEWHERE}",
)
# What was the configured channel: what goes on there goes on in the present one.
FORMER = Mends(
    archived="It is not SLACK_CHANNEL any more, and its conversations go on in that.",
    shared="It is not SLACK_CHANNEL any more: its conversations go on in that, and nothing is posted there.",
    without_us="It is not SLACK_CHANNEL any more, and its conversations go on in that.",
    unseen="It was SLACK_CHANNEL once, and its conversations go on in the present one.",
)


async def find_installation(
    client: AsyncWebClient, channel: str, *, mends: Mends = CONFIGURED
) -> Installation:
    """Ask Slack who we are, and make sure that we can post in `channel` (an id, or a name with or without #).

    Raises `NotConnected`.
    """
    who = await _ask(client.auth_test())
    found = await find_channel(client, channel, mends=mends)
    name = f"#{found.get('name', channel)}"
    if found.get("is_archived"):
        raise NotConnected(f"{name} is archived. {mends.archived}")
    if is_shared_outside(found):
        raise SharedOutside(
            f"{name} is shared with another organisation, whose people would read every conversation. "
            f"{mends.shared}"
        )
    if not found.get("is_member"):
        raise NotConnected(f"The bot is not in {name}. {mends.without_us.format(bot=who['user'])}")
    return Installation(
        team=who["team_id"],
        team_name=who["team"],
        bot_user=who["user_id"],
        bot_id=who["bot_id"],
        url=who["url"],
        channel=found["id"],
        channel_name=found.get("name", channel),
    )


async def find_channel(
    client: AsyncWebClient, channel: str, *, mends: Mends = CONFIGURED
) -> Mapping[str, Any]:
    """A channel as Slack describes it. Raises `NotConnected` if the bot cannot see one by that id or name."""
    wanted = channel.strip().removeprefix("#")
    if wanted[:1] in "CG" and wanted.isalnum() and wanted == wanted.upper() and len(wanted) >= 9:
        answer = await _ask(client.conversations_info(channel=wanted), no_channel=_no_channel(channel, mends))
        described: Mapping[str, Any] = answer["channel"]
        return described
    cursor = ""
    while True:
        page = await _ask(
            client.conversations_list(
                types="public_channel,private_channel", exclude_archived=False, limit=999, cursor=cursor
            )
        )
        for one in page["channels"]:
            if one["name"] == wanted:
                return dict(one)
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            raise NotConnected(_no_channel(channel, mends))


def is_shared_outside(described: Mapping[str, Any]) -> bool:
    """Whether people of another organisation read the channel that Slack describes so, or are about to."""
    return bool(described.get("is_ext_shared") or described.get("is_pending_ext_shared"))


async def try_app_token(client: AsyncWebClient, app_token: str) -> None:
    """Make sure that a socket can be had; the SDK would ask for one without end and without a word.

    Raises `NotConnected`. Being asked to wait is no refusal.
    """
    try:
        await client.apps_connections_open(app_token=app_token)
    except CALL_ERRORS as error:
        failure = Failure.of(error)
        if failure.trouble in (Trouble.TOKEN, Trouble.REFUSED):
            raise NotConnected(
                f"Slack does not accept SLACK_APP_TOKEN ({failure.reason}). Make one under “Basic "
                "Information” → “App-Level Tokens” with the scope connections:write, and turn Socket Mode on."
            ) from error
        if failure.trouble is not Trouble.THROTTLED:
            raise _kind_of(failure)(f"Slack did not answer as expected: {failure.reason}.") from error


async def _ask(call: Any, *, no_channel: str = "") -> Any:
    try:
        return await call
    except CALL_ERRORS as error:
        failure = Failure.of(error)
        raise _kind_of(failure)(_mend(failure, no_channel)) from error


def _kind_of(failure: Failure) -> type[NotConnected]:
    match failure.trouble:
        case Trouble.THROTTLED | Trouble.MAYBE_SENT:
            return NotAnswering
        case Trouble.NOT_SENT:
            # The address may be wrong; that is said at once.
            return NotReachable
        case _:
            return NotConnected


def _mend(failure: Failure, no_channel: str) -> str:
    match failure.trouble:
        case Trouble.TOKEN if failure.reason == "missing_scope":
            return (
                "Slack says a scope is missing. Update the app from `bookbag manifest` and install it again "
                "under “OAuth & Permissions”."
            )
        case Trouble.TOKEN:
            return (
                f"Slack does not accept SLACK_BOT_TOKEN ({failure.reason}). Copy the “Bot User OAuth Token” "
                "again from your app’s “OAuth & Permissions” page."
            )
        case Trouble.CHANNEL:
            return no_channel
        case _:
            return f"Slack did not answer as expected: {failure.reason}."


def _no_channel(channel: str, mends: Mends) -> str:
    return f"There is no channel “{channel}” that the bot can see. {mends.unseen}"
