"""`message` events as Slack sends them, sorted into those that matter in a thread."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.attachments import FileRejection
from bot.slack.inbound.event_router import delivery_of
from bot.slack.inbound.events import Deleted, Edited, Posted, thread_event
from sandbox import Workspace
from storage.records import MessageRef, PersonId
from tests.slack import composed
from tests.slack.shapes import MORE, WHOLE, Shape, preview

TEAM = "T0TEAM001"
THREAD, REPLY = "1700000000.000100", "1700000050.000200"
AT = MessageRef(TEAM, "C0LIVE001", REPLY)
UNDER = MessageRef(TEAM, "C0LIVE001", THREAD)
ANA = PersonId(TEAM, "U0ANA0001")


(BLOCK,) = composed.message(composed.section("Hello"))


def message(**changes: Any) -> dict[str, Any]:
    """A reply of Ana's, as it stands in a message event or in `event.message`."""
    whole = {
        "client_msg_id": "a1b2", "type": "message", "text": "Hello", "user": ANA.user, "ts": REPLY,
        "blocks": [BLOCK], "team": TEAM,
        "thread_ts": THREAD, "parent_user_id": "U0BOT0001",
    }  # fmt: skip
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def posted(**changes: Any) -> dict[str, Any]:
    around = {"channel": "C0LIVE001", "channel_type": "channel", "event_ts": REPLY}
    return {**message(**changes), **around}


def changed(inner: dict[str, Any], **outer: Any) -> dict[str, Any]:
    return {
        "type": "message", "subtype": "message_changed", "channel": "C0LIVE001", "ts": "1700000060.000300",
        "message": inner, "previous_message": message(), "hidden": True, "channel_type": "channel",
        "event_ts": "1700000060.000300", **outer,
    }  # fmt: skip


def deleted(before: dict[str, Any] | None, **outer: Any) -> dict[str, Any]:
    whole = {
        "type": "message", "subtype": "message_deleted", "channel": "C0LIVE001", "ts": "1700000070.000400",
        "deleted_ts": REPLY, "hidden": True, "event_ts": "1700000070.000400", "previous_message": before,
        **outer,
    }  # fmt: skip
    return {name: value for name, value in whole.items() if value is not None}


LINKED = {"text": "See <https://example.com>"}
EDITED = {"user": ANA.user, "ts": "1700000060.000000"}


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast", "me_message"])
def test_what_people_say_in_a_thread_is_posted(subtype: str | None) -> None:
    files = [{"id": "F1"}] if subtype == "file_share" else None
    event = posted(
        subtype=subtype, files=files, root={"ts": THREAD} if subtype == "thread_broadcast" else None
    )
    assert thread_event(event, team=TEAM) == Posted(
        UNDER, AT, ANA, "Hello", files=tuple(files or ()), under="U0BOT0001", blocks=(BLOCK,)
    )


def test_files_without_the_old_subtype_are_seen() -> None:
    happened = thread_event(posted(files=[{"id": "F1"}], text=None), team=TEAM)
    assert isinstance(happened, Posted)
    assert (happened.files, happened.text) == (({"id": "F1"},), "")


@pytest.mark.parametrize(
    "event",
    [
        posted(thread_ts=None),
        posted(thread_ts=REPLY),
        posted(user=None),
        posted(user="USLACKBOT"),
        posted(user="USLACKBOT", subtype="slackbot_response"),
        posted(subtype="something_new", hidden=True),
        *[
            posted(subtype=subtype)
            for subtype in (
                "channel_join", "channel_leave", "channel_topic", "channel_archive", "message_replied",
                "reminder_add", "pinned_item", "tombstone", "ekm_access_denied", "huddle_thread",
            )
        ],
        {},
        {"type": "message"},
    ],
)  # fmt: skip
def test_what_nobody_said_in_a_thread_is_nothing(event: dict[str, Any]) -> None:
    assert thread_event(event, team=TEAM) is None


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"team": None},
        {"user_team": "T0SISTER1"},
        {"team": "T0SISTER1"},
        {"user_team": "E0OURORG1", "source_team": "T0SISTER1", "team": TEAM},
    ],
)
def test_an_author_is_the_same_person_whichever_workspace_the_message_names(fields: dict[str, Any]) -> None:
    happened = thread_event(posted(**fields), team=TEAM)
    assert isinstance(happened, Posted)
    assert happened.author == ANA
    assert happened.thread == UNDER


def test_an_edit_names_the_message_and_its_new_words() -> None:
    event = changed(message(text="Hello!", edited=EDITED, files=[{"id": "F1"}]))
    assert thread_event(event, team=TEAM) == Edited(
        UNDER, AT, ANA, "Hello!", files=({"id": "F1"},), blocks=(BLOCK,)
    )


