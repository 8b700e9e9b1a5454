"""The command line, as an operator meets it: real processes, and a workspace that they talk to."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import uuid

import aiohttp
import pytest
import yaml

from sandbox import Workspace
from storage import migrate
from storage.engine.database import Database
from tests.command_line import Operator, operator, slack, up

__all__ = ["operator", "slack"]

FILE = "sqlite+aiosqlite:///"


async def test_without_settings_it_says_in_a_few_lines_what_to_set_and_where_to_get_it(
    operator: Operator,
) -> None:
    for ended in await asyncio.gather(operator.runs("run"), operator.runs("check")):
        assert (ended.code, ended.out) == (1, "")
        lines = ended.err.splitlines()
        assert len(lines) <= 5
        for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CHANNEL"):
            assert name in ended.err
        assert "OAuth & Permissions" in ended.err
        assert "bookbag demo" in ended.err
    assert list(operator.folder.iterdir()) == []


async def test_contradictory_settings_are_refused_one_line_for_each(operator: Operator) -> None:
    operator.settings = {
        "SLACK_BOT_TOKEN": "xapp-hunter2", "SLACK_APP_TOKEN": "xoxb-hunter2", "SLACK_CHANNEL": "#x",
        "BOOKBAG_AI": "external", "PORT": "hunter2", "DATABASE_URL": "mysql://bob:hunter2@h/d",
    }  # fmt: skip
    ended = await operator.runs("run")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 6


async def test_settings_are_read_from_the_file_in_the_folder(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack)
    (operator.folder / ".env").write_text("\n".join(f"{k}={v}" for k, v in operator.settings.items()))
    operator.settings = {}
    assert (await operator.runs("check")).code == 0


async def test_what_slack_refuses_is_said_in_one_line_with_its_mend(
    operator: Operator, slack: Workspace
) -> None:
    slack.add_channel("old", is_archived=True)
    slack.add_channel("shared", is_ext_shared=True)
    operator.connected_to(slack)

    async def refused(setting: str, value: str) -> str:
        one = Operator(operator.folder)
        one.settings = {**operator.settings, setting: value, "DATABASE_URL": f"{FILE}{uuid.uuid4().hex}.db"}
        ended = await one.runs("run")
        assert (ended.code, ended.out) == (1, "")
        assert len(ended.err.splitlines()) == 1
        return ended.err

    said = await asyncio.gather(
        refused("SLACK_BOT_TOKEN", "xoxb-hunter2"),
        refused("SLACK_CHANNEL", "#nowhere"),
        refused("SLACK_CHANNEL", "#general"),
        refused("SLACK_CHANNEL", "#old"),
        refused("SLACK_CHANNEL", "#shared"),
        refused("SLACK_API_URL", "http://127.0.0.1:1/api/"),
    )
    expected = (
        "Slack does not accept SLACK_BOT_TOKEN (invalid_auth).",
        "There is no channel “#nowhere”",
        "The bot is not in #general. Type “/invite @",
        "#old is archived.",
        "#shared is shared with another organisation",
        "Slack cannot be reached",
    )
    for line, start in zip(said, expected, strict=True):
        assert start in line


async def test_check_says_the_same_of_slack_as_the_start(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack, "#general")
    ran, checked = await asyncio.gather(operator.runs("run"), operator.runs("check"))
    assert (ran.code, checked.code) == (1, 1)
    assert f"✗ Slack: {ran.err.strip()}" in checked.out


async def test_check_says_what_works_and_leaves_everything_as_it_was(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    ended = await operator.runs("check")
    assert (ended.code, ended.err) == (0, "")
    parts = [line.split(":")[0] for line in ended.out.splitlines()]
    assert parts == ["✓ Database", "✓ Live chat", "✓ Slack", "✓ Scopes", "✓ Slack delivers", "✓ AI"]
    assert slack.messages("live-chat") == []
    if (operator.folder / "bookbag.db").exists():
        assert (operator.folder / "bookbag.db").stat().st_size == 0


async def test_check_names_every_part_that_does_not_work(operator: Operator) -> None:
    async with Workspace(scopes={"channels:read", "groups:read", "chat:write", "users:read"}) as slack:
        operator.connected_to(slack)
        operator.settings |= {"SLACK_APP_TOKEN": "xapp-hunter2"}
        (operator.folder / "bookbag.db").write_text("These are somebody's notes and no database.\n" * 99)
        ended = await operator.runs("check")
    assert ended.code == 1
    assert "✗ Database: It cannot be read: file is not a database. Check DATABASE_URL." in ended.out
    missing = "channels:history, commands, files:read, files:write, groups:history, reactions:write"
    assert f"✗ Scopes: Missing: {missing}." in ended.out
    assert "✗ Slack delivers: Slack does not accept SLACK_APP_TOKEN (invalid_auth)." in ended.out
    assert "✓ Slack: Sandbox" in ended.out


async def test_check_survives_a_slack_that_answers_only_sometimes(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    asked = 0

    def second(_arguments: object) -> bool:
        nonlocal asked
        asked += 1
        return asked == 2

    slack.faults.rate_limit("auth.test", when=second)
    slack.faults.server_error("apps.connections.open")
    ended = await operator.runs("check")
    assert ended.code == 1
    assert "✗ Scopes: Slack did not say which are granted: ratelimited." in ended.out
    assert "✗ Slack delivers: Slack did not answer as expected: internal_error." in ended.out


async def test_the_manifest_is_printed_for_either_way_of_delivery(operator: Operator) -> None:
    socket, http, refused = await asyncio.gather(
        operator.runs("manifest"),
        operator.runs("manifest", "--url", "https://chat.example"),
        operator.runs("manifest", "--url", "http://chat.example"),
    )
    assert yaml.safe_load(socket.out)["settings"]["socket_mode_enabled"] is True
    assert yaml.safe_load(http.out)["settings"]["socket_mode_enabled"] is False
    assert (refused.code, refused.out) == (1, "")
    assert "https://" in refused.err


async def test_the_database_is_upgraded_once_and_again_without_harm(operator: Operator) -> None:
    for _ in range(2):
        ended = await operator.runs("db", "upgrade")
        assert (ended.code, ended.out, ended.err) == (0, "The database is current.\n", "")
    database = Database(f"sqlite+aiosqlite:///{operator.folder / 'bookbag.db'}")
    assert await migrate.is_current(database)
    await database.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_of_the_other_kind_is_upgraded_too(operator: Operator, database_url: str) -> None:
    operator.settings = {"DATABASE_URL": database_url}
    assert (await operator.runs("db", "upgrade")).code == 0


async def test_a_database_that_cannot_be_used_is_one_clear_line(operator: Operator) -> None:
    (operator.folder / "text.db").write_text("These are somebody's notes and no database.\n" * 99)

    async def refused(url: str) -> str:
        one = Operator(operator.folder)
        one.settings = {"DATABASE_URL": url}
        ended = await one.runs("db", "upgrade")
        assert (ended.code, ended.out) == (1, "")
        assert len(ended.err.splitlines()) == 1
        return ended.err

    said = await asyncio.gather(
        refused("nonsense"),
        refused("postgresql+asyncpg://bob:hunter2@h:abc/d"),
        refused(f"{FILE}/no/such/folder/x.db"),
        refused(f"{FILE}text.db"),
        refused("postgresql+asyncpg://bob:hunter2@127.0.0.1:1/d"),
    )
    expected = (
        "DATABASE_URL must start with",
        "DATABASE_URL must start with",
        "in a folder that exists",
        "file is not a database. Check DATABASE_URL.",
        "Connect call failed",
    )
    for line, start in zip(said, expected, strict=True):
        assert start in line


async def test_the_start_refuses_such_a_database_in_the_same_words(
    operator: Operator, slack: Workspace
) -> None:
    (operator.folder / "text.db").write_text("These are somebody's notes and no database.\n" * 99)
    operator.connected_to(slack)
    operator.settings |= {"DATABASE_URL": "sqlite+aiosqlite:///text.db"}
    started, upgraded = await asyncio.gather(operator.runs("run"), operator.runs("db", "upgrade"))
    assert (started.code, started.err) == (1, upgraded.err)


async def test_a_database_of_a_newer_version_is_refused_in_one_line(operator: Operator) -> None:
    await operator.runs("db", "upgrade")
    connection = sqlite3.connect(operator.folder / "bookbag.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    ended = await operator.runs("db", "upgrade")
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1
    assert "9999" in ended.err


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_run_serves_says_that_it_is_well_and_ends_when_told_to(
    operator: Operator, slack: Workspace, how: signal.Signals
) -> None:
    operator.connected_to(slack)
    operator.settings |= {"BOOKBAG_LOG_LEVEL": "DEBUG"}
    process = await operator.starts("run")
    address = await up(process)
    async with aiohttp.ClientSession() as session:
        for path in ("healthz", "readyz"):
            async with session.get(f"{address}{path}") as answer:
                assert answer.status == 200
        async with session.post(f"{address}v1/conversations", json={"customer": {"name": "Maya"}}) as answer:
            started = await answer.json()
        say = f"{address}v1/conversations/{started['conversation_id']}/messages"
        headers = {"Authorization": f"Bearer {started['token']}"}
        words = {"text": "my very private words", "client_id": "1"}
        async with session.post(say, json=words, headers=headers) as answer:
            assert answer.status == 202
    await slack.until(lambda: slack.messages("live-chat"), timeout=60)
    process.send_signal(how)
    ended = await operator.ends(process, deadline=10)
    assert ended.code == 0
    assert ended.out == "Finishing what is under way…\n"
    assert "private words" not in ended.said
    assert started["token"] not in ended.said
    assert slack.open_connections == 0


async def test_a_port_that_is_taken_is_one_clear_line(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack)
    operator.settings |= {"PORT": str(slack.url.rpartition(":")[2])}
    ended = await operator.runs("run")
    assert ended.code == 1
    assert "could not start" in ended.err
    assert len(ended.err.splitlines()) == 1


async def test_it_ends_when_told_to_while_it_still_starts(operator: Operator, slack: Workspace) -> None:
    operator.connected_to(slack)
    slack.faults.slow("auth.test", seconds=60)
    process = await operator.starts("run")
    await slack.until(lambda: slack.calls_of("auth.test"), timeout=20)
    process.send_signal(signal.SIGTERM)
    assert (await operator.ends(process, deadline=5)).code == 0


async def test_an_app_token_that_slack_refuses_is_said_in_one_line(
    operator: Operator, slack: Workspace
) -> None:
    operator.connected_to(slack)
    operator.settings |= {"SLACK_APP_TOKEN": "xapp-hunter2"}
    process = await operator.starts("run")
    await slack.until(lambda: len(slack.calls_of("apps.connections.open")) > 0, timeout=20)
    ended = await operator.ends(process, deadline=10)
    assert ended.code == 1
    assert "SLACK_APP_TOKEN" in ended.err
