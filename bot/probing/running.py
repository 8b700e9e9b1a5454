"""The probe with the settings' Slack, and with what the database knows of Slack channels."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.app import SLACK_TIMEOUT, slack_client
from bot.probing.asking import NotProbed, ProbeAnswer, probe
from bot.probing.scratch import PACE
from bot.settings import Settings
from bot.slack.workspace.installation import find_channel
from storage.engine.database import Database, DatabaseUnavailable


async def answers(
    settings: Settings, channel: str, *, pace: float = PACE
) -> AsyncGenerator[ProbeAnswer, None]:
    """Ask everything in `channel`. Raises `NotProbed` and `NotConnected`, each with a sentence for people."""
    known = await _known(settings.database_url)
    async with aiohttp.ClientSession(timeout=SLACK_TIMEOUT) as session:
        client = slack_client(settings, session)
        configured = await find_channel(client, settings.slack_channel)
        live = {*known, str(configured["id"])}
        async with aclosing(probe(client, channel, live=live, pace=pace)) as found:
            async for answer in found:
                yield answer


async def _known(url: str) -> frozenset[str]:
    """The channels in which conversations are or were; none before the first start."""
    database = Database(url)
    try:
        await database.check()
        async with database.read() as tx:
            return frozenset(await tx.slack_channels.known())
    except DatabaseUnavailable as error:
        raise NotProbed(
            f"The database, which knows our channels, cannot be used: {error}. Check DATABASE_URL."
        ) from None
    except SQLAlchemyError:
        # It has no such table yet.
        return frozenset()
    finally:
        await database.close()
