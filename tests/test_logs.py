"""No words of anybody's and no token in any log, whoever logs: what an exception says is never printed."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from bot import logs
from bot.blocks.elements.ids import TAKE_OVER
from bot.desk.errors import AIPaused
from storage.engine.database import Database, reason_of
from tests.databases import address, clock, database
from tests.journeys.world import CHANNEL, HELD, SENT, world
from tests.web.house import House

__all__ = ["address", "clock", "database"]

SECRET = "hunter2-is-my-password"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged as `bookbag run` logs it, at the most talkative level."""
    printed = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, sys.unraisablehook
    elsewhere = threading.excepthook, warnings.showwarning
    root.handlers = []
    logs.set_up("DEBUG", stream=printed)
    yield printed
    threading.excepthook, warnings.showwarning = elsewhere
    root.handlers, level, sys.excepthook, sys.unraisablehook = before
    root.setLevel(level)
    for ours in ("bot", "storage"):
        logging.getLogger(ours).setLevel(logging.NOTSET)


async def _raw(house: House, *requests: bytes) -> None:
    """Send bytes as they are, and read until the server has closed the connection."""
    for request in requests:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(request)
        writer.write_eof()
        async with asyncio.timeout(60):
            await reader.read()
        writer.close()


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(
            f"POST /v1/conversations HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            f"Content-Type: application/json\r\n\r\n{SECRET}\r\n".encode(),
            id="a chunk whose length is words",
        ),
        pytest.param(
            f"GET /v1/conversations/x HTTP/1.1\r\nHost: a\r\nAuthorization Bearer {SECRET}\r\n\r\n".encode(),
            id="a header line without a colon",
        ),
        pytest.param(
            f"GET /v1/conversations/x HTTP/1.1\r\nAuthorization: Bearer {SECRET}\0\r\n\r\n".encode(),
            id="a bearer with a zero byte",
        ),
        pytest.param(f"GET /{SECRET} HTTP/9.9\r\n\r\n".encode(), id="a version nobody speaks"),
    ],
)
async def test_a_malformed_request_leaves_no_words_in_the_log(
    request_: bytes, log: io.StringIO, database: Database
) -> None:
    async with House(database) as house:
        await _raw(house, request_)
    assert SECRET not in log.getvalue()


async def test_what_the_database_refuses_is_logged_by_its_type_alone(
    log: io.StringIO, database: Database
) -> None:
    statements = [
        ("SELECT CAST(:value AS JSON), json(:value)", SECRET),
        ("SELECT CAST(CAST(:value AS TEXT) AS INTEGER) + json(:value)", SECRET),
        ("SELECT CAST(:value AS INTEGER) + json(:value)", SECRET),
        ("SELECT CAST(:value AS TEXT)", f"{SECRET}\ud800"),
        ("SELECT CAST(:value AS TEXT)", [SECRET]),
    ]
    refused: list[str] = []
    for statement, value in statements:
        try:
            async with database.read() as tx:
                await tx.connection.execute(sql(statement), {"value": value})
        except Exception as error:
            logging.getLogger("storage.test").error("refused: %s", reason_of(error))
            logging.getLogger("storage.test").error("refused: %s", error)
            logging.getLogger("storage.test").exception("refused")
            refused.append(type(error).__name__)
    assert len(refused) == len(statements)
    assert SECRET not in log.getvalue()
    assert log.getvalue().count("refused") == 3 * len(refused)


async def test_an_exception_is_logged_with_its_type_and_its_place(log: io.StringIO) -> None:
    try:
        _fails()
    except LookupError:
        logging.getLogger("bot.test").exception("a job for conversation %s broke off", "c1")
    line = log.getvalue()
    assert "a job for conversation c1 broke off" in line
    assert "LookupError" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "_fails" in line
    assert SECRET not in line


async def test_a_task_that_nobody_awaited_does_not_print_what_it_raised(log: io.StringIO) -> None:
    asyncio.get_running_loop().call_exception_handler(
        {
            "message": f"Task exception was never retrieved {SECRET}",
            "exception": ValueError(SECRET),
        }
    )
    assert "asyncio" in log.getvalue()
    assert "ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()


@pytest.mark.parametrize("name", ["slack_bolt.App", "aiohttp.server", "sqlalchemy", "anthropic", "rich"])
async def test_a_library_is_heard_without_its_words(name: str, log: io.StringIO) -> None:
    logging.getLogger(name).error(f"Failed to handle {SECRET}")  # noqa: G004 - as libraries do
    logging.getLogger(name).error("Failed to handle %s after %d tries", SECRET, 3)
    lines = log.getvalue().splitlines()
    assert len(lines) == 2
    assert all(name in line and "test_logs" in line for line in lines)
    assert "3 tries" in lines[1]
    assert SECRET not in log.getvalue()


