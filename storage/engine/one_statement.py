"""Many new and changed rows of several tables in one statement, for PostgreSQL.

There a statement is a round trip, about as long as everything that it does. A statement cannot see what
another part of it writes, so no part may depend on another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Executable,
    Integer,
    Table,
    bindparam,
    column,
    func,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from storage.schema import conversations, entries, outbox

COUNTERS = ("id", "last_seq", "last_message_seq", "last_message_at", "mirrored")
_PLACE = "place"


def statement(*, entry: Sequence[str], owed: Sequence[str]) -> Executable:
    """It writes what is bound as `counted`, `added`, `owed`, `coalesced` and `finished`: lists of rows.

    `entry` and `owed` are the columns that a new row of each table gives. Rows get their ids in their order.
    """
    counted = _rows("counted", conversations, COUNTERS)
    count = (
        update(conversations)
        .where(conversations.c.id == counted.c.id)
        .values({name: counted.c[name] for name in COUNTERS[1:]})
    )
    finished = _rows("finished", outbox, ("id", "fence", "finished_at"))
    finish = (
        update(outbox)
        .where(
            outbox.c.id == finished.c.id,
            outbox.c.fence == finished.c.fence,
            outbox.c.state == literal_column("'sending'"),
        )
        .values(state=literal_column("'done'"), finished_at=finished.c.finished_at)
    )
    coalesce = _added(outbox, "coalesced", owed)
    parts = {
        "counts": count,
        "adds": _added(entries, "added", entry),
        "owes": _added(outbox, "owed", owed),
        "coalesces": coalesce.on_conflict_do_update(
            index_elements=["coalesce"],
            index_where=text("state = 'ready'"),
            set_={"priority": func.least(outbox.c.priority, coalesce.excluded.priority)},
        ),
        "finishes": finish,
    }
    return select(literal_column("1").label("written")).add_cte(
        *(part.cte(name) for name, part in parts.items())
    )


def bound(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows as they are bound: as JSON, each with its place among them."""
    return [
        {
            _PLACE: place,
            **{name: one.isoformat() if isinstance(one, datetime) else one for name, one in row.items()},
        }
        for place, row in enumerate(rows)
    ]


def _added(table: Table, name: str, columns: Sequence[str]) -> postgresql.Insert:
    rows = _rows(name, table, columns)
    ordered = select(*(rows.c[one] for one in columns)).order_by(rows.c[_PLACE])
    return postgresql.insert(table).from_select(list(columns), ordered, include_defaults=False)


def _rows(name: str, table: Table, columns: Sequence[str]) -> Any:
    """The rows that are bound under `name`, typed as the table's columns."""
    typed = [column(_PLACE, Integer), *(column(one, table.c[one].type) for one in columns)]
    given = func.jsonb_to_recordset(bindparam(name, type_=JSONB))
    return given.table_valued(*typed, name=f"{name}_rows").render_derived(with_types=True)
