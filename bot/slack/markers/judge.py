"""Where in a text a sign for the team counts: at the start of every line, sentence and bracket."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.desk.signs import Sign, TeamSign
from bot.slack.markers.folding import folded, visible
from bot.slack.markers.grammar import HEAD, is_called_internal, is_command, is_marked, is_marked_inside

# Noncharacters, which nobody can type: a live mention, an address that leads into Slack, a linked channel.
SOMEBODY = "\ufdd0"
INTO_SLACK = "\ufdd1"
SLACK_CHANNEL = "\ufdd2"
_SIGNS = SOMEBODY + INTO_SLACK + SLACK_CHANNEL


# A text of more beginnings than that, one for every few letters, is no reply that can be judged in time.
MOST_BEGINNINGS = 300


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    is_code: bool = False
    # Part of code of several lines, in which "key: value" and comments are usual.
    is_program: bool = False
    # Of somebody else's words, under which the author wrote their own.
    is_answered: bool = False


EMOJI = r":[a-z0-9_+'-]+:"
# Locks, hushed faces and what forbids; a pencil for a note. By character, and by what Slack calls them.
_SIGN_CHARACTERS = "🔒🔐🔏🤫🤐🙊🙈🙉🕵🚫⛔📝🗒🈲"
_SIGN_WORDS = frozenset(
    [
        "lock",
        "locked",
        "closed_lock_with_key",
        "lock_with_ink_pen",
        "shush",
        "shushing",
        "shushing_face",
        "zipper_mouth_face",
        "speak_no_evil",
        "see_no_evil",
        "no_entry",
        "no_entry_sign",
        "memo",
        "pencil",
        "spiral_note_pad",
        "secret",
        "note",
        "notes",
        "internal",
        "intern",
        "interno",
        "interne",
        "private",
        "confidential",
        "hush",
        "only",
        "teamonly",
    ]
)
_PARTICLES = ("を", "は", "が", "の", "に", "と", "も", "ボタン", "マーク", "アイコン")
_MARK_AT_END = re.compile(rf"(?:[{_SIGN_CHARACTERS}]|:(?:{'|'.join(sorted(_SIGN_WORDS))}):)\W*$")
_DECORATION = re.compile(rf"(?:{EMOJI}|(?!{EMOJI})[^\w{_SIGNS}]|_|\d{{1,2}}[.)](?=\s))*")
_EMOJI_NAME = re.compile(EMOJI)
# Signs of a comment in many languages of programs and of people: "// …", "/ / …", "\\ …", "/* …", "<!-- …".
_COMMENT = re.compile(r"/\s?/|\\\\|/\*|<!-+|;;|%%")
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
_INLINE_CODE = re.compile(r"`[^`\n]+`")
_CODE_LABEL = re.compile(r"`[^\W\d]+(?:\s[^\W\d]+)?\s?:?`")
# "`internal` is a flag" speaks of the code.
_IS_SPOKEN_OF = re.compile(
    r"\s*(?:(?:is|are|means|stands|goes|must|should|in|ist|sind|bedeutet|steht|heißt|muss|gehört|es|son|significa|va|debe|est|sont|signifie|doit|désigne|and|or|und|oder|y|o|et|ou)\b|[はがをのとに])",
    re.IGNORECASE,
)
_ENDING = re.compile(r"\.\w{1,8}$")
_FENCE = re.compile(r"```(.*?)```", re.DOTALL)
_LANGUAGE = re.compile(
    r"(?:python|py|bash|sh|shell|zsh|console|powershell|php|ts|tsx|js|jsx|javascript|typescript|ruby|rb|c|cpp|c\+\+"
    r"|csharp|cs|c#|java|kotlin|swift|go|rust|rs|html|css|scss|less|xml|svg|json|ya?ml|toml|ini|sql|graphql|lua|perl"
    r"|r|dart|scala|elixir|dockerfile|nginx|apache|makefile|diff|env|vue|svelte|liquid|twig|http|csv)",
    re.IGNORECASE,
)
# What ends or begins a line of a program, or assigns, calls or opens in it.
_PROGRAM = re.compile(
    r"[;{}]\s*(?:$|//|/\*|#)|^\s*[\w.$-]+\s?=\s?\S|^\s*</?\w|[\w.]{2}\((?!(?:e?s|in|innen|n)\))[^)]*\)\s*;?$|^\s*(?:import|from|const|let|var|def|function|SELECT|export|sudo|npm|pip|git)\s\S|=>|::|:=|\$\w+\s?="
)
_QUOTE = re.compile(r"\s*>(?!>|\s*>)")
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


def sign_in(seen: str, *, channels: Collection[str] = ()) -> Sign | None:
    """The first sign in a text that it, or a line of it, is for the team; None where there is none.

    `seen` is Slack's formatting with the signs above in place of mentions and the like. `channels` are the
    names of our own Slack channels: those of several words count also without a "#".
    Takes time in proportion to the text.
    """
    ours = frozenset(name.casefold() for name in channels if re.search(r"[-_]", name))
    beginnings = 0
    for line in _lines(seen):
        kind = _kind(line, ours)
        if kind is not None:
            return Sign(kind, line.text)
        beginnings += 1 + len(_STARTS.findall(line.text))
        if beginnings > MOST_BEGINNINGS:
            return Sign(TeamSign.TOO_BROKEN_UP, line.text)
    return None


def has_marker(line: str) -> bool:
    """Whether a single line carries a marker, whatever names or channels are in it."""
    return _is_marked(folded(_bare(visible(line))), _Line(line))


def is_name_for_team(name: str) -> bool:
    """Whether a file's name, or its title, says that the file is for the team."""
    words = re.sub(r"[_-]", " ", _ENDING.sub("", name))
    return has_marker(words) or is_called_internal(folded(words))


