from tests.databases import address, clock, database, empty_sqlite, shared_postgres
from tests.storage.conftest import conversation

__all__ = ["address", "clock", "conversation", "database", "empty_sqlite", "shared_postgres"]
