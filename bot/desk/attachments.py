"""What a thread message has besides its words: files, which go where the words go and are taken back with
them, and what cannot go to a customer at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from storage.records import ConversationId, File
from storage.transaction import Transaction


class FileRejection(StrEnum):
    """Why a thread message cannot be passed on to a customer whole: one of its files, what else it shows, or
    that Slack does not say who wrote it.
    """

    TOO_LARGE = "too_large"
    KIND = "kind"
    EMPTY = "empty"
    TOO_MANY = "too_many"
    ELSEWHERE = "elsewhere"
    GONE = "gone"
    LATE = "late"
    NOT_GIVEN = "not_given"
    ADDED = "added"
    FORWARD = "forward"
    TABLE = "table"
    PICTURE = "picture"
    LAYOUT = "layout"
    UNKNOWN = "unknown"
    AUTHOR = "author"
    APP = "app"

    @property
    def may_be_had(self) -> bool:
        """Whether asking Slack again can help."""
        return self in (
            FileRejection.LATE,
            FileRejection.NOT_GIVEN,
            FileRejection.ADDED,
            FileRejection.AUTHOR,
        )

    @property
    def is_of_files(self) -> bool:
        """Whether it is one of its files that is unfit."""
        return self not in _OTHERS


_OTHERS = (
    FileRejection.FORWARD,
    FileRejection.TABLE,
    FileRejection.PICTURE,
    FileRejection.LAYOUT,
    FileRejection.UNKNOWN,
    FileRejection.AUTHOR,
    FileRejection.APP,
)


def remembered(files: Sequence[File]) -> dict[str, Any]:
    """What an entry keeps of its files."""
    return {"attachments": [file.shown for file in files]} if files else {}


async def added(
    tx: Transaction, conversation_id: ConversationId, source: str, now_with_it: Collection[str] | None
) -> bool:
    """Whether a Slack message has files by now that did not come with it."""
    if not now_with_it:
        return False
    known = {file.slack_id for file in await tx.files.with_message(conversation_id, source)}
    return not known.issuperset(now_with_it)


async def withdrawn(
    tx: Transaction, conversation_id: ConversationId, source: str, still_with_it: Collection[str] | None
) -> bool:
    """Take back the files that a Slack message no longer has. True if there were any.

    `still_with_it` holds Slack's names of those it has; None: nothing is known of that.
    """
    if still_with_it is None:
        return False
    files = await tx.files.with_message(conversation_id, source)
    gone = [file.id for file in files if file.slack_id not in still_with_it]
    await tx.files.forget(gone)
    return bool(gone)


async def forget(tx: Transaction, conversation_id: ConversationId, source: str) -> None:
    """Nobody gets the files of that message from here on."""
    await tx.files.forget([file.id for file in await tx.files.with_message(conversation_id, source)])


def is_customers(file: File) -> bool:
    """Whether the customer uploaded it and has not sent it yet. A teammate's bears Slack's name for it."""
    return file.source is None and file.seq is None and file.slack_id is None
