"""Asks all processes whether they still hold a message that came before this moment (decision 11).

Two processes share Slack's deliveries. The one that is busy may have the older of two replies in hand while
the other could let the later one out. How long that takes nobody knows, so it is not waited out but asked:
each process answers when everything that it had received by then is stored. The questions and answers are
notices of PostgreSQL, which may be lost and are said again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection

from storage.engine.database import Database, reason_of

log = logging.getLogger(__name__)

ASKS, CLEAR = "all-clear?", "all-clear!"
# Seconds. A process that is only busy answers by then; what to do without its answer is for the caller.
PATIENCE = 1.0
# Seconds until a question is said again, and until it is looked whether somebody ended.
AGAIN_AFTER = 0.25
# Seconds. Whoever has not answered for so long is not waited for until they say something again.
SILENT_FOR = 10.0


# Returns when what this process had received of teammates' messages by then is stored.
Settled = Callable[[], Awaitable[None]]


class AllClear:
    """Asks for all who wait at one moment together. On SQLite, which serves one process, it asks nobody else.

    `settled` is asked of this process, when it asks and when it is asked.
    """

    def __init__(
        self, database: Database, settled: Settled, *, passed: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._settled = settled
        self._passed = passed
        self._number = 0
        self._answers: set[int] = set()
        self._news = asyncio.Event()
        self._waiting: list[asyncio.Future[bool]] = []
        self._asking: asyncio.Task[None] | None = None
        self._answering: set[asyncio.Task[None]] = set()
        # Since when whoever owes an answer has been silent.
        self._silent: dict[int, float] = {}

    async def given(self) -> bool:
        """Wait until every process has stored what it had received when this was called.

        False if one of them has not said so within `PATIENCE` seconds. One that is silent for ten seconds
        is not asked any more: it hangs, and what it holds Slack delivers again to the others.
        """
        given: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(given)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all())
        return await given

    def heard(self, name: str) -> bool:
        """Take a notice of another process. False if it is no question and no answer."""
        kind, *numbers = name.split(" ")
        if kind == ASKS:
            who, number = map(int, numbers)
            self._silent.pop(who, None)
            task = asyncio.create_task(self._answer(who, number))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
            return True
        if kind == CLEAR:
            who, asked, number = map(int, numbers)
            self._silent.pop(who, None)
            if asked == self._database.process and number == self._number:
                self._answers.add(who)
                self._news.set()
            return True
        return False

    async def stop(self) -> None:
        """Answer nobody any more, and give up what is asked."""
        under_way = [*self._answering, *([self._asking] if self._asking else [])]
        for task in under_way:
            task.cancel()
        if under_way:
            await asyncio.wait(under_way)

    async def _answer(self, who: int, number: int) -> None:
        await self._settled()
        self._database.tell(f"{CLEAR} {self._database.process} {who} {number}")

    async def _ask_all(self) -> None:
        try:
            while self._waiting:
                asking, self._waiting = self._waiting, []
                is_clear = False
                try:
                    is_clear = await self._ask()
                except Exception as error:  # noqa: BLE001 - nobody could be asked, and whoever asks goes on in doubt
                    log.warning("the other processes could not be asked: %s", reason_of(error))
                finally:
                    for one in asking:
                        if not one.done():
                            one.set_result(is_clear)
        finally:
            self._asking = None

    async def _ask(self) -> bool:
        began = self._passed()
        self._number += 1
        self._answers.clear()
        question = f"{ASKS} {self._database.process} {self._number}"
        others = await self._others()
        self._database.tell(question)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._settled()
        except TimeoutError:
            return False
        said_at = self._passed()
        while missing := others - self._answers:
            now = self._passed()
            for who in missing:
                self._silent.setdefault(who, began)
            if now - began >= PATIENCE:
                return False
            self._news.clear()
            try:
                async with asyncio.timeout(AGAIN_AFTER):
                    await self._news.wait()
            except TimeoutError:
                others &= await self._others()
                if self._passed() - said_at >= AGAIN_AFTER:
                    said_at = self._passed()
                    self._database.tell(question)
        return True

    async def _others(self) -> set[int]:
        """Who is there and not silent."""
        if self._database.is_sqlite:
            return set()
        async with self._database.read() as tx:
            there: Collection[int] = await tx.processes.others(than=self._database.process)
        for who in self._silent.keys() - set(there):
            del self._silent[who]
        now = self._passed()
        return {who for who in there if now - self._silent.get(who, now) < SILENT_FOR}
