"""Users, channels, messages and files in the shapes that Slack's answers have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.content.mrkdwn import escape
from sandbox.payload import Payload, copied

if TYPE_CHECKING:
    from sandbox.model import User, WorkspaceChannel, WorkspaceFile
    from sandbox.state import WorkspaceState

IMAGE_SIZES = (24, 32, 48, 72, 192, 512)


def user_shape(state: WorkspaceState, user: User) -> Payload:
    """Assumed: names come with `& < >` as entities, as texts do; whatever else is in them stays in them."""
    real_name = escape(user.real_name)
    first, _, last = real_name.partition(" ")
    display_name = escape(user.display_name) or first
    profile: Payload = {
        "title": user.title,
        "phone": "",
        "real_name": real_name,
        "real_name_normalized": real_name,
        "display_name": display_name,
        "display_name_normalized": display_name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": user.id.lower(),
        "team": user.team_id,
        **{f"image_{size}": f"{state.url}/avatars/{user.id}.svg?s={size}" for size in IMAGE_SIZES},
    }
    if user.email:
        profile["email"] = user.email
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": state.app.app_id, "always_active": True}
    shape: Payload = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": 0,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": state.now,
        "is_email_confirmed": True,
    }
    if user.teams:
        # Source: java-slack-sdk, json-logs/samples/api/users.info.json.
        shape |= state.enterprise_fields
        shape["teams"] = list(user.teams)
        shape["enterprise_user"] = {
            "id": user.id,
            **state.enterprise_fields,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "teams": list(user.teams),
        }
    if user.is_stranger_to(state.team_id):
        shape["is_stranger"] = True
    return shape


def channel_shape(state: WorkspaceState, channel: WorkspaceChannel) -> Payload:
    if channel.is_im:
        return {
            "id": channel.id,
            "created": channel.created,
            "is_im": True,
            "is_org_shared": False,
            "is_archived": False,
            "user": channel.members[0],
            "context_team_id": state.team_id,
        }
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private and not channel.is_mpim,
        "is_im": False,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private,
        "created": channel.created,
        "creator": channel.creator,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.is_pending_ext_shared,
        "is_member": channel.is_member,
        "context_team_id": state.team_id,
        "shared_team_ids": [state.team_id, *channel.connected_teams],
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(channel.members),
    }


def bot_profile(state: WorkspaceState) -> Payload:
    app = state.app
    return {
        "id": app.bot_id,
        "app_id": app.app_id,
        "user_id": app.bot_user_id,
        "name": app.name,
        "icons": {f"image_{size}": f"{state.url}/avatars/{app.bot_user_id}.svg" for size in (36, 48, 72)},
        "deleted": False,
        "updated": state.now,
        "team_id": state.team_id,
    }


def replies_of(channel: WorkspaceChannel, ts: str) -> list[Payload]:
    """The replies in a thread, oldest first, without the parent."""
    return [channel.messages[reply] for reply in reply_timestamps(channel, ts)]


def reply_timestamps(channel: WorkspaceChannel, ts: str) -> list[str]:
    """The same as timestamps."""
    return channel.threads[ts].replies if ts in channel.threads else []


def top_level(channel: WorkspaceChannel) -> list[Payload]:
    """What the channel itself shows, oldest first: no replies but those also sent to the channel."""
    return [channel.messages[ts] for ts in channel.top]


def message_shape(channel: WorkspaceChannel, message: Payload, *, with_metadata: bool = True) -> Payload:
    """A message as readers get it: a parent carries its thread's summary."""
    shape: Payload = copied(message)
    if not with_metadata:
        shape.pop("metadata", None)
    thread = channel.threads.get(message["ts"])
    if thread is not None and thread.replies:
        users = list(thread.authors)
        shape |= {
            "thread_ts": message["ts"],
            "reply_count": len(thread.replies),
            "reply_users_count": len(users),
            "latest_reply": thread.replies[-1],
            "reply_users": users,
            "is_locked": False,
            "subscribed": message.get("user") != "USLACKBOT",
        }
    return shape


def file_shape(state: WorkspaceState, file: WorkspaceFile) -> Payload:
    public: dict[str, list[Payload]] = {}
    private: dict[str, list[Payload]] = {}
    for channel_id, ts in file.shares:
        channel = state.channels[channel_id]
        where = private if channel.is_private else public
        share: Payload = {"ts": ts, "channel_name": channel.name, "team_id": state.team_id}
        parent = channel.messages.get(ts, {}).get("thread_ts")
        if parent and parent != ts:
            share["thread_ts"] = parent
        where.setdefault(channel_id, []).append(share)
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else "binary"
    place = f"{state.url}/files-pri/{state.team_id}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": file.user,
        "user_team": state.team_id,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(public),
        "public_url_shared": False,
        "display_as_bot": False,
        "url_private": f"{place}/{file.name}",
        "url_private_download": f"{place}/download/{file.name}",
        "permalink": f"{state.url}/files/{file.user}/{file.id}/{file.name}",
        "channels": list(public),
        "groups": list(private),
        "ims": [],
        "shares": {key: value for key, value in (("public", public), ("private", private)) if value},
        "file_access": "visible",
    }
