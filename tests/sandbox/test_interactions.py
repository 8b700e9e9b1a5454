"""Buttons, commands, modals, shortcuts and App Home, as Bolt sees them and as people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import PersonError, Workspace, WorkspacePerson

if TYPE_CHECKING:
    from tests.sandbox.conftest import Bot

BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Take over"},
    "action_id": "take",
    "value": "7",
}
BLOCKS = [{"type": "actions", "elements": [BUTTON]}]
MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "ticket",
    "title": {"type": "plain_text", "text": "Ticket"},
    "submit": {"type": "plain_text", "text": "Save"},
    "private_metadata": "m",
    "blocks": [
        {
            "type": "input",
            "block_id": "subject",
            "label": {"type": "plain_text", "text": "Subject"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
        {
            "type": "input",
            "block_id": "status",
            "label": {"type": "plain_text", "text": "Status"},
            "element": {
                "type": "static_select",
                "action_id": "pick",
                "options": [
                    {"text": {"type": "plain_text", "text": name}, "value": name.lower()}
                    for name in ("Open", "Closed")
                ],
            },
            "optional": True,
        },
    ],
}


async def card(bot: Bot, **arguments: Any) -> str:
    posted = await bot.client.chat_postMessage(channel="live-chat", text="card", blocks=BLOCKS, **arguments)
    return str(posted["ts"])


async def test_a_press_carries_what_slack_sends(slack: Workspace, bot: Bot) -> None:
    @bot.app.action("take")
    async def take(ack: Any) -> None:
        await ack()

    parent = await card(bot)
    ts = await card(bot, thread_ts=parent)
    result = await slack.person("ana").press("live-chat", ts, "take")
    assert (result["ok"], result["error"]) == (True, None)
    body = bot.bodies[-1]
    channel = slack.channel("live-chat").id
    assert body["type"] == "block_actions"
    assert body["user"]["id"] == slack.user_id("ana")
    assert body["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": channel,
        "is_ephemeral": False,
        "thread_ts": parent,
    }
    assert body["message"]["thread_ts"] == parent
    assert body["channel"]["id"] == channel
    assert (body["actions"][0]["value"], body["actions"][0]["action_id"]) == ("7", "take")
    assert body["trigger_id"] == result["trigger_id"]


async def test_what_is_not_there_cannot_be_pressed(slack: Workspace, bot: Bot) -> None:
    ts = await card(bot)
    with pytest.raises(PersonError, match=r"there is no drop to press here; there is Take over \(take\)"):
        await slack.person("ana").press("live-chat", ts, "drop")
    with pytest.raises(PersonError, match="with value '8'"):
        await slack.person("ana").press("live-chat", ts, "take", "8")
    with pytest.raises(PersonError, match="no message"):
        await slack.person("ana").press("live-chat", "1700000000.000100", "take")


async def test_a_response_url_answers_five_times_and_replaces_what_was_pressed(
    slack: Workspace, bot: Bot
) -> None:
    @bot.app.action("take")
    async def take(ack: Any) -> None:
        await ack()

    await bot.client.chat_postEphemeral(
        channel=slack.channel("live-chat").id, user=slack.user_id("ana"), text="only you", blocks=BLOCKS
    )
    (ephemeral,) = slack.ephemerals("ana")
    with pytest.raises(PersonError, match="does not see"):
        await slack.person("ben").press("live-chat", ephemeral["ts"], "take")
    await slack.person("ana").press("live-chat", ephemeral["ts"], "take")
    body = bot.bodies[-1]
    assert body["container"]["is_ephemeral"]
    assert "message" not in body
    url = body["response_url"]
    answers = [
        {"replace_original": True, "text": "done"},
        {"replace_original": False, "text": "more"},
        {"response_type": "in_channel", "replace_original": False, "text": "for all"},
        {"delete_original": True},
        {"text": ""},
        {"text": "too many"},
    ]
    async with aiohttp.ClientSession() as session:
        statuses = []
        for answer in answers:
            async with session.post(url, json=answer) as response:
                statuses.append((response.status, await response.text()))
    assert statuses == [(200, "ok")] * 4 + [(400, "no_text"), (404, "used_url")]
    assert [m["text"] for m in slack.ephemerals("ana")] == ["more"]
    assert [m["text"] for m in slack.messages("live-chat")] == ["for all"]


async def test_a_response_url_ends_after_half_an_hour() -> None:
    now = [1_700_000_000.0]
    async with Workspace(clock=lambda: now[0]) as slack:
        url = slack._core.response_urls.issue(
            slack.user_id("ana"), slack.channel("live-chat"), kind="actions"
        )
        now[0] += 1801
        async with aiohttp.ClientSession() as session, session.post(url, json={"text": "late"}) as response:
            assert (response.status, await response.text()) == (404, "expired_url")


async def test_a_commands_acknowledgement_is_what_the_person_sees(slack: Workspace, bot: Bot) -> None:
    @bot.app.command("/bookbag")
    async def bookbag(ack: Any, command: dict[str, Any]) -> None:
        await ack(text=f"{command['user_name']} asked for {command['text']}", blocks=BLOCKS)

    answer = await slack.person("ana").command("/bookbag", "tickets", channel="live-chat")
    assert (answer["text"], answer["visible_to"]) == ("ana asked for tickets", slack.user_id("ana"))
    assert answer["blocks"][0]["elements"][0]["action_id"] == "take"
    assert slack.ephemerals("ben") == []


async def test_a_commands_text_comes_with_slacks_escapes(slack: Workspace, bot: Bot) -> None:
    heard: list[tuple[str, str]] = []

    @bot.app.command("/bookbag")
    async def bookbag(ack: Any, command: dict[str, Any]) -> None:
        heard.append((command["text"], command["channel_name"]))
        await ack(text="heard")

    group = slack.add_group_message("ana", "ben")
    await slack.person("ana").command("/bookbag", "find R&D <b>", channel=group.name)
    assert heard == [("find R&amp;D &lt;b&gt;", "mpdm-ana--ben-1")]


async def test_a_command_may_answer_by_its_response_url_or_with_a_modal(slack: Workspace, bot: Bot) -> None:
    @bot.app.command("/later")
    async def later(ack: Any, respond: Any) -> None:
        await ack()
        await respond("in a moment")

    @bot.app.command("/form")
    async def form(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bot.client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    ana = slack.person("ana")
    assert (await ana.command("/later", channel="live-chat"))["text"] == "in a moment"
    assert (await ana.command("/form", channel="live-chat"))["callback_id"] == "ticket"


async def open_modal(slack: Workspace, bot: Bot) -> None:
    @bot.app.action("take")
    async def take(ack: Any, body: dict[str, Any]) -> None:
        await bot.client.views_open(trigger_id=body["trigger_id"], view=MODAL)
        await ack()

    await slack.person("ana").press("live-chat", await card(bot), "take")


async def test_a_modal_is_filled_in_refused_and_then_accepted(slack: Workspace, bot: Bot) -> None:
    await open_modal(slack, bot)

    @bot.app.view("ticket")
    async def save(ack: Any, view: dict[str, Any]) -> None:
        subject = view["state"]["values"]["subject"]["text"]["value"]
        if subject == "bad":
            await ack(response_action="errors", errors={"subject": "Too bad"})
        else:
            await ack()

    ana = slack.person("ana")
    (view,) = await ana.views()
    assert view["private_metadata"] == "m"
    empty = await ana.submit()
    assert empty["errors"] == {"subject": "Please complete this required field."}
    refused = await ana.submit(view["id"], {"subject": "bad"})
    assert (refused["response_action"], refused["errors"]) == ("errors", {"subject": "Too bad"})
    accepted = await ana.submit(None, {"subject": {"text": "good"}, "pick": "closed"})
    assert accepted["ok"]
    assert await ana.views() == []
    values = bot.bodies[-1]["view"]["state"]["values"]
    assert values["status"]["pick"]["selected_option"]["value"] == "closed"
    with pytest.raises(PersonError, match="does not have a modal open"):
        await ana.submit()


async def test_unknown_inputs_and_options_fail_loudly(slack: Workspace, bot: Bot) -> None:
    await open_modal(slack, bot)
    with pytest.raises(PersonError, match="no input 'subjekt'"):
        await slack.person("ana").submit(None, {"subjekt": "x"})
    with pytest.raises(PersonError, match="it offers open, closed"):
        await slack.person("ana").submit(None, {"subject": "x", "pick": "lost"})


async def test_a_submission_may_update_or_push(slack: Workspace, bot: Bot) -> None:
    await open_modal(slack, bot)

    @bot.app.view("ticket")
    async def save(ack: Any) -> None:
        await ack(response_action="push", view={**MODAL, "callback_id": "second", "clear_on_close": True})

    @bot.app.view("second")
    async def second(ack: Any) -> None:
        await ack(response_action="update", view={**MODAL, "callback_id": "third"})

    @bot.app.view("third")
    async def third(ack: Any) -> None:
        await ack(response_action="clear")

    ana = slack.person("ana")
    await ana.submit(None, {"subject": "x"})
    assert [view["callback_id"] for view in slack.views("ana")] == ["ticket", "second"]
    await ana.submit(None, {"subject": "x"})
    assert [view["callback_id"] for view in slack.views("ana")] == ["ticket", "third"]
    await ana.submit(None, {"subject": "x"})
    assert slack.views("ana") == []


async def test_triggers_work_once_and_for_three_seconds() -> None:
    now = [1_700_000_000.0]
    async with Workspace(clock=lambda: now[0]) as slack:
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)

        async def error_of(trigger_id: str) -> str:
            with pytest.raises(SlackApiError) as refused:
                await client.views_open(trigger_id=trigger_id, view=MODAL)
            return str(refused.value.response["error"])

        used = slack._state.triggers.issue(slack.user_id("ana")).id
        await client.views_open(trigger_id=used, view=MODAL)
        assert await error_of(used) == "exchanged_trigger_id"
        late = slack._state.triggers.issue(slack.user_id("ana")).id
        now[0] += 3.1
        assert await error_of(late) == "expired_trigger_id"
        assert await error_of("made.up") == "invalid_trigger_id"


async def test_a_stale_hash_conflicts_and_limits_hold(slack: Workspace, client: AsyncWebClient) -> None:
    trigger = slack._state.triggers.issue(slack.user_id("ana")).id
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    long = {**MODAL, "title": {"type": "plain_text", "text": "x" * 25}}
    with pytest.raises(SlackApiError, match="less than 25 characters"):
        await client.views_update(view_id=view["id"], view=long)


async def test_app_home_is_published_and_its_buttons_press(slack: Workspace, bot: Bot) -> None:
    @bot.app.event("app_home_opened")
    async def opened(event: dict[str, Any]) -> None:
        known = event.get("view", {}).get("hash")
        view = {"type": "home", "blocks": BLOCKS}
        await bot.client.views_publish(user_id=event["user"], view=view, **({"hash": known} if known else {}))

    @bot.app.action("take")
    async def take(ack: Any) -> None:
        await ack()

    ana = slack.person("ana")
    await ana.open_home()
    first = await slack.until(lambda: slack.home("ana"))
    await ana.open_home()
    await slack.until(lambda: (slack.home("ana") or {})["hash"] != first["hash"])
    assert (await ana.press_view("take", view="home"))["ok"]
    assert bot.bodies[-1]["view"]["type"] == "home"
    assert bot.bodies[-1]["container"] == {"type": "view", "view_id": first["id"]}


async def test_a_message_shortcut_carries_the_message(slack: Workspace, bot: Bot) -> None:
    @bot.app.shortcut("note")
    async def note(ack: Any) -> None:
        await ack()

    ana = WorkspacePerson(slack.url, "ana")
    ts = await ana.post("live-chat", "keep this")
    assert (await ana.shortcut("note", "live-chat", ts))["ok"]
    body = bot.bodies[-1]
    assert (body["type"], body["message"]["text"]) == ("message_action", "keep this")


async def test_people_cannot_do_what_the_screen_does_not_offer(slack: Workspace, bot: Bot) -> None:
    slack.add_person("dara", channels=())
    with pytest.raises(PersonError, match="not in #live-chat"):
        await slack.person("dara").post("live-chat", "hello")
    with pytest.raises(PersonError, match="nobody is called"):
        slack.person("nobody")
    ts = await card(bot)
    with pytest.raises(PersonError, match="nor is an admin"):
        await slack.person("ben").delete("live-chat", ts)
    await slack.person("ana").delete("live-chat", ts)
    slack.add_person("erin", team_id="T0OTHER", channels=["live-chat"])
    ts = await slack.person("erin").post("live-chat", "hello from next door")
    assert slack.message("live-chat", ts)["user_team"] == "T0OTHER"
    with pytest.raises(PersonError, match="another workspace"):
        await slack.person("erin").command("/bookbag", channel="live-chat")
    slack.archive("live-chat")
    with pytest.raises(PersonError, match="is_archived"):
        await slack.person("ana").post("live-chat", "hello")


async def test_an_update_keeps_what_was_typed_under_the_same_ids_and_ignores_its_initial_value(
    slack: Workspace, bot: Bot, client: AsyncWebClient
) -> None:
    @bot.app.action("take")
    async def take(ack: Any) -> None:
        await ack()

    ana = slack.person("ana")
    field = MODAL["blocks"][0]
    press = {"type": "actions", "block_id": "do", "elements": [BUTTON]}

    def shown(name: str, initial: str) -> dict[str, Any]:
        element = {**field["element"], "initial_value": initial}
        return {**MODAL, "blocks": [{**field, "block_id": name, "element": element}, press]}

    trigger = slack._state.triggers.issue(slack.user_id("ana")).id
    view = (await client.views_open(trigger_id=trigger, view=shown("one", "first")))["view"]
    await ana.press_view("take", values={"one": "typed"})
    same = (await client.views_update(view_id=view["id"], view=shown("one", "second")))["view"]
    assert same["state"]["values"]["one"]["text"]["value"] == "typed"
    other = (await client.views_update(view_id=view["id"], view=shown("two", "second")))["view"]
    assert other["state"]["values"]["two"]["text"]["value"] == "second"
