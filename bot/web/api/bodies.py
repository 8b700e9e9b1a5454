"""What callers may send. Unknown keys are refused: a typing error should not be taken for consent.

Lengths are characters (code points), as sent; those of the customer are what the tables hold.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    ValidationError,
    model_validator,
)

from bot.files.store import MOST_IN_ONE_MESSAGE
from bot.text.lines import one_line
from bot.web import text as words
from bot.web.api.problems import Invalid
from storage.records import LONGEST_INBOX

MOST_METADATA = 4096
LONGEST_TOKEN = 8192
LARGEST_SEQ = 2**31 - 1
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"
_EMAIL = r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"
_SOMETHING_VISIBLE = r"[^\s\x00-\x1f\x7f]"


class Strict(BaseModel):
    """Takes exactly the keys it names, each of exactly its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Nothing(Strict):
    """No keys at all."""


def _small(metadata: dict[str, Any]) -> dict[str, Any]:
    clean = {
        words.clean(key): words.clean(value) if isinstance(value, str) else value
        for key, value in metadata.items()
    }
    if len(json.dumps(clean, ensure_ascii=False).encode()) > MOST_METADATA:
        raise ValueError("metadata is larger than 4 KB")
    return clean


def _whole(value: object) -> object:
    # To JSON 5.0 is a whole number, and some programs write it so.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _number(value: object) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"0|[1-9][0-9]{0,9}", value):
        raise ValueError("a whole number is needed")
    return int(value)


def _line(text: str) -> str | None:
    """On one line; None where nothing of it stays."""
    return one_line(text) or None


def _words(text: str) -> str:
    """Made clean. Letters without a shape are no words: a teammate would look at an empty message."""
    if not one_line(text):
        raise ValueError("there is nothing in it that can be seen")
    return words.clean(text)


ClientId = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=_NO_CONTROLS)]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=8000, pattern=_SOMETHING_VISIBLE),
    AfterValidator(_words),
]
Name = Annotated[str, StringConstraints(max_length=120), AfterValidator(_line)]
Inbox = Annotated[str, StringConstraints(max_length=LONGEST_INBOX), AfterValidator(_line)]
Reason = Annotated[str, StringConstraints(max_length=300), AfterValidator(_line)]
Email = Annotated[str, StringConstraints(max_length=254, pattern=_EMAIL)]
UserHash = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{64}$")]
UserToken = Annotated[str, StringConstraints(max_length=LONGEST_TOKEN)]
Locale = Annotated[
    str, StringConstraints(max_length=words.LONGEST_LOCALE, pattern=rf"^{words.LANGUAGE_TAG}$")
]
Metadata = Annotated[dict[str, str | bool | int | FiniteFloat | None], AfterValidator(_small)]
FileName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Seq = Annotated[int, Field(ge=0, le=LARGEST_SEQ), BeforeValidator(_number)]
Limit = Annotated[int, Field(ge=1, le=200), BeforeValidator(_number)]
Beat = Annotated[int, Field(ge=0, le=60), BeforeValidator(_number)]


ANSWERED = (
    "The `epoch` of the entry that this answers, the newest that your AI had read when it began to think. "
    "Each entry and event carries one. Never fetch it just before sending: it would hide that a teammate "
    "answered meanwhile. It may be left out only where nobody ever took over."
)
Epoch = Annotated[int, Field(ge=0, le=LARGEST_SEQ), BeforeValidator(_whole)]


class CustomerBody(Strict):
    """Who the page says the customer is: theirs to invent, but for what `user_token` or `user_hash` prove.

    Only what is proven looks proven to the team.
    """

    name: Name | None = None
    email: Email | None = None
    user_id: ClientId | None = None
    user_hash: UserHash | None = Field(
        default=None,
        description="Hex HMAC-SHA256 of `user_id` under BOOKBAG_IDENTITY_SECRET. Proves the user_id alone.",
    )
    user_token: UserToken | None = Field(
        default=None,
        description="A JWT, signed with HS256 and BOOKBAG_IDENTITY_SECRET, valid for at most 24 hours: `sub` "
        "is the user_id, `exp` when it ends; `name`, `email`, `locale` and `metadata` as here. It proves all "
        "that it says; where the other fields say something else, the token is right.",
    )
    locale: Locale | None = Field(default=None, description="BCP 47. Else what Accept-Language prefers.")
    metadata: Metadata | None = Field(default=None, description="Flat, and at most 4 KB as JSON.")


