"""The same human is the same person in every payload, and is ours by any of the signs that Slack gives."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.workspace.identity import belongs_to, person_in
from storage.records import PersonId

OURS, SISTER, ORG, THEIRS = "T0OURS001", "T0SISTER1", "E0OURORG1", "T0OTHER01"
ANA = PersonId(OURS, "U0ANA0001")


@pytest.mark.parametrize(
    "payload",
    [
        {"user": {"id": ANA.user, "team_id": OURS}, "team": {"id": OURS}},
        {"user": {"id": ANA.user, "team_id": SISTER}, "team": {"id": OURS}},
        {"user": {"id": ANA.user, "team_id": SISTER}, "team": {"id": SISTER}},
        {"user": {"id": ANA.user, "team_id": ORG}, "team": None, "enterprise": {"id": ORG}},
        {"user": {"id": ANA.user}, "team": {"id": OURS}},
        {"user_id": ANA.user, "team_id": SISTER, "enterprise_id": ORG},
        {"user_id": ANA.user, "team_id": OURS},
        {"user": ANA.user, "ts": "1.1", "team": SISTER, "user_team": ORG, "source_team": SISTER},
        {"user": ANA.user, "tab": "home"},
    ],
)
def test_a_person_is_the_same_in_a_press_a_command_a_message_and_an_event(payload: dict[str, Any]) -> None:
    assert person_in(payload, team=OURS) == ANA


def on_grid(*teams: str, org: str = ORG) -> dict[str, Any]:
    return {"id": ANA.user, "enterprise_id": org, "teams": list(teams), "is_admin": False}


@pytest.mark.parametrize(
    "described",
    [
        {"team_id": OURS},
        {"team_id": OURS, "is_stranger": False},
        {"team_id": OURS, "enterprise_user": on_grid(OURS, SISTER)},
        {"team_id": SISTER, "enterprise_user": on_grid(SISTER, OURS)},
        {"team_id": ORG, "enterprise_user": on_grid(SISTER, OURS)},
        {"team_id": None, "enterprise_user": on_grid(OURS)},
        {"enterprise_user": on_grid(OURS)},
        {"team_id": SISTER, "teams": [SISTER, OURS]},
        # Of a workspace that joined the organisation lately: the list is behind.
        {"team_id": OURS, "enterprise_user": on_grid()},
    ],
)
def test_a_member_by_any_sign_is_ours(described: dict[str, Any]) -> None:
    assert belongs_to(described, OURS)


@pytest.mark.parametrize(
    "described",
    [
        {},
        {"team_id": THEIRS},
        {"team_id": THEIRS, "enterprise_user": on_grid(THEIRS, org="E0THEIRS1")},
        {"team_id": SISTER, "enterprise_user": on_grid(SISTER)},
        {"team_id": ORG, "enterprise_user": on_grid()},
        {"team_id": SISTER, "enterprise_user": {"id": ANA.user, "enterprise_id": ORG}},
        {"team_id": SISTER, "enterprise_user": None, "teams": None},
        {"team_id": THEIRS, "teams": [THEIRS]},
        {"team_id": OURS, "is_stranger": True},
        {"team_id": THEIRS, "enterprise_user": on_grid(OURS), "is_stranger": True},
        # A list is a list: no part of a name counts.
        {"team_id": THEIRS, "enterprise_user": {"teams": f"{OURS},{SISTER}"}},
    ],
)
def test_people_of_others_are_not(described: dict[str, Any]) -> None:
    assert not belongs_to(described, OURS)
