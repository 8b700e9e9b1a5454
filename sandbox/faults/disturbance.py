"""A network that is not kind to events: it repeats them, lets them overtake each other, and cuts sockets."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.delivery.sockets import Sockets


class Disturbance:
    """Happens to events at random from `begin` until `end`; the same seed and events meet the same.

    `counts` says how often each thing happened: `repeated`, `held`, `dropped`.
    """

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets
        self._chance = random.Random()  # noqa: S311 - a schedule, not a secret
        self._repeats = 0.0
        self._holds = 0.0
        self._longest_hold = 0.0
        self._waiting: set[asyncio.TimerHandle] = set()
        self._dropping: asyncio.Task[None] | None = None
        self.counts: Counter[str] = Counter()

    def begin(
        self,
        *,
        seed: int = 0,
        repeats: float = 0.0,
        holds: float = 0.0,
        longest_hold: float = 0.2,
        drop_every: float = 0.0,
    ) -> None:
        """From now on repeat events with the probability `repeats` and hold them with `holds`.

        A held event waits up to `longest_hold` seconds while later ones pass it; a repetition comes within
        the same time. One socket is cut every `drop_every` seconds on average; 0 cuts none.
        """
        self.end()
        self._chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self._repeats, self._holds, self._longest_hold = repeats, holds, longest_hold
        if drop_every > 0:
            self._dropping = asyncio.get_running_loop().create_task(self._drop(drop_every, seed))

    def end(self) -> None:
        """Be kind again. What is held still comes."""
        self._repeats = self._holds = 0.0
        if self._dropping is not None:
            self._dropping.cancel()
            self._dropping = None

    def may_hold(self, send: Callable[[], None]) -> None:
        """Send, at once or later."""
        if not self._holds or self._chance.random() >= self._holds:
            send()
            return
        self.counts["held"] += 1
        self._later(send)

    def may_repeat(self, again: Callable[[], None]) -> None:
        """Send once more, soon."""
        if not self._repeats or self._chance.random() >= self._repeats:
            return
        self.counts["repeated"] += 1
        self._later(again)

    def _later(self, send: Callable[[], None]) -> None:
        def go() -> None:
            self._waiting.discard(timer)
            send()

        wait = self._chance.random() * self._longest_hold
        timer = asyncio.get_running_loop().call_later(wait, go)
        self._waiting.add(timer)

    async def _drop(self, every: float, seed: int) -> None:
        chance = random.Random(f"{seed}/drops")  # noqa: S311 - a schedule, not a secret
        while True:
            await asyncio.sleep(chance.expovariate(1 / every))
            if self._sockets.open_connections:
                self.counts["dropped"] += 1
                self._sockets.drop(only=chance.randrange(self._sockets.open_connections))

    async def close(self) -> None:
        dropping = self._dropping
        self.end()
        if dropping is not None:
            await asyncio.gather(dropping, return_exceptions=True)
        for timer in self._waiting:
            timer.cancel()