def test_an_edit_of_a_reply_also_sent_to_the_channel_is_an_edit() -> None:
    event = changed(message(text="Hello!", edited=EDITED, subtype="thread_broadcast"))
    assert isinstance(thread_event(event, team=TEAM), Edited)


@pytest.mark.parametrize(
    "event",
    [
        # A link was unfurled, a language was detected, a thread grew: no word changed.
        changed(
            message(**LINKED, attachments=[preview("https://example.com")]),
            previous_message=message(**LINKED),
        ),
        changed(message(language={"locale": "de", "is_reliable": True})),
        changed(message(thread_ts=REPLY, reply_count=1, reply_users=["U1"], edited=EDITED)),
        # The thread's first message was deleted while it had replies.
        changed(
            {
                "type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "ts": THREAD,
                "text": "This message was deleted.", "thread_ts": THREAD, "reply_count": 2,
            }
        ),
        changed(message(user="USLACKBOT", text="This message was deleted.", edited=EDITED)),
        changed(message(edited=EDITED), message=None),
        changed(message(thread_ts=None, edited=EDITED)),
        {"type": "message", "subtype": "message_changed", "channel": "C0LIVE001"},
    ],
)  # fmt: skip
def test_a_change_that_is_no_persons_edit_is_nothing(event: dict[str, Any]) -> None:
    assert thread_event(event, team=TEAM) is None


@pytest.mark.parametrize(
    ("event", "author"),
    [
        (deleted(message()), ANA),
        (deleted(message(), deleted_ts=None), ANA),
        (deleted(message(edited=EDITED, files=[{"id": "F1"}])), ANA),
        (deleted(None, thread_ts=THREAD), None),
    ],
)
def test_a_deletion_names_the_message_that_is_gone_and_its_author(
    event: dict[str, Any], author: PersonId | None
) -> None:
    assert thread_event(event, team=TEAM) == Deleted(UNDER, AT, author)


@pytest.mark.parametrize(
    "event",
    [
        deleted(message(thread_ts=None)),
        deleted(message(ts=THREAD), deleted_ts=THREAD),
        deleted(message(user="USLACKBOT")),
        deleted({}),
        # Without what was there before nobody can say which thread it was in.
        deleted(None),
    ],
)
def test_a_deletion_outside_threads_or_of_a_bots_message_is_nothing(event: dict[str, Any]) -> None:
    assert thread_event(event, team=TEAM) is None


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=5,
)


@given(
    st.sampled_from([posted(), changed(message(edited=EDITED)), deleted(message())]),
    st.dictionaries(
        st.sampled_from(["text", "files", "blocks", "attachments", "edited", "root", "subtype", "team"]),
        _JUNK,
    ),
)
def test_fields_of_any_shape_in_an_event_raise_nothing(event: dict[str, Any], extra: dict[str, Any]) -> None:
    thread_event({**event, **extra}, team=TEAM)
    if isinstance(event.get("message"), dict):
        thread_event({**event, "message": {**event["message"], **extra}}, team=TEAM)


async def test_the_workspaces_own_events_read_the_same() -> None:
    async with Workspace() as slack:
        ana = slack.person("ana")
        parent = await ana.post("live-chat", "parent")
        reply = await ana.post("live-chat", "hello", parent)
        await ana.edit("live-chat", reply, "hello!")
        slack.unfurl("live-chat", reply)
        await ana.post("live-chat", "look", parent, files={"a.txt": b"x"}, broadcast=True)
        await ana.delete("live-chat", reply)
        happened = [thread_event(one["event"], team=slack.team_id) for one in slack.events]
    kinds = [type(one) for one in happened if one is not None]
    # The unfurl comes after an edit and carries its mark: the rules see that no word changed.
    assert kinds == [Posted, Edited, Edited, Posted, Deleted]
    assert all(one.thread.ts == parent for one in happened if one is not None)


@pytest.mark.parametrize("shape", WHOLE.values(), ids=WHOLE)
def test_words_and_files_are_all_that_it_shows(shape: Shape) -> None:
    happened = thread_event(posted(blocks=None) | shape("Words", "Extra"), team=TEAM)
    assert isinstance(happened, Posted)
    assert happened.more is None


