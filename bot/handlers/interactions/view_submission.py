"""A submitted modal: who, about what, and what they typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.blocks.elements.ids import ConversationValue
from bot.slack.workspace.identity import person_in
from storage.records import PersonId


class ViewSubmission:
    """What a `view_submission` payload says (docs.slack.dev/reference/interaction-payloads).

    Each of our inputs is the only one in its block, and both have the same name.
    """

    def __init__(self, body: Mapping[str, Any], *, team: str) -> None:
        view = body["view"]
        self.by = person_in(body, team=team)
        self.about = ConversationValue.read(view["private_metadata"])
        self.view_id = str(view["id"])
        self._team = team
        self._values = view["state"]["values"]

    def asks(self, name: str) -> bool:
        """Whether the modal had that input when it was submitted."""
        return name in self._values

    def text(self, name: str) -> str:
        return str(self._values[name][name].get("value") or "")

    def is_checked(self, name: str, value: str) -> bool:
        chosen = self._values[name][name].get("selected_options") or []
        return any(option["value"] == value for option in chosen)

    def person(self, name: str) -> PersonId:
        return PersonId(self._team, str(self._values[name][name]["selected_user"]))
