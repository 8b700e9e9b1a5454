"""Puts the parts together. Start order and stop order live here and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.ai import AI, DEFAULT_MODEL, make_ai
from bot.ai.language import known_language
from bot.ai.worker import AIWork
from bot.ai.writer import AIWriter
from bot.desk import jobs
from bot.desk.desk import Desk
from bot.desk.ownership.assignment import Assignment, Order
from bot.files.store import FileStore
from bot.handlers.app import slack_app
from bot.handlers.delivery import deliveries
from bot.handlers.interactions.background_tasks import BackgroundTasks
from bot.notifier import Notifier
from bot.outbox.outcome import prepared
from bot.outbox.pace import Pace
from bot.outbox.worker import OutboxWorker
from bot.scheduler.housekeeping import Housekeeping
from bot.scheduler.reminders import Reminders
from bot.settings import Settings
from bot.slack.api.client import SlackClient
from bot.slack.api.clock import SlackClock
from bot.slack.api.downloads import SlackFiles, SlackHost
from bot.slack.api.rate_limits import limits
from bot.slack.inbound.all_clear import AllClear
from bot.slack.inbound.doubts import Doubts
from bot.slack.inbound.event_queue import EventQueue
from bot.slack.inbound.in_hand import InHand, Socket
from bot.slack.inbound.ingest_lag import IngestLag
from bot.slack.inbound.signatures import Signatures
from bot.slack.outbound.gate import Outbound
from bot.slack.outbound.homes import Homes
from bot.slack.outbound.job_runner import METHOD_OF, TOGETHER, SlackJobs
from bot.slack.outbound.message_sender import MessageSender, Waits
from bot.slack.outbound.private import Private
from bot.slack.outbound.uploads import Uploads
from bot.slack.recovery.backfill import SPACING, Backfill
from bot.slack.recovery.connection_monitor import ConnectionMonitor
from bot.slack.recovery.gaps import Gaps
from bot.slack.recovery.thread_history import ThreadHistory
from bot.slack.workspace.departures import DepartureMonitor
from bot.slack.workspace.installation import (
    Installation,
    NotAnswering,
    NotReachable,
    find_installation,
    try_app_token,
)
from bot.slack.workspace.introduction import remember, remembered
from bot.slack.workspace.permissions import Permissions
from bot.slack.workspace.slack_channels import SlackChannels
from bot.slack.workspace.user_cache import UserCache
from bot.web.application import live_chat
from bot.web.callers.limits import Limits
from bot.web.serving import RESERVE, Connections, Runner, raise_descriptors
from storage.engine.database import Clock, Database, DatabaseUnavailable, reason_of, utc_now
from storage.migrate import upgrade

log = logging.getLogger(__name__)

# Slack asks for at least two, so that one can be renewed while the other listens.
SOCKETS = 2
# Shorter than an outbox worker's lease: when a row is claimed again, the first call has ended.
SLACK_TIMEOUT = aiohttp.ClientTimeout(total=10)
# Seconds. A socket that is not open by then is waited for no longer, and opened when Slack lets us.
CONNECTED_WITHIN = 10.0
# Seconds between tries when Slack does not answer at the start.
START_PAUSES = (0.5, 1, 2, 4, 8)
# Seconds. Where Slack answered an earlier start, this one waits for it no longer.
KNOWN_WITHIN = 5.0
# Seconds; the SDK notices a dead socket after a few of these, and waits one before it opens another.
PING_EVERY = 3
# A readiness probe may ask every second; one write in five seconds tells enough.
WRITES_GOOD_FOR = timedelta(seconds=5)
# An answer may take two tries of the model's deadline.
AI_LEASE = timedelta(seconds=90)
AI_AT_ONCE = 8


class Bridge:
    """The whole program, running between `start` and `stop`.

    Raises from `start`: `NotConnected`, `DatabaseUnavailable`, `DatabaseInUse`, `KnowledgeError`, and OSError
    where the port is taken; whatever was started by then is stopped again.
    """

    installation: Installation
    channels: SlackChannels
    address: str

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        ai: AI | None = None,
        limits: Limits | None = None,
        waits: Waits | None = None,
        catch_up_spacing: timedelta = SPACING,
    ) -> None:
        self._settings = settings
        self._ai = ai
        self._limits = limits or Limits(trusted_proxies=settings.trusted_proxies)
        self._waits = waits or Waits()
        self._catch_up_spacing = catch_up_spacing
        self._sender: MessageSender | None = None
        self._monitor: ConnectionMonitor | None = None
        self._signatures = Signatures()
        self._writes_at: datetime | None = None
        self._stack = AsyncExitStack()
        self._sockets: list[SocketModeClient] = []
        self._in_hand = InHand()
        self._all_clear: AllClear | None = None
        self.notifier = Notifier()
        self.database = Database(settings.database_url, clock=clock)
        self._slack_clock = SlackClock(clock)
        self.database.on_commit.append(self.notifier.after_commit)
        self.desk = Desk(
            self.database,
            ai_answers=settings.ai != "external",
            translates=settings.translates,
            assignment=Assignment(Order(settings.assignment), settings.assignment_cap),
        )
        self.files = FileStore(self.database, largest=settings.largest_file, most=settings.most_files)

    async def __aenter__(self) -> Bridge:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Database, Slack, outbox workers, the customers' side, and at last Slack's deliveries."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """The reverse: take nothing new in, finish what is under way, then close what it needed."""
        await self._stack.aclose()

    async def ready(self) -> dict[str, str]:
        """What is wrong, by part; empty means all is well."""
        problems: dict[str, str] = {}
        try:
            await self.database.check()
            await self._check_writing()
        except DatabaseUnavailable as error:
            return {"database": str(error)}
        if self._sockets and not [one for one in self._sockets if await one.is_connected()]:
            problems["slack"] = "no socket is open; trying again"
        elif self.channels.trouble is not None:
            problems["slack"] = self.channels.trouble
        elif self._sender is not None and (refused := self._sender.troubles.anywhere()) is not None:
            problems["slack"] = f"Slack takes no posts: {refused}"
        elif self._signatures.trouble is not None:
            problems["slack"] = self._signatures.trouble
        given_up = {} if self._sender is None else self._sender.given_up.every()
        if given_up:
            problems["refused"] = "; ".join(f"{what}: {reason}" for what, reason in given_up.items())[:1_000]
        async with self.database.read() as tx:
            lost = [one for one in await tx.slack_channels.inboxes() if not one.is_usable]
        if lost:
            problems["channels"] = "; ".join(
                f"{one.channel} cannot be used, so conversations of the inbox “{one.inbox}” start in "
                f"#{self.installation.channel_name}: mend the channel, or say "
                f"“/bookbag disconnect {one.inbox}”, then “/bookbag connect {one.inbox}” in another one"
                for one in lost
            )
        return problems

    async def _check_writing(self) -> None:
        """Raise `DatabaseUnavailable` unless the database takes writes: a full disk still reads."""
        now = self.database.clock()
        if self._writes_at is not None and abs(now - self._writes_at) < WRITES_GOOD_FOR:
            return
        try:
            await self.database.write(lambda tx: tx.key_values.put(_WRITTEN_AT, tx.now.isoformat()))
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseUnavailable(f"it takes no writes: {reason_of(error)}") from error
        self._writes_at = now

    async def metrics(self) -> str:
        """How much is owed and how much was given up, in Prometheus' text format.

        Where the database does not answer, that alone is said: the process's own figures go on.
        """
        up = "# HELP bookbag_database_up Whether the database answers.\n# TYPE bookbag_database_up gauge\n"
        try:
            async with self.database.read() as tx:
                counts = await tx.outbox.counts()
                waiting = await tx.slack_events.count()
        except (SQLAlchemyError, OSError):
            return f"{up}bookbag_database_up 0\n"
        return (
            f"{up}bookbag_database_up 1\n"
            "# HELP bookbag_inbox_rows Deliveries from Slack that no rule has dealt with yet.\n"
            "# TYPE bookbag_inbox_rows gauge\n"
            f"bookbag_inbox_rows {waiting}\n"
            "# HELP bookbag_catch_up_pending 1 while what may have been missed is still looked for.\n"
            "# TYPE bookbag_catch_up_pending gauge\n"
            f"bookbag_catch_up_pending {int(self._monitor is None or self._monitor.is_behind)}\n"
            "# HELP bookbag_outbox_rows Deliveries still owed, and given up.\n"
            "# TYPE bookbag_outbox_rows gauge\n"
            + "".join(f'bookbag_outbox_rows{{state="{name}"}} {n}\n' for name, n in counts.items())
        )

    async def _start(self) -> None:
        self._stack.push_async_callback(self.database.close)
        await self.database.check()
        await self.database.own()
        await upgrade(self.database)
        if self.database.is_sqlite:
            # Nobody else is at work on it, so nothing is under way.
            may_land_for = self._waits.quarantine
            await self.database.write(lambda tx: tx.outbox.abandon(may_land_for=may_land_for))
        notifications = self.database.notifications(heard=self._heard, missed=self.notifier.ring_all)
        if notifications is not None:
            self._keep_up(notifications)
        process_lock = self.database.process_lock()
        if process_lock is not None:
            self._keep_up(process_lock)
        self._keep_up(Housekeeping(self.database).run())
        session = await self._stack.enter_async_context(aiohttp.ClientSession(timeout=SLACK_TIMEOUT))
        client = slack_client(self._settings, session, self._slack_clock)
        self.installation, is_there = await self._introduced(client)
        slack_host = SlackHost(self._settings.slack_api_url)
        users = UserCache(client, self.database, home_team=self.installation.team)
        gaps = Gaps(
            self.database,
            ThreadHistory(client, self.database),
            self.installation,
            self._sockets,
            may_land_for=self._waits.quarantine,
        )
        await gaps.open()
        self._keep_up(gaps.run())
        channels = self.channels = SlackChannels(client, self.desk, self.installation)
        self._stack.push_async_callback(channels.stop)
        await channels.start(let_in=is_there)
        permissions = Permissions(users, channels, bot_user=self.installation.bot_user)
        outbound = Outbound(client, channels.exposure)
        private = Private(client, permissions, outbound, team=self.installation.team)
        ingest_lag = IngestLag(self.database, self.notifier, least=self._settings.hold_back)
        if not self.database.is_sqlite:
            self._keep_up(ingest_lag.run())

        async def settled() -> None:
            await self._in_hand.settled()
            await gaps.noticed()

        all_clear = self._all_clear = AllClear(self.database, settled)
        self._stack.push_async_callback(all_clear.stop)
        doubts = Doubts(self.database, gaps, ingest_lag, all_clear)
        event_queue = EventQueue(
            self.database,
            self.notifier,
            permissions,
            users,
            SlackFiles(client, session, self.database, self.files, slack_host),
            self.installation,
            ingest_lag=ingest_lag,
            slack_clock=self._slack_clock,
            anyone_replies=self._settings.replies == "anyone",
            channel_names=channels.names,
            language_of=known_language if self._settings.translates else None,
            doubts=doubts,
        )
        self._run(self._slack_courier(client, session, channels, outbound, private, slack_host))
        ai = self._made_ai()
        if ai is not None:
            self._stack.push_async_callback(ai.close)
        self._run(self._ai_courier(ai))
        self._run(event_queue)
        departures = DepartureMonitor(self.desk, permissions, channels)
        permissions.refused = departures.call_soon
        self._keep_up(departures.run())
        self._keep_up(Reminders(self.desk, remind_after=self._settings.remind_after).run())
        homes = Homes(self.notifier, self.desk, self.installation, permissions, users, private)
        self._keep_up(homes.run())
        background = BackgroundTasks()
        self._stack.push_async_callback(background.stop)
        history = ThreadHistory(client, self.database, spacing=self._catch_up_spacing)
        backfill = Backfill(history, self.database, event_queue)
        monitor = self._monitor = ConnectionMonitor(
            self.database, backfill, self._sockets, self._slack_clock, gaps, missed=channels.missed
        )
        bolt = slack_app(
            client,
            desk=self.desk,
            users=users,
            permissions=permissions,
            private=private,
            event_queue=event_queue,
            homes=homes,
            channels=channels,
            departures=departures,
            installation=self.installation,
            writer=None if ai is None else AIWriter(ai, self.desk, rewrites=self._settings.ai == "claude"),
            background=background,
            anyone_replies=self._settings.replies == "anyone",
            settings=replace(self._settings, model=self._settings.model or DEFAULT_MODEL),
            signing_secret=None if self._settings.socket_mode else self._settings.slack_signing_secret,
            slack_clock=self._slack_clock,
            dropped=monitor.dropped,
            channel_language=self._settings.language,
        )
        await self._serve(bolt)
        if self._settings.slack_app_token is not None:
            connecting = self._connecting(bolt, self._settings.slack_app_token)
            if is_there:
                await asyncio.wait(connecting, timeout=CONNECTED_WITHIN)
        self._keep_up(monitor.run())

    def _heard(self, name: str) -> None:
        """What another process tells: a question about what is in hand, or the name of what has news."""
        if self._all_clear is None or not self._all_clear.heard(name):
            self.notifier.ring(name)

    async def _introduced(self, client: AsyncWebClient) -> tuple[Installation, bool]:
        """What Slack says about us, and whether it said so now.

        A Slack that stumbles is asked again. Where it does not answer in time but once did, what it said
        then has to do: customers and the AI need not wait for it.
        """
        token, slack_channel = self._settings.slack_bot_token, self._settings.slack_channel
        known = await remembered(self.database, token=token, slack_channel=slack_channel)
        try:
            async with asyncio.timeout(None if known is None else KNOWN_WITHIN):
                found = await self._found(client)
        except (NotAnswering, NotReachable, TimeoutError) as error:
            if known is None:
                raise
            reason = str(error) or "Slack does not answer in time."
            log.error("%s The bridge starts without Slack and uses it when it answers.", reason)
            return known, False
        await remember(self.database, found, token=token, slack_channel=slack_channel)
        return found, True

    async def _found(self, client: AsyncWebClient) -> Installation:
        """What Slack says about us, asked a few times. Raises `NotConnected`."""
        for pause in (*START_PAUSES, None):
            try:
                found = await find_installation(client, self._settings.slack_channel)
                if self._settings.slack_app_token is not None:
                    await try_app_token(client, self._settings.slack_app_token)
            except NotAnswering as error:
                if pause is None:
                    raise
                log.warning("%s Asking again in %s s.", error, pause)
                await asyncio.sleep(pause)
            else:
                return found
        raise AssertionError("the last try returns or raises")

    def _slack_courier(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        channels: SlackChannels,
        outbound: Outbound,
        private: Private,
        slack_host: SlackHost,
    ) -> OutboxWorker:
        sender = self._sender = MessageSender(
            client,
            outbound,
            self.desk,
            self.installation,
            channels,
            self._slack_clock,
            private,
            waits=self._waits,
        )
        uploads = Uploads(
            client,
            outbound,
            session,
            self.database,
            self.files,
            slack_host,
            sender,
            quarantine=self._waits.quarantine,
        )
        return OutboxWorker(
            jobs.SLACK,
            SlackJobs(
                outbound,
                channels.exposure,
                sender,
                private,
                self.desk,
                self.installation,
                uploads,
                language=self._settings.language,
            ).prepare,
            database=self.database,
            notifier=self.notifier,
            pace=Pace(METHOD_OF, limits(self._settings.posts_per_second), home=self.installation.channel),
            together=TOGETHER,
        )

    def _made_ai(self) -> AI | None:
        kind = self._settings.ai
        if self._ai is not None or kind == "external":
            return self._ai
        return make_ai(
            kind,
            api_key=self._settings.anthropic_api_key,
            base_url=self._settings.anthropic_base_url,
            model=self._settings.model,
            knowledge_dir=self._settings.knowledge,
        )

    def _ai_courier(self, ai: AI | None) -> OutboxWorker:
        language = self._settings.language if self._settings.translates else None
        work = AIWork(ai, self.desk, quotes_only=self._settings.ai != "claude", language=language)
        return OutboxWorker(
            jobs.AI,
            prepared(work.performers()),
            database=self.database,
            notifier=self.notifier,
            pace=Pace({}, {}),
            workers=AI_AT_ONCE,
            lease=AI_LEASE,
        )

    def _run(self, worker: OutboxWorker | EventQueue) -> None:
        """Until the stop, at which it finishes what is under way."""
        running = asyncio.create_task(worker.run())

        async def finish() -> None:
            worker.stop()
            await running

        self._stack.push_async_callback(finish)

    def _keep_up(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Until the stop, at which it is cut short."""
        running = asyncio.create_task(work)

        async def cut() -> None:
            running.cancel()
            await asyncio.wait({running})

        self._stack.push_async_callback(cut)
        return running

    async def _serve(self, bolt: AsyncApp) -> None:
        async with self.database.read() as tx:
            secret = await tx.key_values.get(_TOKEN_SECRET)
        if secret is None:
            secret = await self.database.write(
                lambda tx: tx.key_values.keep(_TOKEN_SECRET, secrets.token_hex(32))
            )
        app = live_chat(
            self.desk,
            self.notifier,
            self.files,
            token_secret=bytes.fromhex(secret),
            api_key=self._settings.api_key,
            identity_secret=self._settings.identity_secret,
            health=self,
            limits=self._limits,
            allowed_origins=self._settings.origins,
            more_metrics=self.metrics,
        )
        if not self._settings.socket_mode:
            app.router.add_post(deliveries.PATH, deliveries.deliveries(bolt, self._signatures, self._in_hand))
        most = max(raise_descriptors() - RESERVE, RESERVE)
        behind_proxies = self._limits.trusted_proxies > 0
        runner = Runner(app, Connections(most=most, each=None if behind_proxies else most // 4))
        await runner.setup()
        self._stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, self._settings.host, self._settings.port)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def _connecting(self, bolt: AsyncApp, app_token: str) -> Sequence[asyncio.Task[None]]:
        """Open the sockets, however long Slack takes to let us; each task ends when its one is open."""
        connecting = []
        for _ in range(SOCKETS):
            handler = Socket(bolt, app_token, self._in_hand, ping_interval=PING_EVERY)
            self._stack.push_async_callback(handler.close_async)
            self._sockets.append(handler.client)
            # The SDK tries again until it succeeds.
            connecting.append(self._keep_up(handler.connect_async()))  # type: ignore[no-untyped-call] # Bolt's
        return connecting


_WRITTEN_AT = "health_written_at"
_TOKEN_SECRET = "token_secret"  # noqa: S105 - the name it is kept under


def slack_client(
    settings: Settings, session: aiohttp.ClientSession, slack_clock: SlackClock | None = None
) -> AsyncWebClient:
    """A client that never repeats a call by itself: a repeated post is a doubled post.

    `slack_clock` learns from its posts.
    """
    return SlackClient(
        slack_clock or SlackClock(utc_now),
        token=settings.slack_bot_token,
        base_url=settings.slack_api_url,
        session=session,
        retry_handlers=[],
    )
