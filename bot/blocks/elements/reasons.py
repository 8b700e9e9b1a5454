"""Why a teammate is asked for, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from bot.i18n import ENGLISH, say, speaking

# The ledger keeps them in English, as the program says them itself.
_OURS: tuple[Callable[[], str], ...] = (
    lambda: say("the AI could not answer"),
    lambda: say("The customer asked for a person."),
    lambda: say("The customer sent a file, which only a person can look at."),
    lambda: say("Nothing in the knowledge answers the customer's question."),
    lambda: say("The AI asks for a person and gives no reason."),
)


def reason_in_words(reason: str) -> str:
    """What the program says itself, translated; what a model or another program wrote, as it is."""
    ours, before, after = _english()
    if reason in ours:
        return _OURS[ours.index(reason)]()
    if reason.startswith(before) and reason.endswith(after):
        return _could_not(reason[len(before) : -len(after)])
    return reason


def _could_not(details: str) -> str:
    return say("the AI could not answer ({details})", details=details)


@cache
def _english() -> tuple[tuple[str, ...], str, str]:
    with speaking(ENGLISH):
        before, _, after = _could_not("\0").partition("\0")
        return tuple(one() for one in _OURS), before, after
