"""What can become of one Web API call, other than what it asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.payload import Payload


@dataclass(frozen=True)
class WireAnswer:
    """What goes back over the wire."""

    body: Payload
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[], WireAnswer]
# None instead of an answer: the connection is cut.
Play = Callable[[Work], Awaitable[WireAnswer | None]]


def rate_limit(retry_after: int) -> Play:
    """429 with Retry-After; nothing is done."""

    async def play(work: Work) -> WireAnswer:
        body = {"ok": False, "error": "ratelimited"}
        return WireAnswer(body, status=429, headers={"Retry-After": str(retry_after)})

    return play


def server_error(status: int) -> Play:
    """A 5xx; nothing is done."""

    async def play(work: Work) -> WireAnswer:
        return WireAnswer({"ok": False, "error": "internal_error"}, status=status)

    return play


def drop_before() -> Play:
    """The connection breaks and nothing is done."""

    async def play(work: Work) -> None:
        return None

    return play


def drop_after() -> Play:
    """The work is done and the answer is lost."""

    async def play(work: Work) -> None:
        work()

    return play


def error(code: str, *, after: bool) -> Play:
    """`ok: false` with this code; with `after` the work is done all the same, as fatal_error may."""

    async def play(work: Work) -> WireAnswer:
        if after:
            work()
        return WireAnswer({"ok": False, "error": code})

    return play


def answer(body: Payload) -> Play:
    """This answer, whatever was asked; nothing is done."""

    async def play(work: Work) -> WireAnswer:
        return WireAnswer(dict(body))

    return play


def slow(seconds: float) -> Play:
    """The work and its answer come `seconds` late, also for a caller that has gone by then."""

    async def play(work: Work) -> WireAnswer:
        await asyncio.sleep(seconds)
        return work()

    return play


class LateLandings:
    """Work that lands after its caller was cut off."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def play(self, seconds: float) -> Play:
        """The connection breaks at once and the work lands `seconds` later."""

        async def land(work: Work) -> None:
            await asyncio.sleep(seconds)
            work()

        async def play(work: Work) -> None:
            task = asyncio.create_task(land(work))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

        return play

    async def close(self) -> None:
        late = list(self._under_way)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
