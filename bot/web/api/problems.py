"""What a caller did wrong, or what this program cannot do now, as `{error: {code, message, details?}}`.

    Problem
    ├── Malformed         400
    ├── Unauthorized      401
    ├── Unknown           404
    ├── NotAllowed        405
    ├── Paused            409
    ├── NotWaiting        409
    ├── Stale             409
    │   └── EpochMissing  409
    ├── AnotherCustomer   409
    ├── UnknownFile       409
    ├── TooLarge          413
    │   ├── FileTooLarge  413
    │   └── FilesFull     413
    ├── NotJson           415
    │   └── FileRefused   415
    ├── Invalid           422
    │   ├── EmptyFile     422
    │   ├── WrongUserHash 422
    │   └── WrongUserToken 422
    ├── TooMany           429
    ├── Broken            500
    └── Unavailable       503

Each docstring is the sentence that the caller reads; `code` is what their program reads, and never changes.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.desk import errors
from bot.desk.errors import AIPaused, DeskError, NotFound
from storage.engine.database import DatabaseUnavailable


class Problem(Exception):
    """Something went wrong."""

    status: ClassVar[int]
    code: ClassVar[str]

    def __init__(
        self, *, details: Sequence[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.details = details
        self.headers = headers or {}
        super().__init__(inspect.cleandoc(type(self).__doc__ or ""))

    def response(self) -> web.Response:
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if self.details:
            error["details"] = [dict(detail) for detail in self.details]
        return web.json_response({"error": error}, status=self.status, headers=self.headers)


class Malformed(Problem):
    """This is not a request that can be read as HTTP."""

    status, code = 400, "bad_request"


class Unauthorized(Problem):
    """A bearer token that allows this is needed."""

    status, code = 401, "unauthorized"

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": "Bearer"})


class NotFoundProblem(Problem):
    """There is no such thing here."""

    status, code = 404, "not_found"


class NotAllowed(Problem):
    """This address does not answer that method."""

    status, code = 405, "method_not_allowed"


class Paused(Problem):
    """The AI is paused: a teammate holds this conversation or is about to."""

    status, code = 409, "ai_paused"


class NotWaitingProblem(Problem):
    """The customer does not wait for a teammate: one has the conversation, or nobody was asked for."""

    status, code = 409, "not_waiting"


class StaleProblem(Problem):
    """The conversation changed hands since the entry that this answers; answer what was said since then."""

    status, code = 409, "stale"


class EpochMissingProblem(StaleProblem):
    """A teammate has held this conversation before: send the `epoch` of the entry that this answers."""


class AnotherCustomerProblem(Problem):
    """This conversation is another person's: start one for this one."""

    status, code = 409, "another_customer"


class UnknownFile(Problem):
    """There is no such file to attach: it was never uploaded here, or went with another message."""

    status, code = 409, "unknown_file"


class TooSlow(Problem):
    """The body did not arrive in time. Send it again; the same client_id makes that safe."""

    status, code = 408, "too_slow"


class TooLarge(Problem):
    """The body is larger than 128 KiB."""

    status, code = 413, "too_large"


class NotJson(Problem):
    """The body must be JSON, sent as application/json and not compressed."""

    status, code = 415, "unsupported_media_type"


class Compressed(NotJson):
    """A compressed body is not taken. Send it without Content-Encoding."""


class NotBytes(NotJson):
    """A form is not taken. Send the file's bytes themselves as the body."""


class FileTooLargeProblem(TooLarge):
    """The file is larger than this server takes."""

    code = "file_too_large"


class FilesFullProblem(TooLarge):
    """No more files fit into this conversation."""

    code = "files_full"


class FileRefused(NotJson):
    """This kind of file is not taken: pictures (PNG, JPEG, GIF, WebP), PDF and plain text are."""

    code = "file_type"


class Invalid(Problem):
    """Something in the request does not have the form it needs."""

    status, code = 422, "invalid"

    @classmethod
    def from_validation(cls, error: ValidationError) -> Invalid:
        """Says which fields, and how; never repeats what was in them."""
        found = error.errors(include_input=False, include_url=False, include_context=False)
        return cls(
            details=[
                {
                    "field": ".".join(str(part) for part in one["loc"]),
                    "problem": one["msg"].removeprefix("Value error, "),
                }
                for one in found[:20]
            ]
        )


class WrongUserHash(Invalid):
    """The user_hash does not prove this user_id."""

    code = "invalid_user_hash"

    def __init__(self) -> None:
        why = "it must be the hex HMAC-SHA256 of user_id under the BOOKBAG_IDENTITY_SECRET of this server"
        super().__init__(details=[{"field": "customer.user_hash", "problem": why}])


class WrongUserToken(Invalid):
    """The user_token does not prove who this is."""

    code = "invalid_user_token"

    def __init__(self, why: str) -> None:
        super().__init__(details=[{"field": "customer.user_token", "problem": why}])


class EmptyFile(Invalid):
    """The file is empty."""

    code = "file_empty"


class TooMany(Problem):
    """Too many requests. Wait as long as Retry-After says."""

    status, code = 429, "rate_limited"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(headers={"Retry-After": str(retry_after)})


class Broken(Problem):
    """Something broke on this side."""

    status, code = 500, "internal"


class Unavailable(Problem):
    """This cannot be done right now. Try again; the same client_id makes that safe."""

    status, code = 503, "unavailable"

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "2"})


ALL: tuple[type[Problem], ...] = (
    Unauthorized,
    NotFoundProblem,
    Paused,
    NotWaitingProblem,
    StaleProblem,
    EpochMissingProblem,
    AnotherCustomerProblem,
    TooLarge,
    NotJson,
    Invalid,
    TooMany,
    Broken,
    Unavailable,
)


class Detail(BaseModel):
    """One field that is wrong, and how."""

    model_config = ConfigDict(extra="forbid")

    field: str
    problem: str


class Error(BaseModel):
    """`code` is stable and for programs; `message` is for people."""

    model_config = ConfigDict(extra="forbid")

    code: str
    message: str
    details: list[Detail] | None = Field(default=None)


class ErrorBody(BaseModel):
    """Every answer that is not a success."""

    model_config = ConfigDict(extra="forbid")

    error: Error


_PROBLEMS: tuple[tuple[type[DeskError], type[Problem]], ...] = (
    (AIPaused, Paused),
    (errors.NotWaiting, NotWaitingProblem),
    (errors.AnotherCustomer, AnotherCustomerProblem),
    (errors.EpochOver, StaleProblem),
    (errors.EpochMissing, EpochMissingProblem),
    (errors.FileTooLarge, FileTooLargeProblem),
    (errors.FilesFull, FilesFullProblem),
    (errors.FileTypeRefused, FileRefused),
    (errors.FileEmpty, EmptyFile),
    (errors.NoSuchFile, UnknownFile),
)


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception from below means to a caller. None if it is a bug."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotFound):
        return NotFoundProblem()
    for refusal, problem in _PROBLEMS:
        if isinstance(error, refusal):
            return problem()
    if isinstance(error, DatabaseUnavailable | OperationalError | InterfaceError | PoolTimeout | OSError):
        return Unavailable()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable()
    return None
