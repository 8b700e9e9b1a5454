"""Text for Slack: escaped, shortened, split, and the words for states and statuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bot.i18n import say
from bot.text.lines import as_label, first_label, one_line
from storage.records import Conversation, Status

SECTION_LIMIT = 3000
HEADER_LIMIT = 150
PREVIEW_LENGTH = 150
# Of a name above somebody's words, so that the smallest post has room for words as well.
LONGEST_NAME = 80
# Letters of a word that are given up rather than shown without the rest of it.
_LONGEST_REST = 15


def status_word(status: Status, *, on: str | None = None) -> str:
    """`on`: the name of whose turn it is, formatted, where others read it too."""
    match status:
        case Status.NEW:
            return say("New")
        case Status.ON_YOU:
            return say("On you") if on is None else say("On {name}", name=on)
        case Status.ON_CUSTOMER:
            return say("On customer")
        case Status.ON_HOLD:
            return say("On hold")
        case Status.CLOSED:
            return say("Closed")
        case Status.CANCELLED:
            return say("Cancelled")


def escaped(text: str) -> str:
    """Inert in mrkdwn as far as mentions and links go; `*_~` and backticks may still format."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def bold(name: str) -> str:
    """A name, in bold, that cannot end the bold or start anything else."""
    return f"*{escaped(re.sub('[*_~`]', '', as_label(name)).strip() or '?')}*"


def unformatted(text: str) -> str:
    """Others' words on one line within a sentence of ours in mrkdwn: no mark of ours, no format, no mention.

    An underscore within a word, as in an order's number, formats nothing and stays.
    """
    return escaped(re.sub(r"[*~`]|(?<!\w)_|_(?!\w)", "", as_label(text)))


def shortened(text: str, length: int) -> str:
    """At most `length` characters as Slack may count them, on one line, cut with an ellipsis.

    Cut between words, where one ends not long before.
    """
    line = one_line(text)
    if size(line) <= length:
        return line
    end = _fitting(line, length - 1)
    between = line.rfind(" ", max(0, end - _LONGEST_REST), end + 1)
    return line[: end if between < 0 else between].rstrip() + "…"


def size(text: str) -> int:
    """How long a text is at most in Slack's eyes: an emoji may count twice (UTF-16, as browsers count)."""
    return len(text) + sum(character > "\uffff" for character in text)


def customer_name(conversation: Conversation) -> str:
    """What to call the customer. Never empty, and never longer than a line."""
    customer = conversation.customer
    return shortened(first_label(customer.name or "", customer.email or ""), LONGEST_NAME) or say("Customer")


def notification(who: str, text: str) -> str:
    """A message's `text`: what a notification shows and a screen reader says."""
    return escaped(f"{who}: {shortened(text, PREVIEW_LENGTH)}" if text else who)


def when(moment: datetime) -> str:
    """A time that each reader sees in their own zone (mrkdwn only)."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def date_and_time(moment: datetime) -> str:
    """A day and time that each reader sees in their own zone and words (mrkdwn only)."""
    day = f"{{date_short_pretty}} {{time}}|{moment:%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{day}>"


def chunks(text: str, limit: int = SECTION_LIMIT) -> Iterator[str]:
    """The text in pieces of at most `limit`, which joined are the text again. No piece is blank.

    Slack refuses a blank text, so a gap of more than a third of `limit` is made that short, and a text of
    nothing but white space has no pieces at all.
    """
    if not text.strip():
        return
    longest_gap = limit // 3
    text = re.sub(rf"\s{{{longest_gap + 1},}}", lambda gap: gap[0][:longest_gap], text)
    while size(text) > limit:
        cut = _fitting(text, limit)
        # Leave the rest something to show.
        while not text[cut:].strip():
            cut -= 1
        yield text[:cut]
        text = text[cut:]
    yield text


def _fitting(text: str, limit: int) -> int:
    """How many of the first characters fit into `limit`."""
    taken = 0
    for number, character in enumerate(text):
        taken += 2 if character > "\uffff" else 1
        if taken > limit:
            return number
    return len(text)
