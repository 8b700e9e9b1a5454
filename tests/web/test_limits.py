"""How much one caller may ask for, and what is said when the database does not answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy.exc import OperationalError

from bot.web.api.problems import TooMany
from bot.web.callers.limits import CallRate, Limiter, Limits, Patience, address_of
from storage.engine.database import Database
from tests.databases import somebody_else_writes

from .house import API_KEY, UNLIMITED, Chat, House


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _allowed(limiter: Limiter, key: str, tries: int) -> int:
    for number in range(tries):
        try:
            limiter.count(key)
        except TooMany:
            return number
    return tries


def test_a_burst_and_then_the_rate() -> None:
    clock = Clock()
    limiter = Limiter(CallRate(per_second=2, burst=5), clock)
    assert _allowed(limiter, "a", 100) == 5
    clock.now += 1
    assert _allowed(limiter, "a", 100) == 2
    clock.now += 1000
    assert _allowed(limiter, "a", 100) == 5


def test_keys_do_not_count_for_each_other() -> None:
    limiter = Limiter(CallRate(per_second=1, burst=1), Clock())
    assert _allowed(limiter, "a", 2) == 1
    assert _allowed(limiter, "b", 2) == 1


def test_a_refusal_says_how_long_to_wait_and_costs_nothing() -> None:
    clock = Clock()
    limiter = Limiter(CallRate(per_second=0.25, burst=1), clock)
    limiter.count("a")
    for _ in range(10):
        with pytest.raises(TooMany) as refused:
            limiter.count("a")
        assert refused.value.headers["Retry-After"] == "4"
    clock.now += 4
    limiter.count("a")


def test_memory_is_bounded() -> None:
    limiter = Limiter(CallRate(per_second=1, burst=1), Clock(), capacity=3)
    for number in range(1000):
        limiter.count(str(number))
    assert len(limiter._due) == 3
    assert _allowed(limiter, "999", 1) == 0


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("1.2.3.4", 0, "9.9.9.9"),
        ("1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.1", 2, "1.2.3.4"),
        ("1.2.3.4", 2, "9.9.9.9"),
        (None, 1, "9.9.9.9"),
        ("2001:db8:1:2:3:4:5:6", 1, "2001:db8:1:2::/64"),
        ("1.2.3.4:51234", 1, "1.2.3.4"),
        ("[2001:db8:1:2:3:4:5:6]:51234", 1, "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:3:4:5:6]", 1, "2001:db8:1:2::/64"),
        ("::ffff:1.2.3.4", 1, "1.2.3.4"),
        ("[::ffff:1.2.3.4]:443", 1, "1.2.3.4"),
        ("fe80::1%eth0", 1, "fe80::/64"),
        ("unknown", 1, "unknown"),
    ],
)
def test_whom_a_request_counts_against(forwarded: str | None, proxies: int, address: str) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = make_mocked_request("POST", "/", headers=headers).clone(remote="9.9.9.9")
    assert address_of(request, trusted_proxies=proxies) == address


async def test_too_many_messages_are_refused_until_later(database: Database) -> None:
    clock = Clock()
    limits = Limits(messages=CallRate(per_second=0.1, burst=2))
    async with House(database, limits=limits, clock=clock) as house:
        chat, other = await house.chat(), await house.chat()
        answers = [await chat.say("a") for _ in range(3)]
        assert [answer.status for answer in answers] == [202, 202, 429]
        assert answers[2].code == "rate_limited"
        assert answers[2].headers["Retry-After"] == "10"
        assert (await other.say("a")).status == 202
        clock.now += 10
        assert (await chat.say("a")).status == 202


async def test_too_many_conversations_from_one_address_are_refused(database: Database) -> None:
    limits = Limits(conversations=CallRate(per_second=0.1, burst=2))
    async with House(database, limits=limits, clock=Clock()) as house:
        assert [(await house.start()).status for _ in range(3)] == [201, 201, 429]
        assert (await house.start(bearer=API_KEY)).status == 201
        assert (await house.start(headers={"X-Forwarded-For": "1.2.3.4"})).status == 429


async def test_behind_a_proxy_each_customer_has_an_allowance(database: Database) -> None:
    limits = Limits(conversations=CallRate(per_second=0.1, burst=1), trusted_proxies=1)
    async with House(database, limits=limits, clock=Clock()) as house:
        statuses = [
            (await house.start(headers={"X-Forwarded-For": address})).status
            for address in ("1.1.1.1", "2.2.2.2", "2.2.2.2", "1.1.1.1, 2.2.2.2")
        ]
    assert statuses == [201, 201, 429, 429]


async def test_a_database_that_hangs_is_unavailable_and_the_write_still_happens_once(
    database: Database,
) -> None:
    async with House(database) as patient:
        begun = await patient.chat()
    async with House(database, limits=replace(UNLIMITED, deadline=0.2)) as house:
        chat = Chat(house, begun.id, begun.token)
        address = database.url.render_as_string(hide_password=False)
        async with somebody_else_writes(address, "conversations"):
            refused = await chat.say("Hello", client_id="a")
        assert (refused.status, refused.code) == (503, "unavailable")
        assert int(refused.headers["Retry-After"]) >= 1
        async with asyncio.timeout(60):
            # On a busy machine an answer may take longer than that deadline, too.
            while (again := await chat.say("Hello", client_id="a")).status == 503:
                pass
        assert (again.status, again.json["seq"]) == (200, 1)


def _fails(error: Exception) -> Any:
    async def fails(*_args: object, **_more: object) -> Any:
        raise error

    return fails


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("INSERT", {"text": "SECRET"}, Exception("disk full")),
        ConnectionRefusedError("SECRET"),
        TimeoutError("SECRET"),
    ],
)
async def test_a_database_that_is_gone_is_unavailable(
    house: House, chat: Chat, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    house.desk.customer_says = _fails(error)  # type: ignore[method-assign]
    refused = await chat.say("Hello")
    assert (refused.status, refused.code) == (503, "unavailable")
    assert "SECRET" not in caplog.text
    assert chat.id in caplog.text


async def test_a_bug_is_a_plain_500_and_the_log_knows_where(
    house: House, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    house.desk.customer_says = _fails(KeyError("SECRET"))  # type: ignore[method-assign]
    broken = await chat.say("Hello")
    assert broken.status == 500
    assert broken.json == {"error": {"code": "internal", "message": "Something broke on this side."}}
    assert "SECRET" not in caplog.text
    assert chat.token not in caplog.text
    assert chat.id in caplog.text
    assert "in fails" in caplog.text


async def test_logs_hold_no_words_and_no_tokens(
    house: House, chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    await chat.say("CANARY")
    await chat.say("CANARY" * 2000)
    await house.ask("GET", chat.path, bearer="CANARY")
    # The SQLite driver logs every statement at DEBUG; the program never turns that on.
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("aiosqlite")]
    assert "CANARY" not in str(ours)
    assert chat.token not in str(ours)


@pytest.mark.parametrize(
    ("addresses", "started"),
    [
        # Each a /64 of its own: of one /56, of one /48, and of nobody else's.
        ([f"2001:db8:1:1{n:x}::1" for n in range(6)], 2),
        ([f"2001:db8:1:{n:x}00::1" for n in range(6)], 2),
        ([f"2001:db8:{n:x}::1" for n in range(1, 7)], 6),
        ([f"10.0.{n}.1" for n in range(6)], 6),
    ],
)
async def test_who_has_many_networks_starts_no_more_for_it(
    database: Database, addresses: list[str], started: int
) -> None:
    limits = replace(UNLIMITED, conversations=CallRate(per_second=0.01, burst=2), trusted_proxies=1)
    async with House(database, limits=limits, clock=Clock()) as house:
        answers = [await house.start(headers={"X-Forwarded-For": one}) for one in addresses]
    assert [answer.status for answer in answers] == [201] * started + [429] * (len(addresses) - started)


def test_a_file_may_take_the_time_that_its_bytes_take_and_no_more() -> None:
    clock = Clock()
    patience = Patience(Limits(send_timeout=30, slowest=2_000), clock)
    for _ in range(50):
        # Nobody waits longer for the next bytes than for a silence.
        assert 0 < patience.left <= 30
        clock.now += 25
        patience.passed(50_000)
    trickling = Patience(Limits(send_timeout=30, slowest=2_000), clock)
    for left in (30, 15, 1):
        assert trickling.left == pytest.approx(left, abs=0.01)
        clock.now += 15 if left == 30 else 14
        trickling.passed(1)
    assert trickling.left < 0
