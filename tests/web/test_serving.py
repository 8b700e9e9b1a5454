"""A hostile caller takes nothing from anybody else: connections, bodies, streams and bytes have limits."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.text.markdown import markdown_as_html
from bot.web.callers.limits import CallRate
from bot.web.serving import Connections, Runner
from storage.engine.database import Database
from tests.clocks import processor_time

from .house import LARGEST_FILE, UNLIMITED, House


@asynccontextmanager
async def serving(connections: Connections, *, idle: float = 30.0) -> AsyncIterator[int]:
    """The port of a server behind a door."""
    app = web.Application()

    async def well(_request: web.Request) -> web.Response:
        return web.Response(text="well")

    app.router.add_get("/", well)
    runner = Runner(app, connections, idle=idle)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", 0).start()  # noqa: S104 - loopback has many addresses
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _asks(port: int, *, source: str) -> bytes:
    """The answer to a request from that address; nothing where the connection is refused."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(60):
            answer = await reader.read()
        writer.close()
    except ConnectionError:
        return b""
    return answer


async def _holds(port: int, number: int, *, source: str) -> list[asyncio.StreamWriter]:
    """So many requests that are begun and never finished."""
    writers = []
    for _ in range(number):
        _reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        writer.write(b"GET / HTTP/1.1\r\nHost")
        writers.append(writer)
    return writers


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_one_address_with_unfinished_requests_does_not_keep_others_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(Connections(most=100, each=25)) as port:
        with caplog.at_level(logging.WARNING):
            held = await _holds(port, 60, source="127.0.0.2")
            assert (await _asks(port, source="127.0.0.3")).endswith(b"well")
            assert await _asks(port, source="127.0.0.2") == b""
        for writer in held:
            writer.close()
        async with asyncio.timeout(60):
            while not (await _asks(port, source="127.0.0.2")).endswith(b"well"):
                pass
    assert len(caplog.records) == 1


async def test_a_connection_that_finishes_no_request_is_closed() -> None:
    async with serving(Connections(most=10, each=None), idle=0.2) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        began = time.monotonic()
        async with asyncio.timeout(60):
            await reader.read()
        assert time.monotonic() - began < 3
        writer.close()


async def test_where_all_are_taken_one_more_is_closed_at_once_and_no_descriptor_is_lost() -> None:
    async with serving(Connections(most=5, each=None)) as port:
        held = await _holds(port, 5, source="127.0.0.2")
        before = _descriptors()
        for _ in range(20):
            assert await _asks(port, source="127.0.0.3") == b""
        async with asyncio.timeout(60):
            while _descriptors() > before:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        for writer in held:
            writer.close()


@pytest.mark.parametrize("body", [gzip.compress(b"{}" * 100, mtime=0), b"broken"], ids=["packed", "broken"])
@pytest.mark.parametrize(
    "path", ["/v1/conversations", "{chat}/messages", "{chat}/files?name=a.txt", "/nowhere"]
)
async def test_a_compressed_body_is_refused_by_every_route(
    database: Database, path: str, body: bytes
) -> None:
    async with House(database) as house:
        chat = await house.chat()
        answer = await house.ask(
            "POST",
            path.format(chat=chat.path),
            data=body,
            bearer=chat.token,
            headers={"Content-Encoding": "gzip"},
        )
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


async def test_a_body_that_does_not_come_is_given_up(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, body_deadline=0.2)) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(
            b"POST /v1/conversations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        async with asyncio.timeout(60):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            told = json.loads(await reader.readexactly(length))
        writer.close()
    assert head.startswith(b"HTTP/1.1 408")
    assert told["error"]["code"] == "too_slow"


@pytest.mark.parametrize(
    "sent",
    [
        b"NONSENSE\r\n\r\n",
        b"GET /v1 HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nhunter2: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
        b"POST /v1/conversations HTTP/1.1\r\nHost: a\r\nContent-Length: hunter2\r\n\r\n",
    ],
    ids=["line", "version", "header", "long", "length"],
)
async def test_what_is_no_request_is_refused_in_the_form_of_every_error(
    database: Database, sent: bytes
) -> None:
    async with House(database) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(sent)
        async with asyncio.timeout(60):
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
    assert head.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400"))
    assert b"content-type: application/json" in head.lower()
    said = {"code": "bad_request", "message": "This is not a request that can be read as HTTP."}
    assert json.loads(body) == {"error": said}


async def test_one_address_has_so_many_streams_and_no_more(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, streams_from=3)) as house:
        chats = [await house.chat() for _ in range(4)]
        async with AsyncExitStack() as stack:
            for chat in chats[:3]:
                await stack.enter_async_context(chat.stream(after=0))
            refused = await chats[3].get("/events")
            assert (refused.status, refused.code) == (429, "rate_limited")
        async with asyncio.timeout(60):
            while (await chats[3].get("/events", headers={"Last-Event-ID": "x"})).status == 429:
                pass


async def test_starts_of_all_addresses_together_have_a_limit(database: Database) -> None:
    limits = replace(UNLIMITED, starts_in_all=CallRate(per_second=0.1, burst=2), trusted_proxies=1)
    async with House(database, limits=limits) as house:
        answers = [await house.start(headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]


async def test_what_one_address_may_have_stored_has_a_limit(database: Database) -> None:
    kilobytes = LARGEST_FILE // 1000
    limits = replace(UNLIMITED, bytes_each=CallRate(per_second=0.1, burst=2 * kilobytes))
    file = b"a" * LARGEST_FILE
    async with House(database, limits=limits) as house:
        answers = []
        for _ in range(3):
            chat = await house.chat()
            path, headers = f"{chat.path}/files?name=a.txt", {"Content-Type": "application/octet-stream"}
            answers.append(await house.ask("POST", path, data=file, bearer=chat.token, headers=headers))
    assert [answer.status for answer in answers] == [201, 201, 429]


@pytest.mark.parametrize("sign", ["![", "[", "[a](", "![a](b", "**a", "_a_ "])
def test_a_hostile_answer_costs_little_to_read(sign: str) -> None:
    text = sign * (8000 // len(sign))
    markdown_as_html("warm")
    with processor_time(less_than=0.25):
        markdown_as_html(text)


async def test_an_answer_is_rendered_once_where_it_is_written(database: Database) -> None:
    async with House(database) as house:
        chat = await house.chat()
        await chat.ai_says("**Yes**, until seven.")
        async with house.database.read() as tx:
            (entry,) = await tx.ledger.since(chat.id)
        assert entry.data["html"] == (await chat.entries())[0]["html"]
        assert "<strong>Yes</strong>" in entry.data["html"]


def test_all_addresses_of_one_ipv6_subscriber_are_counted_together() -> None:
    connections = Connections(most=100, each=2)
    assert [connections.admit(f"2001:db8:1:2::{n}") for n in range(3)] == [True, True, False]
    assert connections.admit("2001:db8:1:3::1")
    connections.closed("2001:db8:1:2::1")
    assert connections.admit("2001:db8:1:2::9")
    assert connections.admit("::ffff:127.0.0.1")
    assert connections.admit("127.0.0.1")
    assert not connections.admit("::ffff:127.0.0.1")


def test_an_address_that_is_no_internet_address_is_counted_too() -> None:
    connections = Connections(most=1, each=None)
    assert connections.admit("")
    assert not connections.admit("")
    connections.closed("")
    assert connections.admit("")
