"""What one rule of the sandbox rests on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A rule of Slack's that the sandbox keeps.

    `where` are the places in the sandbox that keep it, as dotted names below `sandbox`; constants among them
    are the rule's numbers. `codes` are the errors that it refuses with. It has either a `source`, which is
    outside this repository, or is `assumed`, with why it is believed. What is assumed can be asked of a real
    workspace by the probe, under the rule's name, or `unasked` says why not.
    """

    name: str
    says: str
    where: tuple[str, ...]
    source: str = ""
    codes: tuple[str, ...] = ()
    assumed: str = ""
    unasked: str = ""
