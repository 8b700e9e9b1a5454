"""Where in a text a sign for the team counts: at the start of every line, sentence and bracket."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bot.desk.replies.signs import Sign, TeamSign
from bot.slack.text.markers.addressee import IsColleague, speaks_to
from bot.slack.text.markers.code import without_code
from bot.slack.text.markers.decoration import MARK_AT_END, decoration_end, has_sign
from bot.slack.text.markers.folding import folded, visible
from bot.slack.text.markers.grammar import (
    HEAD,
    is_called_internal,
    is_command,
    is_marked,
    is_marked_inside,
)
from bot.slack.text.markers.lines import Line, lines_of
from bot.slack.text.markers.stand_ins import EMOJI, INTO_SLACK, SLACK_CHANNEL, SOMEBODY

# A text of more beginnings than that, one for every few letters, is no reply that can be judged in time.
MOST_BEGINNINGS = 300


# In the middle of a line, unless a number follows: "100 km // 62 miles".
_COMMENT_INSIDE = re.compile(r"(?<=\s)//(?=\s+[^\s\d])")
_AFTER_SENTENCE = r"(?:[.!?…]+[\"”’)]*\s+|[。!?！？]+\s*)"
_OPENING = r"[(\[{{<|「『【《〈〔]+"
_BETWEEN = r"[*=~#→➜➡^]+|\s/{1,4}\s?|[-–—]{2,}>?|\s[-–—]\s|->|>>+"
_STARTS = re.compile(rf"(?P<sentence>{_AFTER_SENTENCE}|{_OPENING})|(?P<between>{_BETWEEN})")
_MASKED = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]++@[\w-]+\.[\w.-]+|(?<![\w/])(?:[a-z]:)?[\\/]\w[\w.-]*(?:[\\/][\w.-]+)+",
    re.IGNORECASE,
)
# What is shouted at the start of a line is its heading: "NOTE he pays late".
_CAPITALS = re.compile(
    rf"(^(?:{EMOJI}|(?!{EMOJI})\W|_)*(?:[A-ZÀ-Ý]+\s){{0,5}}[A-ZÀ-Ý]{{3,}})(?=\s+(?:[^\sA-ZÀ-Ý]\w|[A-ZÀ-Ý][a-zà-ÿ]))"
)
# "INTERNO.El techo": a sentence ends here too, where the space was forgotten.
_NO_SPACE = re.compile(r"(?<=[^\W\d_]{4}\.)(?=[A-ZÀ-Ý][a-zà-ÿ])")
_ENDING = re.compile(r"\.\w{1,8}$")
# A mention that Slack did not recognise is still addressed to somebody; an e-mail address or a package
# ("@scope/name") is not one.
_TYPED_MENTION = re.compile(r"(?<![\w.+/@-])@+(?=\w)(?![a-z0-9][a-z0-9._-]*/[a-z0-9])")
# Japanese puts no space in front of one, so there it takes a colleague's title.
_TYPED_MENTION_JAPANESE = re.compile(
    r"(?<=[\u3041-\u30ff\u4e00-\u9fff])@+[^\W\d_]{1,8}?(?:さん|くん|君|ちゃん|先輩|課長|部長|店長)"
)
_MENTION_APART = re.compile(r"(?:^|cc\s?:?\s?)@\s?\w", re.IGNORECASE)
# As Slack names its channels: small letters of any script, digits, hyphens, underscores.
_HASHTAG = re.compile(r"(?<![\w&/#])#(?=[\w-]*[^\W\d_]|\s[a-z]+[-_][a-z])\s?([\w-]{2,80})")
# Words beside the hashtag of a campaign. A hashtag has no hyphen.
_CAMPAIGN = re.compile(
    r"hash ?tags?\b|\binsta(?:gram)?\b|tik ?tok"
    r"|twitter|facebook|\bselfie|\b(?:photo|foto|pic|video|vídeo|vidéo)s?\b"
    r"|gewinnspiel|sorteo|concurso|concours|contest|giveaway|challenge|投稿|写真|ハッシュタグ|タグ付|キャンペーン|インスタ",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?=[a-f]*\d|([a-f])\1+$)(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|(?:([0-9a-f])\2){3}")


def sign_in(
    seen: str, *, channels: Collection[str] = (), is_colleague: IsColleague | None = None
) -> Sign | None:
    """The first sign in a text that it, or a line of it, is for the team; None where there is none.

    `seen` is Slack's formatting with the signs above in place of mentions and the like. `channels` are the
    names of our own Slack channels: those of several words count also without a "#". `is_colleague` says
    whether a colleague is called so.
    Takes time in proportion to the text.
    """
    ours = frozenset(name.casefold() for name in channels if re.search(r"[-_]", name))
    beginnings = 0
    for line in lines_of(seen):
        kind = _kind(line, ours)
        if kind is None and is_colleague and not line.is_code and speaks_to(line.text, is_colleague):
            kind = TeamSign.COLLEAGUE
        if kind is not None:
            return Sign(kind, line.text)
        beginnings += 1 + len(_STARTS.findall(line.text))
        if beginnings > MOST_BEGINNINGS:
            return Sign(TeamSign.TOO_BROKEN_UP, line.text)
    return None


def has_marker(line: str) -> bool:
    """Whether a single line carries a marker, whatever names or channels are in it."""
    return _is_marked(folded(_bare(visible(line))), Line(line))


def is_name_for_team(name: str) -> bool:
    """Whether a file's name, or its title, says that the file is for the team."""
    words = re.sub(r"[_-]", " ", _ENDING.sub("", name))
    return has_marker(words) or is_called_internal(folded(words))


