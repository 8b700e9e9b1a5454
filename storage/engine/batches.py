"""Writes that wait at the same moment run in one transaction, so that one commit and one sync to disk serve
them all.

Each write still happens whole or not at all. One that raises is taken out of its batch without a trace; where
that cannot be done any more, the batch is rolled back and its writes run one by one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.exc import DBAPIError

from storage.transaction import LockHint, Transaction

Work = Callable[[Transaction], Awaitable[Any]]
Committed = Callable[[Transaction], None]
# Longer batches gain nothing more and make whoever comes next wait.
LARGEST = 256


class CommitHook(Protocol):
    """Work that goes along at the end of a batch, if the batch gives it something to do."""

    async def go(self, tx: Transaction) -> None:
        """Runs last before the commit. Must not raise but for the database's own errors."""

    def arrived(self, *, committed: bool) -> None:
        """Called once, on the event loop, whether or not `go` was."""


# Asked before each batch; None where there would be nothing to do.
Rider = Callable[[], CommitHook | None]


@dataclass(slots=True, eq=False)
class QueuedWrite:
    """One write that waits, and whoever waits for it."""

    work: Work
    lock_hint: LockHint | None
    outcome: asyncio.Future[Any]
    error: Exception | None = None
    result: Any = None

    def settle(self) -> None:
        if self.outcome.done():
            return
        if self.error is not None:
            self.outcome.set_exception(self.error)
        else:
            self.outcome.set_result(self.result)

    def fail(self, error: BaseException) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)


class Apart(Exception):
    """These writes cannot share a transaction."""


async def together(
    tx: Transaction, writes: Sequence[QueuedWrite], commit_hooks: Sequence[CommitHook]
) -> None:
    """Run the jobs in one transaction. Raises `Apart` if one of them spoils it for the others."""
    expected = [write.lock_hint for write in writes if write.lock_hint is not None]
    if expected:
        await tx.expect(expected)
    for write in writes:
        write.error = None
        since = tx.mark()
        try:
            write.result = await write.work(tx)
        except DBAPIError:
            if len(writes) > 1:
                raise Apart from None
            raise
        except Exception as error:  # noqa: BLE001 - it is its caller's, who gets it after the commit
            write.error = error
            if not tx.undo(since):
                raise Apart from None
    await tx.connection.flush()
    for hook in commit_hooks:
        await hook.go(tx)
    await tx.connection.flush()


class Batches:
    """Runs what is submitted, in that order, as many at once as wait. `run` runs one batch."""

    def __init__(self, run: Callable[[Sequence[QueuedWrite]], Awaitable[None]]) -> None:
        self._run = run
        self._waiting: deque[QueuedWrite] = deque()
        self._running: asyncio.Task[None] | None = None

    def submit(self, work: Work, lock_hint: LockHint | None) -> asyncio.Future[Any]:
        write = QueuedWrite(work, lock_hint, asyncio.get_running_loop().create_future())
        self._waiting.append(write)
        if self._running is None:
            self._running = asyncio.create_task(self._drain())
        return write.outcome

    async def drained(self) -> None:
        """Wait until nothing waits."""
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _drain(self) -> None:
        try:
            while self._waiting:
                writes = [self._waiting.popleft() for _ in range(min(len(self._waiting), LARGEST))]
                try:
                    await self._run(writes)
                except BaseException as error:
                    for write in writes:
                        write.fail(error)
                    if not isinstance(error, Exception):
                        raise
        finally:
            self._running = None
