"""For whom a thread message seems meant, judged by what the eye sees of it.

What is seen is the message's words with a sign in place of each mention. Marks, quotes, bullets and emoji in
front of a marker do not hide it, nor does formatting inside it: "*note*:", "> // …" and "• :lock: note: …"
are notes too.
"""

from __future__ import annotations

import re
import unicodedata

from bot.desk.replies import Meant

# Noncharacters, which nobody can type: a live mention, and an address that leads into Slack.
SOMEBODY = "\ufdd0"
INTO_SLACK = "\ufdd1"

_EMOJI = r":[a-z0-9_+'-]+:"
# A mention that Slack did not recognise is still addressed to somebody; an e-mail address is not one.
_TYPED_MENTION = re.compile(r"(?<![\w.+/-])@\w")
_NOTE = re.compile(rf"(?:(?!//|:note:){_EMOJI}|(?!//)[\W_])*+(?:note(?:[^\w\n:]|_)*+:|//)", re.IGNORECASE)
_LEADING_MENTION = re.compile(rf"(?:{_EMOJI}|(?!{SOMEBODY})[\W_])*+{SOMEBODY}")
_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xAD, 0xFEFF]
)
_CAUTION = (Meant.NOTE, Meant.UNCLEAR, Meant.FOR_CUSTOMER)


def as_seen(text: str) -> str:
    """Words, ready to stand between the signs for mentions."""
    return text.replace(SOMEBODY, "").replace(INTO_SLACK, "")


def meaning(*seen: str) -> Meant:
    """The most careful reading of them: a note over unclear over for the customer."""
    found = {_meaning(one) for one in seen}
    return next((meant for meant in _CAUTION if meant in found), Meant.FOR_CUSTOMER)


def _meaning(seen: str) -> Meant:
    bare = unicodedata.normalize("NFKC", seen).translate(_INVISIBLE)
    if _NOTE.match(bare) or _LEADING_MENTION.match(bare):
        return Meant.NOTE
    if SOMEBODY in bare or INTO_SLACK in bare or _TYPED_MENTION.search(bare):
        return Meant.UNCLEAR
    return Meant.FOR_CUSTOMER
