"""How an event stream says that it is alive."""

from __future__ import annotations

from bot.web.callers.limits import Monotonic, Seconds

PING = ": ping\n\n"


class Heartbeat:
    """Says when a stream has to send a sign of life, and which one.

    As a rule that is a comment after `ping` seconds in which nothing else was sent. A client may ask for a
    `beat` event every `every` seconds instead, whatever else is sent. Its data is the milliseconds since the
    stream was asked for, so the client can tell how late the stream reaches it: a proxy may hold it back, and
    some drop comments. A beat carries no number, as it is no part of the conversation.
    """

    def __init__(self, clock: Monotonic, *, ping: Seconds, every: Seconds) -> None:
        self._clock = clock
        self._asked_at = self._last = clock()
        self._is_beat = every > 0
        self._pause = every or ping

    @property
    def first(self) -> str:
        """What to send as the stream opens."""
        return self._beat() if self._is_beat else ""

    @property
    def wait(self) -> Seconds:
        """How long until the next sign of life is due; 0 if it is due now."""
        return max(0.0, self._last + self._pause - self._clock())

    def after(self, text: str) -> str:
        """`text` and what has to be sent behind it now; empty if there is nothing to send."""
        now = self._clock()
        is_due = now - self._last >= self._pause
        if self._is_beat:
            return text + self._beat() if is_due else text
        if text or is_due:
            self._last = now
        return text or (PING if is_due else "")

    def _beat(self) -> str:
        self._last = self._clock()
        return f"event: beat\ndata: {round(1000 * (self._last - self._asked_at))}\n\n"
