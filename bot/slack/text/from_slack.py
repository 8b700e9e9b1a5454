"""What a teammate typed, as the customer should read it, and whether it is meant for them at all.

A message from Slack's composer comes twice: as encoded `text`, and as `rich_text` blocks, which Slack has
parsed already. The blocks are what its author saw, so they are read where they are whole; the text is read
where they are not. Whether the message is meant for the customer is judged by both.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.desk.replies.signs import Sign
from bot.desk.replies.thread_messages import Intent
from bot.slack.text import mrkdwn, rich_text
from bot.slack.text.intent import judged
from bot.slack.text.markers.addressee import IsColleague
from bot.slack.text.names import DisplayNames
from bot.text.html import html
from bot.text.lines import one_line
from bot.text.plain import plain
from bot.text.tree import is_formatted


@dataclass(frozen=True, slots=True)
class Reading:
    """A thread message read: its words for the customer, and for whom it seems meant.

    `html` shows the same words with their formatting; None where there is none. `sign` is what makes it
    unclear.
    """

    text: str
    intent: Intent
    html: str | None = None
    sign: Sign | None = None


def mentioned_users(text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> frozenset[str]:
    """The ids of the users that a message mentions."""
    return frozenset(re.findall(r"<@([UW][A-Z0-9]+)", text)) | rich_text.mentioned_users(blocks)


def read(
    text: str,
    *,
    names: Mapping[str, str],
    has_files: bool = False,
    blocks: Sequence[Mapping[str, Any]] = (),
    channels: Collection[str] = (),
    is_colleague: IsColleague | None = None,
) -> Reading:
    """Read a message's `text` and `blocks`. `names` gives the names of mentioned users, by their ids.

    A marker or a mention at the start makes a note, any other sign for the team makes it unclear
    (`intent.judged`); `channels` are our Slack channels' names, and `is_colleague` says of a name whether a
    colleague of the author is called so. An id that has no name becomes a general
    word, never the id. What nobody can see are no words.
    """
    called = DisplayNames(names, text)
    rich = rich_text.read(blocks, called, text=text)
    words = mrkdwn.decoded(text, called) if rich.prose is None else plain(rich.prose)
    intent, sign = judged(mrkdwn.seen(text), rich.seen, channels=channels, is_colleague=is_colleague)
    if intent is not Intent.NOTE and not has_files and not one_line(words):
        intent = Intent.NOTHING
    formatted = rich.prose is not None and is_formatted(rich.prose)
    shown = html(rich.prose) or None if rich.prose and formatted else None
    return Reading(words, intent, shown, sign if intent is Intent.UNCLEAR else None)
