"""Who a customer is, for the team: what the website confirms apart from what anybody may have typed."""

from __future__ import annotations

from collections.abc import Collection

from slack_sdk.models.blocks import Block, ContextBlock, MarkdownTextObject

from bot.blocks.elements.formatting import shortened
from bot.blocks.elements.message import plain
from bot.i18n import say
from bot.text.lines import as_label, unmarked
from storage.records import Customer

_LENGTH = 254


def who_they_are(
    *, user_id: str | None, name: str | None, email: str | None, proven: Collection[str]
) -> list[Block]:
    """Each field under the label that it deserves, the label first, so that no field can pass for a label.

    Nothing where there is nothing but a name that nobody confirms: it stands in the card's title.
    """
    # An id stays as it is but for that: whoever looks it up needs its colons.
    known_as = shortened(unmarked(user_id or ""), _LENGTH)
    fields = {
        "user_id": say("user {id}", id=known_as) if known_as else "",
        "name": shortened(as_label(name or ""), _LENGTH),
        "email": shortened(as_label(email or ""), _LENGTH),
    }
    known = {field: text for field, text in fields.items() if text}
    if known.keys() <= {"name"} - set(proven):
        return []
    confirmed = [text for field, text in known.items() if field in proven]
    told = [text for field, text in known.items() if field not in proven]
    return [
        *_labelled(f"🔐 {say('*Confirmed by your website:*')}", confirmed),
        *_labelled(say("_As they told us:_"), told),
    ]


def who(customer: Customer) -> list[Block]:
    return who_they_are(
        user_id=customer.user_id, name=customer.name, email=customer.email, proven=customer.proven
    )


def _labelled(label: str, texts: Collection[str]) -> list[Block]:
    if not texts:
        return []
    # Ours is formatted, theirs is not and cannot be.
    return [
        ContextBlock(elements=[MarkdownTextObject(text=label, verbatim=True), plain("   ·   ".join(texts))])
    ]
