"""Waiting for the workspace to change, without sleeping and without missing a change."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

# A predicate may look at more than the workspace (a database, a page), so it is also asked this often.
ASK_AGAIN_SECONDS = 0.02


class Changes:
    """Counts changes and wakes whoever waits for the next one."""

    def __init__(self) -> None:
        self.count = 0
        self._next: asyncio.Future[None] | None = None

    def note(self) -> None:
        self.count += 1
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
        self._next = None

    async def next(self) -> None:
        """Return at the next change."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        await asyncio.shield(self._next)

    async def until(
        self,
        predicate: Callable[[], Any | Awaitable[Any]],
        *,
        timeout: float,
        describe: Callable[[], str],
    ) -> Any:
        """Return the predicate's first true value; at the deadline raise TimeoutError with the last state."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            answer = predicate()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise TimeoutError(f"still not so after {timeout} s; the last state:\n{describe()}")
            try:
                await asyncio.wait_for(self.next(), min(left, ASK_AGAIN_SECONDS))
            except TimeoutError:
                continue
