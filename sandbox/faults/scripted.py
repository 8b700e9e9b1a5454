"""Failures of the Web API, scripted or at random, so that a test can ask what a bot does about each.

A scripted fault hits the next `times` calls of its method (`"*"` is any method) whose arguments satisfy
`when`, in the order the faults were added, and is then spent. Random ones hit what is left, until `calm`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.faults import plays
from sandbox.faults.chance import Chance

if TYPE_CHECKING:
    from collections.abc import Collection

    from sandbox.faults.plays import Play
    from sandbox.payload import Payload

When = Callable[["Payload"], bool]


@dataclass(frozen=True)
class Fault:
    """One call's failure."""

    name: str
    play: Play


@dataclass
class Scripted:
    """A failure that waits for its calls."""

    fault: Fault
    method: str
    left: int
    when: When

    def hits(self, method: str, arguments: Payload) -> bool:
        return self.left > 0 and self.method in (method, "*") and self.when(arguments)


def _always(arguments: Payload) -> bool:
    return True


class Faults:
    """What shall go wrong next. `met` counts what did, by name."""

    def __init__(self) -> None:
        self._scripted: list[Scripted] = []
        self._chance: Chance | None = None
        self._late = plays.LateLandings()
        self.met: Counter[str] = Counter()

    @property
    def pending(self) -> list[str]:
        """The scripted faults that have not hit yet, so that a test can assert that all did."""
        return [f"{one.fault.name} {one.method} ×{one.left}" for one in self._scripted]

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._scripted.clear()
        self.calm()

    def random(
        self,
        rate: float = 0.2,
        *,
        seed: int = 0,
        methods: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
    ) -> None:
        """Let each call of `methods` (all) fail with this probability in one of `kinds` (`chance.KINDS`)."""
        self._chance = Chance(rate, seed=seed, methods=methods, kinds=kinds, late=self._late)

    def calm(self) -> None:
        """Nothing goes wrong at random any more. What is to land late still does."""
        self._chance = None

    def rate_limit(self, method: str, *, times: int = 1, retry_after: int = 1, when: When = _always) -> None:
        """429 with Retry-After; nothing is done."""
        self._script("rate_limit", method, plays.rate_limit(retry_after), times, when)

    def server_error(self, method: str, *, status: int = 500, times: int = 1, when: When = _always) -> None:
        """A 5xx; nothing is done."""
        self._script("server_error", method, plays.server_error(status), times, when)

    def drop_before(self, method: str, *, times: int = 1, when: When = _always) -> None:
        """The connection breaks and nothing is done."""
        self._script("drop_before", method, plays.drop_before(), times, when)

    def drop_after(self, method: str, *, times: int = 1, when: When = _always) -> None:
        """The work is done and the answer is lost."""
        self._script("drop_after", method, plays.drop_after(), times, when)

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
        self._script(f"error {code}", method, plays.error(code, after=after), times, when)

    def answer(self, method: str, body: Payload, *, times: int = 1, when: When = _always) -> None:
        """This answer, of whatever shape; nothing is done."""
        self._script("answer", method, plays.answer(body), times, when)

    def slow(self, method: str, *, seconds: float, times: int = 1, when: When = _always) -> None:
        """The work and its answer come `seconds` late, also for a caller that has gone by then."""
        self._script("slow", method, plays.slow(seconds), times, when)

    def land_late(self, method: str, *, seconds: float, times: int = 1, when: When = _always) -> None:
        """The connection breaks at once and the work lands `seconds` later."""
        self._script("land_late", method, self._late.play(seconds), times, when)

    def take(self, method: str, arguments: Payload) -> Fault | None:
        """The fault that this call meets, counted as met."""
        fault = self._take_scripted(method, arguments) or self._take_random(method)
        if fault is not None:
            self.met[fault.name] += 1
        return fault

    def _take_scripted(self, method: str, arguments: Payload) -> Fault | None:
        for one in self._scripted:
            if one.hits(method, arguments):
                one.left -= 1
                self._scripted = [other for other in self._scripted if other.left > 0]
                return one.fault
        return None

    def _take_random(self, method: str) -> Fault | None:
        found = self._chance and self._chance.take(method)
        return Fault(*found) if found else None

    async def close(self) -> None:
        await self._late.close()

    def _script(self, name: str, method: str, play: Play, times: int, when: When) -> None:
        self._scripted.append(Scripted(Fault(name, play), method, times, when))
