"""Who is let in, and what those learn who are not."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from bot.web.callers.access import Access
from storage.engine.database import Database

from .house import API_KEY, Chat, House

ROUTES = [
    ("GET", ""),
    ("GET", "/messages"),
    ("GET", "/events"),
    ("POST", "/messages"),
    ("POST", "/escalate"),
    ("POST", "/resume"),
    ("POST", "/address"),
]


@pytest.mark.parametrize(("method", "route"), ROUTES)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer short", "Basic {token}", "{token}", "Bearer {token}x"]
)
async def test_without_a_token_nobody_is_let_in(
    chat: Chat, method: str, route: str, header: str | None
) -> None:
    headers = {} if header is None else {"Authorization": header.format(token=chat.token)}
    refused = await chat.house.ask(method, chat.path + route, headers=headers)
    assert (refused.status, refused.code) == (401, "unauthorized")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_not_yours_unknown_and_impossible_look_the_same(chat: Chat, method: str, route: str) -> None:
    house = chat.house
    other = await house.chat()
    answers = [
        await house.ask(method, f"/v1/conversations/{name}{route}", bearer=other.token)
        for name in (chat.id, "0" * 32, "nonsense", "a.b", "%00", "..%2f", chat.id.upper(), chat.id + "0")
    ]
    assert {answer.status for answer in answers} == {404}
    assert len({answer.raw for answer in answers}) == 1
    assert answers[0].code == "not_found"


@pytest.mark.parametrize(("method", "route"), ROUTES)
async def test_the_server_key_opens_every_conversation_that_is_there(
    chat: Chat, method: str, route: str
) -> None:
    bodies = {"/messages": {"text": "a", "client_id": "a"}, "/address": {"email": "maya@example.com"}}
    body = bodies.get(route) if method == "POST" else None
    await chat.house.desk.escalate(chat.id, reason="")
    for name in ("1" * 32, "nonsense"):
        path = f"/v1/conversations/{name}{route}"
        assert (await chat.house.ask(method, path, body=body, bearer=API_KEY)).status == 404
    if route != "/events":
        assert (await chat.house.ask(method, chat.path + route, body=body, bearer=API_KEY)).status < 300


async def test_without_a_server_key_nobody_is_the_server(database: Database) -> None:
    async with House(database, api_key=None) as house:
        chat = await house.chat()
        for bearer in ("", "None", API_KEY):
            assert (await house.ask("GET", chat.path, bearer=bearer)).status == 401


async def test_a_token_is_the_hmac_of_its_conversation(house: House, chat: Chat) -> None:
    digest = hmac.new(b"token-secret", chat.id.encode(), hashlib.sha256).digest()
    assert chat.token == base64.urlsafe_b64encode(digest).decode().rstrip("=")


async def test_the_scheme_is_written_in_any_case(chat: Chat) -> None:
    headers = {"Authorization": f"bEARER  {chat.token} "}
    assert (await chat.house.ask("GET", chat.path, headers=headers)).status == 200


async def test_an_impossible_id_never_reaches_the_database(house: House) -> None:
    house.desk.view = None  # type: ignore[assignment, method-assign]
    assert (await house.ask("GET", "/v1/conversations/%00", bearer=API_KEY)).status == 404


def test_an_empty_token_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="token secret"):
        Access(token_secret=b"", api_key=None)


async def test_who_asks_is_settled_before_what_they_ask(chat: Chat) -> None:
    path = f"{chat.path}/messages?nonsense=1"
    assert (await chat.house.ask("POST", path, data=b"{")).status == 401
    assert (await chat.house.ask("POST", path, data=b"{", bearer="A" * 43)).status == 404
