"""What docs/security.md promises and no other test holds: keys, ids, and what is sent to whom."""

from __future__ import annotations

import json

import aiohttp
from sqlalchemy import delete

from bot.blocks.elements.ids import ALLOW_AI_REPLIES
from storage.schema import facts
from tests.ai.fake_anthropic import FakeAnthropic
from tests.journeys.world import NOTE, SENT, SERVER_KEY, World, world
from tests.web.pictures import png_of


async def _status(here: World, conversation_id: str, token: str) -> int:
    path = f"{here.bridge.address}/v1/conversations/{conversation_id}"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as session, session.get(path, headers=headers) as answer:
        return answer.status


async def test_the_key_for_tokens_is_made_once_and_a_new_one_ends_all_of_them(outside: World) -> None:
    chats = [await outside.chat(f"Customer {number}") for number in range(2)]
    tokens = [(chat.id, chat.customer.token) for chat in chats]
    await outside.restart()
    assert [await _status(outside, *one) for one in tokens] == [200, 200]
    await outside.bridge.database.write(
        lambda tx: tx.connection.execute(delete(facts).where(facts.c.name == "token_secret"))
    )
    await outside.restart()
    assert [await _status(outside, *one) for one in tokens] == [404, 404]


async def test_no_customer_is_told_anything_of_slacks(outside: World) -> None:
    chat = await outside.chat(first="Hello")
    await chat.taken_over(outside.ana)
    await chat.marked(await chat.reply(outside.ana, "On its way!"), SENT)
    await chat.marked(await chat.reply(outside.ana, "See this", files={"plan.png": png_of(b"a plan")}), SENT)
    entry = await chat.customer.sees(lambda e: bool(e.get("attachments")))
    assert entry["from"] == "teammate"
    told = json.dumps(chat.customer.seen)
    slack = outside.slack
    for secret in (
        slack.user_id("ana"), slack.team_id, slack.channel("live-chat").id, slack.bot_token, slack.url,
        "slack", await chat.thread.ts(),
    ):  # fmt: skip
        assert secret.casefold() not in told.casefold()
    assert "avatar" not in told


async def test_an_ai_is_sent_the_conversation_and_a_name_and_nothing_else_of_the_customer(
    database_url: str, claude: FakeAnthropic
) -> None:
    async with world(
        database_url, ai="claude", anthropic_api_key=claude.key, anthropic_base_url=claude.url
    ) as here:
        claude.say("Two to three working days.")
        chat = await here.chat("Maya Lindqvist")
        who = {
            "name": "Maya Lindqvist", "email": "maya@shop.example", "user_id": "customer-4242",
            "metadata": {"plan": "gold-plan"},
        }  # fmt: skip
        path, headers = f"/v1/conversations/{chat.id}/customer", {"Authorization": f"Bearer {SERVER_KEY}"}
        async with (
            aiohttp.ClientSession(here.bridge.address) as session,
            session.post(path, json=who, headers=headers) as answer,
        ):
            assert answer.status == 200
        file = await chat.customer.upload("receipt.png", png_of(b"canary-in-a-picture"))
        await chat.customer.say("How long does it take?", attachments=[file])
        await chat.sees("Two to three working days.")
        claude.summarise("Delivery", "Asks how long it takes.")
        await chat.taken_over(here.ana)
        await chat.marked(await chat.reply(here.ana, "note: canary-in-a-note"), NOTE)
        await here.settled()
        before = len(claude.requests)
        claude.say("Nothing was agreed.")
        await chat.press(here.ana, ALLOW_AI_REPLIES)
        await here.until(lambda: len(claude.requests) > before)
        sent = json.dumps(claude.requests)
    assert "Maya Lindqvist" in sent
    assert "receipt.png" in sent
    assert before >= 2
    for kept in ("maya@shop.example", "customer-4242", "gold-plan", "canary-in-a"):
        assert kept not in sent
