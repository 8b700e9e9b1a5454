"""Rows that are known by several columns together, looked up a number at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, tuple_

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
