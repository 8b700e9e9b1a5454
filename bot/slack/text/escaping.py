"""The three signs that Slack escapes in `text`."""

from __future__ import annotations


def unescaped(text: str) -> str:
    """Undone once, and nothing else: html.unescape would turn a typed "&copy;" into a sign."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
