"""Finding conversations by words: from the latest backwards, a stretch at a time.

Why without an index: docs/decisions/0015-finding.md.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.desk.queries.views import ConversationView, views_of
from storage.chat.search import KnownConversation, SearchLine, SearchPlace
from storage.engine.database import Database
from storage.records import ConversationId, Kind
from storage.slack.slack_channels import Among
from storage.transaction import Transaction

# One look goes no further back than this, and takes no longer: Slack wants its answer within 3 s.
MESSAGES = 20_000
TIME = timedelta(seconds=1.5)
# Conversations read in one go. Between two portions the process does other things.
PORTION = 100

_ACCENTS = re.compile("[\u0300-\u036f]+")
# How much of a line stands before the words that were looked for.
_LEAD = 40


@dataclass(frozen=True, slots=True)
class ConversationHit:
    """A conversation, and the line in which the words are."""

    view: ConversationView
    line: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found, latest first; how many conversations it went through, and back to where.

    `further` is where the next look goes on. None: there is nothing further back.
    """

    words: str
    hits: Sequence[ConversationHit]
    looked_at: int
    back_to: SearchPlace | None
    further: SearchPlace | None


class Finder:
    """Looks through names, e-mail addresses, subjects and all that was said."""

    def __init__(
        self,
        database: Database,
        *,
        messages: int = MESSAGES,
        time: timedelta = TIME,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._messages = messages
        self._time = time.total_seconds()
        self._clock = clock

    async def find(
        self, words: str, *, limit: int, before: SearchPlace | None = None, among: Among = None
    ) -> Found:
        """Up to `limit` conversations with these words in them, from that place backwards.

        Only those at home in the channels `among`.
        """
        wanted = folded(words)
        lines: dict[ConversationId, str] = {}
        looked_at, read, place = 0, 0, before
        until = self._clock() + self._time
        async with self._database.read() as tx:
            while True:
                portion = await tx.search.before(place, limit=PORTION, among=among)
                told, count = await _told(tx, portion)
                read += count
                for known in portion:
                    place = known.place
                    looked_at += 1
                    line = _match(wanted, known, told[known.place.id])
                    if line is not None:
                        lines[known.place.id] = line
                        if len(lines) == limit:
                            break
                is_all = len(portion) < PORTION and len(lines) < limit
                if is_all or len(lines) == limit or read >= self._messages or self._clock() > until:
                    break
            views = await views_of(tx, await tx.conversations.several(lines))
        hits = [ConversationHit(views[one], line) for one, line in lines.items()]
        return Found(words, hits, looked_at, place if looked_at else None, None if is_all else place)


def folded(text: str) -> str:
    """The text without what people leave out when they look for it: case, accents, width, gaps."""
    if not text.isascii():
        # Voicing marks of kana come apart as well, and stay: か and が are different letters.
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return " ".join(text.lower().split())


def excerpt(text: str, wanted: str) -> str:
    """The line of the text that has the folded words in it, from a little before them on."""
    line = next((one for one in text.splitlines() if wanted in folded(one)), " ".join(text.split()))
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if wanted in folded(line[middle:]) else (low, middle - 1)
    return line if low <= _LEAD else f"…{line[low - _LEAD :]}"


@dataclass(frozen=True, slots=True)
class _Told:
    """What is said in a conversation as it reads now, latest first, and what its tickets are called."""

    said: Sequence[str]
    subjects: Sequence[str]


async def _told(
    tx: Transaction, portion: Sequence[KnownConversation]
) -> tuple[Mapping[ConversationId, _Told], int]:
    """By conversation; and how many entries that took."""
    ids = [known.place.id for known in portion]
    if not ids:
        return {}, 0
    subjects = defaultdict(list)
    for one, subject in await tx.search.subjects(ids):
        subjects[one].append(subject)
    lines = defaultdict(list)
    entries = await tx.search.lines(ids)
    for line in entries:
        lines[line.conversation_id].append(line)
    return {one: _Told(_as_it_reads(lines[one]), subjects[one]) for one in ids}, len(entries)


def _as_it_reads(lines: Sequence[SearchLine]) -> Sequence[str]:
    """The words that stand, latest first: an edit stands in the place of what it changed."""
    changed: set[int] = set()
    texts = []
    for line in lines:
        target = line.seq if line.changes is None else line.changes
        if target in changed:
            continue
        if line.changes is not None:
            changed.add(target)
        if line.kind is not Kind.RETRACT:
            texts.append(line.text)
    return texts


def _match(wanted: str, known: KnownConversation, told: _Told) -> str | None:
    """The line to show: of what was said, or a subject, or else who the customer is."""
    for text in (*told.said, *told.subjects, known.email, known.name):
        if text is not None and wanted in folded(text):
            return excerpt(text, wanted)
    return None
