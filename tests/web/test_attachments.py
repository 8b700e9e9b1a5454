"""Uploads and downloads over HTTP: how long they may take, how many, and what an answer allows a browser."""

from __future__ import annotations

import asyncio
import io
import itertools
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.web.callers.limits import CallRate
from storage.engine.database import Database
from storage.schema import file_pieces, files

from .house import LARGEST_FILE, UNLIMITED, Chat, House, until
from .pictures import picture


async def upload(chat: Chat, content: Any, name: str = "a.png") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {chat.token}"}
    async with chat.house.session.post(
        f"{chat.path}/files", params={"name": name}, data=content, headers=headers
    ) as response:
        return response.status, await response.json()


async def kept(house: House) -> int:
    async with house.database.read() as tx:
        return len((await tx.connection.execute(files.select())).all())


async def test_an_upload_may_take_longer_than_other_requests(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, deadline=0.2)) as house:
        chat = await house.chat()
        received = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            content = picture()
            yield content[:100]
            # What is waited for here is the time that any other request would have been given.
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(received.wait(), 0.5)
            yield content[100:]

        status, answer = await upload(chat, slowly())
    assert (status, answer["type"]) == (201, "image/png")


async def test_an_upload_that_falls_silent_is_given_up(database: Database) -> None:
    async with House(database, limits=replace(UNLIMITED, send_timeout=0.2)) as house:
        chat = await house.chat()
        never = asyncio.Event()

        async def silent() -> AsyncIterator[bytes]:
            yield picture()[:100]
            await never.wait()

        status, answer = await upload(chat, silent())
        assert (status, answer["error"]["code"]) == (503, "unavailable")
        assert await kept(house) == 0


async def test_an_upload_of_a_byte_now_and_then_is_given_up(database: Database) -> None:
    # Whenever somebody looks, twenty seconds have gone by.
    clock = itertools.count(1000, 20).__next__
    async with House(database, limits=UNLIMITED, clock=clock) as house:
        chat = await house.chat()
        never = asyncio.Event()

        async def trickles() -> AsyncIterator[bytes]:
            content = picture()
            yield content[:100]
            yield content[100:101]
            await never.wait()

        async with asyncio.timeout(10):
            status, answer = await upload(chat, trickles())
        assert (status, answer["error"]["code"]) == (503, "unavailable")
        assert await kept(house) == 0


@web.middleware
async def _keeps_little(request: web.Request, handler: Any) -> Any:
    """The system keeps no more on its way than a real network does."""
    assert request.transport is not None
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
    return await handler(request)


async def test_a_slow_reader_gets_the_whole_file(database: Database) -> None:
    """A quarter of a megabyte takes them longer than they may be silent."""
    slow = House(database, limits=replace(UNLIMITED, send_timeout=2.0))
    slow.app.middlewares.append(_keeps_little)
    async with slow as house:
        chat = await house.chat()
        content = b"a" * 300_000
        _, answer = await upload(chat, content)
        small = socket.socket()
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        small.setblocking(False)
        await asyncio.get_running_loop().sock_connect(small, ("127.0.0.1", house.port))
        reader, writer = await asyncio.open_connection(sock=small, limit=8_192)
        path, bearer = f"{chat.path}/files/{answer['file_id']}", f"Authorization: Bearer {chat.token}"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{bearer}\r\n\r\n".encode())
        received = bytearray()
        never = asyncio.Event()
        while some := await reader.read(8_192):
            received += some
            # So slow is their network.
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(never.wait(), len(some) / 95_000)
        writer.close()
    assert received.partition(b"\r\n\r\n")[2] == content


