"""Starting a conversation and reading where it stands."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

import pytest

from storage.records import Conversation, ConversationId

from .house import API_KEY, IDENTITY_SECRET, Chat, House

UNKNOWN_ID = "0" * 32


async def _stored(house: House, conversation_id: str) -> Conversation:
    return (await house.desk.view(ConversationId(conversation_id))).conversation


def _hash(user_id: str, secret: str = IDENTITY_SECRET) -> str:
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


async def test_a_conversation_starts_with_the_ai_and_a_token_of_its_own(house: House) -> None:
    one, two = await house.start(), await house.start()
    assert one.status == two.status == 201
    assert set(one.json) == {"conversation_id", "token", "state"}
    assert re.fullmatch("[0-9a-f]{32}", one.json["conversation_id"])
    assert one.json["state"] == "ai"
    assert one.json["token"] != two.json["token"]
    assert one.headers["Cache-Control"] == "no-store"


async def test_a_body_is_not_needed(house: House) -> None:
    assert (await house.ask("POST", "/v1/conversations")).status == 201


async def test_the_same_client_id_gives_the_same_conversation(house: House) -> None:
    first = await house.start({"client_id": "a", "channel": "whatsapp"})
    again = await house.start({"client_id": "a", "channel": "web"})
    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert (await _stored(house, first.json["conversation_id"])).channel == "whatsapp"


async def test_what_the_website_says_of_the_customer_is_kept(house: House) -> None:
    customer = {
        "name": "Eve",
        "email": "eve@example.com",
        "user_id": "u1",
        "locale": "pt-BR",
        "metadata": {"plan": "pro", "seats": 3, "trial": False, "score": 1.5, "note": None},
    }
    started = await house.start({"channel": "api", "inbox": "sales", "customer": customer})
    stored = await _stored(house, started.json["conversation_id"])
    assert (stored.channel, stored.inbox) == ("api", "sales")
    kept = {name: getattr(stored.customer, name) for name in customer}
    assert kept == customer
    assert stored.customer.verified is False


async def test_a_name_cannot_carry_controls_or_turn_the_text_around(house: House) -> None:
    started = await house.start({"customer": {"name": "\u202eEve\x00\n\tA\u2066. \u200b"}})
    assert (await _stored(house, started.json["conversation_id"])).customer.name == "Eve A ."


async def test_a_name_of_nothing_is_no_name(house: House) -> None:
    started = await house.start({"customer": {"name": " \u202e "}})
    assert (await _stored(house, started.json["conversation_id"])).customer.name is None


async def test_nul_in_metadata_is_taken_out(house: House) -> None:
    started = await house.start({"customer": {"metadata": {"a\0": "b\0c"}}})
    assert (await _stored(house, started.json["conversation_id"])).customer.metadata == {"a": "bc"}


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-CH,de;q=0.9,en;q=0.8", "de-CH"),
        ("en;q=0.5, fr-FR;q=0.9", "fr-FR"),
        ("*, ;;, x" * 200, None),
        ("en;q=0", None),
        ("", None),
    ],
)
async def test_the_browser_says_the_language_where_the_website_does_not(
    house: House, header: str, locale: str | None
) -> None:
    started = await house.start(headers={"Accept-Language": header})
    assert (await _stored(house, started.json["conversation_id"])).customer.locale == locale


async def test_the_website_knows_the_language_better_than_the_browser(house: House) -> None:
    started = await house.start({"customer": {"locale": "ja"}}, headers={"Accept-Language": "de"})
    assert (await _stored(house, started.json["conversation_id"])).customer.locale == "ja"


async def test_a_user_hash_proves_who_the_customer_is(house: House) -> None:
    for given in (_hash("u1"), _hash("u1").upper()):
        started = await house.start({"customer": {"user_id": "u1", "user_hash": given}})
        assert (await _stored(house, started.json["conversation_id"])).customer.verified is True


@pytest.mark.parametrize(
    "customer",
    [
        {"user_id": "u1", "user_hash": _hash("u2")},
        {"user_id": "u1", "user_hash": _hash("u1", "another secret")},
        {"user_hash": _hash("u1")},
    ],
)
async def test_a_hash_that_proves_nothing_is_refused(house: House, customer: dict[str, str]) -> None:
    refused = await house.start({"customer": customer})
    assert (refused.status, refused.code) == (422, "invalid_user_hash")


async def test_without_an_identity_secret_nobody_is_verified(database: Any) -> None:
    async with House(database, identity_secret=None) as house:
        started = await house.start({"customer": {"user_id": "u1", "user_hash": "0" * 64}})
        assert started.status == 201
        assert (await _stored(house, started.json["conversation_id"])).customer.verified is False


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": ""},
        {"client_id": "x" * 129},
        {"client_id": "a\nb"},
        {"client_id": 7},
        {"channel": "Web"},
        {"channel": "x" * 41},
        {"channel": ""},
        {"inbox": "x" * 41},
        {"surprise": 1},
        {"customer": {"name": "x" * 121}},
        {"customer": {"email": "nobody"}},
        {"customer": {"email": "a@" + "b" * 253}},
        {"customer": {"user_id": "x" * 129}},
        {"customer": {"user_hash": "short"}},
        {"customer": {"locale": "not a language"}},
        {"customer": {"metadata": {"nested": {}}}},
        {"customer": {"metadata": {"list": []}}},
        {"customer": {"metadata": {"large": "x" * 4096}}},
        {"customer": {"metadata": []}},
        {"customer": {"surprise": 1}},
        {"customer": []},
        [],
        "text",
        None,
    ],
)
async def test_what_has_not_its_form_is_refused_without_repeating_it(house: House, body: object) -> None:
    data = b"null" if body is None else None
    refused = await house.ask("POST", "/v1/conversations", body=body, data=data)
    assert (refused.status, refused.code) == (422, "invalid")
    assert refused.json["error"]["details"]
    assert b"nobody" not in refused.raw


async def test_a_conversation_shows_who_answers(house: House, chat: Chat) -> None:
    shown = (await chat.get()).json
    assert set(shown) == {"conversation_id", "state", "epoch", "channel", "created_at", "cursor"}
    assert (shown["state"], shown["cursor"]) == ("ai", 0)

    await house.desk.escalate(chat.id, reason="a secret reason")
    assert (await chat.get()).json["state"] == "waiting"

    await chat.taken_over()
    shown = (await chat.get()).json
    assert (shown["state"], shown["teammate"]) == ("teammate", {"name": "Ana García"})

    await chat.handed_back()
    shown = (await chat.get()).json
    assert shown["state"] == "ai"
    assert "teammate" not in shown


async def test_only_the_server_key_hands_a_conversation_over(house: House, chat: Chat) -> None:
    refused = await chat.post("/escalate", {"reason": "asked for a person"})
    assert (refused.status, refused.code) == (401, "unauthorized")
    assert (await chat.get()).json["state"] == "ai"

    handed = await chat.post("/escalate", {"reason": "asked for a person"}, bearer=API_KEY)
    assert (handed.status, handed.json) == (
        200,
        {"conversation_id": chat.id, "state": "waiting", "epoch": 1},
    )
    count = len(await chat.entries())

    again = await chat.post("/escalate", bearer=API_KEY)
    assert (again.status, again.json["state"]) == (200, "waiting")
    assert len(await chat.entries()) == count


async def test_handing_over_needs_no_reason(chat: Chat) -> None:
    assert (await chat.post("/escalate", bearer=API_KEY)).json["state"] == "waiting"


async def test_handing_over_what_is_not_there_is_not_found(house: House) -> None:
    path = f"/v1/conversations/{UNKNOWN_ID}/escalate"
    assert (await house.ask("POST", path, bearer=API_KEY)).code == "not_found"