@pytest.mark.parametrize("shape", MORE.values(), ids=MORE)
def test_what_it_shows_besides_is_seen_at_once_and_where_it_is_added_later(shape: Shape) -> None:
    whole = posted(blocks=None) | shape("Words", "Extra")
    happened = thread_event(whole, team=TEAM)
    assert isinstance(happened, Posted)
    assert happened.more is not None
    # With and without the mark of an edit, with and without what was there before.
    later = changed(whole), changed(whole | {"edited": EDITED}, previous_message=None)
    assert [getattr(thread_event(one, team=TEAM), "more", None) for one in later] == [happened.more] * 2


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("a picture by its address", FileRejection.PICTURE),
        ("a pasted table", FileRejection.TABLE),
        ("a chart", FileRejection.TABLE),
        ("a forwarded message", FileRejection.FORWARD),
        ("Slack's view of a team message", FileRejection.FORWARD),
        ("a team message without its marks", FileRejection.FORWARD),
        ("sections of an app", FileRejection.LAYOUT),
        ("a stand-in without blocks", FileRejection.LAYOUT),
        ("a block that nobody knows", FileRejection.UNKNOWN),
        ("a kind of message that nobody knows", FileRejection.UNKNOWN),
    ],
)
def test_its_author_can_be_told_what_it_is(name: str, more: FileRejection) -> None:
    happened = thread_event(posted(blocks=None) | MORE[name]("Words", "Extra"), team=TEAM)
    assert isinstance(happened, Posted)
    assert happened.more is more


@pytest.mark.parametrize(
    ("fields", "author", "through_app"),
    [
        ({"bot_id": "B1"}, ANA, True),
        ({"bot_profile": {"id": "B1"}}, ANA, True),
        ({"app_id": "A1"}, ANA, True),
        ({"username": "Ana", "icons": {"emoji": ":x:"}}, ANA, True),
        ({}, ANA, False),
        ({"subtype": "bot_message", "bot_id": "B1"}, ANA, True),
        ({"subtype": "bot_message"}, ANA, True),
        ({"user": None, "bot_id": "B1", "username": "Maya"}, PersonId(TEAM, "B1"), True),
        ({"subtype": "bot_message", "user": None, "bot_id": "B1"}, PersonId(TEAM, "B1"), True),
        ({"subtype": "file_comment", "user": None, "comment": {"user": ANA.user}}, ANA, False),
    ],
)
def test_whose_words_they_are_and_whether_they_typed_them(
    fields: dict[str, Any], author: PersonId, through_app: bool
) -> None:
    new = thread_event(posted(**fields), team=TEAM)
    edit = thread_event(changed(message(**fields, edited=EDITED)), team=TEAM)
    assert isinstance(new, Posted)
    assert isinstance(edit, Edited)
    assert (new.author, new.through_app) == (edit.author, edit.through_app) == (author, through_app)


def test_the_preview_of_a_link_that_was_edited_away_adds_nothing() -> None:
    linked = message(**LINKED, attachments=[preview("https://example.com")])
    without = message(attachments=[preview("https://example.com")], edited=EDITED)
    happened = thread_event(changed(without, previous_message=linked), team=TEAM)
    assert isinstance(happened, Edited)
    assert happened.more is None
    happened = thread_event(changed(without), team=TEAM)
    assert isinstance(happened, Edited)
    assert happened.more is not None


def test_other_words_without_a_mark_are_an_edit() -> None:
    happened = thread_event(changed(message(text="Hello!", blocks=None)), team=TEAM)
    assert isinstance(happened, Edited)
    assert happened.text == "Hello!"


def test_a_file_of_the_old_kind_is_a_file() -> None:
    happened = thread_event(posted(subtype="file_share", file={"id": "F1"}), team=TEAM)
    assert isinstance(happened, Posted)
    assert happened.files == ({"id": "F1"},)


def test_a_file_that_was_deleted_is_an_edit_without_a_mark() -> None:
    gone = [{"id": "F1"}, {"id": "F2", "mode": "tombstone"}]
    event = changed(message(text="Hello", files=gone)) | {
        "previous_message": message(text="Hello", files=[{"id": "F1"}, {"id": "F2"}])
    }
    happened = thread_event(event, team=TEAM)
    assert isinstance(happened, Edited)
    assert happened.files == ({"id": "F1"},)


@pytest.mark.parametrize("odd", [None, 7, "x", True, [], [[]], {}, {"a": 1}, [{"type": []}]])
def test_an_event_of_no_known_shape_is_read_all_the_same(odd: Any) -> None:
    """What cannot be read must not keep what stands behind it in its thread from being read."""
    whole = message(edited={"ts": REPLY}, attachments=[preview("https://x.example/")], bot_id="B0", files=[])
    for field in set(whole) - {"ts", "thread_ts"}:
        given = {**whole, field: odd}
        around = {"channel": "C0LIVE001", "event_ts": REPLY}
        changed = {**around, "subtype": "message_changed", "message": given, "previous_message": odd}
        gone = {**around, "subtype": "message_deleted", "deleted_ts": REPLY, "previous_message": given}
        for event in ({**around, **given}, changed, {**changed, "message": odd}, gone):
            found = delivery_of(event, team=TEAM, ourselves=frozenset({"U0BOT0001"}))
            assert found is None or found.message == AT
