"""A teammate's hand: does what a person does, and counts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox import WorkspacePerson
from sandbox.payload import Payload


@dataclass(frozen=True, slots=True)
class Count:
    """Presses of anything on the screen, and lines typed and ended with Enter."""

    presses: int = 0
    lines: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.presses + other.presses, self.lines + other.lines)

    def __sub__(self, other: Count) -> Count:
        return Count(self.presses - other.presses, self.lines - other.lines)


BUTTON = Count(presses=1)
# A menu is opened, then an entry chosen.
MENU = Count(presses=2)
LINE = Count(lines=1)


class Hand(WorkspacePerson):
    """Counts as Slack's screen would make one work; what is only looked at costs nothing.

    `customer` is the name of whom the work is for.
    """

    def __init__(self, url: str, name: str, *, customer: str) -> None:
        super().__init__(url, name)
        self.customer = customer
        self.done = Count()

    def open_thread(self) -> None:
        """The press on “3 replies” under a card, which no app hears of."""
        self.done += BUTTON

    def open_message_menu(self) -> None:
        """The press on “More actions” beside a message; the entry in it is counted when it is used."""
        self.done += MENU - BUTTON

    async def submit(self, view: str | None = None, values: Payload | None = None) -> Payload:
        """Fill in what `values` changes, and press the modal's button."""
        for block in (await self.views())[-1]["blocks"]:
            element = block.get("element")
            if element is None:
                continue
            changed = _changed(block, element, values or {})
            if changed:
                self.done += LINE if element["type"].endswith("_input") else MENU
        self.done += BUTTON
        return await super().submit(view, values)

    async def _do(self, action: str, **arguments: Any) -> Any:
        match action:
            case "press" | "press_view":
                self.done += BUTTON if arguments["value"] is None else MENU
            case "post" | "command":
                self.done += LINE
            case "edit":
                self.done += BUTTON + LINE
            case "open_home" | "close_view" | "delete" | "react":
                self.done += BUTTON
            case "shortcut":
                self.done += MENU
        return await super()._do(action, **arguments)


def _changed(block: Payload, element: Payload, values: Payload) -> bool:
    """Whether this field is filled in with something it does not hold already."""
    name = next((one for one in (block["block_id"], element["action_id"]) if one in values), None)
    return name is not None and values[name] != element.get("initial_value")
