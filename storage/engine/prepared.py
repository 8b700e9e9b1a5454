"""Statements that run for every message: compiled once by SQLAlchemy, then run by the driver itself.

SQLAlchemy writes the SQL and knows what each type looks like in each database; building a statement, finding
it in its cache and dressing up its rows at every call is what made a statement dearer than what it does
(docs/decisions/0012-writes-share-a-transaction.md).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler

Row = Any
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Prepared:
    """A statement whose values are all bound by name. `made` writes it for a dialect, by its name.

    An insert names every column that has a default in Python: nobody fills those in.
    """

    def __init__(self, made: Callable[[str], Executable], *, columns: Sequence[str] | None = None) -> None:
        self._made = made
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def run(self, connection: Connection, rows: Sequence[Values]) -> Sequence[Row]:
        """Run it for each of `rows`; what it returned, as rows with names, if it ran for one."""
        return self._form(connection.dialect).run(connection, rows)

    async def ask(self, connection: AsyncConnection, rows: Sequence[Values]) -> Sequence[Row]:
        """Do the same on PostgreSQL, in one round trip however many `rows` there are."""
        return await self._form(connection.dialect).ask(connection, rows)

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._made(dialect.name), dialect, self._columns)
        return form


class _Form:
    """The statement as one dialect has it: its SQL, its values in their order, and what to make of each."""

    def __init__(self, statement: Executable, dialect: Dialect, columns: Sequence[str] | None) -> None:
        assert isinstance(statement, ClauseElement)  # noqa: S101 - for the type checker
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - the same
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("a prepared statement gives every value itself")
        self._sql = str(compiled)
        fixed = compiled.params
        self._values: list[tuple[str | None, Convert | None, Any]] = []
        for name in compiled.positiontup or ():
            bound = compiled.binds[name]
            convert = bound.type.dialect_impl(dialect).bind_processor(dialect)
            if bound.required:
                self._values.append((name, convert, None))
            else:
                self._values.append((None, None, convert(fixed[name]) if convert else fixed[name]))
        self._returned = tuple(getattr(statement, "exported_columns", ()))
        self._row = _row_of([one.key for one in self._returned])
        self._dialect = dialect
        self._converted: list[tuple[int, Convert]] | None = None

    def run(self, connection: Connection, rows: Sequence[Values]) -> Sequence[Row]:
        bound = [self._bound(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            if len(bound) > 1:
                cursor.executemany(self._sql, bound)
                return ()
            cursor.execute(self._sql, bound[0])
            if not self._returned:
                return ()
            if self._converted is None:
                self._converted = self._conversions([one[1] for one in cursor.description])
            return [self._dressed(row, self._converted) for row in cursor.fetchall()]
        except Exception as error:  # noqa: BLE001 - raised again, see below
            # As for every other statement: said in SQLAlchemy's words, and what is lost is given up.
            connection._handle_dbapi_exception(error, self._sql, None, cursor, None)
        finally:
            cursor.close()

    async def ask(self, connection: AsyncConnection, rows: Sequence[Values]) -> Sequence[Row]:
        """Run it with asyncpg's own connection.

        SQLAlchemy's way there, with its greenlets and a cursor for each statement, costs as much as the
        statement (docs/decisions/0012-writes-share-a-transaction.md).
        """
        bound = [self._bound(row) for row in rows]
        adapted: Any = connection.sync_connection.connection.dbapi_connection  # type: ignore[union-attr]
        try:
            # SQLAlchemy commits or rolls back what it knows to have begun.
            if adapted._transaction is None:
                await adapted._start_transaction()
            driver = adapted.driver_connection
            if len(bound) > 1:
                await driver.executemany(self._sql, bound)
                return ()
            found = await driver.fetch(self._sql, *bound[0])
        except Exception as error:  # noqa: BLE001 - raised again, as in `run`
            await connection.run_sync(self._failed, adapted, error)
        if self._converted is None:
            prepared = await driver.prepare(self._sql)
            self._converted = self._conversions([one.type.oid for one in prepared.get_attributes()])
        return [self._dressed(row, self._converted) for row in found] if self._returned else ()

    def _failed(self, connection: Connection, adapted: Any, error: Exception) -> None:
        try:
            adapted._handle_exception(error)
        except Exception as known:  # noqa: BLE001 - asyncpg's error, in the words that SQLAlchemy knows
            connection._handle_dbapi_exception(known, self._sql, None, None, None)

    def _bound(self, row: Values) -> tuple[Any, ...]:
        return tuple(
            [
                fixed if name is None else row[name] if convert is None else convert(row[name])
                for name, convert, fixed in self._values
            ]
        )

    def _conversions(self, codes: Sequence[Any]) -> list[tuple[int, Convert]]:
        """What to make of which columns, now that the driver has said what it returns them as."""
        return [
            (at, convert)
            for at, (column, code) in enumerate(zip(self._returned, codes, strict=True))
            if (convert := column.type.dialect_impl(self._dialect).result_processor(self._dialect, code))
        ]

    def _dressed(self, row: Sequence[Any], converted: Sequence[tuple[int, Convert]]) -> Row:
        values = list(row)
        for at, convert in converted:
            values[at] = convert(values[at])
        return self._row._make(values)


def _row_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names)
