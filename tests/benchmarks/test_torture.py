"""A small storm with real processes, and a few races: nothing is lost, doubled or out of order."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path

from click.testing import CliRunner

from benchmarks.torture.__main__ import main
from benchmarks.torture.races import races
from benchmarks.torture.report import Report
from benchmarks.torture.servers import DATABASES, SQLITE, Server, server
from benchmarks.torture.storm import Storm, Weather, storm

# Of the kinds that need no quarantine: a small storm is to be over soon.
QUICK = ("rate_limit", "drop_after", "error_after", "slow")
WEATHER = Weather(11, kill_every=3, most_kills=1, kinds=QUICK, holds=0.0)


async def small_storm(kind: str, databases: Server, folder: Path) -> Storm:
    folder.mkdir()  # noqa: ASYNC240 - once, on a disk of this machine
    return await storm(
        kind,
        await databases.database(),
        folder=folder,
        messages=240,
        conversations=12,
        bridges=1 if kind == SQLITE else 2,
        weather=WEATHER,
        deadline=120,
        say=lambda _: None,
    )


async def test_small_storms_lose_nothing(tmp_path: Path) -> None:
    """On both databases at once: most of the time a killed bridge's lease is waited for."""
    report = Report(WEATHER)
    with ExitStack() as stack:
        opened = {kind: stack.enter_context(server(kind, tmp_path)) for kind in DATABASES}
        storms = [small_storm(kind, databases, tmp_path / kind) for kind, databases in opened.items()]
        report.storms += await asyncio.gather(*storms)
    assert report.bad == 0, report.markdown()
    for happened in report.storms:
        assert happened.facts["kills"] == "1"
        assert min(row.sent for row in happened.verdict.rows) > 0, report.markdown()
        assert f"| {happened.database} | customer → Slack | 120 | 0 | 0 | 0 |" in report.markdown()


async def test_races_have_one_winner_and_no_late_answer(database_url: str) -> None:
    came = await races("a database", database_url, 60, seed=7)
    assert (came.count, came.bad) == (60, 0)
    # Otherwise nothing was raced.
    assert came.answered > 0
    assert came.silenced > 0
    assert sorted(came.wins) == ["Ana", "Ben"]


def test_nothing_to_do_is_a_success(tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    asked = ["--messages", "0", "--races", "10", "--database", "sqlite", "--markdown", str(table)]
    ran = CliRunner().invoke(main, asked)
    assert ran.exit_code == 0, ran.output
    assert "sqlite: 10 take-over races" in table.read_text()