async def test_a_crash_prints_no_words(log: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        _fails()
    except LookupError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    printed = log.getvalue() + capsys.readouterr().err
    assert "LookupError" in printed
    assert "_fails" in printed
    assert SECRET not in printed


def test_a_thread_that_breaks_off_prints_no_words(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    thread = threading.Thread(target=_fails)
    thread.start()
    thread.join()
    printed = log.getvalue() + capsys.readouterr().err
    assert "LookupError" in printed
    assert SECRET not in printed


def test_a_warning_prints_its_place_and_no_words(
    log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs.warned
        warnings.warn(f"unexpected value {SECRET}", RuntimeWarning, stacklevel=1)
    printed = log.getvalue() + capsys.readouterr().err
    assert "RuntimeWarning" in printed
    assert "test_logs.py" in printed
    assert SECRET not in printed


@pytest.mark.parametrize("name", ["bot.test", "a_library"])
@pytest.mark.parametrize(
    ("template", "words"),
    [("%d tries", (SECRET,)), ("%s and %s", (SECRET,)), ("%(no)s", {"other": SECRET}), ("%y", (SECRET,))],
)
def test_a_line_that_cannot_be_put_together_prints_its_place_alone(
    name: str, template: str, words: object
) -> None:
    record = logging.makeLogRecord({"name": name, "msg": template, "args": words, "module": "thing"})
    printed = logs.WordlessFormatter().format(record)
    assert "thing" in printed
    assert SECRET not in printed


async def test_malformed_requests_without_end_do_not_fill_the_log(
    log: io.StringIO, database: Database
) -> None:
    async with House(database) as house:
        await _raw(house, *[b"GET / HTTP/9.9\r\n\r\n"] * 50)
        logging.getLogger("aiohttp.client").error("something else")
    assert len(log.getvalue().splitlines()) <= logs.AT_ONCE + 1
    assert "aiohttp.client" in log.getvalue()


def test_what_was_not_printed_is_counted() -> None:
    now = 0.0
    sparing = logs.Sparing(lambda: now)
    record = logging.makeLogRecord({"name": "aiohttp.server", "msg": "no", "lineno": 7})
    passed = [sparing.filter(record) for _ in range(logs.AT_ONCE + 3)]
    assert passed == [True] * logs.AT_ONCE + [False] * 3
    now = logs.WINDOW
    assert sparing.filter(record)
    assert "3 more like it" in logs.WordlessFormatter().format(record)
    assert sparing.filter(record)
    assert "more like it" not in logs.WordlessFormatter().format(record)


async def test_debug_says_what_was_decided_without_anybodys_words(log: io.StringIO, tmp_path: Path) -> None:
    async with world(f"sqlite+aiosqlite:///{tmp_path / 'bookbag.db'}", ai="external") as here:
        here.slack.add_person("gus", real_name=f"Gus {SECRET}", is_restricted=True)
        chat = await here.chat(f"Maya {SECRET}", first=SECRET)
        await chat.press(here.slack.person("gus"), TAKE_OVER)
        await here.prompt("gus")
        await chat.taken_over(here.ana)
        sent = await chat.reply(here.ana, f"It is on its way to you. Your code is {SECRET}")
        await chat.marked(sent, SENT)
        held = await chat.reply(here.ana, f"Yes.\ninternal: {SECRET}")
        await chat.marked(held, HELD)
        await here.prompt("ana")
        with pytest.raises(AIPaused):
            await here.bridge.desk.outside_ai_says(chat.id, SECRET, client_id="late", epoch=0)
        here.slack.faults.error("reactions.add", "not_reactable")
        await chat.reply(here.ana, f"Here it is: {SECRET}")
        await chat.sees(f"Here it is: {SECRET}")
        await here.settled()
        card, channel = await chat.thread.ts(), here.slack.channel(CHANNEL).id
        ana, gus = here.slack.user_id("ana"), here.slack.user_id("gus")
    printed = log.getvalue()
    about = f"conversation {chat.id}: "
    for line in (
        # The gates: who may act, what a message becomes and why, whether the AI may still speak.
        f"{about}{ana} acts: yes",
        f"{about}{gus} acts: no, MayNotAct",
        f"thread {channel}/{card}: {ana} types, and may act",
        f"{about}message {sent} is sent",
        f"{about}message {held} is held",
        f"{about}the author of message {held} is told mentions (marker)",
        f"{about}the AI of epoch 0 may not speak, for it is epoch 1, state teammate",
        # Each call to Slack, by its method and what became of it.
        "Slack: chat.postMessage: ok after ",
        "Slack: reactions.add: not_reactable after ",
        # Each stream.
        f"{about}a stream opened after ",
        f"{about}a stream closed after ",
    ):
        assert line in printed
    for secret in (SECRET, "xoxb-", "xapp-", str(here.settings.api_key)):
        assert secret not in printed


def _fails() -> None:
    try:
        int(SECRET)
    except ValueError as error:
        raise LookupError(f"no {SECRET}") from error
