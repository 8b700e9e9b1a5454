"""The gate for whoever speaks or acts as the AI: does it still own the conversation?

A rule asks here in its own transaction, while it holds the conversation's lock, so a take over is wholly
before or wholly after what the AI does (docs/decisions/0003).
"""

from __future__ import annotations

import logging

from bot.desk.errors import AIPaused, EpochMissing, EpochOver
from storage.records import Conversation, ConversationState
from storage.transaction import Transaction

log = logging.getLogger(__name__)


def still_owns(conversation: Conversation, *, epoch: int) -> bool:
    """Whether the AI that began to think in `epoch` may speak now."""
    owns = conversation.state is ConversationState.AI and conversation.epoch == epoch
    _decided(conversation, epoch, may_speak=owns)
    return owns


def check_not_paused(conversation: Conversation, *, epoch: int | None) -> None:
    """Raises `AIPaused` from the moment a teammate takes over, or a customer waits for one."""
    if conversation.state is not ConversationState.AI:
        _decided(conversation, epoch, may_speak=False)
        raise AIPaused


async def check_epoch(tx: Transaction, conversation: Conversation, *, epoch: int | None) -> None:
    """Let another program act as the AI if the entry that it answers belongs to the present stretch.

    `epoch` is that entry's. Raises `EpochOver` if the conversation changed hands since then. None is good
    enough only while no teammate has ever held the conversation, and raises `EpochMissing` afterwards: what
    such a program says may answer words older than the teammate's.
    """
    if epoch is None:
        if conversation.epoch > 0 and await tx.ledger.was_held(conversation.id):
            _decided(conversation, epoch, may_speak=False)
            raise EpochMissing
    elif epoch != conversation.epoch:
        _decided(conversation, epoch, may_speak=False)
        raise EpochOver
    _decided(conversation, epoch, may_speak=True)


def _decided(conversation: Conversation, epoch: int | None, *, may_speak: bool) -> None:
    log.debug(
        "conversation %s: the AI of epoch %s may %s, for it is epoch %d, state %s",
        conversation.id,
        "?" if epoch is None else epoch,
        "speak" if may_speak else "not speak",
        conversation.epoch,
        conversation.state,
    )
