"""users.*, bots.*, usergroups.*, team.*, emoji.*, auth.* and api.*: who and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.content.shapes import bot_profile, user_shape
from sandbox.errors import SlackError
from sandbox.web_api.call import method

if TYPE_CHECKING:
    from sandbox.model import User
    from sandbox.payload import Payload
    from sandbox.web_api.call import Call


@method("api.test", caller="anyone")
def api_test(call: Call) -> Payload:
    if call.text("error"):
        raise SlackError(call.text("error"))
    return {"args": call.arguments}


@method("auth.test")
def auth_test(call: Call) -> Payload:
    state = call.state
    return {
        "url": f"{state.url}/",
        "team": state.team_name,
        "user": state.users[state.app.bot_user_id].name,
        "team_id": state.team_id,
        "user_id": state.app.bot_user_id,
        "bot_id": state.app.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": state.enterprise_id} if state.enterprise else {}),
    }


@method("apps.connections.open", "connections:write", caller="app")
def open_connection(call: Call) -> Payload:
    return {"url": call.core.sockets.open_url(debug_reconnects=call.flag("debug_reconnects"))}


@method("users.info", "users:read")
def user_info(call: Call) -> Payload:
    user = call.state.user(call.required("user"))
    locale = {"locale": user.locale} if call.flag("include_locale") else {}
    return {"user": _user(call, user) | locale}


@method("users.list", "users:read")
def list_users(call: Call) -> Payload:
    known = [user for user in call.state.users.values() if not user.is_hidden]
    page, cursor = call.page(known, default=1000)
    return {
        "members": [_user(call, user) for user in page],
        "cache_ts": call.state.now,
        "response_metadata": {"next_cursor": cursor},
    }


@method("users.lookupByEmail", "users:read.email")
def look_up_by_email(call: Call) -> Payload:
    email = call.required("email")
    for user in call.state.people:
        if user.email == email:
            return {"user": _user(call, user)}
    raise SlackError("users_not_found")


@method("bots.info", "users:read")
def bot_info(call: Call) -> Payload:
    if call.text("bot", call.state.app.bot_id) != call.state.app.bot_id:
        raise SlackError("bot_not_found")
    # Source: the recorded sample of bots.info in java-slack-sdk, which names no team.
    return {"bot": {name: value for name, value in bot_profile(call.state).items() if name != "team_id"}}


@method("usergroups.list", "usergroups:read")
def list_usergroups(call: Call) -> Payload:
    return {"usergroups": call.state.usergroups}


@method("team.info", "team:read")
def team_info(call: Call) -> Payload:
    state = call.state
    return {
        "team": {
            "id": state.team_id,
            "name": state.team_name,
            "url": f"{state.url}/",
            "domain": state.team_domain,
            "email_domain": "",
            "icon": {"image_default": True},
            "avatar_base_url": f"{state.url}/avatars/",
            "is_verified": False,
            **state.enterprise_fields,
        }
    }


@method("emoji.list", "emoji:read")
def list_emoji(call: Call) -> Payload:
    return {"emoji": call.state.custom_emoji, "cache_ts": str(call.state.now)}


def _user(call: Call, user: User) -> Payload:
    shape = user_shape(call.state, user)
    if "users:read.email" not in call.core.scopes:
        shape["profile"].pop("email", None)
    return shape
