"""Single values that an installation keeps by name, such as the secret that signs customers' tokens."""

from __future__ import annotations

from sqlalchemy import select

from storage.engine.session import Session
from storage.schema import facts as table


class KeyValues:
    """The `facts` table within one transaction."""

    def __init__(self, connection: Session) -> None:
        self._connection = connection

    async def get(self, name: str) -> str | None:
        value: str | None = await self._connection.scalar(select(table.c.value).where(table.c.name == name))
        return value

    async def keep(self, name: str, value: str) -> str:
        """The value kept under `name`: `value`, unless one was kept before. The first one stays."""
        await self._connection.execute(
            self._connection.insert(table).values(name=name, value=value).on_conflict_do_nothing()
        )
        kept = await self._connection.scalar(select(table.c.value).where(table.c.name == name))
        return str(kept)

    async def put(self, name: str, value: str) -> None:
        """Keep `value` under `name`, in the place of what was kept before."""
        await self._connection.execute(
            self._connection.insert(table)
            .values(name=name, value=value)
            .on_conflict_do_update(index_elements=["name"], set_={"value": value})
        )
