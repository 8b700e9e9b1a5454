"""The gate for whoever speaks or acts as the AI: does it still own the conversation?

A rule asks here in its own transaction, while it holds the conversation's lock, so a take over is wholly
before or wholly after what the AI does (docs/decisions/0003).
"""

from __future__ import annotations

from bot.desk.errors import EpochMissing, EpochOver
from storage.records import Conversation, State
from storage.transaction import Transaction


def still_owns(conversation: Conversation, *, epoch: int) -> bool:
    """Whether the AI that began to think in `epoch` may speak now."""
    return conversation.state is State.AI and conversation.epoch == epoch


async def check_epoch(tx: Transaction, conversation: Conversation, *, epoch: int | None) -> None:
    """Let another program act as the AI if the entry that it answers belongs to the present stretch.

    `epoch` is that entry's. Raises `EpochOver` if the conversation changed hands since then. None is good
    enough only while no teammate has ever held the conversation, and raises `EpochMissing` afterwards: what
    such a program says may answer words older than the teammate's.
    """
    if epoch is None:
        if conversation.epoch > 0 and await tx.ledger.was_held(conversation.id):
            raise EpochMissing
    elif epoch != conversation.epoch:
        raise EpochOver
