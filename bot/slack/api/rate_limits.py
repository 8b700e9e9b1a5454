"""How much Slack takes of each method that the outbox calls (docs.slack.dev/apis/web-api/rate-limits).

Posts: about one a second in each channel; short bursts are tolerated but not promised, so none is used. The
others are counted for the whole workspace in windows of a minute, tier 3 (50 and more) and tier 4 (100 and
more); what is here stays within that, bursts included.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.outbox.pace import Limit
from storage.outbox.rate_limits import Rate


def limits(posts_per_second: float) -> Mapping[str, Limit]:
    """The limits to keep to; none at all where `posts_per_second` is 0."""
    if not posts_per_second:
        return {}
    return {
        "chat.postMessage": Limit(Rate(1 / posts_per_second), each_channel=True),
        "chat.update": Limit(Rate(60 / 45, burst=5)),
        "chat.delete": Limit(Rate(60 / 45, burst=5)),
        "reactions.add": Limit(Rate(60 / 45, burst=5)),
        "chat.postEphemeral": Limit(Rate(60 / 90, burst=10)),
    }
