"""In what form a job's message is posted, and in which plainer form after Slack refused that one.

The form is kept with the row, so that whoever tries next, in this process or another, goes on from there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.blocks.elements.budget import SMALLEST, Room
from bot.blocks.elements.plainer import Plain
from bot.desk.jobs import FORM, without_thread
from bot.slack.api.errors import Failure, Trouble

# Refused for what is in it or how long it is: another form may be taken.
_OF_THE_FORM = (Trouble.TOO_LONG, Trouble.METADATA, Trouble.REFUSED)


@dataclass(frozen=True, slots=True)
class FallbackForm:
    """`largest`: characters of JSON in one post, where that is fewer than for others. `since`: so many of the
    entry's characters are shown already. `instead`: Slack takes it in no form, for this reason, so a notice
    that says so stands in its place.

    `unlabelled`: Slack takes no metadata, so the label stands in the first block's name.
    """

    plain: Plain = Plain.AS_MADE
    largest: int | None = None
    since: int = 0
    unlabelled: bool = False
    instead: str | None = None

    @classmethod
    def of(cls, payload: Mapping[str, Any]) -> FallbackForm:
        kept = payload.get(FORM)
        return cls() if kept is None else cls(**{**kept, "plain": Plain(kept["plain"])})

    def kept_in(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return without_thread(payload) if self == FallbackForm() else {**payload, FORM: asdict(self)}

    def key(self, key: str) -> str:
        """What a post of this part is found by: each part has its own."""
        return f"{key}.{self.since}" if self.since else key

    def after(self, failure: Failure, blocks: Sequence[Block], room: Room) -> FallbackForm | None:
        """The form to try where Slack refused these blocks; None where no other one would help."""
        if failure.trouble not in _OF_THE_FORM:
            return None
        if failure.trouble is Trouble.METADATA and not self.unlabelled:
            # What has no blocks cannot carry its label in them.
            return replace(self, unlabelled=True, plain=min(self.plain, Plain.WORDS))
        size = room.size(blocks)
        if failure.trouble is Trouble.TOO_LONG and size > SMALLEST:
            return replace(self, largest=max(SMALLEST, min(room.largest, size) // 2))
        forms = [Plain.SECTIONS, Plain.WORDS, Plain.TEXT]
        if not any(isinstance(block, ActionsBlock) for block in blocks):
            forms.remove(Plain.WORDS)
        if self.unlabelled:
            forms.remove(Plain.TEXT)
        plainer = next((form for form in forms if form > self.plain), None)
        return None if plainer is None else replace(self, plain=plainer)
