"""Other programs at work on this machine, while something is measured beside them.

A writer writes 64 KiB and syncs it to the disk, without end; a spinner only computes. Writers take more from
a bridge than spinners do: each of its commits waits for the same disk.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from benchmarks.processes import Child, announce, child

MODULE = "benchmarks.busy"
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Busy:
    """How many programs of each kind."""

    writers: int
    spinners: int

    def __str__(self) -> str:
        count = self.writers + self.spinners
        size = PIECE // 1024
        return f"{count} busy programs ({self.writers} sync {size} KiB without end, {self.spinners} spin)"


NOBODY = Busy(0, 0)


@asynccontextmanager
async def beside(busy: Busy) -> AsyncIterator[list[Child]]:
    """The programs are at work within the block, and gone after it, however it ends."""
    kinds = ["write"] * busy.writers + ["spin"] * busy.spinners
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(child(MODULE, {"KIND": kind})) for kind in kinds]


def _work(kind: str, ended: threading.Event) -> None:
    piece = os.urandom(PIECE)
    with tempfile.TemporaryFile() as file:
        while not ended.is_set():
            if kind == "spin":
                sum(range(10_000))
                continue
            file.seek(0)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())


def main() -> None:
    """Work until the parent ends, or closes our standard input."""
    ended = threading.Event()

    def watch() -> None:
        sys.stdin.buffer.read()
        ended.set()

    threading.Thread(target=watch, daemon=True).start()
    announce()
    _work(os.environ["KIND"], ended)


if __name__ == "__main__":
    main()
