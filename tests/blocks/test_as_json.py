"""Blocks as JSON: the same as the SDK's own, refusals too. `shown.checked` compares every other message."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.basic_objects import JsonObject
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    Option,
    OverflowMenuElement,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextListElement,
    RichTextSectionElement,
    SectionBlock,
)

from bot.blocks.elements.as_json import as_json

STYLED = RichTextElementParts.Text(text="bold", style=RichTextElementParts.TextStyle(bold=True))


@pytest.mark.parametrize(
    "shown",
    [
        SectionBlock(text=PlainTextObject(text="Hi", emoji=False), accessory=None),
        SectionBlock(
            text="Hi",
            accessory=OverflowMenuElement(
                action_id="more",
                options=[Option(label="One", value="1"), Option(label="Two", value="2", description="both")],
            ),
        ),
        ActionsBlock(
            elements=[
                ButtonElement(
                    text="Go",
                    action_id="go",
                    confirm=ConfirmObject(title="Sure?", text="Go on?", style="danger"),
                )
            ]
        ),
        ContextBlock(elements=[PlainTextObject(text="small", emoji=False)], block_id="named"),
        RichTextBlock(
            elements=[
                RichTextSectionElement(elements=[]),
                RichTextListElement(
                    style="bullet", indent=0, elements=[RichTextSectionElement(elements=[STYLED])]
                ),
            ]
        ),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_a_block_is_written_as_the_sdk_writes_it(shown: JsonObject) -> None:
    assert as_json(shown) == shown.to_dict()


@pytest.mark.parametrize(
    "refused",
    [
        HeaderBlock(text=PlainTextObject(text="x" * 151)),
        SectionBlock(),
        ActionsBlock(elements=[ButtonElement(text="x" * 76, action_id="go")]),
    ],
    ids=lambda shown: type(shown).__name__,
)
def test_what_the_sdk_refuses_is_refused_for_the_same_reason(refused: JsonObject) -> None:
    with pytest.raises(SlackObjectFormationError) as expected:
        refused.to_dict()
    with pytest.raises(SlackObjectFormationError, match=f"^{expected.value}$"):
        as_json(refused)
