"""files.*: the three-step upload, and what is known of a file."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from sandbox.content.shapes import file_shape
from sandbox.content.stored import compose
from sandbox.errors import SlackError
from sandbox.model import WorkspaceFile
from sandbox.web_api.call import method

if TYPE_CHECKING:
    from sandbox.payload import Payload
    from sandbox.web_api.call import Call


@method("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Payload:
    name, length = call.required("filename"), call.number("length", 0)
    if length <= 0:
        raise SlackError("invalid_arguments", details=["length must be greater than 0"])
    state = call.state
    file = WorkspaceFile(
        id=state.ids.new("F"),
        name=name,
        length=length,
        user=state.app.bot_user_id,
        created=state.now,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
    )
    state.files[file.id] = file
    return {"upload_url": f"{state.url}/upload/v1/{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Payload:
    """Share the uploaded files; as in Slack the answer does not tell the message's ts."""
    files = _uploaded(call)
    answer = [file_shape(call.state, file) for file in files]
    for channel_id in _destinations(call):
        channel = call.state.channel(channel_id)
        if not channel.is_member:
            raise SlackError("not_in_channel")
        comment = call.text("initial_comment")
        content: Payload = {"text": ""}
        if comment or call.json("blocks"):
            content = compose(
                {"text": comment, "blocks": call.json("blocks")},
                names=call.state.names,
                rules=call.state.rules,
            )
        call.core.uploads.share(
            channel,
            files,
            {**call.core.messages.bot_author(), **content},
            thread_ts=call.text("thread_ts") or None,
        )
    return {"files": answer}


def _uploaded(call: Call) -> list[WorkspaceFile]:
    wanted: Any = call.json("files")
    if not isinstance(wanted, list) or not wanted:
        raise SlackError("invalid_arguments", details=["missing required field: files"])
    files = []
    for one in wanted:
        file = call.state.files.get(one.get("id", "") if isinstance(one, dict) else "")
        if file is None or file.content is None:
            raise SlackError("file_not_found")
        if file.complete:
            raise SlackError("file_not_found")
        file.title = one.get("title") or file.name
        files.append(file)
    for file in files:
        file.complete = True
    return files


def _destinations(call: Call) -> list[str]:
    several = [one.strip() for one in call.text("channels").split(",") if one.strip()]
    return [call.text("channel_id")] if call.text("channel_id") else several


@method("files.info", "files:read")
def file_info(call: Call) -> Payload:
    file = _known(call)
    return {"file": file_shape(call.state, file), "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "files:write")
def delete_file(call: Call) -> Payload:
    del call.state.files[_known(call).id]
    call.state.changes.note()
    return {}


def _known(call: Call) -> WorkspaceFile:
    file = call.state.files.get(call.required("file"))
    if file is None or not file.complete:
        raise SlackError("file_not_found")
    return file
