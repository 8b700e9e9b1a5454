"""Puts the customer's side together as one aiohttp application."""

from __future__ import annotations

import asyncio
import functools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.desk.desk import Desk
from bot.files.store import FileStore
from bot.notifier import Notifier
from bot.web import health as checks
from bot.web import pages
from bot.web.api import openapi
from bot.web.api.attachments import Attachments
from bot.web.api.conversations import ConversationRoutes
from bot.web.api.gateway import Gateway
from bot.web.api.problems import Compressed, NotAllowed, NotFoundProblem
from bot.web.callers.access import Access
from bot.web.callers.identity import Identity
from bot.web.callers.limits import Limits, Monotonic
from bot.web.callers.origins import Origins
from bot.web.health import HealthRoutes
from bot.web.metrics import Metrics
from bot.web.streams import Streams

MoreMetrics = Callable[[], Awaitable[str]]


def live_chat(
    desk: Desk,
    notifier: Notifier,
    files: FileStore,
    *,
    token_secret: bytes,
    api_key: str | None,
    identity_secret: str | None,
    health: HealthRoutes,
    limits: Limits | None = None,
    allowed_origins: Sequence[str] = ("*",),
    more_metrics: MoreMetrics | None = None,
    clock: Monotonic = time.monotonic,
) -> web.Application:
    """The live chat API, the chat window, and what an operator's tools ask for.

    Run it with `handler_cancellation=True`, so that a stream ends when its customer leaves; without it the
    stream notices with its next ping. `more_metrics` is added to /metrics, in Prometheus' text format.
    Other routes may be added: only the paths here are touched, but for a body limit of 1 MiB and the
    JSON form of 404 and 405.
    """
    limits = limits or Limits()
    access = Access(token_secret=token_secret, api_key=api_key)
    identity = Identity(identity_secret)
    metrics = Metrics()
    streams = Streams(desk, notifier, limits, clock)
    gateway = Gateway(access, deadline=limits.deadline, body_deadline=limits.body_deadline)
    operations = [
        *ConversationRoutes(desk, access, identity, streams, metrics, limits, clock).operations(),
        *Attachments(desk, files, limits, clock).operations(),
    ]
    origins = Origins(allowed_origins)

    @functools.cache
    def description() -> str:
        # Made when somebody asks: it takes longer than the rest of the start.
        return json.dumps(openapi.describe(operations))

    async def described(_request: web.Request) -> web.Response:
        return web.json_response(text=description())

    async def ready(_request: web.Request) -> web.Response:
        return await checks.readiness(health)

    async def counted(_request: web.Request) -> web.Response:
        text = metrics.text(open_streams=streams.open)
        if more_metrics is not None:
            text += await more_metrics()
        return web.Response(text=text, content_type="text/plain")

    async def look(_app: web.Application) -> AsyncIterator[None]:
        looking = asyncio.create_task(streams.look())
        yield
        looking.cancel()

    async def close(_app: web.Application) -> None:
        streams.close()

    async def settle(_app: web.Application) -> None:
        await gateway.settle()

    app = web.Application(middlewares=[_answers(origins)])
    for operation in operations:
        app.router.add_route(operation.method, operation.path, gateway.handler(operation))
    app.router.add_get("/", pages.demo_page().serve)
    app.router.add_get("/widget.js", pages.widget().serve)
    app.router.add_get("/openapi.json", described)
    app.router.add_get("/healthz", checks.alive)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", counted)
    app.on_response_prepare.append(origins.on_prepare)
    app.on_response_prepare.append(gateway.begins)
    app.cleanup_ctx.append(look)
    app.on_shutdown.append(close)
    app.on_cleanup.append(settle)
    return app


def _answers(origins: Origins) -> Middleware:
    @web.middleware
    async def answers(request: web.Request, handler: Handler) -> web.StreamResponse:
        preflight = origins.preflight(request)
        if preflight is not None:
            return preflight
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            # A few bytes may unpack to any number; nobody here has so much to say.
            return Compressed().response()
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return NotFoundProblem().response()
        except web.HTTPMethodNotAllowed as error:
            return NotAllowed(headers={"Allow": ", ".join(sorted(error.allowed_methods))}).response()

    return answers
