"""Scripted failures of the Web API, so that a test can ask what a bot does about each.

Each fault hits the next `times` calls of its method (`"*"` is any method) whose arguments satisfy
`when`, in the order the faults were added, and is then spent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.payload import Payload

When = Callable[["Payload"], bool]


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    body: Payload
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[], Answer]
# None instead of an answer: the connection is cut.
Play = Callable[[Work], Awaitable[Answer | None]]


@dataclass
class Fault:
    """One scripted failure."""

    name: str
    method: str
    play: Play
    left: int
    when: When

    def hits(self, method: str, arguments: Payload) -> bool:
        return self.left > 0 and self.method in (method, "*") and self.when(arguments)


def _always(arguments: Payload) -> bool:
    return True


class Faults:
    """What shall go wrong next."""

    def __init__(self) -> None:
        self._scripted: list[Fault] = []
        self._late: set[asyncio.Task[None]] = set()

    @property
    def pending(self) -> list[str]:
        """The faults that have not hit yet, so that a test can assert that all did."""
        return [f"{fault.name} {fault.method} ×{fault.left}" for fault in self._scripted]

    def clear(self) -> None:
        self._scripted.clear()

    def rate_limit(self, method: str, *, times: int = 1, retry_after: int = 1, when: When = _always) -> None:
        """429 with Retry-After; nothing is done."""

        async def play(work: Work) -> Answer:
            body = {"ok": False, "error": "ratelimited"}
            return Answer(body, status=429, headers={"Retry-After": str(retry_after)})

        self._script("rate_limit", method, play, times, when)

    def server_error(self, method: str, *, status: int = 500, times: int = 1, when: When = _always) -> None:
        """A 5xx; nothing is done."""

        async def play(work: Work) -> Answer:
            return Answer({"ok": False, "error": "internal_error"}, status=status)

        self._script("server_error", method, play, times, when)

    def drop_before(self, method: str, *, times: int = 1, when: When = _always) -> None:
        """The connection breaks and nothing is done."""

        async def play(work: Work) -> None:
            return None

        self._script("drop_before", method, play, times, when)

    def drop_after(self, method: str, *, times: int = 1, when: When = _always) -> None:
        """The work is done and the answer is lost."""

        async def play(work: Work) -> None:
            work()

        self._script("drop_after", method, play, times, when)

    def error(
        self,
        method: str,
        code: str = "fatal_error",
        *,
        after: bool = False,
        times: int = 1,
        when: When = _always,
    ) -> None:
        """`ok: false` with this code; with `after` the work is done all the same, as fatal_error may."""

        async def play(work: Work) -> Answer:
            if after:
                work()
            return Answer({"ok": False, "error": code})

        self._script(f"error {code}", method, play, times, when)

    def slow(self, method: str, *, seconds: float, times: int = 1, when: When = _always) -> None:
        """The work and its answer come `seconds` late, also for a caller that has gone by then."""

        async def play(work: Work) -> Answer:
            await asyncio.sleep(seconds)
            return work()

        self._script("slow", method, play, times, when)

    def land_late(self, method: str, *, seconds: float, times: int = 1, when: When = _always) -> None:
        """The connection breaks at once and the work lands `seconds` later."""

        async def land(work: Work) -> None:
            await asyncio.sleep(seconds)
            work()

        async def play(work: Work) -> None:
            task = asyncio.create_task(land(work))
            self._late.add(task)
            task.add_done_callback(self._late.discard)

        self._script("land_late", method, play, times, when)

    def take(self, method: str, arguments: Payload) -> Fault | None:
        """The fault that this call meets, counted as met."""
        for fault in self._scripted:
            if fault.hits(method, arguments):
                fault.left -= 1
                self._scripted = [one for one in self._scripted if one.left > 0]
                return fault
        return None

    async def close(self) -> None:
        late = list(self._late)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _script(self, name: str, method: str, play: Play, times: int, when: When) -> None:
        self._scripted.append(Fault(name, method, play, times, when))
