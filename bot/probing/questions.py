"""The questions, one for each rule: None where Slack does what is assumed, else what it does instead.

Each is named like its rule, and its docstring is what is printed of it. Codes of Slack's are the rules' own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.probing.scratch import Scratch, refused
from bot.slack.api.errors import Failure

Question = Callable[[Scratch], Awaitable[str | None]]

QUESTIONS: dict[str, Question] = {}


def question(ask: Question) -> Question:
    QUESTIONS[ask.__name__] = ask
    return ask


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}, **more}


async def taken(call: Awaitable[Any]) -> str | None:
    """None where Slack takes it."""
    try:
        await call
    except SlackApiError as error:
        return f"Slack refuses it: {Failure.of(error).reason}"
    return None


def same(seen: object, expected: object) -> str | None:
    return None if seen == expected else f"Slack has {seen!r}, not {expected!r}"


@question
async def history_limit(scratch: Scratch) -> str | None:
    """A history of 1,000 messages at once is refused with invalid_limit."""
    return await refused(scratch.history(limit=1000), "invalid_limit")


@question
async def replies_parent_leads(scratch: Scratch) -> str | None:
    """A thread is read from its parent on, whatever the bounds."""
    parent = (await scratch.post())["ts"]
    first = (await scratch.post(thread_ts=parent))["ts"]
    second = (await scratch.post(thread_ts=parent))["ts"]
    seen = [one["ts"] for one in await scratch.thread(parent, oldest=first)]
    if seen == [parent, second]:
        return None
    return "Slack leaves the parent out" if parent not in seen else "Slack gives other replies"


@question
async def broadcast_to_a_gone_thread(scratch: Scratch) -> str | None:
    """A reply that is sent to the channel too stands in the channel where its thread is gone."""
    gone = await scratch.gone()
    message = await scratch.post(thread_ts=gone, reply_broadcast=True)
    return same(message.get("thread_ts"), None)


@question
async def file_to_a_gone_thread(scratch: Scratch) -> str | None:
    """A file stands in the channel where its thread is gone."""
    gone = await scratch.gone()
    file = await scratch.upload("probe.txt", b"Probe")
    await scratch.share(file, thread_ts=gone)
    return same((await scratch.share_of(file)).get("thread_ts"), None)


@question
async def reply_to_a_reply(scratch: Scratch) -> str | None:
    """A post under a reply stands in the reply's thread."""
    parent = (await scratch.post())["ts"]
    reply = (await scratch.post(thread_ts=parent))["ts"]
    message = await scratch.post(thread_ts=reply)
    return same(message.get("thread_ts") == parent, True)


@question
async def tombstone_holds_its_thread(scratch: Scratch) -> str | None:
    """A thread whose parent was deleted takes posts as long as it has replies."""
    parent = (await scratch.post())["ts"]
    await scratch.post(thread_ts=parent)
    await scratch.delete(parent)
    message = await scratch.post(thread_ts=parent)
    return same(message.get("thread_ts") == parent, True)


@question
async def malformed_thread_ts(scratch: Scratch) -> str | None:
    """A thread_ts that is no timestamp is refused with invalid_thread_ts."""
    return await refused(scratch.post(thread_ts="yesterday"), "invalid_thread_ts")


@question
async def update_text_counted(scratch: Scratch) -> str | None:
    """An edit's text is counted in bytes: 3,000 characters of 6,000 bytes are refused with msg_too_long."""
    ts = (await scratch.post())["ts"]
    return await refused(scratch.update(ts, text="é" * 3000), "msg_too_long")


@question
async def blocks_counted_as_json(scratch: Scratch) -> str | None:
    """The blocks' JSON is counted: 45 blocks with 9,900 characters of text are refused as too long."""
    blocks = [section("x" * 220) for _ in range(45)]
    return await refused(scratch.post(blocks=blocks), "msg_blocks_too_long")


