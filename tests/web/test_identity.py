"""Whose conversation that is: who comes back to it, and what of a customer is proven."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from sqlalchemy import update

from bot.blocks.lists.tickets import ticket_shown
from bot.blocks.thread.card import card
from bot.desk.queries.lists import TicketShown, TicketView
from storage.engine.database import Database
from storage.records import Conversation, ConversationId, Customer
from storage.schema import conversations
from tests.conftest import database_url

from .house import API_KEY, IDENTITY_SECRET, Chat, House, Reply

__all__ = ["database_url"]

PHONE = "whatsapp:+491701234567"
UUID = "2f1c9a1e-5a0e-4d5b-9c39-0d1f8c1f7a11"
SECRET = IDENTITY_SECRET
HOUR = 3600


def user_hash(user_id: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def token(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Of Mallory's, for an hour; a claim of None is left out."""
    claims = {"sub": "mallory", "exp": int(time.time()) + HOUR, **claims}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", jwt.InsecureKeyLengthWarning)
        return jwt.encode(
            {name: value for name, value in claims.items() if value is not None}, secret, algorithm=algorithm
        )


def signed(user_id: str) -> dict[str, Any]:
    return {"user_id": user_id, "user_hash": user_hash(user_id)}


async def stored(house: House, reply: Reply | Chat) -> Conversation:
    about = reply.id if isinstance(reply, Chat) else ConversationId(reply.json["conversation_id"])
    return (await house.desk.view(about)).conversation


async def customer_of(house: House, reply: Reply | Chat) -> Customer:
    return (await stored(house, reply)).customer


async def shown_in_slack(house: House, about: ConversationId) -> list[list[str]]:
    """What the card says of who the customer is: the label of each line and what stands under it."""
    view = await house.desk.view(about)
    blocks = [block.to_dict() for block in card(view).blocks]
    lines = [[element["text"] for element in block["elements"]] for block in blocks if "elements" in block][
        :-1
    ]
    return [line for line in lines if "Confirmed" in line[0] or "told us" in line[0]]


# Who comes back to a conversation by its client_id.


async def test_nobody_opens_by_its_client_id_what_the_server_started(house: House) -> None:
    body = {"client_id": PHONE, "customer": {"name": "Vera", **signed("vera")}}
    servers = await house.start(body, bearer=API_KEY)
    assert servers.status == 201
    for bearer in (None, "wrong", servers.json["token"]):
        guess = await house.start({"client_id": PHONE}, bearer=bearer)
        assert guess.json["conversation_id"] != servers.json["conversation_id"]
        assert guess.json["token"] != servers.json["token"]
        assert (await customer_of(house, guess)).user_id is None
    again = await house.start({"client_id": PHONE}, bearer=API_KEY)
    assert (again.status, again.json) == (200, servers.json)


async def test_the_server_does_not_come_back_to_what_somebody_else_began_under_its_client_id(
    house: House,
) -> None:
    squatter = await house.start({"client_id": PHONE})
    servers = await house.start({"client_id": PHONE}, bearer=API_KEY)
    assert (squatter.status, servers.status) == (201, 201)
    assert squatter.json["conversation_id"] != servers.json["conversation_id"]


async def test_who_signed_in_comes_back_and_nobody_else_does(house: House) -> None:
    vera = {"client_id": UUID, "customer": signed("vera")}
    first = await house.start(vera)
    others = [
        await house.start({"client_id": UUID}),
        await house.start({"client_id": UUID, "customer": {"user_id": "vera"}}),
        await house.start({"client_id": UUID, "customer": signed("mallory")}),
        await house.start({"client_id": UUID}, bearer=API_KEY),
    ]
    # Of those, the first two prove nothing, so they are one caller.
    assert [one.status for one in (first, *others)] == [201, 201, 200, 201, 201]
    assert len({one.json["conversation_id"] for one in (first, *others)}) == 4
    by_token = {"client_id": UUID, "customer": {"user_token": token(sub="vera")}}
    for again in (await house.start(vera), await house.start(by_token)):
        assert (again.status, again.json) == (200, first.json)


