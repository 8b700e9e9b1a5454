"""Looks up many rows at once by a key of several columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    column,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from storage.engine.prepared import Prepared

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


def wanted(
    name: str, columns: Sequence[ColumnElement[Any]], *, dialect: str
) -> tuple[FromClause, Sequence[ColumnElement[Any]]]:
    """Rows that are bound under `name`, a list of lists with a value for each of these columns.

    As JSON: the statement is then the same for any number of them.
    """
    if dialect == "sqlite":
        rows = func.json_each(bindparam(name, type_=JSON)).table_valued("value", name=name)
        return rows, [func.json_extract(rows.c.value, f"$[{at}]") for at in range(len(columns))]
    each = func.jsonb_array_elements(bindparam(name, type_=JSONB))
    rows = each.table_valued(column("value", JSONB), name=name)
    return rows, [cast(rows.c.value[at].astext, one.type) for at, one in enumerate(columns)]


def rows_of(
    table: Table,
    columns: Sequence[ColumnElement[Any]],
    *conditions: ColumnElement[bool],
    also: Sequence[ColumnElement[Any]] = (),
) -> Prepared:
    """The rows of the table whose columns have the values of one of the `wanted`, however many those are.

    `also`: what else is read beside each row's columns.
    """

    def made(dialect: str) -> Select[Any]:
        rows, values = wanted("wanted", columns, dialect=dialect)
        same = (one == value for one, value in zip(columns, values, strict=True))
        return select(table, *also).join_from(rows, table, and_(*same)).where(*conditions)

    return Prepared(made)
