"""Which of our Slack channels people outside the company read, as the database said last. All processes share
it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from storage.slack.slack_channels import SlackChannelRecord


class Exposure:
    """Whether a channel may be written to: not while people of another organisation read it.

    Brought up to date with each claim of the outbox, in its transaction (`bot.slack.outbound.job_runner`),
    and by what this process hears and sees itself. A channel that is not known, or that this process wants to
    look at first, is exposed.
    """

    def __init__(self) -> None:
        self._known: dict[str, SlackChannelRecord] = {}
        self._unseen: set[str] = set()

    def learn(self, found: Sequence[SlackChannelRecord]) -> None:
        """What the database says. Of a channel about which more was heard since, that stays."""
        before = self._known
        self._known = {
            one.id: before[one.id] if one.id in before and before[one.id].doubts > one.doubts else one
            for one in found
        }

    def is_exposed(self, channel: str) -> bool:
        found = self._known.get(channel)
        return found is None or found.is_exposed or channel in self._unseen

    def is_alone(self, channel: str) -> bool:
        """Whether no other channel is or was one of ours."""
        return self._known.keys() == {channel}

    def is_left(self, channel: str | None) -> bool:
        """Whether conversations at home there, or nowhere, go on in the configured channel."""
        found = None if channel is None else self._known.get(channel)
        return channel is None or (found is not None and found.is_former)

    def shared(self, channel: str) -> None:
        """Slack says so at this moment; the database hears of it next."""
        found = self._known.get(channel)
        if found is not None:
            self._known[channel] = replace(found, is_exposed=True, doubts=found.doubts + 1)

    def is_unseen(self, channel: str) -> bool:
        """Whether it may be written to as soon as this process has looked, as far as is known."""
        found = self._known.get(channel)
        return found is not None and not found.is_exposed and channel in self._unseen

    @property
    def channels(self) -> Collection[str]:
        """All that are known."""
        return self._known.keys()

    def unseen(self, channels: Collection[str]) -> None:
        """What is known of them may be as old as the last stop or gap: exposed until `seen`."""
        self._unseen |= set(channels)

    def seen(self, channel: str) -> None:
        self._unseen.discard(channel)
