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

from bot.config import Settings
from bot.desk.desk import Desk
from bot.desk.finding import Finder
from bot.desk.lists import Lists
from bot.desk.writing import Writer
from bot.handlers import (
    actions,
    commands,
    compose,
    envelopes,
    handback,
    home,
    language,
    menus,
    messages,
    notes,
    people,
    standing,
)
from bot.handlers.acts import Acts
from bot.handlers.compose import Composer
from bot.handlers.envelopes import Dropped, unanswered
from bot.handlers.errands import Errands
from bot.handlers.verification import Verification
from bot.slack.channels import Channels
from bot.slack.clock import SlackClock
from bot.slack.connecting import Connecting
from bot.slack.directory import Directory
from bot.slack.homes import Homes
from bot.slack.installation import Installation
from bot.slack.intake import Intake
from bot.slack.private import Private
from bot.slack.rights import Rights
from bot.slack.roll import Roll

log = logging.getLogger(__name__)


def slack_app(
    client: AsyncWebClient,
    *,
    desk: Desk,
    directory: Directory,
    rights: Rights,
    private: Private,
    intake: Intake,
    homes: Homes,
    channels: Channels,
    roll: Roll,
    installation: Installation,
    writer: Writer | None,
    errands: Errands,
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
    language.register(app, directory=directory, team=installation.team)
    messages.register(app, intake=intake, channels=channels)
    standing.register(app, channels=channels)
    people.register(
        app, directory=directory, channels=channels, installation=installation, roll=roll, homes=homes
    )
    acts = Acts(desk, rights, intake, private)
    actions.register(app, desk=desk, acts=acts, installation=installation)
    handback.register(app, desk=desk, acts=acts, writer=writer, errands=errands)
    composer = Composer(desk, acts, writer, errands, anyone=anyone_replies)
    compose.register(app, acts=acts, composer=composer)
    notes.register(app, desk=desk, acts=acts)
    menus.register(app, desk=desk, rights=rights, channels=channels, acts=acts, composer=composer)
    home.register(app, homes=homes, private=private)
    commands.register(
        app,
        desk=desk,
        lists=Lists(desk.database),
        finder=Finder(desk.database),
        channels=channels,
        connecting=Connecting(
            client, desk.database, channels, rights, installation, connected=roll.call_soon
        ),
        rights=rights,
        private=private,
        directory=directory,
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
