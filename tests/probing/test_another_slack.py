"""Against a stand-in that others might have written: what it does otherwise is said, and nothing is left."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.probing.asking import probe
from bot.probing.questions import QUESTIONS
from tests.probing.other_slack import TOKEN, OtherSlack

# What it does as is assumed, by the way it is made; the rest it does otherwise or not at all.
SAME = {"blocks_counted", "rich_text_stays"}
NOT_ASKED = {"file_to_a_gone_thread", "file_shared_twice", "empty_file"}


async def test_what_another_slack_does_otherwise_is_said() -> None:
    async with OtherSlack() as other, aiohttp.ClientSession() as session:
        client = AsyncWebClient(TOKEN, base_url=other.url, session=session, retry_handlers=[])
        found = {one.name: one async for one in probe(client, "#scratch", live=(), pace=0)}
    assert {name for name, one in found.items() if one.why == "unknown_method"} == NOT_ASKED
    assert {name for name, one in found.items() if one.differs is None and one.why is None} == SAME
    assert found.keys() == QUESTIONS.keys()
    assert {name: found[name].differs for name in (
        "history_limit", "broadcast_to_a_gone_thread", "update_text_counted", "emoji_become_names",
        "replies_parent_leads", "metadata_kept", "edited_mark",
    )} == {
        "history_limit": "Slack takes it, instead of invalid_limit",
        "broadcast_to_a_gone_thread": "Slack refuses it: thread_not_found",
        "update_text_counted": "Slack takes it, instead of msg_too_long",
        "emoji_become_names": "Slack has '🎉', not ':tada:'",
        "replies_parent_leads": "Slack leaves the parent out",
        "metadata_kept": "Slack has None, not {'event_type': 'bookbag_probe', 'event_payload': {'n': '1'}}",
        "edited_mark": "Slack has [True, True], not [False, True]",
    }  # fmt: skip
    assert other.messages == {}
