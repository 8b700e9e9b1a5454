"""What stands in front of a line's first word: marks, bullets, emoji. Some of it is a sign for the team."""

from __future__ import annotations

import re

from bot.slack.text.markers.stand_ins import EMOJI, STAND_INS

# Locks, hushed faces and what forbids; a pencil for a note. By character, and by what Slack calls them.
_SIGN_CHARACTERS = "🔒🔐🔏🤫🤐🙊🙈🙉🕵🚫⛔📝🗒🈲"
_SIGN_WORDS = frozenset((
    "lock", "locked", "closed_lock_with_key", "lock_with_ink_pen", "shush", "shushing", "shushing_face",
    "zipper_mouth_face", "speak_no_evil", "see_no_evil", "no_entry", "no_entry_sign", "memo", "pencil",
    "spiral_note_pad", "secret", "note", "notes", "internal", "intern", "interno", "interne", "private",
    "confidential", "hush", "only", "teamonly",
))  # fmt: skip
_PARTICLES = ("を", "は", "が", "の", "に", "と", "も", "ボタン", "マーク", "アイコン")
MARK_AT_END = re.compile(rf"(?:[{_SIGN_CHARACTERS}]|:(?:{'|'.join(sorted(_SIGN_WORDS))}):)\W*$")
_DECORATION = re.compile(rf"(?:{EMOJI}|(?!{EMOJI})[^\w{STAND_INS}]|_|\d{{1,2}}[.)](?=\s))*")
_EMOJI_NAME = re.compile(EMOJI)
# Signs of a comment in many languages of programs and of people: "// …", "/ / …", "\\ …", "/* …", "<!-- …".
_COMMENT = re.compile(r"/\s?/|\\\\|/\*|<!-+|;;|%%")


def decoration_end(text: str, start: int = 0, *, keep: str = "") -> int:
    """Where the words begin behind the decoration at `start`, or its first `keep` stands."""
    found = _DECORATION.match(text, start)
    end = found.end() if found else start
    kept = text.find(keep, start, end) if keep else -1
    return end if kept < 0 else kept


def has_sign(decoration: str, follows: str) -> bool:
    """Whether the decoration in front of what `follows` holds a comment's sign, a lock or the like."""
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
