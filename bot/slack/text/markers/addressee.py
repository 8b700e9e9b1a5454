"""Whether a line speaks to a colleague by name: "Ben, can you …", "hey Ben: …", "ベンさん、…"."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.slack.text.markers.decoration import decoration_end
from bot.slack.text.markers.folding import folded, visible

# Says of a name, folded, whether a colleague of the author is called that.
IsColleague = Callable[[str], bool]

# Words of a name that are looked up together.
_LONGEST = 3
_GREETING = re.compile(
    r"(?:(?:hey|hi|hiya|hello|yo|ping|cc|ok|okay|so|and|or|thanks|thx|please|pls|sorry"
    r"|hallo|moin|servus|danke|bitte|und|hola|oye|gracias|perdona|y|salut|coucou|bonjour|merci|dis|et)"
    r"\b[ ,!]*){1,2}"
)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
# What follows a name that is spoken to, not of: a sign, or words that ask or tell.
_SPOKEN_TO = re.compile(
    r"\s*(?:[,:;!?…–—]|-\s|\.\.)"
    r"|\s+(?:(?:can|could|would|will|did|do|have|are) (?:you|u|we|i)\b"
    r"|(?:please|pls|thoughts|fyi|heads up|any idea)\b"
    r"|(?:kannst|könntest|konntest|hast|bist|weißt|weisst|magst|schau|guck|bitte)\b"
    r"|(?:puedes|podrias|tienes|sabes|mira|por favor)\b|(?:tu peux|tu as|peux|pourrais|as-tu|regarde|stp)\b)"
)
_EMPHASIS = re.compile(r"[*~]")
# Japanese writes no spaces; a title ends the name.
_TITLED = re.compile(r"([^\W\d_]{1,8}?)(?:さん|くん|君|ちゃん|先輩)[、,::!！。\s]")


def speaks_to(line: str, is_colleague: IsColleague) -> bool:
    """Whether a line begins by speaking to somebody whom `is_colleague` knows. Code speaks to nobody."""
    if line.lstrip().startswith("`"):
        return False
    text = _EMPHASIS.sub("", folded(visible(line)))
    text = text[decoration_end(text) :]
    greeting = _GREETING.match(text)
    starts = {0, greeting.end()} if greeting else {0}
    return any(_names(text[start:], is_colleague, greeted=start > 0) for start in starts)


def _names(text: str, is_colleague: IsColleague, *, greeted: bool) -> bool:
    titled = _TITLED.match(text)
    if titled is not None and is_colleague(titled[1]):
        return True
    end, called = 0, ""
    for _ in range(_LONGEST):
        word = _WORD.match(text, end)
        if word is None:
            return False
        called = f"{called} {word[0]}".strip()
        end = word.end()
        is_spoken_to = _SPOKEN_TO.match(text, end) or (greeted and not text[end:].strip())
        if is_spoken_to and is_colleague(called):
            return True
        if text[end : end + 1] != " ":
            return False
        end += 1
    return False
