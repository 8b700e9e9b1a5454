"""A bridge as a child process, set up by its environment as `bookbag run` is, without limits on callers."""

from __future__ import annotations

import asyncio
import os

from benchmarks.open_files import raise_limit
from benchmarks.processes import announce, parent_ended
from bot.app import Bridge
from bot.settings import read_settings
from bot.web.callers.limits import CallRate, Limits

MODULE = "benchmarks.bridge_process"
# The load comes from one address and in bursts; what a stranger may ask for is not what is measured.
_ALL = CallRate(1e6, 1_000_000)
NO_LIMITS = Limits(messages=_ALL, conversations=_ALL, starts_in_all=_ALL, streams_from=1_000_000)
SERVER_KEY = "a-key-for-benchmarks"


def settings(database_url: str, slack: dict[str, str]) -> dict[str, str]:
    """A bridge that keeps nothing back and paces nothing; the AI, if any, speaks through the API."""
    return {
        **slack,
        "DATABASE_URL": database_url,
        "PORT": "0",
        "BOOKBAG_AI": "external",
        "BOOKBAG_API_KEY": SERVER_KEY,
        "BOOKBAG_POSTS_PER_SECOND": "0",
        "BOOKBAG_HOLD_BACK_MS": "0",
    }


async def serve() -> None:
    raise_limit()
    async with Bridge(read_settings(os.environ), limits=NO_LIMITS) as bridge:
        announce(address=bridge.address)
        await parent_ended()


if __name__ == "__main__":
    asyncio.run(serve())