def _kind(line: Line, ours: Collection[str]) -> TeamSign | None:
    text = visible(line.text)
    if SOMEBODY in text:
        return TeamSign.MENTION
    if SLACK_CHANNEL in text:
        return TeamSign.SLACK_CHANNEL
    if INTO_SLACK in text:
        return TeamSign.SLACK_LINK
    own = text if line.is_code else without_code(text)
    bare = _bare(own)
    if not line.is_code:
        if _TYPED_MENTION.search(bare) or _TYPED_MENTION_JAPANESE.search(bare):
            return TeamSign.MENTION
        if _MENTION_APART.match(bare[decoration_end(bare, keep="@") :]):
            return TeamSign.MENTION
        if _names_a_channel(bare, ours):
            return TeamSign.SLACK_CHANNEL
    return TeamSign.MARKER if _is_marked(folded(bare), line) else None


def _bare(text: str) -> str:
    return _CAPITALS.sub(r"\1:", _NO_SPACE.sub(" ", _MASKED.sub("x", text)), count=1)


def _is_marked(bare: str, line: Line) -> bool:
    short_labels = not (line.is_program or line.is_answered)
    at = 0
    for number, (start, is_between) in enumerate(_starts(bare)):
        if number > MOST_BEGINNINGS:
            break
        if start < at:
            continue
        end = decoration_end(bare, start)
        if (
            not is_between
            and not line.is_code
            and not line.is_answered
            and has_sign(bare[start:end], bare[end:])
        ):
            return True
        head = bare[end : end + HEAD]
        if is_marked(head, short_labels=short_labels, calls=not is_between):
            return True
        if start == 0 and bare[:end].strip() in ("/", "\\", "!", "#") and is_command(head):
            return True
        at = end
    if line.is_code or line.is_answered:
        return False
    if _COMMENT_INSIDE.search(bare):
        return True
    return bool(MARK_AT_END.search(bare[-40:])) or is_marked_inside(bare)


def _starts(bare: str) -> Iterator[tuple[int, bool]]:
    yield 0, False
    for found in _STARTS.finditer(bare):
        yield found.end(), found.lastgroup == "between"


def _names_a_channel(bare: str, ours: Collection[str]) -> bool:
    is_campaign = bool(_CAMPAIGN.search(bare))
    for found in _HASHTAG.finditer(bare):
        name = found[1]
        is_slacks = name == name.lower() or (re.search("[-_]", name) and name != name.upper())
        if is_campaign and "-" not in name:
            continue
        if is_slacks and not _COLOUR.fullmatch(name):
            return True
    if not ours:
        return False
    return any(word.casefold() in ours for word in re.findall(r"\w+(?:[-_]\w+)+", bare))
