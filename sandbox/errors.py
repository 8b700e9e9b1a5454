"""What goes wrong, in Slack's words.

SlackError              an `ok: false` answer of the Web API
├── RateLimited         the same with status 429 and Retry-After
Undelivered             an interaction or command that the app did not acknowledge
PersonError             a person tried what the screen does not offer (no such button)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.payload import Payload


class SlackError(Exception):
    """The Web API refuses with `code`; `details` and `fields` are what Slack adds to explain."""

    def __init__(self, code: str, *, details: Sequence[str] = (), **fields: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = list(details)
        self.fields = fields

    def answer(self) -> Payload:
        """The response body."""
        body: Payload = {"ok": False, "error": self.code, **self.fields}
        if self.details:
            body["errors"] = self.details
            body["response_metadata"] = {"messages": [f"[ERROR] {detail}" for detail in self.details]}
        return body


class RateLimited(SlackError):
    """Too fast: wait `retry_after` whole seconds before this method again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after


class Undelivered(Exception):
    """The app did not acknowledge: `operation_timeout`, `dispatch_failed` where nothing listens, or
    in HTTP mode `http_client_error` and `http_service_error` for a 4xx and a 5xx.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PersonError(Exception):
    """What the person tried is not possible on the screen they see."""