def _lines(seen: str) -> Iterator[_Line]:
    fences = _FENCE.split(seen)
    plain = [line for at, part in enumerate(fences) if at % 2 == 0 for line in part.splitlines()]
    answered = any(line.strip() and not _QUOTE.match(line) for line in plain) or len(fences) > 1
    quoted: list[_Line] = []
    for at, part in enumerate(fences):
        lines = part.strip("\n").splitlines()
        if at % 2:
            if is_program_text(part):
                continue
            is_program = len(lines) > 1 and bool("".join(fences[:at]).strip())
            yield from (_Line(line, is_code=True, is_program=is_program) for line in lines)
            continue
        for line in lines:
            if _QUOTE.match(line):
                quoted.append(_Line(line))
                continue
            if line.strip():
                # What was quoted above an answer are most likely the customer's words.
                yield from (_Line(one.text, is_answered=answered) for one in quoted)
                quoted = []
            yield _Line(line)
    yield from quoted


def _kind(line: _Line, ours: Collection[str]) -> TeamSign | None:
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
        if _MENTION_APART.match(bare[_decoration_end(bare, keep="@") :]):
            return TeamSign.MENTION
        if _names_a_channel(bare, ours):
            return TeamSign.SLACK_CHANNEL
    return TeamSign.MARKER if _is_marked(folded(bare), line) else None


def _bare(text: str) -> str:
    return _CAPITALS.sub(r"\1:", _NO_SPACE.sub(" ", _MASKED.sub("x", text)), count=1)


def _is_marked(bare: str, line: _Line) -> bool:
    short_labels = not (line.is_program or line.is_answered)
    at = 0
    for number, (start, is_between) in enumerate(_starts(bare)):
        if number > MOST_BEGINNINGS:
            break
        if start < at:
            continue
        end = _decoration_end(bare, start)
        if (
            not is_between
            and not line.is_code
            and not line.is_answered
            and _has_sign(bare[start:end], bare[end:])
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
    return bool(_MARK_AT_END.search(bare[-40:])) or is_marked_inside(bare)


def _starts(bare: str) -> Iterator[tuple[int, bool]]:
    yield 0, False
    for found in _STARTS.finditer(bare):
        yield found.end(), found.lastgroup == "between"


def _decoration_end(text: str, start: int = 0, *, keep: str = "") -> int:
    found = _DECORATION.match(text, start)
    end = found.end() if found else start
    kept = text.find(keep, start, end) if keep else -1
    return end if kept < 0 else kept


def _has_sign(decoration: str, follows: str) -> bool:
    if _COMMENT.search(decoration):
        return True
    # "📝を押すと" speaks of the picture.
    if follows.startswith(_PARTICLES) and not decoration[-1:].isspace():
        return False
    if any(character in decoration for character in _SIGN_CHARACTERS):
        return True
    return any(_is_sign(name[0].strip(":")) for name in _EMOJI_NAME.finditer(decoration))


def _is_sign(name: str) -> bool:
    return name in _SIGN_WORDS or not _SIGN_WORDS.isdisjoint(re.split("[-_]", name))


def is_program_text(fenced: str) -> bool:
    """Whether a fence holds a program: it names its language, or a line of it has a program's signs.

    One in which somebody is mentioned, or a Slack channel or address stands, is never left unjudged.
    """
    if any(sign in fenced for sign in (SOMEBODY, INTO_SLACK, SLACK_CHANNEL)):
        return False
    first, newline, rest = fenced.partition("\n")
    if newline and rest.strip() and _LANGUAGE.fullmatch(first.strip()):
        return True
    return any(_PROGRAM.search(line) for line in fenced.splitlines())


def without_programs(text: str) -> str:
    """The text without fences that hold a program: nobody speaks in its comments to the team."""
    return _FENCE.sub(lambda fence: "x" if is_program_text(fence[1]) else fence[0], text)


def without_code(text: str) -> str:
    """Code in a sentence is not said to anybody; code that begins a line may be a marker in its own right."""
    begins = _decoration_end(text)
    ends = len(text.rstrip())

    def shown(code: re.Match[str]) -> str:
        is_label = _CODE_LABEL.fullmatch(code[0]) or code.end() >= ends
        if _IS_SPOKEN_OF.match(text, code.end()):
            return "x"
        return code[0] if code.start() <= begins and is_label else "x"

    return _INLINE_CODE.sub(shown, text)


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
