"""Who a person in one of Slack's payloads is, and whether they belong to our workspace. Each is one function.

On Enterprise Grid one person is in several workspaces. What a payload says of their workspace then depends on
the payload: an action's `user.team_id` names always the same one of them, or the organisation; a command's
`team_id` names the one it was typed in; a message's `user_team` may name a third
(github.com/slackapi/bolt-js/issues/1875). Their user id is the same in all of them
(docs.slack.dev/enterprise). So a person is known by that id, as our own workspace sees them, and where they
belong is what `users.info` answers to our own token.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storage.records import PersonId


def person_in(payload: Mapping[str, Any], *, team: str) -> PersonId:
    """Who acted or wrote, as workspace `team` knows them. Raises KeyError where the payload names nobody.

    Takes the body of an interaction (`user: {id}`), a command (`user_id`) and an event or a message (`user`).
    """
    user = payload["user"] if "user" in payload else payload["user_id"]
    return PersonId(team, str(user["id"] if isinstance(user, Mapping) else user))


def belongs_to(described: Mapping[str, Any], team: str) -> bool:
    """Whether `users.info` describes a person of workspace `team`, by any of the signs that Slack gives.

    Where none of their workspaces is `team` they are somebody else's, from a shared channel or a sister
    workspace.
    """
    return team in workspaces_of(described) and not described.get("is_stranger")


def workspaces_of(described: Mapping[str, Any]) -> frozenset[str]:
    """The workspaces that `users.info` names as a person's (docs.slack.dev/reference/objects/user-object).

    `team_id` names one of theirs, on Enterprise Grid perhaps the organisation; `enterprise_user.teams` and
    `teams` then name them all.
    """
    on_grid = described.get("enterprise_user")
    lists = (described.get("teams"), on_grid.get("teams") if isinstance(on_grid, Mapping) else None)
    named = [one for teams in lists if isinstance(teams, list) for one in teams]
    return frozenset(one for one in (described.get("team_id"), *named) if one and isinstance(one, str))
