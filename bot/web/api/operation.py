"""An operation: one method at one path, what it takes and what it gives. Served and described from this."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from aiohttp import web
from pydantic import BaseModel

from bot.web.api.answers import ApiModel
from bot.web.api.bodies import Nothing
from bot.web.api.problems import Problem
from bot.web.callers.access import Caller
from storage.records import ConversationId

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class OperationCall(Generic[B, Q]):
    """A request that passed: who asks, about which conversation ("" where the path names none), and what."""

    request: web.Request
    caller: Caller
    conversation_id: ConversationId
    body: B
    query: Q


@dataclass(frozen=True, slots=True)
class OperationAnswer:
    """A success."""

    status: int
    body: ApiModel


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation(Generic[B, Q]):
    """`needs` is who must ask. A `stream` prepares its response by itself, or takes as long as its caller.

    One that `takes_bytes` reads the request's body by itself. `gives` are the media types of what is no JSON.
    """

    method: str
    path: str
    name: str
    summary: str
    needs: Caller
    handler: Callable[[OperationCall[B, Q]], Awaitable[OperationAnswer | web.StreamResponse]]
    query: type[Q]
    body: type[B]
    answers: Mapping[int, type[ApiModel] | str]
    problems: Sequence[type[Problem]]
    more_parameters: Sequence[Mapping[str, Any]] = field(default=())
    is_stream: bool = False
    takes_bytes: bool = False
    gives: Sequence[str] = ("text/event-stream",)

    @property
    def reads_body(self) -> bool:
        return self.body is not Nothing

    @property
    def body_required(self) -> bool:
        return any(one.is_required() for one in self.body.model_fields.values())
