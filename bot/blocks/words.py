"""Text for Slack: escaped, shortened, split, and the words for states and statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from storage.records import Conversation, Status

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
PREVIEW_LENGTH = 150

STATUS_WORDS = {
    Status.NEW: "New",
    Status.ON_YOU: "On you",
    Status.ON_CUSTOMER: "On customer",
    Status.ON_HOLD: "On hold",
    Status.CLOSED: "Closed",
    Status.CANCELLED: "Cancelled",
}

# Controls, and the marks that turn the direction of what follows: a name made of them could pass for another.
_UNSAFE_IN_NAMES = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def escaped(text: str) -> str:
    """Inert in mrkdwn as far as mentions and links go; `*_~` and backticks may still format."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(name: str) -> str:
    """A name, in bold, that cannot end the bold or start anything else."""
    return f"*{escaped(re.sub('[*_~`]', '', one_line(name)) or '?')}*"


def one_line(text: str) -> str:
    return " ".join(_UNSAFE_IN_NAMES.sub(" ", text).split())


def shortened(text: str, length: int) -> str:
    """At most `length` characters, on one line, cut with an ellipsis."""
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def customer_name(conversation: Conversation) -> str:
    """What to call the customer. Never empty, and never longer than a line."""
    customer = conversation.customer
    return shortened(customer.name or customer.email or "", 80) or "Customer"


def notification(who: str, text: str) -> str:
    """A message's `text`: what a notification shows and a screen reader says."""
    return escaped(f"{who}: {shortened(text, PREVIEW_LENGTH)}" if text else who)


def when(moment: datetime) -> str:
    """A time that each reader sees in their own zone (mrkdwn only)."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def chunks(text: str, limit: int = SECTION_LIMIT) -> Iterator[str]:
    """The text in pieces of at most `limit`, which joined are the text again. No piece is blank.

    Slack refuses a blank text; a piece of nothing but white space keeps a character of its neighbour.
    """
    while len(text) > limit:
        cut = limit
        # Leave the rest something to show.
        while cut > 1 and not text[cut:].strip():
            cut -= 1
        yield text[:cut]
        text = text[cut:]
    yield text