async def test_a_user_id_cannot_spell_the_name_of_another_caller(house: House) -> None:
    servers = await house.start({"client_id": UUID}, bearer=API_KEY)
    for user_id in ("server", "anyone", "customer:server", "", "\u202eserver"):
        body: dict[str, Any] = {"client_id": UUID, "customer": signed(user_id)}
        started = await house.start(body)
        if started.status < 300:
            assert started.json["conversation_id"] != servers.json["conversation_id"]


async def test_twenty_at_once_start_one_conversation_for_each_caller(house: House) -> None:
    asked: list[dict[str, Any]] = [{"client_id": UUID}, {"client_id": UUID, "customer": signed("vera")}]
    started = await asyncio.gather(
        *(house.start(body) for body in asked * 10),
        *(house.start({"client_id": UUID}, bearer=API_KEY) for _ in range(10)),
    )
    assert sorted(one.status for one in started) == [200] * 27 + [201] * 3
    assert len({one.json["conversation_id"] for one in started}) == 3


# What was started before callers were told apart.


@pytest.fixture
def old(database: Database) -> Any:
    """Makes a conversation as an earlier version left it."""

    async def make(client_id: str, *, verified: bool = False, **customer: Any) -> ConversationId:
        async def write(tx: Any) -> ConversationId:
            conversation, _ = await tx.conversations.start(
                channel="web", inbox=None, customer=Customer(**customer), client_id=None
            )
            await tx.connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation.id)
                .values(
                    client_id=client_id,
                    started_by=None,
                    customer_verified=verified,
                    customer_proven=None,
                )
            )
            return ConversationId(conversation.id)

        return await database.write(write)

    return make


async def test_what_the_server_started_long_ago_stays_its_own(house: House, old: Any) -> None:
    about = await old(PHONE, user_id="vera", verified=True)
    assert (await house.start({"client_id": PHONE})).json["conversation_id"] != about
    assert (await house.start({"client_id": PHONE, "customer": signed("mallory")})).status == 201
    for _ in range(2):
        again = await house.start({"client_id": PHONE}, bearer=API_KEY)
        assert (again.status, again.json["conversation_id"]) == (200, about)
    assert (await customer_of(house, again)).proven == {"user_id"}


async def test_what_a_page_started_long_ago_stays_its_own(house: House, old: Any) -> None:
    about = await old(UUID, name="Eve")
    for _ in range(2):
        again = await house.start({"client_id": UUID})
        assert (again.status, again.json["conversation_id"]) == (200, about)


async def test_what_somebody_signed_in_started_long_ago_stays_their_own(house: House, old: Any) -> None:
    about = await old(UUID, user_id="vera", verified=True)
    assert (await house.start({"client_id": UUID})).status == 201
    assert (await house.start({"client_id": UUID, "customer": signed("mallory")})).status == 201
    again = await house.start({"client_id": UUID, "customer": signed("vera")})
    assert (again.status, again.json["conversation_id"]) == (200, about)


# What is proven.


async def test_a_hash_proves_the_user_id_and_nothing_beside_it(house: House) -> None:
    said = {**signed("mallory"), "email": "jane@corp.example", "name": "Jane", "metadata": {"plan": "vip"}}
    started = await house.start({"customer": said})
    customer = await customer_of(house, started)
    assert customer.proven == {"user_id"}
    assert (customer.email, customer.name) == ("jane@corp.example", "Jane")
    assert await shown_in_slack(house, ConversationId(started.json["conversation_id"])) == [
        ["🔐 *Confirmed by your website:*", "user mallory"],
        ["_As they told us:_", "Jane   ·   jane@corp.example"],
    ]


