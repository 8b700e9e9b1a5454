"""Addresses that lead into Slack. They hold ids and open for nobody but the team: no customer's business."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

STAND_IN = "link for the team"

_OWN = ("slack.com", "slack-files.com", "slack-gov.com", "slack-edge.com")
# What anybody may read, unless an id in the path says otherwise.
_PUBLIC = {"slack.com", "www.slack.com", "api.slack.com", "status.slack.com"}
_ID = re.compile(r"/(?=[A-Z]+\d|\d+[A-Z])[A-Z][A-Z0-9]{5,}(?![a-z])")
_IN_TEXT = re.compile(
    r"(?<![\w.-])(?:https?://)?(?:[\w-]+\.)*slack(?:-files|-gov|-edge)?\.com(?::\d+)?[/?#][^\s<>`|)\"'*]*"
    r"|(?<!\w)slack://[^\s<>`|)\"'*]*",
    re.IGNORECASE,
)


def is_inside(address: str) -> bool:
    """Whether an address, with or without its scheme, leads into a workspace."""
    if address.lower().startswith("slack:"):
        return True
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        name = (parts.hostname or "").rstrip(".")
    except ValueError:
        return "slack" in address.lower()
    if not any(name == own or name.endswith(f".{own}") for own in _OWN):
        return False
    return name not in _PUBLIC or bool(_ID.search(f"{parts.path}?{parts.query}"))


def without_inside(text: str, *, instead: str = STAND_IN) -> str:
    """The text with such addresses replaced, where somebody typed or pasted them."""
    if "slack" not in text.lower():
        return text
    return _IN_TEXT.sub(lambda found: instead if is_inside(found[0]) else found[0], text)
