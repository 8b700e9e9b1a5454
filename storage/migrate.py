"""Brings a database to the current schema, or says that it is not there yet."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage.engine.database import Database

# Any number will do, as long as nothing else in the database locks the same one.
_UPGRADE_LOCK = 7_220_443


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def upgrade(database: Database) -> None:
    """Apply what is missing, in one transaction. Processes that start together take turns."""

    def apply(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    await database.alter(apply)


async def is_current(database: Database) -> bool:
    """Whether `upgrade` would change nothing."""

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    return await database.look(revision) == ScriptDirectory.from_config(_config()).get_current_head()