@question
async def blocks_counted(scratch: Scratch) -> str | None:
    """Of that JSON characters are counted and not their escapes: 4,000 times é are taken."""
    return await taken(scratch.post(blocks=[section("é" * 1000) for _ in range(4)]))


@question
async def blocks_limit_of_an_update(scratch: Scratch) -> str | None:
    """An edit with 15,000 characters in its blocks is refused with msg_blocks_too_long."""
    ts = (await scratch.post())["ts"]
    blocks = [section("x" * 2500) for _ in range(6)]
    return await refused(scratch.update(ts, text="Probe", blocks=blocks), "msg_blocks_too_long")


@question
async def signs_become_entities(scratch: Scratch) -> str | None:
    """`& < >` in a text become entities."""
    return same((await scratch.post("a < b & c > d"))["text"], "a &lt; b &amp; c &gt; d")


@question
async def emoji_become_names(scratch: Scratch) -> str | None:
    """An emoji in a text becomes its name."""
    return same((await scratch.post("🎉"))["text"], ":tada:")


@question
async def addresses_become_links(scratch: Scratch) -> str | None:
    """A bare address in a text becomes a link."""
    return same((await scratch.post("https://example.com/"))["text"], "<https://example.com/>")


@question
async def rich_text_stays(scratch: Scratch) -> str | None:
    """The text of rich_text stays as it was sent."""
    leaf = {"type": "text", "text": "https://example.com/ and :tada: & co."}
    elements = [{"type": "rich_text_section", "elements": [leaf]}]
    message = await scratch.post(blocks=[{"type": "rich_text", "elements": elements}])
    return same(message["blocks"][0]["elements"], elements)


@question
async def edited_mark(scratch: Scratch) -> str | None:
    """An edit with blocks leaves no mark, one of the text alone does."""
    marks = []
    for what in ({"blocks": [section("two")]}, {}):
        ts = (await scratch.post("one"))["ts"]
        await scratch.update(ts, text="two", **what)
        (message,) = await scratch.thread(ts)
        marks.append("edited" in message)
    return same(marks, [False, True])


@question
async def metadata_kept(scratch: Scratch) -> str | None:
    """An edit without metadata keeps what the message has."""
    metadata = {"event_type": "bookbag_probe", "event_payload": {"n": "1"}}
    ts = (await scratch.post("one", metadata=metadata))["ts"]
    await scratch.update(ts, text="two")
    (message,) = await scratch.thread(ts, include_all_metadata=True)
    return same(message.get("metadata"), metadata)


@question
async def unknown_field(scratch: Scratch) -> str | None:
    """A block with a field that it does not have is refused with invalid_blocks."""
    return await refused(scratch.post(blocks=[section("x", colour="red")]), "invalid_blocks")


@question
async def same_block_id(scratch: Scratch) -> str | None:
    """Two blocks with the same block_id are refused with invalid_blocks."""
    blocks = [section("x", block_id="one"), section("y", block_id="one")]
    return await refused(scratch.post(blocks=blocks), "invalid_blocks")


@question
async def same_action_id(scratch: Scratch) -> str | None:
    """Two buttons of a block with the same action_id are refused with invalid_blocks."""
    words = {"type": "plain_text", "text": "Probe"}
    button = {"type": "button", "text": words, "action_id": "probe", "value": "1"}
    blocks = [{"type": "actions", "elements": [button, {**button, "value": "2"}]}]
    return await refused(scratch.post(blocks=blocks), "invalid_blocks")


@question
async def empty_file(scratch: Scratch) -> str | None:
    """A file of no bytes is refused with invalid_arguments."""
    return await refused(scratch.place_for("probe.txt", 0), "invalid_arguments")


@question
async def file_shared_twice(scratch: Scratch) -> str | None:
    """A file that was shared is not found when it is to be shared once more."""
    file = await scratch.upload("probe.txt", b"Probe")
    await scratch.share(file)
    await scratch.share_of(file)
    return await refused(scratch.share(file), "file_not_found")
