"""Rules for who the customer is: one conversation is one person's, and what is proven stays proven."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.desk import enqueue, timeline
from bot.desk.errors import AnotherCustomer, NotFound
from bot.desk.jobs import Priority
from bot.desk.timeline import Event
from storage.records import Conversation, ConversationId, Customer
from storage.transaction import Transaction

_FIELDS = ("user_id", "name", "email", "locale")
_METADATA = "metadata."


async def identify(tx: Transaction, conversation_id: ConversationId, said: Customer) -> Conversation:
    """Take down what a page says of the customer of this conversation, and show the team what changed.

    Who was unknown becomes the one who signed in. Raises `AnotherCustomer` where the conversation has another
    user_id already. What is proven gives way only to what is proven, too.
    """
    before = await tx.conversations.lock(conversation_id)
    if before is None:
        raise NotFound
    if said.user_id is not None and before.customer.user_id not in (None, said.user_id):
        raise AnotherCustomer
    now = described(before.customer, said)
    if now == before.customer:
        return before
    conversation = await tx.conversations.describe(conversation_id, now) or before
    if now.verified and now.user_id is not None:
        await tx.conversations.signed_in(conversation_id, now.user_id)
    looks = _looks(now)
    if looks == _looks(before.customer) or not conversation.mirrored:
        # Nothing that the team sees, or they see nothing of the conversation yet.
        return conversation
    # What only a page said is never called a sign-in.
    event = Event.SIGNED_IN if now.verified and not before.customer.verified else Event.DESCRIBED
    entry = await timeline.for_the_team(tx, conversation, event, customer=looks)
    await enqueue.mirror(tx, conversation, entry)
    await enqueue.refresh_card(tx, conversation, Priority.CARD)
    return conversation


def described(before: Customer, said: Customer) -> Customer:
    """The customer as known after that was said: field by field, where it may replace what was known."""
    known: dict[str, Any] = {name: getattr(before, name) for name in _FIELDS}
    proven = {name for name in before.proven if name in _FIELDS}
    for name in _FIELDS:
        value = getattr(said, name)
        if value is not None and (name in said.proven or name not in before.proven):
            known[name] = value
            proven |= {name} & said.proven
    metadata, keys = _metadata(before, said)
    return Customer(**known, metadata=metadata, proven=frozenset([*proven, *keys]))


def _metadata(before: Customer, said: Customer) -> tuple[dict[str, Any], Collection[str]]:
    """The new metadata in place of the old: what is proven in place of what was, and the rest likewise.

    So however often it is said, it does not grow.
    """
    old_signed, old_rest = _apart(before)
    new_signed, new_rest = _apart(said)
    signed = new_signed or old_signed
    return {**(new_rest or old_rest), **signed}, [f"{_METADATA}{key}" for key in signed]


def _apart(customer: Customer) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The metadata that is proven, and the rest."""
    is_signed = {key: f"{_METADATA}{key}" in customer.proven for key in customer.metadata}
    return (
        {key: value for key, value in customer.metadata.items() if is_signed[key]},
        {key: value for key, value in customer.metadata.items() if not is_signed[key]},
    )


def _looks(customer: Customer) -> dict[str, Any]:
    """What the team is shown of a customer."""
    shown = {name: getattr(customer, name) for name in ("user_id", "name", "email")}
    return {**shown, "proven": sorted(customer.proven & shown.keys())}
