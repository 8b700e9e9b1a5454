"""Code in a text, in a sentence or in a block: what of it is said to somebody, and what is not."""

from __future__ import annotations

import re

from bot.slack.text.markers.decoration import decoration_end
from bot.slack.text.markers.stand_ins import INTO_SLACK, SLACK_CHANNEL, SOMEBODY

_INLINE_CODE = re.compile(r"`[^`\n]+`")
_CODE_LABEL = re.compile(r"`[^\W\d]+(?:\s[^\W\d]+)?\s?:?`")
# "`internal` is a flag" speaks of the code.
_IS_SPOKEN_OF = re.compile(
    r"\s*(?:(?:is|are|means|stands|goes|must|should|in|ist|sind|bedeutet|steht|heißt|muss|gehört|es|son|significa|va|debe|est|sont|signifie|doit|désigne|and|or|und|oder|y|o|et|ou)\b|[はがをのとに])",
    re.IGNORECASE,
)
FENCE = re.compile(r"```(.*?)```", re.DOTALL)
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
    return FENCE.sub(lambda fence: "x" if is_program_text(fence[1]) else fence[0], text)


def without_code(text: str) -> str:
    """Code in a sentence is not said to anybody; code that begins a line may be a marker in its own right."""
    begins = decoration_end(text)
    ends = len(text.rstrip())

    def shown(code: re.Match[str]) -> str:
        is_label = _CODE_LABEL.fullmatch(code[0]) or code.end() >= ends
        if _IS_SPOKEN_OF.match(text, code.end()):
            return "x"
        return code[0] if code.start() <= begins and is_label else "x"

    return _INLINE_CODE.sub(shown, text)
