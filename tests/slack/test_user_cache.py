"""Who a user is: asked once an hour, remembered when Slack is away, and outsiders may not act."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.workspace.user_cache import UnknownPerson, UserCache
from sandbox import Workspace
from storage.engine.database import Database
from storage.records import Person, PersonId
from tests.clocks import HandClock

INFO = "users.info"


@pytest.fixture
def users(slack: Workspace, client: AsyncWebClient, database: Database) -> UserCache:
    return UserCache(client, database, home_team=slack.team_id)


def called(slack: Workspace, name: str) -> PersonId:
    return PersonId(slack.team_id, slack.user_id(name))


async def test_a_teammate_is_asked_about_once_an_hour(
    slack: Workspace, users: UserCache, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    for minutes, calls in ((0, 1), (30, 1), (29, 1), (1, 2), (59, 2)):
        clock.forward(minutes=minutes)
        assert (await users.person(ana)).may_act
        assert len(slack.calls_of(INFO)) == calls


async def test_what_was_known_is_good_enough_while_slack_is_away(
    slack: Workspace, users: UserCache, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    known = await users.person(ana)
    clock.forward(hours=2)
    # aiohttp asks again by itself where a kept connection broke, so one drop would go unnoticed.
    slack.faults.drop_before(INFO, times=9)
    assert await users.person(ana) == known
    slack.faults.clear()
    slack.faults.rate_limit(INFO)
    assert await users.person(ana) == known
    assert (await users.person(ana)).fetched_at == clock.now


@pytest.mark.parametrize("fault", ["drop", "limit", "unknown"])
async def test_a_stranger_whom_slack_cannot_describe_is_nobody_we_act_for(
    slack: Workspace, users: UserCache, fault: str
) -> None:
    someone = called(slack, "ana")
    if fault == "drop":
        slack.faults.drop_before(INFO, times=9)
    elif fault == "limit":
        slack.faults.rate_limit(INFO)
    else:
        someone = PersonId(slack.team_id, "U0NOBODY")
    with pytest.raises(UnknownPerson):
        await users.person(someone)


@pytest.mark.parametrize(
    ("kind", "may_act"),
    [
        ({}, True),
        ({"is_admin": True}, True),
        ({"is_restricted": True}, False),
        ({"is_ultra_restricted": True}, False),
        ({"deleted": True}, False),
        ({"team_id": "T0OTHER01"}, False),
    ],
)
async def test_only_full_members_of_the_home_workspace_may_act(
    slack: Workspace, users: UserCache, kind: dict[str, object], may_act: bool
) -> None:
    slack.add_person("dora", **kind)  # type: ignore[arg-type]
    user = slack.user_id("dora")
    assert (await users.person(PersonId(slack.team_id, user))).may_act is may_act
    assert not (await users.person(PersonId("T0OTHER01", user))).may_act
    assert not (await users.person(PersonId(slack.team_id, slack.bot_user_id))).may_act


async def test_somebody_made_a_guest_stops_acting_within_the_hour(
    slack: Workspace, users: UserCache, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    assert (await users.person(ana)).may_act
    slack._state.users[ana.user].is_restricted = True
    clock.forward(minutes=60)
    assert not (await users.person(ana)).may_act


async def test_names_are_given_as_far_as_they_can_be_had(slack: Workspace, users: UserCache) -> None:
    ana = slack.user_id("ana")
    names = await users.names([ana, "U0NOBODY"])
    assert set(names) == {ana}
    assert names[ana]
    assert ana not in names[ana]


async def test_a_picture_that_would_name_team_and_user_is_not_kept(
    slack: Workspace, users: UserCache
) -> None:
    assert (await users.person(called(slack, "ben"))).avatar_url is None


async def test_language_and_zone_are_asked_for_and_remembered(
    slack: Workspace, client: AsyncWebClient, database: Database, users: UserCache
) -> None:
    slack.add_person("kenji", locale="ja-JP", tz="Asia/Tokyo")
    kenji = called(slack, "kenji")
    another = UserCache(client, database, home_team=slack.team_id)
    for one in (users, another):
        assert await one.locale(kenji) == "ja-JP"
        assert str(await one.zone(kenji)) == "Asia/Tokyo"
    assert len(slack.calls_of(INFO)) == 1


async def test_a_teammate_remembered_without_a_language_is_asked_about_again(
    slack: Workspace, users: UserCache, database: Database, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    known = Person(ana, "Ana", None, may_act=True, fetched_at=clock.now)
    await database.write(lambda tx: tx.people.remember(known))
    assert await users.locale(ana) == "en-US"


async def test_a_language_is_not_waited_for_longer_than_a_press_may_take(
    slack: Workspace, users: UserCache
) -> None:
    slack.faults.slow(INFO, seconds=5)
    assert await users.locale(called(slack, "ana")) is None


async def test_what_decides_about_acting_is_asked_again_after_a_minute_and_when_something_changed(
    slack: Workspace, users: UserCache, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    await users.person(ana)
    for seconds, calls in ((0, 1), (59, 1), (1, 2)):
        clock.forward(seconds=seconds)
        assert (await users.current(ana)).may_act
        assert len(slack.calls_of(INFO)) == calls
    users.forget(ana)
    assert (await users.current(ana)).may_act
    assert len(slack.calls_of(INFO)) == 3


async def test_nobody_is_taken_for_what_they_were_while_slack_is_away(
    slack: Workspace, users: UserCache, clock: HandClock
) -> None:
    ana = called(slack, "ana")
    known = await users.current(ana)
    clock.forward(minutes=1)
    slack.faults.error(INFO, "internal_error", times=9)
    with pytest.raises(UnknownPerson):
        await users.current(ana)
    assert await users.person(ana) == known


async def test_an_answer_that_was_on_its_way_while_they_changed_is_not_kept(
    slack: Workspace, users: UserCache
) -> None:
    ana = called(slack, "ana")
    slack.faults.slow(INFO, seconds=0.2)
    asking = asyncio.create_task(users.current(ana))
    await slack.until(lambda: slack.faults.pending == [])
    users.forget(ana)
    await asking
    await users.current(ana)
    assert len(slack.calls_of(INFO)) == 2
