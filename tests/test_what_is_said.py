"""What the program says of itself is so: each thing it speaks of is caused, and what it says is compared."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from sqlalchemy import make_url

from bot.slack.inbound.signatures import LASTS, SAY_AGAIN, Signatures
from sandbox import Workspace
from tests.ai.serving import served
from tests.command_line import ROOT, Operator, operator, slack, up
from tests.journeys.world import world

__all__ = ["operator", "slack"]

FILE = "sqlite+aiosqlite:///"


async def _asked(address: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{address}{path}") as answer:
        return answer.status, await answer.text()


async def test_check_finds_a_port_that_run_would_refuse(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack)
    operator.settings |= {"PORT": slack.url.rpartition(":")[2]}
    ended = await operator.runs("check")
    assert ended.code == 1
    assert f"✗ Live chat: 127.0.0.1, port {operator.settings['PORT']} cannot be used" in ended.out


async def test_check_does_not_take_the_running_bridge_for_a_stranger(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    address = await up(await operator.starts("run"))
    operator.settings |= {"PORT": address.rstrip("/").rpartition(":")[2]}
    ended = await operator.runs("check")
    assert "where a bridge serves already" in ended.out
    assert ended.code == 0


async def test_check_finds_a_file_that_cannot_be_written(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack)
    assert (await operator.runs("db", "upgrade")).code == 0
    path = operator.folder / "bookbag.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    path.chmod(0o444)
    # Without the right to override modes, which root has.
    ended = await operator.runs("check", within=["setpriv", "--bounding-set=-all", "--inh-caps=-all"])
    assert ended.code == 1
    assert "✗ Database: It cannot be used: attempt to write a readonly database" in ended.out


async def test_check_finds_a_role_that_may_not_make_tables(
    operator: Operator, slack: Workspace, postgres: str
) -> None:
    connection = await asyncpg.connect(host=postgres, user="postgres", database="postgres")
    try:
        await connection.execute("CREATE ROLE reader LOGIN")
        await connection.execute("CREATE DATABASE read_only")
    finally:
        await connection.close()
    operator.connected_to(slack)
    operator.settings |= {"DATABASE_URL": f"postgresql+asyncpg://reader@/read_only?host={postgres}"}
    ended = await operator.runs("check")
    assert ended.code == 1
    assert "✗ Database: It cannot be used: " in ended.out
    assert "permission denied for schema public" in ended.out


@pytest.mark.parametrize(
    ("status", "body", "code", "says"),
    [
        (200, {"id": "claude-x", "type": "model", "display_name": "X", "created_at": "2026-01-01T00:00:00Z"},
         0, "✓ AI: Claude, claude-x; the key is accepted"),
        (401, {"type": "error", "error": {"type": "authentication_error", "message": "no hunter2"}},
         1, "✗ AI: Claude answered 401, the API key is not accepted"),
        (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-x"}},
         1, "✗ AI: The key is accepted, and the model claude-x is unknown there"),
        (404, {"detail": "Not Found"}, 0, "✓ AI: Claude, claude-x; the key was not tried"),
    ],
)  # fmt: skip
async def test_check_tries_the_key_and_the_model_without_a_token(
    operator: Operator, slack: Workspace, status: int, body: dict[str, Any], code: int, says: str
) -> None:
    asked: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append((request.method, request.path))
        return web.json_response(body, status=status)

    async with served(answer) as url:
        operator.connected_to(slack)
        operator.settings |= {
            "ANTHROPIC_API_KEY": "sk-hunter2", "ANTHROPIC_BASE_URL": url, "BOOKBAG_MODEL": "claude-x",
        }  # fmt: skip
        ended = await operator.runs("check")
    assert ended.code == code
    assert says in ended.out
    assert set(asked) == {("GET", "/v1/models/claude-x")}


async def test_a_full_disk_is_not_ready_and_ready_again_when_there_is_room(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    process = await operator.starts("run")
    address = await up(process)
    assert (await _asked(address, "readyz"))[0] == 200
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    async with asyncio.timeout(20):
        while (answer := await _asked(address, "readyz"))[0] != 503:
            pass
    assert "it takes no writes" in answer[1]
    unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
    async with asyncio.timeout(20):
        while (await _asked(address, "readyz"))[0] != 200:
            pass


async def test_metrics_are_told_without_the_database(database_url: str) -> None:
    if database_url.startswith(FILE):
        pytest.skip("a file does not go away")
    async with world(database_url) as bridge:
        assert "bookbag_database_up 1" in (await _asked(bridge.bridge.address, "/metrics"))[1]
        await _closed_to_everybody(database_url, closed=True)
        try:
            status, text = await _asked(bridge.bridge.address, "/metrics")
        finally:
            await _closed_to_everybody(database_url, closed=False)
    assert status == 200
    assert "bookbag_database_up 0" in text
    assert "bookbag_open_streams" in text


async def _closed_to_everybody(database_url: str, *, closed: bool) -> None:
    url = make_url(database_url)
    connection = await asyncpg.connect(host=url.query["host"], user="postgres", database="postgres")
    try:
        await connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS {not closed}')
        if closed:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", url.database
            )
    finally:
        await connection.close()


async def test_a_wrong_signing_secret_is_said_in_the_log_and_by_readyz(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    del operator.settings["SLACK_APP_TOKEN"]
    operator.settings |= {"SLACK_SIGNING_SECRET": "hunter2"}
    process = await operator.starts("run")
    address = await up(process)
    assert (await _asked(address, "readyz"))[0] == 200
    async with aiohttp.ClientSession() as session:
        for _ in range(3):
            signed = {"X-Slack-Signature": "v0=00", "X-Slack-Request-Timestamp": "1"}
            async with session.post(f"{address}slack/events", json={}, headers=signed) as answer:
                assert answer.status == 401
    status, text = await _asked(address, "readyz")
    assert status == 503
    assert "SLACK_SIGNING_SECRET" in text
    process.terminate()
    ended = await operator.ends(process)
    assert ended.err.count("its signature is not made with SLACK_SIGNING_SECRET") == 1


def test_a_stranger_with_a_wrong_signature_does_not_make_a_working_bridge_unready() -> None:
    now = 0.0
    signatures = Signatures(clock=lambda: now)
    signatures.refused()
    assert signatures.trouble is not None
    signatures.accepted()
    now += SAY_AGAIN
    signatures.refused()
    assert signatures.trouble is None
    now += LASTS + 1
    assert signatures.trouble is None
    signatures.refused()
    assert signatures.trouble is not None


async def test_a_slack_that_fails_leaves_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(f"{FILE}{tmp_path / 'bookbag.db'}") as bridge:
        for _ in range(5):
            bridge.slack.faults.server_error("chat.postMessage")
        chat = await bridge.chat(first="Hello?")
        await chat.thread.ts()
    lines = [one.getMessage() for one in caplog.records if "to slack: internal_error" in one.getMessage()]
    assert len(lines) == 1
    assert "Hello?" not in caplog.text


async def test_every_figure_that_the_docs_name_is_in_metrics(tmp_path: Path) -> None:
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    named = set(re.findall(r"bookbag_[a-z_]+(?:\{[^}]*\})?", pages))
    async with world(f"{FILE}{tmp_path / 'bookbag.db'}") as bridge:
        text = (await _asked(bridge.bridge.address, "/metrics"))[1]
    assert named
    assert [name for name in named if name not in text] == []
