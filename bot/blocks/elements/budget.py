"""How large a post may be, counted in one place for whatever is written to Slack.

Slack refuses a post with `msg_blocks_too_long` where its blocks as JSON are too long. It documents no limit:
13,200 characters were refused, and a maintainer speaks of 12,000 of text and something for each block
(slackapi/bolt-js issues 2509 and 2867). Whether what JSON writes as `\\uXXXX` counts as one character or as
six is not known. So posts are made for the first reading, and smaller ones where Slack refuses one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block

from bot.blocks.elements.as_json import as_json

# Slack takes 50 blocks in a message.
MOST_BLOCKS = 48
LARGEST = 11_000
# A post of so little was never refused for its length: then it is something else.
SMALLEST = 1_500
# Bytes of a message without blocks: `chat.update` takes 4,000 characters, and some count bytes.
LARGEST_TEXT = 3_900


@dataclass(frozen=True, slots=True)
class Room:
    """What one post holds: `largest` characters of JSON.

    `escaped`: each one counts as it is written in ASCII, with `& < >` as entities and `/` as two.
    """

    largest: int = LARGEST
    escaped: bool = False

    def size(self, blocks: Sequence[Block]) -> int:
        """How long these blocks are as JSON, with the comma behind each."""
        return sum(self._size(as_json(block)) + 1 for block in blocks)

    def written(self, blocks: Sequence[Block]) -> list[dict[str, Any]]:
        """As many of the blocks as fit, as JSON."""
        found = [as_json(block) for block in blocks]
        if len(found) <= MOST_BLOCKS and sum(self._size(one) + 1 for one in found) <= self.largest:
            return found
        return [as_json(block) for block in cut_to(self, blocks)]

    def _size(self, block: dict[str, Any]) -> int:
        written = json.dumps(block, ensure_ascii=self.escaped, separators=(",", ":"))
        if not self.escaped:
            return len(written)
        longer = {"&": 4, "<": 3, ">": 3, "/": 1}
        return len(written) + sum(more * written.count(one) for one, more in longer.items())

    def holds(self, blocks: Sequence[Block]) -> bool:
        return len(blocks) <= MOST_BLOCKS and self.size(blocks) <= self.largest

    def reads_otherwise(self, refused: Sequence[Block]) -> bool:
        """Whether blocks that fit here and were too long for Slack are so in the other reading."""
        return not self.escaped and Room(self.largest, escaped=True).size(refused) > self.largest


ROOM = Room()


def cut_to(room: Room, blocks: Sequence[Block]) -> list[Block]:
    """As many of the blocks as fit, in their order; buttons stay, whatever has to go before them."""
    if room.holds(blocks):
        return list(blocks)
    buttons = [block for block in blocks if isinstance(block, ActionsBlock)]
    left = Room(room.largest - room.size(buttons), escaped=room.escaped)
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, ActionsBlock):
            kept.append(block)
        elif left.size([block]) <= left.largest and len(kept) + len(buttons) < MOST_BLOCKS:
            kept.append(block)
            left = Room(left.largest - left.size([block]), escaped=left.escaped)
    return kept
