"""Words that can be told apart: every text carries a token that says whose it is and is used once.

`c1.` is a customer's, `a1.` the AI's, `r1v0.` a teammate's message in its first wording. `S1.` is for the
team alone, whatever happens: a customer who receives one has read what was not meant for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

TOKEN = re.compile(r"\b(?:[ca]\d+|r\d+v\d+|S\d+)\b(?=\.)")


def tokens(text: str) -> Sequence[str]:
    return TOKEN.findall(text)


def token(text: str) -> str:
    """The text's last token, which is its own: an answer quotes nothing after it. "" without one."""
    return (tokens(text) or [""])[-1]


def secret(token_of: str) -> bool:
    return token_of.startswith("S")


def answer_to(turns: Iterable[str]) -> str:
    """The token of the AI's answer: it names the last thing the customer said, so a second answer shows."""
    asked = [one for text in turns for one in tokens(text) if one.startswith("c")]
    return f"a{asked[-1][1:]}." if asked else "a0."