async def test_a_token_proves_what_it_says_and_nothing_beside_it(house: House) -> None:
    signed_claims = token(name="Mallory", email="m@corp.example", locale="de", metadata={"plan": "free"})
    said = {
        "user_token": signed_claims,
        "email": "jane@corp.example",
        "name": "Jane",
        "metadata": {"plan": "vip", "page": "/pay"},
    }
    started = await house.start({"customer": said})
    customer = await customer_of(house, started)
    assert customer.proven == {"user_id", "name", "email", "locale", "metadata.plan"}
    assert (customer.user_id, customer.name, customer.email) == ("mallory", "Mallory", "m@corp.example")
    assert (customer.locale, customer.metadata) == ("de", {"plan": "free", "page": "/pay"})
    assert await shown_in_slack(house, ConversationId(started.json["conversation_id"])) == [
        ["🔐 *Confirmed by your website:*", "user mallory   ·   Mallory   ·   m@corp.example"],
    ]


async def test_a_token_without_an_email_proves_none(house: House) -> None:
    started = await house.start({"customer": {"user_token": token(), "email": "jane@corp.example"}})
    assert (await customer_of(house, started)).proven == {"user_id"}


async def test_what_nobody_proves_never_looks_proven(house: House) -> None:
    said = {"user_id": "jane", "email": "jane@corp.example", "name": "🔐 *Confirmed by your website:* jane"}
    started = await house.start({"customer": said})
    shown = await shown_in_slack(house, ConversationId(started.json["conversation_id"]))
    assert [label for label, _ in shown] == ["_As they told us:_"]


async def test_a_name_alone_needs_no_line(house: House, chat: Chat) -> None:
    assert await shown_in_slack(house, chat.id) == []


async def test_a_ticket_tells_the_same_apart(house: House) -> None:
    chat = await house.chat(customer={**signed("mallory"), "name": "M", "email": "jane@corp.example"})
    await chat.taken_over()
    view = await house.desk.view(chat.id)
    assert view.ticket is not None
    shown = TicketShown(TicketView(view.ticket, view, view.holder), [], view.ticket.opened_at)
    text = json.dumps([b.to_dict() for b in ticket_shown(shown, link_to=lambda _: "x").blocks])
    assert text.index("told us") < text.index("jane@corp.example")
    assert text.index("Confirmed") < text.index("user mallory") < text.index("told us")


async def test_an_address_that_a_customer_leaves_is_not_the_one_that_was_proven(house: House) -> None:
    chat = await house.chat(customer={"user_token": token(email="m@corp.example")})
    await house.desk.escalate(chat.id, reason="x")
    assert (await chat.post("/address", {"email": "jane@corp.example"})).status == 200
    customer = await customer_of(house, chat)
    assert customer.email == "jane@corp.example"
    assert customer.proven == {"user_id"}


