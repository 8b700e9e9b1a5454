"""What callers get back.

Only what is named here leaves: an entry's data, source and Slack ids stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.desk.queries.views import ConversationView
from bot.text.markdown import markdown_as_html
from storage.records import Author, Conversation, ConversationState, Entry, Kind

# A program must know the last one when it comes: it is in the contract.
StateName = Annotated[
    Literal["ai", "waiting", "teammate", "ended"],
    Field(description="Who answers the customer. Nothing ends a conversation yet, so `ended` never comes."),
]
A_TEAMMATE = "A teammate"  # as the desk calls one whom Slack has not described yet


class ApiModel(BaseModel):
    """An answer's JSON: absent instead of null."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def json_text(self) -> str:
        """One line."""
        return self.model_dump_json(by_alias=True, exclude_none=True)


class Teammate(ApiModel):
    """The teammate who answers."""

    name: str
    avatar_url: str | None = None


class Holding(ApiModel):
    """Who answers from here on."""

    state: StateName
    teammate: Teammate | None = None

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Holding:
        teammate = state.get("teammate")
        return cls(
            state=state["state"],
            teammate=teammate and Teammate(name=teammate["name"], avatar_url=teammate.get("avatar_url")),
        )


class AttachmentShown(ApiModel):
    """A file. `url` is on this host and needs the same bearer; `type` is what its bytes are."""

    id: str
    name: str
    type: str
    size: int
    url: str


class FileTaken(ApiModel):
    """An uploaded file, to be sent with a message as one of its `attachments`."""

    file_id: str
    name: str
    type: str
    size: int


class EntryShown(ApiModel):
    """One thing that happened. `edit` and `retract` say with `target` which number they change.

    `html` is the text with its formatting, where it has any, in a few tags that can do nothing: p, br,
    strong, em, s, code, pre, blockquote, ul, ol (start), li and a (href, rel, target). An `edit` says which
    `attachments` its message still has. `epoch` is the conversation's ownership number when it was written,
    one more at each take over and hand back: an AI sends with its answer that of the entry it answers.
    """

    seq: int
    id: str
    epoch: int
    kind: Literal["message", "edit", "retract", "system"]
    from_: Literal["customer", "ai", "teammate", "system"] = Field(alias="from")
    name: str | None = None
    avatar_url: str | None = None
    text: str
    html: str | None = None
    attachments: list[AttachmentShown] | None = None
    target: int | None = None
    state: Holding | None = None
    created_at: datetime
    edited_at: datetime | None = None

    @classmethod
    def of(cls, entry: Entry) -> EntryShown:
        state = entry.data.get("state") if entry.kind is Kind.SYSTEM else None
        changes = entry.kind in (Kind.EDIT, Kind.RETRACT)
        return cls.model_validate(
            {
                "seq": entry.seq,
                "id": entry.id,
                "epoch": entry.epoch,
                "kind": entry.kind.value,
                "from": entry.author.value,
                "name": entry.name,
                "avatar_url": entry.avatar_url,
                "text": entry.text,
                "html": _html(entry),
                "attachments": _attachments(entry),
                "target": entry.data["target"] if changes else None,
                "state": Holding.of(state) if state else None,
                "created_at": entry.created_at,
                "edited_at": entry.created_at if entry.kind is Kind.EDIT else None,
            }
        )


def _attachments(entry: Entry) -> list[dict[str, Any]] | None:
    place = f"/v1/conversations/{entry.conversation_id}/files"
    return [{**file, "url": f"{place}/{file['id']}"} for file in entry.attachments] or None


def _html(entry: Entry) -> str | None:
    if entry.kind not in (Kind.MESSAGE, Kind.EDIT):
        return None
    match entry.author:
        case Author.AI if "html" not in entry.data:
            # Written down by a version that did not keep it.
            return markdown_as_html(entry.text)
        case Author.AI | Author.TEAMMATE:
            # Written by us when the message was read; whatever else is there is none.
            html = entry.data.get("html")
            return html if isinstance(html, str) and html else None
        case _:
            return None


class Pagination(ApiModel):
    """`cursor` is what to send as `after` for the next page: the last number in this one."""

    cursor: int
    has_more: bool


class Page(ApiModel):
    """Entries in the order they happened."""

    data: list[EntryShown]
    pagination: Pagination


class Started(ApiModel):
    """`token` is the customer's bearer for this conversation and no other. Keep it as a password."""

    conversation_id: str
    token: str
    state: StateName


class Said(ApiModel):
    """Where the message stands in the ledger, and the `epoch` in which it was written."""

    seq: int
    id: str
    epoch: int


class Noted(ApiModel):
    """How far the customer has seen by what was just told."""

    seq: int


class ConversationShown(ApiModel):
    """A conversation as its customer may know it. `cursor` is the number of its latest entry."""

    conversation_id: str
    state: StateName
    epoch: int
    teammate: Teammate | None = None
    channel: str
    created_at: datetime
    cursor: int

    @classmethod
    def of(cls, view: ConversationView) -> ConversationShown:
        conversation = view.conversation
        teammate = None
        if conversation.state is ConversationState.TEAMMATE:
            teammate = (
                Teammate(name=view.holder.name, avatar_url=view.holder.avatar_url)
                if view.holder
                else Teammate(name=A_TEAMMATE)
            )
        return cls(
            conversation_id=conversation.id,
            state=conversation.state.value,
            epoch=conversation.epoch,
            teammate=teammate,
            channel=conversation.channel,
            created_at=conversation.created_at,
            cursor=conversation.last_seq,
        )


class Escalated(ApiModel):
    """Who answers now: `waiting`, or `teammate` if one held it already or it was assigned to one."""

    conversation_id: str
    state: StateName
    epoch: int

    @classmethod
    def of(cls, conversation: Conversation) -> Escalated:
        return cls(conversation_id=conversation.id, state=conversation.state.value, epoch=conversation.epoch)


class Identified(Escalated):
    """The customer is known by that now. `state` is as before."""


class Resumed(Escalated):
    """Who answers now: `ai`."""


class AddressKept(Escalated):
    """The team can write there. `state` is as before: the customer still waits."""
