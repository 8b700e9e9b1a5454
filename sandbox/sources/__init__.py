"""What each rule of the sandbox rests on: a source outside this repository, or an assumption that says so."""

from __future__ import annotations

from sandbox.sources import delivery, messages, methods
from sandbox.sources.rule import Rule

__all__ = ["OURS", "RULES", "Rule", "to_ask"]

RULES = (
    *methods.RULES,
    *messages.THREADS,
    *messages.TEXT,
    *messages.BLOCKS,
    *messages.FILES,
    *delivery.RULES,
)

# Numbers and modules that are the sandbox's own business: no rule of Slack's is in them.
OURS = {
    "__main__", "browser", "changes", "outside.console", "outside.control", "core", "content.display", "faults.disturbance", "people.readings", "outside.remote",
    "screen", "server", "people.person",
    "changes.ASK_AGAIN_SECONDS", "people.readings.LATEST_SHOWN", "screen.LATEST_SHOWN", "screen.LOOK_AGAIN_SECONDS",
    "screen.KEEP_ALIVE_SECONDS", "delivery.triggers.REMEMBERED_SECONDS", "delivery.response_urls.REMEMBERED_SECONDS",
}  # fmt: skip


def to_ask() -> dict[str, Rule]:
    """The assumed rules that a real workspace can be asked, by name."""
    return {rule.name: rule for rule in RULES if rule.assumed and not rule.unasked}
