"""The bridge in a process of its own, so that it can be killed as an operating system kills it."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import bot.slack.recovery.connection_monitor
from bot.ai import HandOver, Reply, Summary, Transcript, make_ai
from bot.ai.interface import Translation, Wish
from bot.app import Bridge
from bot.demo.show import NO_LIMITS
from bot.settings import Settings
from bot.slack.outbound.message_sender import Waits
from tests.machine.tokens import answer_to

# A fork server that has imported the program already starts a bridge in a few milliseconds.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.machine.service", "pytest"])

WAITS = Waits(
    look_after=timedelta(seconds=0.1),
    quarantine=timedelta(seconds=0.5),
    while_closed=timedelta(seconds=0.2),
)


@dataclass(frozen=True)
class Start:
    """What a new process is given. Its clock goes `ahead` seconds fast."""

    settings: Settings
    ahead: float
    log: Path
    thinks: float


class ThinkingAI:
    """The offline AI, which takes a moment to think and whose answers say what they answer."""

    def __init__(self, seconds: float) -> None:
        self._ai = make_ai("offline")
        self._seconds = seconds

    async def answer(self, transcript: Transcript) -> Reply | HandOver:
        said = await self._ai.answer(transcript)
        await asyncio.sleep(self._seconds)
        if isinstance(said, HandOver):
            return said
        return Reply(f"{said.text} {answer_to(turn.text for turn in transcript.turns)}")

    async def summarise(self, transcript: Transcript) -> Summary:
        return await self._ai.summarise(transcript)

    async def translate(self, text: str, *, to: str) -> Translation | None:
        return await self._ai.translate(text, to=to)

    async def agreement(self, transcript: Transcript) -> str:
        return await self._ai.agreement(transcript)

    async def reply(self, transcript: Transcript, wish: Wish, text: str) -> str:
        return await self._ai.reply(transcript, wish, text)

    async def close(self) -> None:
        await self._ai.close()


class Service:
    """The one running bridge. `address` is where customers find it."""

    def __init__(self, log: Path, *, thinks: float = 0.0) -> None:
        self.log = log
        self._thinks = thinks
        self._process: ForkServerProcess | None = None
        self._pipe: Connection | None = None
        self.address = ""

    async def start(self, settings: Settings, *, ahead: float) -> None:
        ours, theirs = _PROCESSES.Pipe()
        start = Start(settings, ahead, self.log, self._thinks)
        self._process = _PROCESSES.Process(target=_serve, args=(start, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe = ours
        await _readable(ours)
        try:
            self.address = ours.recv()
        except EOFError:
            raise AssertionError(f"the service did not start:\n{self.log.read_text()}") from None

    async def stop(self) -> None:
        """Ask it to stop as SIGTERM does, and wait until it has."""
        if self._process is None or self._pipe is None:
            return
        self._pipe.send("stop")
        await _readable(self._pipe)
        self._process.join(20)
        assert self._process.exitcode == 0, self.log.read_text()
        self._gone()

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._gone()

    def errors(self) -> Sequence[str]:
        """What it logged as an error. Bolt's are left out: an acknowledgement that comes too late is one."""
        lines = self.log.read_text().splitlines()
        return [one for one in lines if one.startswith("ERROR bot.")]

    def _gone(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None


def clock_ahead(seconds: float) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(time.time() + seconds, UTC)


def _serve(start: Start, pipe: Connection) -> None:
    bot.slack.recovery.connection_monitor.SWEEP_AGAIN = timedelta(seconds=0.2)
    logging.basicConfig(filename=start.log, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(_run(start, pipe))


async def _run(start: Start, pipe: Connection) -> None:
    bridge = Bridge(
        start.settings,
        clock=clock_ahead(start.ahead),
        ai=ThinkingAI(start.thinks) if start.settings.ai == "offline" else None,
        limits=NO_LIMITS,
        waits=WAITS,
        catch_up_spacing=timedelta(0),
    )
    async with bridge:
        pipe.send(bridge.address)
        # Readable too when the test's own process is gone.
        await _readable(pipe)


async def _readable(pipe: Connection) -> None:
    came = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), came.set)
    try:
        await came.wait()
    finally:
        loop.remove_reader(pipe.fileno())
