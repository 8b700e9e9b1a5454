"""The processes of a storm: a Slack workspace, and bridges that are killed and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import sandbox

ROOT = Path(sandbox.__file__).resolve().parent.parent
HOST = "127.0.0.1"
STARTS_WITHIN = 60.0
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


def _environment(**settings: str) -> dict[str, str]:
    """Ours, without what would lead loopback traffic elsewhere or set up another bridge."""
    foreign = ("SLACK_", "BOOKBAG_", "ANTHROPIC_", "DATABASE_")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in _PROXIES and not name.startswith(foreign)
    }
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


class SlackProcess:
    """`python -m sandbox`. `settings` is what it says a bot needs."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, settings: dict[str, str]) -> None:
        self._process = process
        self.url = url
        self.settings = settings

    @classmethod
    async def start(cls, folder: Path) -> SlackProcess:
        with (folder / "sandbox.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "sandbox", "--port", "0", "--no-log",
                stdout=asyncio.subprocess.PIPE, stderr=log, cwd=folder, env=_environment(),
            )  # fmt: skip
        try:
            async with asyncio.timeout(STARTS_WITHIN):
                return await cls._listen(process)
        except BaseException:
            process.kill()
            raise

    @classmethod
    async def _listen(cls, process: asyncio.subprocess.Process) -> SlackProcess:
        assert process.stdout is not None  # noqa: S101 - for the type checker; asked for above
        url, settings = "", {}
        async for raw in process.stdout:
            line = raw.decode().strip()
            if not url:
                url = line.split()[-1]
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                settings[name] = value
            if line.startswith("Ctrl-C"):
                return cls(process, url, settings)
        raise RuntimeError("the sandbox ended while it started")

    async def stop(self) -> None:
        await _end(self._process)


class BridgeProcess:
    """`python -m bot run` on a port of its own, started again whenever it ends."""

    def __init__(self, name: str, *, folder: Path, settings: dict[str, str]) -> None:
        self._log = folder / f"{name}.log"
        self._folder = folder
        with socket.create_server((HOST, 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://{HOST}:{port}"
        self._settings = _environment(HOST=HOST, PORT=str(port), **settings)
        self._process: asyncio.subprocess.Process | None = None
        self._running: asyncio.Task[None] | None = None
        self.killed = 0
        self.ended_by_itself = 0

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    def kill(self) -> bool:
        """SIGKILL, at whatever it is doing. False where there is nothing to kill just now."""
        process = self._process
        if process is None or process.returncode is not None:
            return False
        self.killed += 1
        process.kill()
        return True

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            with self._log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "bot", "run",
                    stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                    cwd=self._folder, env=self._settings,
                )  # fmt: skip
            self._process = process
            kills = self.killed
            try:
                await process.wait()
            finally:
                await _end(process)
            if self.killed == kills:
                # What runs it in earnest would start it again too, and not in a tight circle.
                self.ended_by_itself += 1
                await asyncio.sleep(0.5)


class Killer:
    """Kills one of the bridges at random, `every` so many seconds on average, at most `most` times."""

    def __init__(
        self, bridges: list[BridgeProcess], *, every: float, seed: int, most: int | None = None
    ) -> None:
        self._bridges = bridges
        self._every = every
        self._most = most
        self._chance = random.Random(f"{seed}/kills")

    async def run(self) -> None:
        while self._most is None or sum(bridge.killed for bridge in self._bridges) < self._most:
            await asyncio.sleep(self._chance.expovariate(1 / self._every))
            self._chance.choice(self._bridges).kill()


class House:
    """What the players play with."""

    def __init__(self, slack: SlackProcess, bridges: list[BridgeProcess], server_key: str) -> None:
        self.slack = slack
        self.bridges = bridges
        self.server_key = server_key

    def address(self, turn: int) -> str:
        """One bridge's address; another turn, another bridge."""
        return self.bridges[turn % len(self.bridges)].address


@asynccontextmanager
async def house(database_url: str, *, folder: Path, bridges: int) -> AsyncIterator[House]:
    """Everything running, and at the end nothing, whatever happened."""
    key = secrets.token_urlsafe(24)
    async with contextlib.AsyncExitStack() as stack:
        slack = await SlackProcess.start(folder)
        stack.push_async_callback(slack.stop)
        settings = {
            **{name: value for name, value in slack.settings.items() if name != "SLACK_SIGNING_SECRET"},
            "DATABASE_URL": database_url,
            "BOOKBAG_AI": "external",
            "BOOKBAG_API_KEY": key,
            "BOOKBAG_POSTS_PER_SECOND": "0",
            "BOOKBAG_LOG_LEVEL": "WARNING",
        }
        running = [
            BridgeProcess(f"bridge-{n}", folder=folder, settings=settings) for n in range(1, bridges + 1)
        ]
        for bridge in running:
            stack.push_async_callback(bridge.stop)
            bridge.start()
        yield House(slack, running, key)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
