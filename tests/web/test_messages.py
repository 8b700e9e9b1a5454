"""Saying something and reading what was said."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.desk.phrases import to_customer
from bot.desk.replies.thread_messages import Intent

from .house import API_KEY, Chat, House


async def test_a_message_is_accepted_with_its_number(chat: Chat) -> None:
    said = await chat.say("Hello")
    assert (said.status, said.json) == (202, {"seq": 1, "id": f"{chat.id}.1", "epoch": 0})


async def test_the_same_client_id_says_it_once(chat: Chat) -> None:
    first = await chat.say("Hello", client_id="a")
    again = await chat.say("Hello", client_id="a")
    assert (first.status, again.status) == (202, 200)
    assert first.json == again.json
    assert await chat.texts() == ["Hello"]


async def test_twenty_at_once_with_one_client_id_say_it_once(chat: Chat) -> None:
    answers = await asyncio.gather(*(chat.say("Hello", client_id="a") for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200] * 19 + [202]
    assert {answer.json["seq"] for answer in answers} == {1}


async def test_a_client_id_means_nothing_in_another_conversation(house: House, chat: Chat) -> None:
    other = await house.chat()
    await chat.say("Hello", client_id="a")
    assert (await other.say("Hello", client_id="a")).status == 202


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\r\nb\rc\nd\te", "a\nb\nc\nd\te"),
        ("nul\x00 bell\x07 escape\x1b delete\x7f", "nul bell escape delete"),
        ("  kept as it is  ", "  kept as it is  "),
        ("<!channel> & <b>", "<!channel> & <b>"),
        ("👩‍👩‍👧 שלום \u202eabc", "👩‍👩‍👧 שלום \u202eabc"),
        ("x" * 8000, "x" * 8000),
        ("🙂" * 8000, "🙂" * 8000),
    ],
)
async def test_text_is_kept_but_for_control_characters(chat: Chat, sent: str, kept: str) -> None:
    body = {"text": sent, "client_id": "a"}
    said = await chat.post("/messages", data=json.dumps(body, ensure_ascii=False).encode())
    assert said.status == 202
    assert await chat.texts() == [kept]


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "a"},
        {"text": "a"},
        {"text": "", "client_id": "a"},
        {"text": " \n\t\u00a0\x00\x1f", "client_id": "a"},
        {"text": "x" * 8001, "client_id": "a"},
        {"text": "a", "client_id": ""},
        {"text": "a", "client_id": "x" * 129},
        {"text": "a", "client_id": "a\x00"},
        {"text": 5, "client_id": "a"},
        {"text": "a", "client_id": "a", "from": "teammate"},
        {"text": "a", "client_id": "a", "from": "system"},
        {"text": "a", "client_id": "a", "from_": "ai"},
        {"text": "a", "client_id": "a", "surprise": 1},
    ],
)
async def test_what_is_no_message_is_refused(chat: Chat, body: object) -> None:
    refused = await chat.post("/messages", body)
    assert (refused.status, refused.code) == (422, "invalid")
    assert await chat.texts() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}{}",
        b"[" * 50_000,
        b'{"text": NaN, "client_id": "a"}',
        b'{"text": "\xff", "client_id": "a"}',
        b'{"text": "\\ud800", "client_id": "a"}',
        b'{"text": "a", "client_id": "\\udfff"}',
        '{"text": "a", "client_id": "a"}'.encode("utf-16"),
    ],
)
async def test_what_is_no_json_is_refused(chat: Chat, raw: bytes) -> None:
    refused = await chat.post("/messages", data=raw)
    assert (refused.status, refused.code) == (422, "invalid")


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Encoding": "gzip"},
    ],
)
async def test_only_plain_json_is_read(chat: Chat, headers: dict[str, str]) -> None:
    refused = await chat.post("/messages", data=b'{"text": "a", "client_id": "a"}', headers=headers)
    assert (refused.status, refused.code) == (415, "unsupported_media_type")


# What an eye sees nothing of: spaces, letters without a shape, signs that change the letter before.
UNSEEN = [
    "\u200b", "\u200b \u2060\ufeff", "\u3164", "\u2800\u2800", "\u00ad", "\u202e", "\ufe0f", "\u00a0\u2003",
    "\U000e0041", "\u115f\u1160", "\u0301", "\u034f",
]  # fmt: skip


@pytest.mark.parametrize("text", UNSEEN)
async def test_a_message_of_which_nothing_can_be_seen_is_refused(chat: Chat, text: str) -> None:
    refused = await chat.say(text)
    assert (refused.status, refused.code) == (422, "invalid")
    assert "nothing in it that can be seen" in refused.raw.decode() or not text.strip()
    assert (await chat.say(f"{text}?")).status == 202


@pytest.mark.parametrize("text", ["👍", "?", "🇩🇪", "ا", "🏴\U000e0067\U000e0062\U000e007f", "1️⃣", "é"])
async def test_a_message_of_one_sign_is_one(chat: Chat, text: str) -> None:
    assert (await chat.say(text)).status == 202
    assert await chat.texts() == [text]


async def test_a_body_above_128_kib_is_too_large(chat: Chat) -> None:
    fits = json.dumps({"text": "a", "client_id": "a"}).encode()
    fits += b" " * (128 * 1024 - len(fits))
    assert (await chat.post("/messages", data=fits)).status == 202
    refused = await chat.post("/messages", data=fits + b" ")
    assert (refused.status, refused.code) == (413, "too_large")


async def test_the_longest_message_fits_however_its_json_is_written(chat: Chat) -> None:
    data = json.dumps({"text": "🙂" * 8000, "client_id": "a"}, ensure_ascii=True).encode()
    assert len(data) > 96_000
    assert (await chat.post("/messages", data=data)).status == 202


async def test_a_body_of_unknown_length_is_cut_off_too(chat: Chat) -> None:
    async def endless() -> object:
        for _ in range(200):
            yield b" " * 1024

    headers = {"Authorization": f"Bearer {chat.token}", "Content-Type": "application/json"}
    path = f"{chat.path}/messages"
    async with chat.house.session.post(path, data=endless(), headers=headers) as response:
        assert response.status == 413


async def test_the_server_speaks_for_its_own_ai(chat: Chat) -> None:
    said = await chat.post("/messages", {"text": "Hi", "client_id": "a", "from": "ai"}, bearer=API_KEY)
    again = await chat.post("/messages", {"text": "Hi", "client_id": "a", "from": "ai"}, bearer=API_KEY)
    assert (said.status, again.status) == (202, 200)
    assert [entry["from"] for entry in await chat.entries()] == ["ai"]


async def test_a_customer_cannot_speak_as_the_ai(chat: Chat) -> None:
    refused = await chat.say("Hi", **{"from": "ai"})
    assert (refused.status, refused.code) == (401, "unauthorized")


async def test_the_ai_is_refused_while_a_teammate_holds_the_conversation(chat: Chat) -> None:
    await chat.taken_over()
    ai: dict[str, Any] = {"text": "Hi", "client_id": "a", "from": "ai"}
    refused = await chat.post("/messages", ai, bearer=API_KEY)
    assert (refused.status, refused.code) == (409, "ai_paused")
    await chat.handed_back()
    ai["epoch"] = (await chat.entries())[-1]["epoch"]
    assert (await chat.post("/messages", ai, bearer=API_KEY)).status == 202


async def test_the_server_speaks_for_a_customer(chat: Chat) -> None:
    said = await chat.post("/messages", {"text": "Hi", "client_id": "a"}, bearer=API_KEY)
    assert said.status == 202
    assert [entry["from"] for entry in await chat.entries()] == ["customer"]


async def test_an_entry_shows_what_the_contract_names_and_nothing_else(house: House, chat: Chat) -> None:
    await chat.say("I want a person")
    await house.desk.escalate(chat.id, reason="SECRET")
    await chat.taken_over()
    await chat.reply("SECRET", intent=Intent.NOTE)
    message = await chat.reply("Helo")
    await chat.reword(message, "Hello")
    await chat.take_back(message)
    await chat.handed_back()

    page = await chat.get("/messages")
    assert b"SECRET" not in page.raw
    for hidden in (b"slack", b"source", b"reason", b'"data":{', b'"T1"', b'"U1"', b"ticket"):
        assert hidden not in page.raw.replace(b"created_at", b"")
    shape = [(entry["kind"], entry["from"], entry["text"], entry.get("name")) for entry in page.json["data"]]
    assert shape == [
        ("message", "customer", "I want a person", "Eve"),
        (
            "message",
            "system",
            to_customer("handing_over", locale="en"),
            None,
        ),
        ("system", "system", "", None),
        ("system", "system", "Ana García joined the chat.", None),
        # Taken back: who reads the conversation again finds no words there.
        ("message", "teammate", "", "Ana García"),
        ("edit", "teammate", "", "Ana García"),
        ("retract", "teammate", "", "Ana García"),
        ("system", "system", "Ana García left the chat. The AI assistant is answering again.", None),
    ]
    assert [entry["state"] for entry in page.json["data"] if "state" in entry] == [
        {"state": "waiting"},
        {"state": "teammate", "teammate": {"name": "Ana García"}},
        {"state": "ai"},
    ]
    assert [entry["target"] for entry in page.json["data"] if "target" in entry] == [
        page.json["data"][4]["seq"]
    ] * 2
    allowed = {
        "seq", "id", "epoch", "kind", "from", "name", "avatar_url", "text", "target", "state", "created_at",
        "edited_at",
    }  # fmt: skip
    for entry in page.json["data"]:
        assert set(entry) <= allowed
        assert entry["id"] == f"{chat.id}.{entry['seq']}"
        assert entry["created_at"].endswith("Z")


async def test_pages_follow_one_another_without_gap_or_overlap(chat: Chat) -> None:
    for number in range(7):
        await chat.say(f"m{number}")
    await chat.taken_over()
    await chat.reply("between us", intent=Intent.NOTE)
    await chat.reply("last")

    seen, after, more = [], 0, True
    while more:
        page = (await chat.get(f"/messages?after={after}&limit=3")).json
        seen += page["data"]
        after, more = page["pagination"]["cursor"], page["pagination"]["has_more"]
    assert seen == await chat.entries()
    assert after == seen[-1]["seq"]

    past = (await chat.get(f"/messages?after={after}")).json
    assert past == {"data": [], "pagination": {"cursor": after, "has_more": False}}


async def test_a_page_that_ends_exactly_at_the_end_has_no_more(chat: Chat) -> None:
    await chat.say("a")
    await chat.say("b")
    assert (await chat.get("/messages?limit=2")).json["pagination"] == {"cursor": 2, "has_more": False}
    assert (await chat.get("/messages?limit=1")).json["pagination"] == {"cursor": 1, "has_more": True}


async def test_a_page_has_fifty_entries_unless_asked(house: House, chat: Chat) -> None:
    for number in range(51):
        await house.desk.customer_says(chat.id, "x", client_id=str(number))
    page = (await chat.get("/messages")).json
    assert len(page["data"]) == 50
    assert page["pagination"] == {"cursor": 50, "has_more": True}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=",
        "limit=-1",
        "limit=1.0",
        "limit=ten",
        "limit=%2B1",
        "limit=1_0",
        "after=-1",
        "after=2147483648",
        "after=99999999999999999999",
        "after=1&after=2",
        "after=%00",
        "before=3",
    ],
)
async def test_a_query_that_makes_no_sense_is_refused(chat: Chat, query: str) -> None:
    refused = await chat.get(f"/messages?{query}")
    assert (refused.status, refused.code) == (422, "invalid")
    assert (await chat.get("/messages?after=2147483647&limit=200")).status == 200


async def test_a_write_outlives_the_customer_who_hangs_up(house: House, chat: Chat) -> None:
    saying = asyncio.create_task(chat.say("Hello", client_id="a"))
    await asyncio.sleep(0)
    saying.cancel()
    await asyncio.gather(saying, return_exceptions=True)
    again = await chat.say("Hello", client_id="a")
    assert again.json["seq"] == 1
    assert await chat.texts() == ["Hello"]
