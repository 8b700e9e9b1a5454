"""`python -m benchmarks.torture`: storms and races on both databases, and one table of what they did."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import click

from benchmarks.busy import NOBODY, Busy, beside
from benchmarks.torture import servers
from benchmarks.torture.races import races
from benchmarks.torture.report import Report
from benchmarks.torture.storm import Weather, storm

# What is at work beside a busy storm, and how soon after the last message was sent all has arrived.
BUSY = Busy(writers=4, spinners=4)
ARRIVES_WITHIN = 120.0


@click.command()
@click.option("--messages", default=100_000, show_default=True, help="Messages over all databases together.")
@click.option("--conversations", default=0, help="Conversations on each database.  [default: by messages]")
@click.option("--races", "race_count", default=10_000, show_default=True, help="Races on each database.")
@click.option("--database", "databases", multiple=True, type=click.Choice(servers.DATABASES),
              default=servers.DATABASES, show_default=True, help="May be given more than once.")  # fmt: skip
@click.option("--seed", default=20261124, show_default=True, help="The same weather again.")
@click.option("--faults", default=0.2, show_default=True, help="How likely a call of the Web API fails.")
@click.option("--repeats", default=0.05, show_default=True, help="How likely an event comes twice.")
@click.option("--holds", default=0.05, show_default=True, help="How likely an event is overtaken.")
@click.option("--longest-hold", default=0.2, show_default=True, help="For how many seconds at most.")
@click.option(
    "--drop-every", default=15.0, show_default=True, help="Seconds between dropped sockets; 0: never."
)
@click.option("--kill-every", default=20.0, show_default=True, help="Seconds between kills; 0: never.")
@click.option("--deadline", default=1800.0, show_default=True, help="Seconds for one storm at the most.")
@click.option("--busy", is_flag=True, help=f"Beside {BUSY}.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write the table here too.")
@click.option("--logs", type=click.Path(file_okay=False, path_type=Path),
              help="Keep the processes' logs and the SQLite file in this folder.")  # fmt: skip
def main(
    messages: int,
    conversations: int,
    race_count: int,
    databases: tuple[str, ...],
    seed: int,
    faults: float,
    repeats: float,
    holds: float,
    longest_hold: float,
    drop_every: float,
    kill_every: float,
    deadline: float,
    busy: bool,
    markdown: Path | None,
    logs: Path | None,
) -> None:
    """Kill bridges, fail calls, repeat events, and count: 1 if any message is lost, doubled or disordered.

    With `--busy` also if the last message arrives more than two minutes after the last was sent.
    """
    weather = Weather(seed, faults, repeats, holds, longest_hold, drop_every, kill_every)
    programs = BUSY if busy else NOBODY
    each = messages // len(databases)
    report = Report(weather, programs)

    async def run(folder: Path) -> None:
        for kind in databases:
            place = folder / kind
            place.mkdir(parents=True, exist_ok=True)
            with servers.server(kind, place) as server:
                if each:
                    async with beside(programs):
                        happened = await storm(
                            kind,
                            await server.database(),
                            folder=place,
                            messages=each,
                            conversations=conversations or max(8, min(500, each // 100)),
                            bridges=1 if kind == servers.SQLITE else 2,
                            weather=weather,
                            deadline=deadline,
                            arrives_within=ARRIVES_WITHIN if busy else None,
                            say=partial(_say, kind),
                        )
                    report.storms.append(happened)
                if race_count:
                    _say(kind, f"{race_count:,} races")
                    report.races.append(await races(kind, await server.database(), race_count, seed=seed))

    with tempfile.TemporaryDirectory(prefix="bookbag-torture-") as temporary:
        _run(run(logs or Path(temporary)))
    report.show()
    if markdown is not None:
        markdown.write_text(report.markdown(), encoding="utf-8")
    sys.exit(1 if report.bad else 0)


def _say(kind: str, text: str) -> None:
    click.echo(f"{kind}: {text}", err=True)


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Like asyncio.run, and a SIGTERM too ends every process that was started."""

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker; this is one
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await work

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        sys.exit("ended early")


if __name__ == "__main__":
    main()
