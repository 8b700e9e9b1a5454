"""The Bolt app: every listener, and nothing acknowledged before it is safe."""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.desk import Desk
from bot.desk.queries.finding import Finder
from bot.desk.queries.lists import Lists
from bot.desk.writing import ReplyWriter
from bot.handlers import (
    actions,
    commands,
    compose,
    handback,
    home,
    language,
    menus,
    messages,
    notes,
    people,
    slack_channels,
)
from bot.handlers.compose import Composer
from bot.handlers.delivery import envelopes
from bot.handlers.delivery.envelopes import Dropped, unanswered
from bot.handlers.delivery.verification import Verification
from bot.handlers.interactions.action_runner import ActionRunner
from bot.handlers.interactions.background_tasks import BackgroundTasks
from bot.settings import Settings
from bot.slack.api.clock import SlackClock
from bot.slack.inbound.event_queue import EventQueue
from bot.slack.outbound.homes import Homes
from bot.slack.outbound.private import Private
from bot.slack.workspace.connecting import Connecting
from bot.slack.workspace.departures import DepartureMonitor
from bot.slack.workspace.installation import Installation
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache

log = logging.getLogger(__name__)


def slack_app(
    client: AsyncWebClient,
    *,
    desk: Desk,
    users: UserCache,
    permissions: Permissions,
    private: Private,
    event_queue: EventQueue,
    homes: Homes,
    channels: SlackChannels,
    departures: DepartureMonitor,
    installation: Installation,
    writer: ReplyWriter | None,
    background: BackgroundTasks,
    anyone_replies: bool,
    settings: Settings,
    signing_secret: str | None,
    slack_clock: SlackClock,
    dropped: Dropped,
    channel_language: str,
) -> AsyncApp:
    """Listeners for everything that teammates do.

    An event is acknowledged only after its listener returned, so after its transaction committed: Bolt's
    default acknowledges first, and a crash in between would lose the only copy. A listener that fails
    answers 500, which over a socket means no acknowledgement; Slack then delivers again.
    """

    async def authorize(**_context: Any) -> AuthorizeResult:
        # Asked once at the start. Bolt would ask Slack on every event, and drop events when Slack is slow.
        return AuthorizeResult(
            enterprise_id=None,
            team_id=installation.team,
            bot_user_id=installation.bot_user,
            bot_id=installation.bot_id,
            bot_token=client.token,
        )

    # Bolt warns that its token is not used and prints whole deliveries; our own handlers say what matters.
    quiet = logging.getLogger("slack_bolt")
    quiet.setLevel(logging.ERROR)
    app = AsyncApp(
        logger=quiet,
        client=client,
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,
        # Over sockets there is nothing to verify; over HTTP the settings demand the secret.
        request_verification_enabled=False,
        raise_error_for_unhandled_request=True,
        before_authorize=None if signing_secret is None else Verification(signing_secret, slack_clock),
    )
    envelopes.register(app, dropped=dropped)
    language.register(app, users=users, team=installation.team)
    messages.register(app, event_queue=event_queue, channels=channels)
    slack_channels.register(app, channels=channels)
    people.register(
        app, users=users, channels=channels, installation=installation, departures=departures, homes=homes
    )
    runner = ActionRunner(desk, permissions, event_queue, private)
    actions.register(app, desk=desk, runner=runner, installation=installation)
    handback.register(app, desk=desk, runner=runner, writer=writer, background=background)
    composer = Composer(desk, runner, writer, background, anyone=anyone_replies)
    compose.register(app, runner=runner, composer=composer)
    notes.register(app, desk=desk, runner=runner)
    menus.register(
        app, desk=desk, permissions=permissions, channels=channels, runner=runner, composer=composer
    )
    home.register(app, homes=homes, private=private)
    commands.register(
        app,
        desk=desk,
        lists=Lists(desk.database),
        finder=Finder(desk.database),
        channels=channels,
        connecting=Connecting(
            client, desk.database, channels, permissions, installation, connected=departures.call_soon
        ),
        permissions=permissions,
        private=private,
        users=users,
        installation=installation,
        channel_language=channel_language,
        settings=settings,
    )

    @app.action({"type": "block_actions"})
    async def old_button(ack: AsyncAck) -> None:
        # A button of an earlier version: without an answer Slack shows its presser a warning sign.
        await ack()

    @app.event(re.compile(".*"))
    async def other_event() -> None:
        """Acknowledged, so that Slack does not deliver again what nobody here waits for."""

    @app.error
    async def failed(error: Exception) -> BoltResponse:
        if isinstance(error, BoltUnhandledRequestError):
            return unanswered(error)
        log.error("a delivery from Slack failed and was not acknowledged", exc_info=error)
        return BoltResponse(status=500)

    return app