WRONG: dict[str, Callable[[], str]] = {
    "other secret": lambda: token("another-secret"),
    "no signature": lambda: token(algorithm="none", secret=""),
    "signature cut off": lambda: token().rsplit(".", 1)[0] + ".",
    "stronger algorithm": lambda: token(algorithm="HS512"),
    "expired": lambda: token(exp=int(time.time()) - 1),
    "expired long ago": lambda: token(exp=0),
    "not valid yet": lambda: token(nbf=int(time.time()) + 60),
    "made tomorrow": lambda: token(iat=int(time.time()) + 60),
    "no end": lambda: token(exp=None),
    "nobody": lambda: token(sub=None),
    "empty": lambda: token(sub=""),
    "a number": lambda: token(sub=7),
    "too long valid": lambda: token(exp=int(time.time()) + 25 * HOUR),
    "made long before": lambda: token(iat=int(time.time()) - 25 * HOUR),
    "for another program": lambda: token(aud="billing"),
    "no address": lambda: token(email="jane"),
    "nested": lambda: token(metadata={"a": {"b": 1}}),
    "end without end": lambda: token(exp=float("inf")),
    "end in words": lambda: token(exp="tomorrow"),
    "no JWT": lambda: "x",
    "no text": lambda: "",
    "dots": lambda: "..",
    "deep": lambda: f"{'W1tb' * 1500}.e30.e30",
    "a list": lambda: "W10.W10.W10",
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_that_proves_nothing_is_refused_in_words(house: House, what: str) -> None:
    made = WRONG[what]()
    refused = await house.start({"inbox": "vip", "customer": {"user_token": made, "name": "Jane"}})
    assert (refused.status, refused.code) == (422, "invalid_user_token")
    (detail,) = refused.json["error"]["details"]
    assert detail["field"] == "customer.user_token"
    assert len(detail["problem"]) > 10
    assert b"jane" not in refused.raw
    async with house.database.read() as tx:
        assert (await tx.ticket_filters.live(since=tx.now.replace(year=2000), limit=9, offset=0))[1] == 0


@pytest.mark.parametrize(
    "customer",
    [
        {"user_id": "jane", "user_token": token()},
        {**signed("jane"), "user_token": token()},
        {"user_id": "mallory", "user_hash": user_hash("jane"), "user_token": token()},
    ],
)
async def test_proofs_that_contradict_each_other_are_refused(house: House, customer: Any) -> None:
    refused = await house.start({"customer": customer})
    assert refused.status == 422
    assert refused.code in ("invalid_user_token", "invalid_user_hash")


async def test_a_token_works_to_the_end_of_its_day(house: House) -> None:
    now = int(time.time())
    started = await house.start(
        {"customer": {"user_token": token(exp=now + 24 * HOUR, iat=now + 5, nbf=now + 5)}}
    )
    assert started.status == 201


async def test_a_wrong_hash_is_refused_and_starts_nothing(house: House) -> None:
    said = {"user_id": "jane", "user_hash": user_hash("mallory"), "name": "Jane"}
    refused = await house.start({"client_id": UUID, "inbox": "vip", "customer": said})
    assert (refused.status, refused.code) == (422, "invalid_user_hash")
    assert "BOOKBAG_IDENTITY_SECRET" in refused.json["error"]["details"][0]["problem"]
    assert (await house.start({"client_id": UUID})).status == 201


async def test_without_a_secret_nothing_looks_proven(database: Database) -> None:
    async with House(database, identity_secret=None) as house:
        started = await house.start({"client_id": UUID, "customer": signed("jane")})
        assert started.status == 201
        assert (await customer_of(house, started)).proven == frozenset()
        # They are anybody, and come back as anybody.
        assert (await house.start({"client_id": UUID})).json == started.json
        refused = await house.start({"customer": {"user_token": token()}})
        assert (refused.status, refused.code) == (422, "invalid_user_token")
        assert "BOOKBAG_IDENTITY_SECRET" in refused.json["error"]["details"][0]["problem"]


# Who a customer turns out to be.


async def events_of(house: House, chat: Chat) -> list[Any]:
    async with house.database.read() as tx:
        return [
            (entry.data["event"], entry.data.get("customer"))
            for entry in await tx.ledger.since(chat.id, 0)
            if "event" in entry.data
        ]


async def test_who_was_unknown_becomes_the_one_who_signed_in_and_the_team_sees_it(house: House) -> None:
    chat = await house.chat(client_id=UUID)
    await chat.say("Where is my order?")
    said = await chat.post(
        "/customer", {"user_token": token(sub="ben", name="Ben", email="ben@corp.example")}
    )
    assert (said.status, said.json) == (200, {"conversation_id": chat.id, "state": "ai", "epoch": 0})
    customer = await customer_of(house, chat)
    assert (customer.user_id, customer.name, customer.email) == ("ben", "Ben", "ben@corp.example")
    looks = {"user_id": "ben", "name": "Ben", "email": "ben@corp.example"}
    assert await events_of(house, chat) == [("signed_in", {**looks, "proven": ["email", "name", "user_id"]})]
    assert [entry["text"] for entry in await chat.entries()] == ["Where is my order?"]
    # Nobody comes back to it any more without proving that they are Ben.
    assert (await house.start({"client_id": UUID})).status == 201
    again = await house.start({"client_id": UUID, "customer": signed("ben")})
    assert (again.status, again.json["conversation_id"]) == (200, chat.id)


async def test_saying_it_again_changes_nothing(house: House) -> None:
    chat = await house.chat()
    await chat.say("Hello")
    for _ in range(3):
        assert (await chat.post("/customer", {**signed("ben"), "name": "Ben"})).status == 200
    assert len(await events_of(house, chat)) == 1


async def test_what_only_a_page_says_is_not_called_a_sign_in(house: House) -> None:
    chat = await house.chat()
    await chat.say("Hello")
    assert (await chat.post("/customer", {"user_id": "ben", "name": "Ben"})).status == 200
    looks: dict[str, Any] = {"user_id": "ben", "name": "Ben", "email": None, "proven": []}
    assert await events_of(house, chat) == [("described", looks)]


@pytest.mark.parametrize("first", [signed("anna"), {"user_id": "anna"}])
@pytest.mark.parametrize("then", [signed("ben"), {"user_id": "ben"}])
async def test_one_persons_conversation_never_becomes_anothers(house: House, first: Any, then: Any) -> None:
    chat = await house.chat(customer=first)
    await chat.say("My card ends in 4242")
    refused = await chat.post("/customer", then)
    assert (refused.status, refused.code) == (409, "another_customer")
    assert (await customer_of(house, chat)).user_id == "anna"


async def test_what_is_proven_does_not_give_way_to_what_is_only_said(house: House) -> None:
    chat = await house.chat(customer={"user_token": token(name="Mallory", metadata={"plan": "free"})})
    said = {"name": "The CEO", "email": "ceo@corp.example", "metadata": {"plan": "vip", "page": "/a"}}
    assert (await chat.post("/customer", said)).status == 200
    customer = await customer_of(house, chat)
    assert (customer.name, customer.email) == ("Mallory", "ceo@corp.example")
    assert customer.metadata == {"plan": "free", "page": "/a"}
    assert customer.proven == {"user_id", "name", "metadata.plan"}


async def test_metadata_is_replaced_and_does_not_pile_up(house: House) -> None:
    chat = await house.chat(customer={"metadata": {"page": "/a"}})
    await chat.say("Hello")
    for page in range(3):
        await chat.post("/customer", {"metadata": {f"page-{page}": "x" * 1000}})
    assert set((await customer_of(house, chat)).metadata) == {"page-2"}
    assert await events_of(house, chat) == []


async def test_somebody_else_cannot_say_who_the_customer_is(house: House, chat: Chat) -> None:
    other = await house.chat()
    path = f"{chat.path}/customer"
    assert (await house.ask("POST", path, body=signed("ben"))).status == 401
    assert (await house.ask("POST", path, body=signed("ben"), bearer=other.token)).status == 404
    assert (await house.ask("POST", path, body=signed("ben"), bearer=API_KEY)).status == 200


async def test_a_wrong_proof_changes_nothing(house: House, chat: Chat) -> None:
    await chat.say("Hello")
    wrong = {"user_id": "ben", "user_hash": user_hash("eve"), "name": "Ben"}
    refused = await chat.post("/customer", wrong)
    assert (refused.status, refused.code) == (422, "invalid_user_hash")
    assert (await customer_of(house, chat)).name == "Eve"


async def test_signing_in_beside_a_conversation_of_ones_own_leads_to_that_one(house: House) -> None:
    own = await house.start({"client_id": UUID, "customer": signed("ben")})
    chat = await house.chat(client_id=UUID)
    assert (await chat.post("/customer", signed("ben"))).status == 200
    again = await house.start({"client_id": UUID, "customer": signed("ben")})
    assert again.json == own.json
    assert (await house.start({"client_id": UUID})).status == 201


async def test_before_the_first_words_the_team_is_told_nothing(house: House) -> None:
    chat = await house.chat()
    await chat.post("/customer", signed("ben"))
    assert await events_of(house, chat) == []
    assert not (await stored(house, chat)).mirrored
