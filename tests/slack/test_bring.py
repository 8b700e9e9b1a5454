"""Files of a message that is known are not fetched again, and never taken for none."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.attachments import FileRejection
from bot.files.store import FileStore
from bot.slack.api.downloads import Brought, SlackFiles, SlackHost
from storage.engine.database import Database
from tests.desk.conftest import ANA, Case, case, office

__all__ = ["case", "office"]


async def test_the_files_of_a_held_message_have_not_come(database: Database, case: Case) -> None:
    await case.types(ANA, "Hello", message=(message := case.message()))
    async with aiohttp.ClientSession() as session:
        nowhere = "http://127.0.0.1:9/api/"
        files = SlackFiles(
            AsyncWebClient(base_url=nowhere),
            session,
            database,
            FileStore(database, largest=1_000, most=1_000),
            SlackHost(nowhere),
        )
        assert await files.bring(case.thread, message, [{"id": "F1"}]) == Brought(unfit=FileRejection.LATE)