async def test_a_size_that_nobody_announced_is_measured(house: House) -> None:
    chat = await house.chat()

    async def endless() -> AsyncIterator[bytes]:
        yield picture()
        for _ in range(LARGEST_FILE // 100_000 + 1):
            yield bytes(100_000)

    status, answer = await upload(chat, endless())
    assert (status, answer["error"]["code"]) == (413, "file_too_large")
    assert await kept(house) == 0


async def test_one_address_uploads_only_so_much(database: Database) -> None:
    async with House(
        database, limits=replace(UNLIMITED, uploads=CallRate(per_second=0.01, burst=2))
    ) as house:
        one, other = await house.chat(), await house.chat()
        assert [(await upload(chat, b"hello"))[0] for chat in (one, other, one)] == [201, 201, 429]


async def test_an_answer_lets_a_browser_do_nothing_with_it(house: House) -> None:
    chat = await house.chat()
    _, answer = await upload(chat, b"<script>alert(1)</script>", 'sch\u00f6n "x".html')
    reply = await chat.get(f"/files/{answer['file_id']}")
    assert reply.raw == b"<script>alert(1)</script>"
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["Content-Disposition"] == (
        "attachment; filename=\"sch_n x .html.txt\"; filename*=UTF-8''sch%C3%B6n%20x%20.html.txt"
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reply.headers["Cache-Control"] == "no-store"


async def test_a_file_that_is_not_there_is_like_one_of_somebody_elses(house: House) -> None:
    chat, other = await house.chat(), await house.chat()
    _, answer = await upload(other, b"hello")
    for file in (answer["file_id"], "0" * 32, "short", "0" * 4000):
        reply = await chat.get(f"/files/{file}")
        assert (reply.status, reply.code) == (404, "not_found")


async def test_words_or_files_but_not_nothing(house: House) -> None:
    chat = await house.chat()
    _, answer = await upload(chat, b"hello")
    assert (await chat.say("")).status == 422
    assert (await chat.say("  ", attachments=[answer["file_id"]])).status == 422
    assert (await chat.say("", attachments=[answer["file_id"], answer["file_id"]])).status == 422
    assert (await chat.say("", attachments=["no-id"])).status == 422
    assert (await chat.say("", attachments=[answer["file_id"]])).status == 202
    from_ai = {"text": "Hi", "client_id": "1", "from": "ai", "attachments": [answer["file_id"]]}
    assert (await chat.post("/messages", from_ai, bearer="server-key")).code == "unknown_file"


async def test_a_form_is_refused_and_not_kept_as_a_text(house: House) -> None:
    chat = await house.chat()
    form = aiohttp.FormData()
    form.add_field("file", b"A-1042;10", filename="orders.csv", content_type="text/csv")
    status, answer = await upload(chat, form, "orders.csv")
    assert (status, answer["error"]["code"]) == (415, "unsupported_media_type")
    assert "bytes themselves" in answer["error"]["message"]
    assert await kept(house) == 0
    described = (await house.ask("GET", "/openapi.json")).json
    refusals = described["paths"]["/v1/conversations/{conversation_id}/files"]["post"]["responses"]["415"]
    assert "A form is not taken" in refusals["description"]


async def _raw_download(house: House, chat: Chat, file_id: str) -> tuple[asyncio.StreamReader, Any]:
    """A connection that asks for a file, and after it for something else."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, limit=4096)
    bearer = f"Authorization: Bearer {chat.token}"
    writer.write(
        f"GET {chat.path}/files/{file_id} HTTP/1.1\r\nHost: a\r\n{bearer}\r\n\r\n"
        "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    )
    return reader, writer


async def _rest(reader: asyncio.StreamReader) -> bytes:
    received = bytearray()
    async with asyncio.timeout(10):
        while True:
            try:
                some = await reader.read(65536)
            except ConnectionError:
                break
            if not some:
                break
            received += some
    return bytes(received)


async def test_a_file_that_is_taken_back_on_its_way_is_cut_off_and_nothing_follows_in_its_place(
    house: House,
) -> None:
    chat = await house.chat()
    _, answer = await upload(chat, b"a" * LARGEST_FILE)
    taken_back = file_pieces.delete().where(file_pieces.c.number > 0)
    await house.database.write(lambda tx: tx.connection.execute(taken_back))
    reader, writer = await _raw_download(house, chat, answer["file_id"])
    received = await _rest(reader)
    writer.close()
    assert received.startswith(b"HTTP/1.1 200")
    assert received.count(b"HTTP/1.1") == 1


async def test_a_download_that_is_given_up_has_no_refusal_among_its_bytes(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async with House(database, limits=replace(UNLIMITED, send_timeout=0.2)) as house:
        house.files.largest = 10 * LARGEST_FILE
        chat = await house.chat()
        _, answer = await upload(chat, io.BytesIO(b"a" * house.files.largest))
        reader, writer = await _raw_download(house, chat, answer["file_id"])
        await until(lambda: "TimeoutError" in caplog.text)
        received = await _rest(reader)
        writer.close()
    assert len(received) < 10 * LARGEST_FILE
    assert received.count(b"HTTP/1.1") == 1
