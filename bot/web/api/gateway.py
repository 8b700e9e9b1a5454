"""Between the wire and an operation: checks who asks and what they send, puts answers and errors in words.

The order is fixed, so that an error says the same to everybody who may not know more: the bearer, then the
conversation, then the query, then the body.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.logs import described
from bot.web.api.operation import B, Operation, OperationAnswer, OperationCall, Q
from bot.web.api.problems import (
    Broken,
    Invalid,
    NotBytes,
    NotJson,
    Problem,
    TooLarge,
    TooSlow,
    Unauthorized,
    Unavailable,
    problem_of,
)
from bot.web.callers.access import Access, Caller
from storage.records import ConversationId

log = logging.getLogger(__name__)

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LARGEST_BODY = 128 * 1024
# The response to a request whose first bytes are on their way.
_BEGUN = web.RequestKey("begun", web.StreamResponse)


class Gateway:
    """Makes web handlers out of operations.

    A request waits at most `deadline` seconds for its operation. One that takes longer goes on by itself,
    since a write cannot be called back, and its caller is told to try again. A body that takes longer than
    `body_deadline` seconds to arrive is given up.
    """

    def __init__(self, access: Access, *, deadline: float, body_deadline: float) -> None:
        self._access = access
        self._deadline = deadline
        self._body_deadline = body_deadline
        self._running: set[asyncio.Task[Any]] = set()

    def handler(self, operation: Operation[B, Q]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                call = await self._call(operation, request)
                if operation.is_stream:
                    result = await operation.handler(call)
                else:
                    result = await self._in_time(operation.handler(call))
            except Exception as error:  # noqa: BLE001 - whatever happened, the caller gets an error with a code
                told = _told(error, operation.name, request.match_info.get("conversation_id", "-"))
                begun: web.StreamResponse | None = request.get(_BEGUN)
                if begun is None:
                    return told
                # It would stand among the bytes that were promised. Only an end can say that something broke.
                _cut_off(request)
                return begun
            if isinstance(result, OperationAnswer):
                return web.Response(
                    status=result.status, text=result.body.json_text(), content_type="application/json"
                )
            return result

        return handle

    @staticmethod
    async def begins(request: web.Request, response: web.StreamResponse) -> None:
        """To be called where a response begins: from then on there is no other for its request."""
        request[_BEGUN] = response

    async def settle(self) -> None:
        """Wait for what outlived its request, `deadline` seconds at most."""
        if self._running:
            await asyncio.wait(self._running, timeout=self._deadline)

    async def _call(self, operation: Operation[B, Q], request: web.Request) -> OperationCall[B, Q]:
        conversation_id = request.match_info.get("conversation_id", "")
        if operation.needs is Caller.ANYONE:
            caller = self._access.caller(request)
        else:
            caller = self._access.caller_of(request, conversation_id)
            if operation.needs is Caller.SERVER and caller is not Caller.SERVER:
                raise Unauthorized
        query = _query(operation.query, request)
        if operation.takes_bytes and request.content_type.startswith("multipart/"):
            # Its wrapping would be kept as a text.
            raise NotBytes
        body = await self._body(operation, request) if operation.reads_body else operation.body()
        return OperationCall(request, caller, ConversationId(conversation_id), body, query)

    async def _body(self, operation: Operation[B, Q], request: web.Request) -> B:
        try:
            async with asyncio.timeout(self._body_deadline):
                return await _body(operation, request)
        except TimeoutError:
            raise TooSlow from None

    async def _in_time(self, work: Awaitable[T]) -> T:
        running = asyncio.ensure_future(work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            await asyncio.wait({running}, timeout=self._deadline)
        finally:
            if not running.done():
                running.add_done_callback(_heard)
        if not running.done():
            raise Unavailable
        return running.result()


def _query(model: type[M], request: web.Request) -> M:
    given = request.query
    if len(set(given)) != len(given):
        raise Invalid(details=[{"field": "query", "problem": "each parameter may be given once"}])
    return _valid(lambda: model.model_validate(dict(given)))


async def _body(operation: Operation[B, Q], request: web.Request) -> B:
    if not request.body_exists and not operation.body_required:
        return operation.body()
    charset = (request.charset or "utf-8").lower()
    if request.content_type != "application/json" or charset not in ("utf-8", "utf8"):
        raise NotJson
    raw = await _at_most(LARGEST_BODY, request)
    return _valid(lambda: operation.body.model_validate_json(raw))


async def _at_most(size: int, request: web.Request) -> bytes:
    if (request.content_length or 0) > size:
        raise TooLarge
    raw = bytearray()
    async for chunk in request.content.iter_any():
        raw += chunk
        if len(raw) > size:
            raise TooLarge
    return bytes(raw)


def _valid(validate: Callable[[], M]) -> M:
    try:
        return validate()
    except ValidationError as error:
        raise Invalid.from_validation(error) from None


def _told(error: Exception, operation: str, conversation_id: str) -> web.Response:
    problem: Problem | None = problem_of(error)
    if problem is None:
        log.error("%s of conversation %s broke off:\n%s", operation, conversation_id, described(error))
        problem = Broken()
    elif isinstance(problem, Unavailable):
        log.warning("%s of conversation %s: %s", operation, conversation_id, type(error).__name__)
    return problem.response()


def _cut_off(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _heard(task: asyncio.Task[Any] | asyncio.Future[Any]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.warning("work that outlived its request failed: %s", type(task.exception()).__name__)
