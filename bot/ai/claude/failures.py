"""Why an attempt at Claude failed, whether to try again, and how to say it without anyone's words."""

import re

import anthropic

_HINTS = {
    400: "the request was refused",
    401: "the API key is not accepted",
    402: "the account has a billing problem",
    403: "the API key may not do this",
    404: "the model or the base URL is unknown",
    413: "the request is too large",
    429: "too many requests",
    529: "overloaded",
}
_AGAIN = {408, 409, 429}
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Failed(Exception):
    """One attempt brought nothing usable.

    `line` is fit for `AIUnavailable`; `again` says a second attempt may go better; `after` is how many
    seconds the other side asked us to wait first.
    """

    def __init__(self, line: str, *, again: bool = False, after: float | None = None) -> None:
        super().__init__(line)
        self.line = line
        self.again = again
        self.after = after


def failed(error: Exception) -> Failed:
    """Tell what an exception from the SDK, or from reading what it returned, means.

    Of what the server sent only the status and identifier-like codes are repeated: its message may quote
    the request.
    """
    if isinstance(error, anthropic.APIStatusError):
        status = error.status_code
        parts = [f"Claude answered {status}", _HINTS.get(status, "")]
        parts += [f"{name} {code}" for name, code in _codes(error)]
        line = ", ".join(part for part in parts if part)
        again = status in _AGAIN or status >= 500
        return Failed(line, again=again, after=_retry_after(error))
    if isinstance(error, anthropic.APITimeoutError):
        return Failed("Claude did not answer in time", again=True)
    if isinstance(error, anthropic.APIConnectionError):
        return Failed("the connection to Claude failed", again=True)
    # A body that is not JSON, or not of the promised shape: cut short, or a proxy's page.
    return Failed(f"Claude's answer could not be read ({type(error).__name__})", again=True)


def _codes(error: anthropic.APIStatusError) -> list[tuple[str, str]]:
    codes = (("type", error.type), ("request", error.request_id))
    return [(name, code) for name, code in codes if isinstance(code, str) and _CODE.fullmatch(code)]


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if seconds >= 0 else None
