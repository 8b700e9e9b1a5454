"""Text made harmless: what may be stored, and what may be shown to a team that did not ask for it."""

import html
import re
import unicodedata

_KEPT_CONTROLS = "\n\t"
_KEPT_FORMATS = "\u200c\u200d"  # joiners: Persian words and emoji families fall apart without them

# Look-alikes rather than deletions, so that "2*3", "a < b" and "~5 days" still say what they said.
_LOOK_ALIKES = str.maketrans({"<": "‹", ">": "›", "*": "∗", "~": "∼", "`": "'"})

_ANGLED_LABEL = re.compile(r"<[^<>|\s]*\|([^<>]*)>")  # <https://…|label>, <@U1|ana>, <!subteam^S1|team>
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{0,30}://[^\s<>|]*", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:mailto|tel|sms|callto|slack|javascript|vbscript|data):(?=\S)", re.IGNORECASE)
_DOMAIN_DOT = re.compile(r"(?<=[^\W_])\.(?=(?:[^\W_][\w-]{0,62}\.){0,8}(?:xn--|[^\W\d_]{2,24}\b))")
_SHORTCODE = re.compile(r"(?:(?<!\d):|:(?!\d))(?=[\w+'-]{1,60}:)")  # ":+1:" and ":100:", but not 10:30:15
_AT = re.compile(r"(?<!\w)@(?=\w)")
_HASH = re.compile(r"(?<!\w)#(?=[^\W\d])")
_ENTITY = re.compile(r"&(?=#?\w+;)")  # one that is nobody's, "&evil;"; the known ones are characters by then
_OUTER_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")


def clean(text: str) -> str:
    """Return the text as any store or wire can hold it: no control, bidi or surrogate characters.

    Line breaks become `\\n`; line breaks, tabs and joiners stay; nothing else is lost. Idempotent.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char
        for char in lines
        if char in _KEPT_CONTROLS
        or char in _KEPT_FORMATS
        or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
    )


def shorten(text: str, limit: int) -> str:
    """Cut to at most `limit` characters, at a space if one is near, marked with "…"."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ")
    if space > limit * 0.6:
        cut = cut[:space]
    while cut and (cut[-1] in _KEPT_FORMATS or cut[-1].isspace()):
        cut = cut[:-1]
    return cut + "…"


def inert_line(text: str, limit: int) -> str:
    """Return one line, at most `limit` characters, that no reader can bring to life.

    Shown raw in Slack mrkdwn, in Markdown or in HTML it holds no link, mention, channel, emoji code, format
    or tag: URLs become "[link]", dots within host names "[.]", and signs with a meaning their look-alikes.
    Ordinary sentences come back unchanged but for their white space. Idempotent; may be empty.
    """
    # Longer than any limit by far, and short enough that hostile nesting costs no time.
    line = text[: 8 * limit]
    while (inert := _inert(line)) != line:
        line = inert
    return shorten(line, limit)


def _inert(text: str) -> str:
    text = html.unescape(" ".join(clean(text).split()))
    text = _ANGLED_LABEL.sub(r"\1", text)
    text = _URL.sub("[link]", text)
    text = _SCHEME.sub("", text)
    text = _DOMAIN_DOT.sub("[.]", text)
    text = _SHORTCODE.sub("∶", text)
    text = _AT.sub("＠", text)
    text = _HASH.sub("＃", text)
    text = _ENTITY.sub("＆", text)
    text = _OUTER_UNDERSCORE.sub("＿", text)
    text = text.replace("](", "] (")
    return " ".join(text.translate(_LOOK_ALIKES).split())
