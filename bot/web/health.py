"""Whether this process is alive and able to do its work."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from aiohttp import web

log = logging.getLogger(__name__)

DEADLINE = 5.0


class HealthRoutes(Protocol):
    """Knows the parts of the program."""

    async def ready(self) -> dict[str, str]:
        """What is wrong, by part ("database", "slack", "channels"); empty means all is well. Never a secret.

        "channels" is about some of them only, and everything goes on in another; "refused" names what Slack
        did not take in any form within the last ten minutes.
        """
        ...


async def alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def readiness(health: HealthRoutes) -> web.Response:
    """200, or 503 where no work is done, with the problems.

    A check that takes longer than 5 s or breaks is a problem itself.
    """
    try:
        async with asyncio.timeout(DEADLINE):
            problems = await health.ready()
    except TimeoutError:
        problems = {"health": "the check did not finish"}
    except Exception as error:  # noqa: BLE001 - a broken check means not ready, and the prober should hear it
        log.warning("the readiness check failed: %s", type(error).__name__)
        problems = {"health": "the check failed"}
    if problems and problems.keys() <= {"channels", "refused"}:
        return web.json_response({"ready": True, "problems": problems})
    if problems:
        return web.json_response({"ready": False, "problems": problems}, status=503)
    return web.json_response({"ready": True})
