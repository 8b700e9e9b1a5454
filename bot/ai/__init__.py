"""The AI behind one small interface: Claude, and a stand-in that needs no key.

Importing this package is cheap; the Anthropic SDK is imported only when `make_ai` builds Claude.
"""

from pathlib import Path
from typing import Literal

from bot.ai import knowledge
from bot.ai.interface import AI, AIUnavailable, HandOver, Reply, Summary, Transcript, Turn
from bot.ai.offline.answers import OfflineAI

__all__ = [
    "AI",
    "DEFAULT_MODEL",
    "AIUnavailable",
    "HandOver",
    "Reply",
    "Summary",
    "Transcript",
    "Turn",
    "make_ai",
]

DEFAULT_MODEL = "claude-sonnet-5-5"
"""What answers when no model is named: the newest of its tier that anthropic 2.12 names."""


def make_ai(
    kind: Literal["claude", "offline"],
    *,
    api_key: str | None = None,
    base_url: str | None = None,
    model: str | None = None,
    knowledge_dir: Path | None = None,
    deadline: float = 30.0,
    business: str | None = None,
) -> AI:
    """Build the AI. Takes about a second for Claude, as the SDK is imported; no network is used.

    `knowledge_dir` defaults to the shipped example, `model` to `DEFAULT_MODEL`, `base_url` to Anthropic's.
    `deadline` is the most seconds one call may take. Offline needs none of key, address, model, deadline
    and business. Raises `ValueError` on an unknown kind, a missing key or a bad deadline, and its kind
    `KnowledgeError` on a folder that cannot be used.
    """
    known = knowledge.load(knowledge_dir or knowledge.EXAMPLE)
    if kind == "offline":
        return OfflineAI(known)
    if kind == "claude":
        from bot.ai.claude.client import ClaudeAI

        return ClaudeAI(
            api_key=api_key or "",
            base_url=base_url,
            model=model or DEFAULT_MODEL,
            knowledge=known,
            deadline=deadline,
            business=business,
        )
    raise ValueError(f"no AI of the kind {kind!r}: use claude or offline")
