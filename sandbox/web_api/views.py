"""views.*: modals and App Home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import SlackError
from sandbox.web_api.call import method

if TYPE_CHECKING:
    from sandbox.payload import Payload
    from sandbox.web_api.call import Call


@method("views.open")
def open_view(call: Call) -> Payload:
    trigger = call.state.triggers.exchange(call.required("trigger_id"))
    return {"view": call.core.modals.open(trigger, call.json("view"))}


@method("views.push")
def push_view(call: Call) -> Payload:
    trigger = call.state.triggers.exchange(call.required("trigger_id"))
    return {"view": call.core.modals.push(trigger, call.json("view"))}


@method("views.update")
def update_view(call: Call) -> Payload:
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        raise SlackError("invalid_arguments", details=["missing required field: view_id"])
    return {
        "view": call.core.modals.update(
            call.json("view"), view_id=view_id, external_id=external_id, hash_=call.text("hash")
        )
    }


@method("views.publish")
def publish_view(call: Call) -> Payload:
    user = call.state.user(call.required("user_id"))
    return {"view": call.core.modals.publish(user.id, call.json("view"), hash_=call.text("hash"))}
