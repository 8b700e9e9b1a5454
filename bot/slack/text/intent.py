"""The gate: is this typed for the customer? Judged by what the eye sees of a thread message.

The markers that the README names, `note:` and `//`, and a mention make a note where a message begins with
them. Marks, quotes, bullets and emoji in front do not hide them, nor does formatting inside: "*note*:",
"> // …" and "• :lock: note: …" are notes too. Whatever else resembles a marker, on any line and in any
language (bot/slack/text/markers), and every mention, Slack channel and address within Slack, makes it
unclear: its author is asked. So they are about a sentence that reads like what teammates say to each other
(bot/slack/text/markers/learned). Sending a note to a customer cannot be undone; asking costs one press
(docs/decisions/0007-in-doubt-it-is-held.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.desk.replies.signs import Sign, TeamSign
from bot.desk.replies.thread_messages import Intent
from bot.slack.text.markers.addressee import IsColleague
from bot.slack.text.markers.code import without_code, without_programs
from bot.slack.text.markers.folding import visible
from bot.slack.text.markers.judge import has_marker, is_name_for_team, sign_in
from bot.slack.text.markers.learned.model import remark_in
from bot.slack.text.markers.stand_ins import EMOJI, INTO_SLACK, SLACK_CHANNEL, SOMEBODY

# Each sign can be read in one way only, so that nothing is tried twice. Possessive groups would be shorter,
# and Python before 3.11.5 matches them wrongly (CPython issue 106052).
_NOTE = re.compile(
    rf"(?:(?!//|:note:){EMOJI}|(?!//)(?:(?=:note:)|(?!{EMOJI}))[\W_])*(?:note(?:[^\w\n:]|_)*:|//)",
    re.IGNORECASE,
)
_LEADING_MENTION = re.compile(rf"(?:{EMOJI}|(?!{SOMEBODY})(?!{EMOJI})[\W_])*{SOMEBODY}")

# Of a text file so many lines are judged.
FIRST_LINES = 3
_OPENING = 1_000


def as_seen(text: str) -> str:
    """Words, ready to stand between the signs for mentions and the like."""
    return text.replace(SOMEBODY, "").replace(INTO_SLACK, "").replace(SLACK_CHANNEL, "")


def judged(
    *readings: tuple[str, str], channels: Collection[str] = (), is_colleague: IsColleague | None = None
) -> tuple[Intent, Sign | None]:
    """For whom a message is meant, and the sign that makes it unclear.

    A message is read in several ways (its text, its blocks), each of them whole and without what it quotes.
    The most careful reading counts: a note over unclear over for the customer. `channels` are our Slack
    channels' names, and `is_colleague` says of a name whether a colleague of the author is called so.
    """
    if any(is_note(own if own.strip() else whole) for whole, own in readings):
        return Intent.NOTE, None
    # Mostly the text and the blocks read the same.
    for whole in dict.fromkeys(whole for whole, _ in readings):
        sign = sign_of(whole, channels=channels, is_colleague=is_colleague)
        if sign is not None:
            return Intent.UNCLEAR, sign
    return Intent.FOR_CUSTOMER, None


def sign_of(
    seen: str, *, channels: Collection[str] = (), is_colleague: IsColleague | None = None
) -> Sign | None:
    """What in a text looks meant for the team: a sign if there is one, else a sentence that reads so."""
    sign = sign_in(seen, channels=channels, is_colleague=is_colleague)
    if sign is not None:
        return sign
    remark = remark_in(seen)
    return Sign(TeamSign.REMARK, remark) if remark is not None else None


def is_note(seen: str) -> bool:
    """Whether a text begins as a note does."""
    bare = without_programs(visible(seen))
    first, newline, rest = bare.lstrip().partition("\n")
    if "```" not in first:
        bare = f"{without_code(first)}{newline}{rest}"
    return bool(_NOTE.match(bare) or _LEADING_MENTION.match(bare))


def is_marked_file(*names: str, text: str = "") -> bool:
    """Whether a file is named like a note for the team, or one of its `text`'s first lines reads like one.

    A file's mentions and channels are none of Slack's: logs and settings are full of such signs.
    """
    lines = [line for line in text.splitlines() if line.strip()][:FIRST_LINES]
    if text and is_note(as_seen(text[:_OPENING])):
        return True
    return any(map(is_name_for_team, names)) or any(has_marker(as_seen(line)) for line in lines)
