"""Statements that are asked for all the time: put together once, then run by the driver itself.

SQLAlchemy writes the SQL and knows what each type looks like in each database; building a statement, finding
it in its cache and dressing up its rows at every call is what made a statement dearer than what it does
(docs/decisions/0012-writes-share-a-transaction.md).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
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
        dialect = connection.dialect
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = _Form(self._made(dialect.name), dialect, self._columns)
        return form.run(connection, rows)


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
        self._values = [
            (name, fixed[name], compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        returned = tuple(getattr(statement, "exported_columns", ()))
        self._row = _row_of([one.key for one in returned])
        self._returns = bool(returned)
        self._converted: list[tuple[int, Convert]] = []
        for at, column in enumerate(returned):
            convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if convert is not None:
                self._converted.append((at, convert))

    def run(self, connection: Connection, rows: Sequence[Values]) -> Sequence[Row]:
        bound = [self._bound(row) for row in rows]
        cursor = connection.connection.cursor()
        try:
            if len(bound) > 1:
                cursor.executemany(self._sql, bound)
                return ()
            cursor.execute(self._sql, bound[0])
            return [self._dressed(row) for row in cursor.fetchall()] if self._returns else ()
        except Exception as error:  # noqa: BLE001 - raised again, see below
            # As for every other statement: said in SQLAlchemy's words, and what is lost is given up.
            connection._handle_dbapi_exception(error, self._sql, None, cursor, None)
        finally:
            cursor.close()

    def _bound(self, row: Values) -> tuple[Any, ...]:
        return tuple(
            [
                value if convert is None else convert(value)
                for value, convert in [(row.get(name, fixed), how) for name, fixed, how in self._values]
            ]
        )

    def _dressed(self, row: Sequence[Any]) -> Row:
        values = list(row)
        for at, convert in self._converted:
            values[at] = convert(values[at])
        return self._row._make(values)


def _row_of(names: Sequence[str]) -> Any:
    return namedtuple("Row", names)
