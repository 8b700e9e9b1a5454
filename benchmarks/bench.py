"""`python -m benchmarks.bench`: the bridge's numbers, each beside its floor or rival in the same run."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from benchmarks.databases import KINDS, DatabaseKind, Databases
from benchmarks.machine import described
from benchmarks.processes import PROXIES
from benchmarks.rows import Row, table

PARTS = ("relay", "throughput", "pace", "streams", "growth", "ack", "overload", "flood")
# The longest part takes a third of it where the bridge keeps up.
PART_SECONDS = 1_800


@click.command()
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="These parts; again for more.")
@click.option("--database", type=click.Choice(KINDS), help="This one alone.")
@click.option("--quick", is_flag=True, help="Small sizes: to see that it works, not to quote.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="Write a table there too.")
def main(only: Sequence[str], database: DatabaseKind | None, quick: bool, markdown: Path | None) -> None:
    """Measure. 1 if a part could not be measured; a missed target is a result, not a failure."""
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        del os.environ[name]
    kinds = (database,) if database else KINDS
    sys.exit(asyncio.run(_run(only or PARTS, kinds, quick=quick, markdown=markdown)))


async def _run(
    parts: Sequence[str], kinds: Sequence[DatabaseKind], *, quick: bool, markdown: Path | None
) -> int:
    rows: list[Row] = []
    failed = False
    async with Databases(kinds) as databases:
        machine = await described(databases)
        click.echo(machine + (" (quick: not to be quoted)" if quick else ""))
        for name in parts:
            part: Any = importlib.import_module(f"benchmarks.{name}")
            try:
                async with asyncio.timeout(PART_SECONDS):
                    found: list[Row] = await part.measure(part.QUICK if quick else part.FULL, databases)
            except Exception as error:  # noqa: BLE001 - the other parts can still be measured
                click.echo(f"\n{name} could not be measured: {type(error).__name__}: {error}", err=True)
                failed = True
                continue
            rows += found
            click.echo(f"\n{table(found)}")
    if markdown is not None:
        text = f"{machine}\n\n{table(rows, markdown=True)}\n"
        await asyncio.to_thread(markdown.write_text, text)
    return 1 if failed else 0


if __name__ == "__main__":
    main()