class ClaimsBody(BaseModel):
    """What a `user_token` may say. Claims of other names say nothing to us."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    sub: ClientId | None = None
    name: Name | None = None
    email: Email | None = None
    locale: Locale | None = None
    metadata: Metadata | None = None


class StartBody(Strict):
    """A new conversation, or with a `client_id` that the same caller sent before, that one again.

    Callers are the server key, each person who proves who they are, and everybody else.
    """

    client_id: ClientId | None = Field(
        default=None,
        description="An unguessable value, such as a random UUID: of callers who prove nothing, whoever "
        "knows it gets the conversation.",
    )
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")] = "web"
    inbox: Inbox | None = None
    customer: CustomerBody | None = None


class SayBody(Strict):
    """A message. `client_id` names it once within its conversation and author."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["text"], "properties": {"text": {"minLength": 1}}},
                {"required": ["attachments"], "properties": {"attachments": {"minItems": 1}}},
            ]
        }
    )

    text: Words | Literal[""] = Field(default="", description="May be empty where there are attachments.")
    client_id: ClientId
    attachments: list[FileName] = Field(
        default=[],
        max_length=MOST_IN_ONE_MESSAGE,
        description="The ids of uploaded files that no message carries yet; a customer's only.",
        json_schema_extra={"uniqueItems": True},
    )
    from_: Literal["customer", "ai"] = Field(
        default="customer", alias="from", description="`ai` only with the server key."
    )
    epoch: Epoch | None = Field(default=None, description=f"With `from: ai`. {ANSWERED}")

    @model_validator(mode="after")
    def _says_something(self) -> SayBody:
        if not self.text and not self.attachments:
            raise ValueError("a message needs words or attachments")
        if len(set(self.attachments)) < len(self.attachments):
            raise ValueError("each file can be attached once")
        return self


class EscalateBody(Strict):
    """Why a teammate is needed; the team reads it, the customer does not."""

    reason: Reason | None = None
    epoch: Epoch | None = Field(default=None, description=ANSWERED)


class ResumeBody(Strict):
    """Which wait ends."""

    epoch: Epoch | None = Field(default=None, description=f"Needed with the server key alone. {ANSWERED}")


class AddressBody(Strict):
    """Where the team can write to a customer who does not want to wait in the chat."""

    email: Email


class UploadQuery(Strict):
    """What the file is called."""

    name: Annotated[str, StringConstraints(max_length=200), AfterValidator(words.clean)] = Field(
        default="", description="What its sender calls it. Made safe, and ended as what its bytes are."
    )


class SeenBody(Strict):
    """The number of the last entry that was on the customer's screen while they looked."""

    seq: Annotated[int, BeforeValidator(_whole)] = Field(ge=0, le=LARGEST_SEQ)


class PageQuery(Strict):
    """Which part of the ledger."""

    after: Seq = Field(default=0, description="The number after which to begin.")
    limit: Limit = Field(default=50, description="How many entries at most.")


class ResumeQuery(Strict):
    """From where to go on."""

    after: Seq = Field(default=0, description="The number after which to begin; Last-Event-ID goes first.")
    beat: Beat = Field(
        default=0,
        description=(
            "Send a `beat` event every so many seconds, whose data is the milliseconds since the stream was "
            "asked for. A client that hears none in time is behind a proxy that holds the stream back, and "
            "reads the messages instead. 0: a comment after 15 seconds of silence."
        ),
    )

    @classmethod
    def from_header(cls, last_event_id: str) -> ResumeQuery:
        try:
            return cls.model_validate({"after": last_event_id.strip()})
        except ValidationError:
            raise Invalid(
                details=[{"field": "Last-Event-ID", "problem": "the number of an event is needed"}]
            ) from None
