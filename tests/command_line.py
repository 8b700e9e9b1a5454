"""The program as a process of its own, in a folder of its own, as an operator runs it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox import Workspace

ROOT = Path(__file__).parent.parent
SECRETS = re.compile(r"xoxb-|xapp-|hunter2|Bearer ")


@dataclass
class Ended:
    """How a process ended and all it printed."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


class Operator:
    """Runs commands in a folder of their own, with settings and nothing else from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings: dict[str, str] = {}
        self._running: list[Process] = []

    def connected_to(self, slack: Workspace, channel: str = "#live-chat") -> None:
        self.settings |= {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_CHANNEL": channel,
            "SLACK_API_URL": slack.api_url,
            "PORT": "0",
        }

    async def starts(self, *arguments: str, within: Sequence[str] = ()) -> Process:
        process = await asyncio.create_subprocess_exec(
            *within, sys.executable, "-u", "-m", "bot", *arguments, cwd=self.folder, stdout=PIPE, stderr=PIPE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.settings},
        )  # fmt: skip
        self._running.append(process)
        return process

    async def runs(self, *arguments: str, deadline: float = 120, within: Sequence[str] = ()) -> Ended:
        """Run a command to its end. Nothing it prints may be a secret or a traceback."""
        return await self.ends(await self.starts(*arguments, within=within), deadline=deadline)

    async def ends(self, process: Process, *, deadline: float = 30) -> Ended:
        async with asyncio.timeout(deadline):
            out, err = await process.communicate()
        assert process.returncode is not None
        ended = Ended(process.returncode, out.decode(), err.decode())
        assert "Traceback" not in ended.said, ended.said
        assert not SECRETS.search(re.sub("“(?:xoxb|xapp)-”", "", ended.said)), ended.said
        return ended

    async def close(self) -> None:
        for process in self._running:
            if process.returncode is None:
                process.kill()
                await process.communicate()


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    made = Operator(tmp_path)
    yield made
    await made.close()


@pytest.fixture
async def slack() -> AsyncIterator[Workspace]:
    async with Workspace() as workspace:
        yield workspace


async def up(process: Process) -> str:
    """Wait until it says that it is up; returns the chat page's address."""
    assert process.stdout is not None
    async with asyncio.timeout(120):
        line = (await process.stdout.readline()).decode()
    found = re.search(r"Bookbag is up: Sandbox, #live-chat\. Chat page: (http://127\.0\.0\.1:\d+/)", line)
    assert found, line
    return found[1]
