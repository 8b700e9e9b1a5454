"""How a marker is built: `[decoration] [before] LABEL [end]`, where the label may be several words.

All expressions match at the start of a head: the folded text of a sentence's beginning, behind its
decoration. A head is short (`HEAD`), so that no text takes long however it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.slack.text.markers import japanese
from bot.slack.text.markers.slips import readings
from bot.slack.text.markers.words.spaced import LANGUAGES

HEAD = 120

# No letter or digit follows. An underscore may: it formats.
_END = r"(?![^\W_])"
_GAP = r"[\s\-_]+"
# What ends a label beyond doubt, what may end it, and the narrowest: a colon or what stands for one.
_STRONG = (
    r"(?:[\"“”«»]\s*:|\s+(?=[\u3041-\u30ff\u4e00-\u9fff])|\s+[-–—]+|\s*$"
    r"|\s*/!|\s?[\"“”«»]\s(?!\s*(?:is|are|means|ist|heisst|es|son|significa|est|signifie|button|menu)\b)"
    r"|\s*(?:[^\w\s.,&/+%'\"“”«»\-–—€$£@<(]|_|//|\.{2,}|[-–—]+(?=\s|>|$)))"
)
_ANY = rf"(?:{_STRONG}|\s*[,(/]|\.(?=\s|$))"
_COLON = r"(?:[\"“”«»]?\s*(?::|;|-*>|→|➜|➡|//|\.{3}|…|[)\]}])|\s+[-–—]+\s)"
_CALLS = r"(?:\s*(?:[:;,!(→<>)\]}*~_=]|-{2,}|\.{3})|\s+[-–—]+)"
# A few words more, then what ends it: "al equipo de tarde: …".
_WORDS_ON = rf"(?:\s+\w+){{0,3}}(?:{_STRONG}|\s*[,(])"
_NOT_EMPTY = r"(?=.*\w)"


def _one_of(entries: Iterable[str]) -> str:
    # Longer ones first, so that none hides behind its beginning.
    phrases = sorted(set(entries), key=len, reverse=True)
    spaced = (phrase.replace(" ?", r"[\s\-]*").replace(" ", _GAP) for phrase in phrases)
    return f"(?:{'|'.join(spaced)}){_END}"


def _all(part: str) -> str:
    return _one_of(entry for language in LANGUAGES for entry in getattr(language, part))


_INTERNAL, _SECRET, _NOTE, _MESSAGE = _all("internal"), _all("secret"), _all("note"), _all("message")
_TASK, _TEAM, _CALLED, _ONLY = _all("task"), _all("team"), _all("called"), _all("only")
_US, _SELF = _all("us"), _all("self")
_TO = _all("to") + r"[\s\-]*"
_ARTICLE = rf"(?:{_all('articles')}\s+)?"
_OF = r"(?:(?:of|from|de|d|du|des|del|von|vom)(?: (?:the|der|den|l|la|les|los|las))? )"
_THINGS = _all("things")
_PEOPLE = rf"(?!{_THINGS}){_all('called')}"
_POLITE = _one_of(
    ("please", "pls", "plz", "bitte", "por favor", "porfa", "svp", "stp", "s il (vous|te) plait")
)
_NEXT, _HAIL, _HAILED, _SPEAKS = _all("next_one"), _all("hails"), _all("hailed"), _all("speaks")
_SLIP, _DRAFT, _UNFINISHED = _all("slips"), _all("draft"), _all("unfinished")
_WRITTEN = _one_of(("reply", "answer", "response", "message", "antwort", "respuesta", "mensaje", "reponse"))
_REVIEW = _one_of(
    ("for", "to", "zur", "para", "por", "a", "not", "nicht", "no", "pas", "par", "pour", "fur", "furs")
)
# Words for who reads a message to the customer: "note for you" is for them.
_YOU = _one_of(
    ("you", "your", "sie", "ihnen", "ihre?n?", "dich", "dir", "usted(es)?", "ti", "su", "vous", "votre",
     "toi",
     "the", "el", "la", "le", "les", "los", "las", "l", "d", "die", "der", "den", "das", "next", "tomorrow",
     "today", "customers?", "guests?", "passe", "all")
)  # fmt: skip
_PLACE = (
    rf"(?:{_GAP}(?:vom|von|von der|im|aus|in|of|from|on|at|de|du|del|des|d)\s(?:the |la |el |l |der )?\w+)"
)
_EVERYBODY = _one_of(("all", "everyone", "everybody", "alle", "tod[oa]s", "tous"))
_ROLE = rf"(?:{_TEAM}|(?:cs|qa|support|crm|ticket|case|call|back office){_END})"

# A greeting tells whom one speaks to: "hey team does …".
_GREETED = (
    rf"(?:{_HAIL}\s+){{1,2}}(?:{_TO})?{_ARTICLE}"
    rf"(?:(?:{_CALLED}|{_HAILED})|(?:{_TO})?{_EVERYBODY}(?:{_CALLS}|{_GAP}{_SPEAKS}))"
)
# Labels written as one word: "noteinterne", "teamnote".
_GLUED = (
    r"(?:notes?|notas?|notiz|memo|info)(?:fur|furs|pour|para|an)?(?:intern\w{0,2}|privee?|privada?|team|equipe|equipo)"
    r"|(?:nur|only|solo|para|pour|fur|furs)(?:intern\w{0,2}|team|equipe|equipo|nosotros|uns|nous)"
    r"|(?:intern\w{0,2}|private?|privat|team|equipe|equipo|staff)(?:note?s?|notiz(?:en)?|nota|memo|info|only|intern)"
)
# Labels of one word. In code of several lines "key: value" is no marker, so they do not count there.
_PLAIN = (
    rf"{_INTERNAL}{_ANY}",
    rf"{_SECRET}{_STRONG}",
    rf"{_NOTE}(?:{_STRONG}|,|\.\s)",
    rf"{_TASK}(?:{_GAP}{_TO}\w+)?(?:{_COLON}|\s*!)",
    rf"{_NOTE}{_GAP}(?:{_TO}|a\s)(?<!all )(?<!alle )(?!pie)\w+{_COLON}",
    rf"(?:int|prv|pvt|priv|pv)\.?{_COLON}",
    rf"{_DRAFT}{_ANY}",
    rf"{_DRAFT}{_GAP}(?:{_WRITTEN}|(?:{_REVIEW}|{_NOTE}|{_UNFINISHED}){_WORDS_ON})",
    rf"(?:{_POLITE}\s)?{_UNFINISHED}{_COLON}",
    rf"(?:post[\s\-]?it|zettel|notizzettel|merkzettel|recado|sticky)\s\w+{_COLON}",
    rf"(?:{_TO}|an?\s)(?:suivante?|siguiente|nachste[nr]?|next(?: one)?){_COLON}",
    rf"{_SLIP}{_GAP}(?:{_TO}|an?\s)(?!{_YOU})(?:(?:\w+\s)?\w+{_COLON}|\w+\s*,)",
    rf"{_SECRET}[\s,]+{_TO}(?!{_YOU})\w+{_ANY}",
    r"pa\s\w+\s*[:)\]]",
    _all("about"),
    _all("take_over"),
    rf"(?!(?:i|we|you|they|who|to|je|j|nous|vous|ich|wir|sie|yo|el|ella)\s)\w+[\s,:¿]+(?:{_POLITE}\s)?{_all('take_over')}",
    _all("bare"),
)
# Somebody is called by what they are: only where a sentence begins.
_CALL = (
    rf"(?:{_ARTICLE}{_CALLED}(?:\s+{_POLITE})?{_CALLS}"
    rf"|(?!{_THINGS}){_TEAM}\s*(?::|→|->|/!)|{_TEAM}(?:\s+\w+)?\s*[)\]}}>]"
    rf"|{_ARTICLE}(?:{_CALLED}|{_HAILED}){_PLACE}?{_CALLS}"
    rf"|(?:la )?team(?:{_GAP}\w+)?(?:{_COLON}|\s*[.,]|\s+[^\w\s\-–—'\"«»&/+(@])"
    rf"|(?:everyone|everybody|tod[oa]s|tous|tout le monde)\s*:"
    rf"|{_HAILED}{_GAP}{_SPEAKS}"
    rf"|(?:{_TO})?(?:{_ARTICLE})?{_NEXT}(?:\s+\w+){{0,5}}(?:{_COLON}|\s*[,!])"
    rf")"
)
# Labels of several words, which say it in full.
_FULL = (
    rf"{_INTERNAL}{_GAP}{_ONLY}",
    rf"{_INTERNAL}{_GAP}{_POLITE}",
    rf"(?:{_INTERNAL}|{_SECRET})[\s,]+(?:{_TO})?{_ARTICLE}{_PEOPLE}",
    (
        rf"(?:{_INTERNAL}|{_SECRET}|{_ONLY})[\s,]+(?:{_TO}|a\s)?(?:vous |euch |you |ustedes )?"
        rf"(?:{_HAILED}|{_ARTICLE}{_CALLED}{_ANY})"
    ),
    rf"{_ONLY}{_GAP}(?:{_TO})?{_INTERNAL}{_ANY}",
    rf"(?!an internal)(?:{_TO}|(?:zur|zum|de|d)\s+){_INTERNAL}(?:\s+\w+){{0,2}}(?:{_STRONG}|\s*[,(])",
    rf"(?:{_INTERNAL}|{_SECRET}|{_ROLE}){_GAP}(?:{_NOTE}|{_MESSAGE}|{_TASK}){_ANY}",
    rf"(?:{_INTERNAL}|{_SECRET}){_GAP}(?:note|notiz|memo){_END}",
    rf"{_TASK}{_GAP}{_NOTE}{_ANY}",
    rf"(?:{_NOTE}|{_MESSAGE}|{_TASK}){_GAP}(?:{_INTERNAL}|{_SECRET}){_ANY}",
    rf"(?:nota|note|notiz|memo){_GAP}(?:{_INTERNAL}|{_SECRET})",
    rf"(?:\w+\s+)?(?:{_NOTE}|{_TASK})(?:{_GAP}\w+)?{_GAP}(?:{_TO}|{_OF}|a\s)(?:{_TEAM}|{_US}|{_SELF}|{_CALLED})",
    rf"{_MESSAGE}{_GAP}(?:{_TO}|a\s){_SELF}{_COLON}",
    rf"{_INTERNAL}{_GAP}{_TO}\w+{_ANY}",
    rf"(?:{_NOTE}|{_TASK}){_GAP}(?:{_TO}|{_OF}|a\s|an\s)?{_EVERYBODY}{_ANY}",
    rf"{_MESSAGE}[\s,:\-]+(?:{_TO}|a\s|an\s)?{_EVERYBODY}{_CALLS}",
    rf"(?:a|an|to){_GAP}{_EVERYBODY}\s*:",
    rf"(?:{_NOTE}|{_TASK}){_GAP}{_TEAM}",
    rf"{_MESSAGE}[\s,:\-]+(?:{_TO}|{_OF})?{_ARTICLE}{_PEOPLE}",
    rf"{_MESSAGE}[\s,:\-]+(?:{_TO}|{_OF})?{_ARTICLE}{_TEAM}{_WORDS_ON}",
    rf"{_MESSAGE}{_GAP}{_TO}{_US}{_WORDS_ON}",
    rf"{_MESSAGE}{_GAP}a\s{_ARTICLE}(?:{_CALLED}|{_TEAM}{_ANY})",
    rf"(?:{_INTERNAL}|{_SECRET}|{_DRAFT}|{_ONLY}|{_TASK}|{_MESSAGE})[\s,]+(?:{_TO}|a\s)?{_ARTICLE}{_TEAM}{_ANY}",
    rf"{_DRAFT}{_GAP}{_INTERNAL}",
    rf"{_INTERNAL}{_GAP}{_DRAFT}",
    rf"{_ONLY}{_GAP}(?:wir|we|nos|{_US})(?:\s\w+)?{_ANY}",
    rf"(?:a|an)\s(?:toute|tout|todo|todos|alle|all)\s(?:l |le |el |la |los |the )?{_TEAM}",
    rf"(?:{_GLUED}){_END}",
    rf"{_TO}{_ARTICLE}{_PEOPLE}",
    rf"{_TO}{_ARTICLE}{_TEAM}{_WORDS_ON}",
    rf"{_ONLY}{_GAP}(?:{_TO})?{_ARTICLE}{_PEOPLE}",
    rf"{_ONLY}{_GAP}(?:{_TO})?{_ARTICLE}{_TEAM}{_WORDS_ON}",
    rf"{_ONLY}{_GAP}{_TO}{_US}",
    rf"(?:{_TO})?{_TEAM}{_GAP}(?:{_ONLY}|eyes)",
    rf"(?:{_TO})?{_US}{_GAP}{_ONLY}{_ANY}",
    rf"{_TO}{_US}{_COLON}",
    rf"{_TEAM}{_GAP}{_INTERNAL}{_ANY}",
    rf"(?:{_POLITE}\s+)?{_all('withheld')}",
    rf"(?:{_POLITE}\s+)?{_all('unsent')}(?:\s+{_POLITE})?{_ANY}",
)


_BEFORE = rf"(?:(?:{_all('before')}|{_ONLY})[\s,.:;!\-]*){{0,3}}"
_JAPANESE_PLAIN, _JAPANESE_FULL = japanese.expressions()
_SHORT_LABEL = re.compile(rf"(?:{_BEFORE}(?:{'|'.join(_PLAIN)})|{_JAPANESE_PLAIN})")
_CALLED_OUT = re.compile(rf"{_GREETED}|{_BEFORE}{_CALL}")
_FULL_LABEL = re.compile(rf"(?:{_BEFORE}(?:{'|'.join(_FULL)})|{_JAPANESE_FULL})")
_COMMAND = re.compile(
    rf"(?:{_INTERNAL}|{_SECRET}|{_NOTE}|{_TASK}|(?:team|equipo|equipe){_END}|メモ|社内|内部)"
)
_INTERNAL_NAME = re.compile(rf"(?<![^\W_]){_INTERNAL}|社内|内部|社外秘|部外秘")
# In the middle of a sentence it takes a colon.
_INTERNAL_COLON = re.compile(rf"(?<![\w-]){_INTERNAL}\s?:(?!\S*/|\s*\d)")
_NOTE_COLON = re.compile(r"(?<![\w-])(?:note|notiz|nota|memo|メモ)\s?:(?!\S*/)")
_ORDINARY = re.compile(rf"(?:^|.*[\s(]){_all('ordinary_notes')}\s*$", re.DOTALL)


def is_command(head: str) -> bool:
    """Whether a head begins with a label, whatever follows, as behind a slash: "/note she is deaf"."""
    return bool(_COMMAND.match(head[:HEAD]))


def is_called_internal(name: str) -> bool:
    """Whether a file's folded name says anywhere that it is internal: "prices (internal)"."""
    return bool(_INTERNAL_NAME.search(name))


def is_marked(head: str, *, short_labels: bool = True, calls: bool = True) -> bool:
    """Whether a head begins with a marker.

    Without `short_labels` it takes several words to be one; without `calls` nobody is called ("Team, …").
    """
    for one in readings(head[:HEAD]):
        if _FULL_LABEL.match(one) or (short_labels and _SHORT_LABEL.match(one)):
            return True
        if short_labels and calls and _CALLED_OUT.match(one):
            return True
    return False


def is_marked_inside(line: str) -> bool:
    """Whether a label with its colon stands somewhere in a line, also in the middle of a sentence."""
    if _INTERNAL_COLON.search(line):
        return True
    return any(
        not _ORDINARY.match(line[max(0, found.start() - 30) : found.start()])
        for found in _NOTE_COLON.finditer(line)
    )
