"""Child processes: started, heard from once when they are up, and ended with their parent.

A child lives as long as its standard input is open, so none is left behind however its parent ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 30
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class ChildFailed(Exception):
    """A child ended before it was up. The message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running child and what it announced."""

    pid: int
    said: Mapping[str, Any]

    def resident_bytes(self) -> int:
        """How much memory it holds now."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(self.pid)

    def processor_seconds(self) -> float:
        """How long it has been computing since it began."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def child(module: str, settings: Mapping[str, str]) -> AsyncIterator[Child]:
    """`python -m module` with these settings on top of a clean environment, until the block ends."""
    env = {name: value for name, value in os.environ.items() if not _is_ours(name)} | dict(settings)
    with tempfile.TemporaryFile() as complaints:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=complaints,
            env=env,
            start_new_session=True,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
            async with asyncio.timeout(START_SECONDS):
                line = await process.stdout.readline()
            if not line:
                complaints.seek(0)
                raise ChildFailed(f"{module}: {complaints.read().decode(errors='replace')[-2000:]}")
            yield Child(process.pid, json.loads(line))
        finally:
            await _ended(process)


def announce(**facts: Any) -> None:
    """In a child: say that it is up, and what its parent needs to know."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def parent_ended() -> None:
    """In a child: return when the parent wants it to end."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()


def _is_ours(name: str) -> bool:
    # Slack's SDK would ask a proxy for loopback addresses too; a developer's own settings do not belong here.
    return (
        name.lower() in PROXIES
        or name in ("DATABASE_URL", "PORT", "HOST")
        or name.startswith(("SLACK_", "BOOKBAG_", "ANTHROPIC_"))
    )


async def _ended(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None  # noqa: S101 - for the type checker: it is a pipe
    process.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
