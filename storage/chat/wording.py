"""How an entry reads now: with the words of its latest edit, and without any where it was taken back.

An entry is never changed; edits and retractions are entries of their own. Every reader that shows words to
somebody reads them through here, so that what was taken back is shown nowhere again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from storage.records import Entry, Kind

CHANGES = (Kind.EDIT, Kind.RETRACT)
# What an entry without words still says: which entry it is about, and when that was changed.
_NO_WORDS = ("target", "event", "edited_at")


def as_they_read_now(entries: Iterable[Entry], changes: Iterable[Entry]) -> Sequence[Entry]:
    """The entries with their latest words. `changes`: the edits and retractions of them, oldest first.

    What is about another entry, such as its edit or its translation, loses its words with it.
    """
    latest = {change.data["target"]: change for change in changes}
    return [_as_it_reads(entry, latest.get(entry.data.get("target", entry.seq))) for entry in entries]


def _as_it_reads(entry: Entry, change: Entry | None) -> Entry:
    if change is None:
        return entry
    # A translation of words that were changed since says what they were.
    if change.kind is Kind.RETRACT or entry.kind is Kind.SYSTEM:
        data = {name: entry.data[name] for name in _NO_WORDS if name in entry.data}
        return replace(entry, text="", data=data, is_taken_back=True)
    # The formatted words and the files go with the plain ones, or they would say what was changed.
    data = {**entry.data, "html": change.data.get("html"), "attachments": list(change.attachments)}
    return replace(entry, text=change.text, data=data)
