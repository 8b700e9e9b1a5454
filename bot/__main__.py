"""The command line: demo, run, check, manifest, db."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bot.settings import BadSettings, Settings, environment, read_database_url, read_settings

if TYPE_CHECKING:
    from bot.app import Bridge

DATABASE_FAILED = "The database cannot be used: {}. Check DATABASE_URL."


@click.group()
@click.version_option(package_name="bookbag-slack")
def main() -> None:
    """Take over AI conversations from Slack."""


@main.command()
@click.option("--once", is_flag=True, help="End after the play: 0 if each step was seen at both ends.")
@click.option(
    "--play",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay recorded conversations (JSON lines) instead of the story.",
)
@click.option("--port", default=0, show_default="a free one", help="Port of the chat page.")
def demo(once: bool, play: Path | None, port: int) -> None:
    """Everything on this machine, without an account or a key: play a conversation and show both sides."""
    from bot.demo.show import show

    try:
        code = asyncio.run(show(once=once, play=play, port=port))
    except OSError as error:
        _refuse(f"The demo could not start: {error.strerror or type(error).__name__}.")
    sys.exit(code)


@main.command()
def run() -> None:
    """Run the bridge between the live chat and Slack."""
    from bot import logs

    settings = _settings()
    logs.set_up(settings.log_level)
    _run(_serve(settings))


@main.command()
@click.option(
    "--probe",
    metavar="CHANNEL",
    help="Instead: ask Slack, in a channel made for it, what is assumed of it, and print where it differs.",
)
def check(probe: str | None) -> None:
    """Say what works and what does not; 1 if anything does not."""
    settings = _settings()
    if probe is None:
        sys.exit(asyncio.run(_check(settings)))
    _run(_probe(settings, probe))


@main.command("manifest")
@click.option("--url", help="This program's public address, for HTTP instead of Socket Mode.")
def print_manifest(url: str | None) -> None:
    """Print the Slack app's manifest."""
    from bot.manifest import as_yaml, manifest

    if url is not None and not url.startswith("https://"):
        _refuse("--url must start with https://: Slack delivers nowhere else.")
    click.echo(as_yaml(manifest(url=url)), nl=False)


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the current schema."""
    try:
        url = read_database_url(environment())
    except BadSettings as error:
        _refuse("\n".join(error.problems))
    _run(_upgrade(url))
    click.echo("The database is current.")


async def _serve(settings: Settings) -> None:
    from bot.app import Bridge

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    bridge = Bridge(settings)
    if not await _started(bridge, stop):
        return
    try:
        click.echo(
            f"Bookbag is up: {bridge.installation.team_name}, #{bridge.installation.channel_name}. "
            f"Chat page: {bridge.address}/"
        )
        await stop.wait()
        click.echo("Finishing what is under way…")
    finally:
        await bridge.stop()


async def _started(bridge: Bridge, stop: asyncio.Event) -> bool:
    """Start the bridge. False, and nothing is left running, if it was told to stop before it was up."""
    starting = asyncio.create_task(bridge.start())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        return False
    await starting
    return True


async def _check(settings: Settings) -> int:
    from bot.check import findings

    failed = False
    async for finding in findings(settings):
        failed = failed or finding.problem is not None
        mark = click.style("✗", fg="red") if finding.problem else click.style("✓", fg="green")
        click.echo(f"{mark} {finding.part}: {finding.problem or finding.said}")
    return 1 if failed else 0


async def _probe(settings: Settings, channel: str) -> None:
    from bot.probing import answers

    async for answer in answers(settings, channel):
        if answer.why is not None:
            said = f"could not be asked ({answer.why})"
        else:
            said = "same" if answer.differs is None else f"differs ({answer.differs})"
        click.echo(f"{answer.name}: {said}. {answer.says}")


async def _upgrade(url: str) -> None:
    from storage.engine.database import Database
    from storage.migrate import upgrade

    database = Database(url)
    try:
        await database.check()
        await database.own()
        await upgrade(database)
    finally:
        await database.close()


def _settings() -> Settings:
    try:
        return read_settings(environment())
    except BadSettings as error:
        lines = [*error.problems, "All settings: README.md. To try it without Slack: bookbag demo"]
        _refuse("\n".join(lines))


def _run(work: Coroutine[Any, Any, None]) -> None:
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from bot.ai.knowledge import KnowledgeError
    from bot.slack.workspace.installation import NotConnected
    from storage.engine.database import DatabaseUnavailable, reason_of
    from storage.engine.file_lock import DatabaseInUse

    try:
        asyncio.run(work)
    except (NotConnected, DatabaseInUse) as error:
        _refuse(str(error))
    except DatabaseUnavailable as error:
        _refuse(DATABASE_FAILED.format(error))
    except SQLAlchemyError as error:
        # It opens and is not what it should be: another program's file, a place that nobody may write to.
        _refuse(DATABASE_FAILED.format(reason_of(error)))
    except CommandError as error:
        _refuse(f"The database was made by another version of this program: {error}. Install that version.")
    except KnowledgeError as error:
        _refuse(f"The knowledge cannot be used: {error}")
    except OSError as error:
        _refuse(f"The bridge could not start: {error.strerror or error}.")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
