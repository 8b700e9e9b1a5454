"""Cleans customers' text before it is stored: one kind of line end, no control or invisible characters that
hide or reorder text.
"""

from __future__ import annotations

import re

# C0 controls but for tab and line feed, and DEL. PostgreSQL refuses NUL; terminals obey some of the others.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LANGUAGE_TAG = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
LONGEST_LOCALE = 35


def clean(text: str) -> str:
    """A message's text: CRLF and CR become LF, control characters other than LF and TAB go."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def preferred_language(header: str | None) -> str | None:
    """The language that an Accept-Language header prefers, as BCP 47. None if it names none."""
    best: tuple[float, str] | None = None
    for item in (header or "")[:500].split(","):
        tag, _, parameter = item.partition(";")
        tag = tag.strip()
        if not re.fullmatch(LANGUAGE_TAG, tag) or len(tag) > LONGEST_LOCALE:
            continue
        weight = _weight(parameter)
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, tag)
    return best[1] if best else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if re.fullmatch(r"[01](\.[0-9]{0,3})?", value.strip()) else 0.0
