"""How long until a call that failed is made again."""

from __future__ import annotations

from datetime import timedelta

LONGEST = timedelta(minutes=1)
# A row that has failed so often waits longer and longer by itself, whatever becomes of all others.
FAILS_ALIKE = 5


class Backoff:
    """Doubles the pause at each try while Slack is in trouble: up to a minute, and back once a call succeeds.

    One call that fails among others that succeed is chance, and its row is tried again after `first`: whoever
    doubles that too waits a minute for a post that arrived at once.
    """

    def __init__(self, first: timedelta) -> None:
        self._first = first
        self._failures = 0

    def failed(self) -> None:
        """A call of Slack failed in a way that another try may mend."""
        self._failures += 1

    def succeeded(self) -> None:
        self._failures = 0

    def after(self, attempts: int) -> timedelta:
        """How long a row waits that has been tried so often."""
        in_trouble = min(attempts - 1, self._failures)
        doubled = max(in_trouble, attempts - FAILS_ALIKE, 0)
        return min(self._first * (1 << min(doubled, 16)), LONGEST)
