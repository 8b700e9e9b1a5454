"""A few numbers for Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator


class Metrics:
    """What this process counted since it started."""

    def __init__(self) -> None:
        self.conversations_started = 0
        self.messages_accepted: Counter[str] = Counter({"customer": 0, "ai": 0})

    def text(self, *, open_streams: int) -> str:
        """In Prometheus' text format."""
        return "".join(f"{line}\n" for line in self._lines(open_streams))

    def _lines(self, open_streams: int) -> Iterator[str]:
        yield "# HELP bookbag_open_streams Customers' event streams that are open now."
        yield "# TYPE bookbag_open_streams gauge"
        yield f"bookbag_open_streams {open_streams}"
        yield "# HELP bookbag_conversations_started_total Conversations begun; repeats are not counted."
        yield "# TYPE bookbag_conversations_started_total counter"
        yield f"bookbag_conversations_started_total {self.conversations_started}"
        yield "# HELP bookbag_messages_accepted_total Messages written down; repeats are not counted."
        yield "# TYPE bookbag_messages_accepted_total counter"
        for author, count in self.messages_accepted.items():
            yield f'bookbag_messages_accepted_total{{from="{author}"}} {count}'
