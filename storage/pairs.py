"""Rows that are known by several columns together, looked up a number at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, tuple_

# SQLite takes no expression deeper than 1,000.
MOST_ALTERNATIVES = 500


def one_of(columns: Sequence[ColumnElement[Any]], rows: Collection[Sequence[Any]]) -> ColumnElement[bool]:
    """The columns have the values of one of these rows.

    Said as alternatives, each of which is looked up in an index. For `(a, b) IN (VALUES …)` with more than
    one row SQLite reads the whole table instead.
    """
    if len(rows) > MOST_ALTERNATIVES:
        return tuple_(*columns).in_(rows)
    return or_(
        *(and_(*(column == value for column, value in zip(columns, row, strict=True))) for row in rows)
    )


def rows_of(
    table: Table, columns: Sequence[ColumnElement[Any]], rows: Collection[Sequence[Any]], *, dialect: str
) -> Select[Any]:
    """The rows of the table whose columns have the values of one of these, however many those are.

    The same statement for any number, so that it is put together once: for what is asked for all the time.
    """
    if dialect != "sqlite":
        return select(table).where(tuple_(*columns).in_(rows))
    wanted = func.json_each(json.dumps([list(row) for row in rows])).table_valued("value", name="wanted")
    same = (column == func.json_extract(wanted.c.value, f"$[{at}]") for at, column in enumerate(columns))
    return select(table).join_from(wanted, table, and_(*same))
